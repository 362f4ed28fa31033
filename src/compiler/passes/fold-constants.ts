/**
 * Computes nodes whose operands are all constants, in doubles. Constants stay small: results have at most `largestFold`
 * elements, and a broadcast is written out only for what is computed from it.
 */
import { elementCount, type Graph, type GraphNode, iotaValues, type NodeId } from "../graph.ts";
import type { OpParams, Shape } from "../ops.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { scalarOp } from "./scalar-ops.ts";

const largestFold = 1024;

/** Precondition: folded operations behave like the engine's up to rounding. */
export function foldConstants(graph: Graph): Graph {
  return rebuild(graph, (builder, node) => {
    const operands = node.inputs.map((id) => constantValues(builder.nodeOf, id));
    // Also of nodes without operands.
    const isStretched = node.inputs.every((id) => builder.nodeOf(id).op === "broadcast");
    const values = isStretched ? undefined : evaluate(node, operands);
    if (values === undefined || !holds(node, values)) return emitSame(builder, node);
    return builder.constant(values, node.type.shape, node.type.dtype);
  });
}

/** Also of iota and broadcasts, where they are small enough to be computed with. */
function constantValues(nodeOf: (id: NodeId) => GraphNode, id: NodeId): readonly number[] | undefined {
  const node = nodeOf(id);
  if (node.op === "constant") return node.params.values;
  if (elementCount(node.type.shape) > largestFold) return undefined;
  if (node.op === "iota") return iotaValues(node.params);
  const operand = node.op === "broadcast" ? nodeOf(node.inputs[0]) : undefined;
  return node.op === "broadcast" && operand?.op === "constant"
    ? broadcastValues(operand.params.values, operand.type.shape, node.params)
    : undefined;
}

function broadcastValues(
  values: readonly number[],
  from: Shape,
  { shape, axes }: OpParams["broadcast"],
): readonly number[] {
  const along = axes.map((axis) => iotaValues({ shape, axis }));
  return Array.from(
    { length: elementCount(shape) },
    (_, at) => values[along.reduce((position, index, i) => position * from[i] + index[at], 0)],
  );
}

function evaluate(
  node: GraphNode,
  operands: readonly (readonly number[] | undefined)[],
): readonly number[] | undefined {
  const known = operands.filter((values) => values !== undefined);
  const [first] = known;
  if (known.length < operands.length || first.length > largestFold) return undefined;
  if (node.op === "reshape") return first;
  if (node.op === "reduceSum" && node.type.shape.length === 0) return [first.reduce((sum, x) => sum + x, 0)];
  const compute = scalarOp(node);
  return compute && first.map((_, i) => compute(...known.map((values) => values[i])));
}

/** Whether the values are of the node's kind: a float that is no whole number may not become an int constant. */
function holds({ type }: GraphNode, values: readonly number[]): boolean {
  return (
    values.length === elementCount(type.shape) && (type.dtype !== "int" || values.every(Number.isSafeInteger))
  );
}

/** The one value that a node has everywhere, where that is plain to see. */
export function uniformValue(nodeOf: (id: NodeId) => GraphNode, id: NodeId): number | undefined {
  const node = nodeOf(id);
  if (node.op === "broadcast") return uniformValue(nodeOf, node.inputs[0]);
  if (node.op !== "constant" || node.params.values.length > largestFold) return undefined;
  const [first] = node.params.values;
  return node.params.values.every((value) => Object.is(value, first)) ? first : undefined;
}
