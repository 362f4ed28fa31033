/** All passes in order. Each is a function from graph to graph that keeps inputs and outputs by name and by meaning. */
import type { Graph } from "../graph.ts";
import { eliminateCommonSubexpressions } from "./eliminate-common-subexpressions.ts";
import { eliminateDeadCode } from "./eliminate-dead-code.ts";
import { foldConstants } from "./fold-constants.ts";
import { simplify } from "./simplify.ts";

export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
  /** What it relies on beyond a graph that verifies. */
  readonly precondition: string;
}

export const passes: readonly Pass[] = [
  { name: "eliminate-dead-code", run: eliminateDeadCode, precondition: "none" },
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
    const next = passes.reduce((before, pass) => pass.run(before), current);
    if (round > 0 && next.nodes.length >= current.nodes.length) return next;
    current = next;
  }
  return current;
}
