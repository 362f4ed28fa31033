/** All passes in order. Each is a function from graph to graph that keeps inputs and outputs by name and by meaning. */
import { type Graph, innerGraphs } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { eliminateCommonSubexpressions } from "./eliminate-common-subexpressions.ts";
import { eliminateDeadCode } from "./eliminate-dead-code.ts";
import { foldConstants } from "./fold-constants.ts";
import { hoistInvariants } from "./hoist-invariants.ts";
import { mergeScans } from "./merge-scans.ts";
import { regroupLoops } from "./regroup-loops.ts";
import { simplify } from "./simplify.ts";
import { splitScans } from "./split-scans.ts";
import { tidyConds } from "./tidy-conds.ts";
import { tidyScans } from "./tidy-scans.ts";

export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
  /** What it relies on beyond a graph that verifies. */
  readonly precondition: string;
}

export const passes: readonly Pass[] = [
  { name: "merge-scans", run: mergeScans, precondition: "none" },
  { name: "eliminate-dead-code", run: eliminateDeadCode, precondition: "none" },
  {
    name: "optimize-inner",
    run: optimizeInner,
    precondition: "that of all passes, inside each scan and cond",
  },
  { name: "hoist-invariants", run: hoistInvariants, precondition: "none" },
  { name: "regroup-loops", run: regroupLoops, precondition: "numbers are real up to rounding" },
  { name: "split-scans", run: splitScans, precondition: "numbers are real up to rounding" },
  { name: "tidy-scans", run: tidyScans, precondition: "none" },
  { name: "tidy-conds", run: tidyConds, precondition: "none" },
  {
    name: "fold-constants",
    run: foldConstants,
    precondition: "the engine computes what doubles give, up to its own rounding",
  },
  {
    name: "simplify",
    run: simplify,
    precondition: "numbers are real up to rounding (simplify.ts)",
  },
  { name: "eliminate-common-subexpressions", run: eliminateCommonSubexpressions, precondition: "none" },
  { name: "eliminate-dead-code", run: eliminateDeadCode, precondition: "none" },
];

const mostRounds = 4;

/** Runs all passes, and again as long as they make the graph smaller, a few times at most. */
export function optimize(graph: Graph): Graph {
  let current = graph;
  for (let round = 0; round < mostRounds; round++) {
    const next = runOnce(current);
    if (round > 0 && nodeCount(next) >= nodeCount(current)) return next;
    current = next;
  }
  return current;
}

function runOnce(graph: Graph): Graph {
  return passes.reduce((before, pass) => pass.run(before), graph);
}

/** All passes once on each graph inside a node; the rounds of the graph around it make it several times. */
function optimizeInner(graph: Graph): Graph {
  if (graph.nodes.every((node) => innerGraphs(node).length === 0)) return graph;
  return rebuild(graph, (builder, node) => {
    const { op, inputs, params } = node;
    if (op === "scan") return builder.emit(op, inputs, { ...params, body: runOnce(params.body) });
    if (op === "cond") return builder.emit(op, inputs, { yes: runOnce(params.yes), no: runOnce(params.no) });
    return emitSame(builder, node);
  });
}

/** With those of graphs inside. */
function nodeCount({ nodes }: Graph): number {
  const counts = nodes.flatMap((node) => [1, ...innerGraphs(node).map(nodeCount)]);
  return counts.reduce((sum, count) => sum + count, 0);
}
