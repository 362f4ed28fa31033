/** Making choices between two graphs and taking their results apart. */
import { type Builder, createBuilder } from "./builder.ts";
import { elementCount, type Graph, type NodeId } from "./graph.ts";
import type { TensorType } from "./ops.ts";
import { copyInto, emitSame } from "./rebuild.ts";
import { joinFlat, type Part } from "./scan.ts";
import { branchInputName, branchOutputs } from "./type-rules.ts";

/** A branch, made in a builder of its own: float results, of the same shapes in both branches. */
export type Branch = (inner: Builder, given: readonly NodeId[]) => readonly NodeId[];

export interface CondRequest {
  /** A single bool. */
  readonly condition: NodeId;
  /** All that the branches read from outside. */
  readonly operands: readonly NodeId[];
  readonly yes: Branch;
  readonly no: Branch;
}

/** Emits a choice and gives its results in their shapes. */
export function emitCond(builder: Builder, { condition, operands, yes, no }: CondRequest): NodeId[] {
  const types = operands.map(builder.typeOf);
  const params = { yes: branchGraph(types, yes), no: branchGraph(types, no) };
  return condParts(builder, builder.emit("cond", [condition, ...operands], params), params.yes);
}

/** A branch as a graph with inputs of the given types. */
export function branchGraph(types: readonly TensorType[], make: Branch): Graph {
  const inner = createBuilder();
  const inputs = types.map((type, at) => inner.input(branchInputName(at), type));
  return inner.finish(namedResults(make(inner, inputs)));
}

export function namedResults(results: readonly NodeId[]): Record<string, NodeId> {
  return Object.fromEntries(results.map((id, at) => [`out/${at}`, id]));
}

/** Makes the branch's nodes in that builder, reading the given nodes in place of its inputs; its results, in order. */
export function copyBranch(builder: Builder, branch: Graph, operands: readonly NodeId[]): NodeId[] {
  const byName = new Map(operands.map((id, at) => [branchInputName(at), id]));
  const ids = copyInto(builder, branch, (target, inner) => {
    const known = inner.op === "input" ? byName.get(inner.params.name) : undefined;
    return known ?? emitSame(target, inner);
  });
  return branchOutputs(branch).map((_, at) => ids[branch.outputs[`out/${at}`]]);
}

/** Where the results of a branch are in the flat result of the choice. */
export function condLayout(branch: Graph): Part[] {
  let start = 0;
  return branchOutputs(branch).map(({ shape }) => {
    const part = { start, shape };
    start += elementCount(shape);
    return part;
  });
}

/** The parts of a flat tensor laid out like the result of that choice, in their shapes. */
export function condParts(builder: Builder, flat: NodeId, branch: Graph): NodeId[] {
  return condLayout(branch).map(({ start, shape }) => {
    const taken = builder.emit("slice", [flat], { start: [start], limit: [start + elementCount(shape)] });
    return builder.emit("reshape", [taken], { shape });
  });
}

/** The branch's results for those operands, flat, in place of the choice. */
export function takeBranch(builder: Builder, branch: Graph, operands: readonly NodeId[]): NodeId {
  return joinFlat(builder, copyBranch(builder, branch, operands));
}
