/**
 * Leaves out of choices what nothing reads: unread results and operands that neither branch needs for the others. A choice whose
 * condition is known, or whose branches are the same, is the branch itself.
 */
import type { Builder } from "../builder.ts";
import { branchGraph, condLayout, condParts, copyBranch, takeBranch } from "../cond.ts";
import type { Graph, NodeId, NodeOf } from "../graph.ts";
import { hashGraph } from "../print.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { joinFlat } from "../scan.ts";
import { branchInputName } from "../type-rules.ts";
import { ancestors } from "./ancestors.ts";
import { uniformValue } from "./fold-constants.ts";
import { isRangeRead, readRanges } from "./read-ranges.ts";

/** Precondition: none. */
export function tidyConds(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => op === "cond")) return graph;
  const reads = readRanges(graph);
  return rebuild(graph, (builder, node, id) => {
    if (node.op !== "cond") return emitSame(builder, node);
    const [condition, ...operands] = node.inputs;
    const { yes, no } = node.params;
    const known = uniformValue(builder.nodeOf, condition);
    if (known !== undefined || hashGraph(yes) === hashGraph(no))
      return takeBranch(builder, known === 0 ? no : yes, operands);
    return tidy(
      builder,
      node,
      condLayout(yes).map((part) => isRangeRead(reads[id], part)),
    );
  });
}

function tidy(builder: Builder, node: NodeOf<"cond">, isRead: readonly boolean[]): NodeId {
  const [condition, ...operands] = node.inputs;
  const { yes, no } = node.params;
  const results = isRead.flatMap((read, at) => (read ? [at] : []));
  const needed = [yes, no].map((branch) =>
    ancestors(
      branch,
      results.map((at) => branch.outputs[`out/${at}`]),
    ),
  );
  const kept = operands.flatMap((_, at) =>
    [yes, no].some((branch, which) => needed[which].has(branch.inputs[branchInputName(at)])) ? [at] : [],
  );
  if (results.length === isRead.length && kept.length === operands.length) return emitSame(builder, node);
  const reduced = (branch: Graph): Graph =>
    branchGraph(
      kept.map((at) => builder.typeOf(operands[at])),
      (inner, given) => {
        const all = operands.map((id, at) => {
          const { dtype, shape } = builder.typeOf(id);
          return kept.includes(at) ? given[kept.indexOf(at)] : inner.fill(0, shape, dtype);
        });
        const made = copyBranch(inner, branch, all);
        return results.map((at) => made[at]);
      },
    );
  const smaller = { yes: reduced(yes), no: reduced(no) };
  const flat = builder.emit("cond", [condition, ...kept.map((at) => operands[at])], smaller);
  const parts = condParts(builder, flat, smaller.yes);
  return joinFlat(
    builder,
    condLayout(yes).map(({ shape }, at) =>
      isRead[at] ? parts[results.indexOf(at)] : builder.fill(0, shape),
    ),
  );
}
