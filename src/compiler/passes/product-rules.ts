/** Simplification of products of matrices and solves: many small ones as one large one, and operands read as they are stored. */
import { elementCount, type GraphNode, type NodeId, type NodeOf } from "../graph.ts";
import type { Rules, View } from "./rule.ts";

export const productRules: Rules = {
  // (xᵀ) y reads x transposed; a batch of products with one matrix is one product
  matmul: (view, node) => {
    const { inputs, params } = node;
    const [x, y] = inputs;
    const left = matrixTransposed(view, x);
    const right = matrixTransposed(view, y);
    if (left === undefined && right === undefined) return withOneMatrix(view, node);
    return view.builder.emit("matmul", [left ?? x, right ?? y], {
      transposeLeft: params.transposeLeft !== (left !== undefined),
      transposeRight: params.transposeRight !== (right !== undefined),
    });
  },
  // aᵀ x = b reads the other triangle of a, transposed
  triangularSolve: (view, { inputs: [matrix, right], params: { lower, transpose } }) => {
    const original = matrixTransposed(view, matrix);
    if (original === undefined) return undefined;
    const params = { lower: !lower, transpose: !transpose };
    return view.builder.emit("triangularSolve", [original, right], params);
  },
};

/**
 * [B…, M, K] × W = [B… M, K] × W where W is the same for the whole batch; W [B…, K, 1] = ([B…, K] × Wᵀ)[…, 1]. Only where the rows
 * lie one after the other already.
 */
function withOneMatrix(view: View, { inputs: [x, y], params, type }: NodeOf<"matmul">): NodeId | undefined {
  const { builder, shapeOf } = view;
  const { transposeLeft, transposeRight } = params;
  const [rows, columns] = type.shape.slice(-2);
  const batch = elementCount(type.shape.slice(0, -2));
  const inner = shapeOf(x)[type.shape.length - (transposeLeft ? 2 : 1)];
  const product = (many: NodeId, height: number, one: NodeId, isTransposed: boolean): NodeId => {
    const flat = builder.emit("reshape", [many], { shape: [height, inner] });
    const params = { transposeLeft: false, transposeRight: isTransposed };
    return builder.emit("reshape", [builder.emit("matmul", [flat, one], params)], { shape: type.shape });
  };
  const right = sameMatrix(view, y);
  if (right !== undefined && (!transposeLeft || rows === 1))
    return product(x, batch * rows, right, transposeRight);
  const left = sameMatrix(view, x);
  return left !== undefined && columns === 1 ? product(y, batch, left, !transposeLeft) : undefined;
}

/** The matrix that a batch repeats. */
function sameMatrix(view: View, id: NodeId): NodeId | undefined {
  const { shape, axes } = view.as("broadcast", id)?.params ?? { shape: [], axes: [] };
  const isBatch = axes.length === 2 && shape.length > 2 && axes[0] === shape.length - 2;
  return isBatch ? view.inside("broadcast", id) : undefined;
}

/**
 * Σ xᵦ yᵦ over a whole batch, as one product whose inner length is that of all: for outer products and others whose operands
 * lie in memory as it reads them.
 */
export function sumOfProducts(view: View, x: NodeId, axes: readonly number[]): NodeId | undefined {
  const product = view.as("matmul", x);
  if (!product) return undefined;
  const { inputs, params, type } = product;
  const rank = type.shape.length;
  const isWholeBatch = rank > 2 && axes.length === rank - 2 && axes.every((axis, at) => axis === at);
  const left = view.builder.nodeOf(inputs[0]);
  if (!isWholeBatch || !isSummable(product, left)) return undefined;
  const inner = left.type.shape[rank - (params.transposeLeft ? 2 : 1)];
  const all = elementCount(type.shape.slice(0, -2)) * inner;
  const operands = inputs.map((input, at) =>
    view.builder.emit("reshape", [input], { shape: [all, type.shape[rank - 2 + at]] }),
  );
  return view.builder.emit("matmul", operands, { transposeLeft: true, transposeRight: false });
}

/** Whether products like this one, of operands like `left`, can be summed over a batch of them as `sumOfProducts` does. */
export function isSummable(node: GraphNode, left: GraphNode | undefined): boolean {
  if (node.op !== "matmul" || left === undefined) return false;
  const { transposeLeft, transposeRight } = node.params;
  const { shape } = left.type;
  return shape[shape.length - (transposeLeft ? 2 : 1)] === 1 || (transposeLeft && !transposeRight);
}

/** The operand of a transposition of the last two axes only. */
function matrixTransposed(view: View, x: NodeId): NodeId | undefined {
  const transpose = view.as("transpose", x);
  if (!transpose) return undefined;
  const { permutation } = transpose.params;
  const rank = permutation.length;
  const swapsLastTwo = permutation.every((axis, position) =>
    position < rank - 2 ? axis === position : axis === 2 * rank - 3 - position,
  );
  return swapsLastTwo ? transpose.inputs[0] : undefined;
}
