/**
 * Graph → the form that is scheduled: a node list as before, except that
 * - iota is a constant vector, broadcast;
 * - ops that change nothing (reductions over no axes, conversions to the same kind) are views;
 * - the indices of gather and scatterAdd are broadcast to the shape of the result and of the updates, so that they are read
 *   element by element like any operand;
 * - products of thin matrices are sums of products, which fuse with what is around them;
 * - softplus and sigmoid of the same x share e^−|x|, and a log1p whose operand is that says so in its parameters;
 * - division by a constant is multiplication by its inverse, which is up to 1 unit in the last place less accurate.
 */
import { equalShapes, type Graph, type GraphNode, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { OpName, OpParams, TensorType } from "../../compiler/ops.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import type { SpaceLimits } from "./space.ts";

export function prepare(graph: Graph, limits: SpaceLimits): Graph {
  const nodes: GraphNode[] = [];
  const ids: NodeId[] = [];
  const push = <Op extends OpName>(
    op: Op,
    inputs: readonly NodeId[],
    params: OpParams[Op],
    type: TensorType,
  ): NodeId => nodes.push({ op, inputs, params, type } as GraphNode) - 1;

  const spreadIndices = (indices: NodeId, shape: readonly number[]): NodeId => {
    const { type } = nodes[indices];
    if (equalShapes(type.shape, shape)) return indices;
    return push(
      "broadcast",
      [indices],
      { shape, axes: type.shape.map((_, axis) => axis) },
      { ...type, shape },
    );
  };

  const fill = (value: number, type: TensorType): NodeId => {
    const single: TensorType = { dtype: "float", shape: [] };
    const constant = push("constant", [], { type: single, values: [value] }, single);
    return push("broadcast", [constant], { shape: type.shape, axes: [] }, type);
  };
  const shared = operandsOfBoth(graph, "softplus", "sigmoid");
  /** e^−|x|, by x. */
  const exponentials = new Map<NodeId, NodeId>();
  /** softplus(x) = max(x, 0) + log(1 + e^−|x|); sigmoid(x) = (1 or, below 0, e^−|x|) / (1 + e^−|x|). */
  const logistic = ({ op, type }: GraphNode, x: NodeId): NodeId => {
    const unary = (name: "abs" | "neg" | "exp", operand: NodeId): NodeId => push(name, [operand], {}, type);
    const logOneBelowTwo = (operand: NodeId): NodeId =>
      push("log1p", [operand], { isBelowTwo: true } as OpParams["log1p"], type);
    const exponential = exponentials.get(x) ?? unary("exp", unary("neg", unary("abs", x)));
    exponentials.set(x, exponential);
    if (op === "softplus")
      return push("add", [push("max", [x, fill(0, type)], {}, type), logOneBelowTwo(exponential)], {}, type);
    const isNegative = push("less", [x, fill(0, type)], {}, { ...type, dtype: "bool" });
    const numerator = push("select", [isNegative, exponential, fill(1, type)], {}, type);
    return push("div", [numerator, push("add", [exponential, fill(1, type)], {}, type)], {}, type);
  };

  const prepareNode = (node: GraphNode): NodeId => {
    const inputs = node.inputs.map((input) => ids[input]);
    const operandTypes = inputs.map((input) => nodes[input].type);
    const keep = (): NodeId => nodes.push({ ...node, inputs } as GraphNode) - 1;
    const alias = (): NodeId => push("stopGradient", inputs, {}, node.type);
    switch (node.op) {
      case "iota": {
        const { shape, axis } = node.params;
        const type: TensorType = { dtype: "int", shape: [shape[axis]] };
        const values = Array.from({ length: shape[axis] }, (_, i) => i);
        const line = push("constant", [], { type, values }, type);
        return shape.length === 1 ? line : push("broadcast", [line], { shape, axes: [axis] }, node.type);
      }
      case "reduceSum":
      case "reduceMax":
        return node.params.axes.length === 0 ? alias() : keep();
      case "convert":
        return operandTypes[0].dtype === node.type.dtype ? alias() : keep();
      case "gather":
        return push("gather", [inputs[0], spreadIndices(inputs[1], node.type.shape)], {}, node.type);
      case "scatterAdd": {
        const indices = spreadIndices(inputs[0], operandTypes[1].shape);
        return push("scatterAdd", [indices, inputs[1]], node.params, node.type);
      }
      case "div": {
        const inverse = inverseOf(nodes, inputs[1]);
        return inverse === undefined
          ? keep()
          : push("mul", [inputs[0], fill(inverse, node.type)], {}, node.type);
      }
      case "softplus":
      case "sigmoid":
        return shared.has(node.inputs[0]) ? logistic(node, inputs[0]) : keep();
      case "matmul":
        return isThin(node, operandTypes, limits)
          ? sumOfProducts(node, inputs, operandTypes, push, limits)
          : keep();
      default:
        return keep();
    }
  };
  for (const node of graph.nodes) ids.push(prepareNode(node));
  const renamed = (named: Readonly<Record<string, NodeId>>): Record<string, NodeId> =>
    Object.fromEntries(Object.entries(named).map(([name, id]) => [name, ids[id]]));
  return { nodes, inputs: renamed(graph.inputs), outputs: renamed(graph.outputs) };
}

/** 1 / c where the node is the constant c everywhere and neither is near the ends of the range, in both precisions. */
function inverseOf(nodes: readonly GraphNode[], id: NodeId): number | undefined {
  const node = nodes[id];
  const base = node.op === "broadcast" ? nodes[node.inputs[0]] : node;
  if (base.op !== "constant" || base.params.values.length !== 1) return undefined;
  const [value] = base.params.values;
  return Math.abs(value) > 1e-30 && Math.abs(value) < 1e30 ? 1 / value : undefined;
}

/** Nodes of which both are taken. */
function operandsOfBoth({ nodes }: Graph, one: OpName, other: OpName): Set<NodeId> {
  const of = (op: OpName): Set<NodeId> =>
    new Set(nodes.filter((node) => node.op === op).map((node) => node.inputs[0]));
  const others = of(other);
  return new Set([...of(one)].filter((id) => others.has(id)));
}

/** Without batches, and with at least two of rows, inner and columns so short that they unroll. */
function isThin(node: NodeOf<"matmul">, [left, right]: readonly TensorType[], limits: SpaceLimits): boolean {
  if (left.shape.length !== 2) return false;
  const [rows, inner] = lastTwo(left.shape, node.params.transposeLeft);
  const [, columns] = lastTwo(right.shape, node.params.transposeRight);
  const [shortest, middle] = [rows, inner, columns].sort((a, b) => a - b);
  return shortest > 0 && shortest * middle <= limits.components;
}

type Push = <Op extends OpName>(
  op: Op,
  inputs: readonly NodeId[],
  params: OpParams[Op],
  type: TensorType,
) => NodeId;

/** Both operands broadcast to a block with the longest axis first, multiplied, and summed over the inner axis. */
function sumOfProducts(
  { params: { transposeLeft, transposeRight }, type }: NodeOf<"matmul">,
  [left, right]: readonly NodeId[],
  [leftType, rightType]: readonly TensorType[],
  push: Push,
  limits: SpaceLimits,
): NodeId {
  const [rows, inner] = lastTwo(leftType.shape, transposeLeft);
  const columns = lastTwo(rightType.shape, transposeRight)[1];
  const length = { rows, inner, columns };
  const order = (["rows", "columns", "inner"] as const).toSorted(
    (a, b) => Number(length[b] > limits.components) - Number(length[a] > limits.components),
  );
  const block: TensorType = { dtype: "float", shape: order.map((name) => length[name]) };
  const spread = (
    matrix: NodeId,
    isTransposed: boolean,
    first: keyof typeof length,
    second: keyof typeof length,
  ): NodeId => {
    const [outer, within] = isTransposed ? [second, first] : [first, second];
    const axes = [order.indexOf(outer), order.indexOf(within)];
    if (axes[0] < axes[1]) return push("broadcast", [matrix], { shape: block.shape, axes }, block);
    const shape = [length[within], length[outer]];
    const turned = push("transpose", [matrix], { permutation: [1, 0] }, { dtype: "float", shape });
    return push("broadcast", [turned], { shape: block.shape, axes: axes.toReversed() }, block);
  };
  const x = spread(left, transposeLeft, "rows", "inner");
  const y = spread(right, transposeRight, "inner", "columns");
  const product = push("mul", [x, y], {}, block);
  const axes = [order.indexOf("inner")];
  const kept = order.filter((name) => name !== "inner");
  const sum = push(
    "reduceSum",
    [product],
    { axes },
    { dtype: "float", shape: kept.map((name) => length[name]) },
  );
  return kept[0] === "rows" ? sum : push("transpose", [sum], { permutation: [1, 0] }, type);
}
