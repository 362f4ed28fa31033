/**
 * The op table: one row per op with its number of operands, its type rule and its gradient.
 *
 * A gradient takes the node, its own id and the adjoint of its output, and gives the adjoints of its operands, in order;
 * undefined where none flows (int and bool operands, and ops that are constant almost everywhere). Formulas write x, y for
 * the operands, r for the result, a′ for the adjoint of a. A gradient is built from ops, so it has a gradient itself.
 *
 * Where a derivative does not exist: `abs` and `sign` have slope 0 at 0; `min`, `max` and `reduceMax` share the adjoint
 * equally among ties; `sqrt` is infinitely steep at 0, so its operand's adjoint there is infinite, or NaN if r′ is 0.
 *
 * `select` sends zero to the branch not taken, but zero times an infinite slope is NaN: in select(x > 0, log(x), 0) the
 * gradient at x = 0 is 0/0. Whoever writes such a select must also guard the operand: log(select(x > 0, x, 1)). That
 * is needed where a branch is infinite or NaN, or infinitely steep, on the other side: log, sqrt, div, pow, lgamma and
 * digamma at the edge of their domains, erfinv at ±1, exp where it overflows.
 */
import { bug } from "../base/bug.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { filtersAdjoint, imagesAdjoint } from "./convolution.ts";
import { elementCount, type NodeId, type NodeOf } from "./graph.ts";
import { choleskyAdjoint, triangularSolveAdjoints } from "./linear-algebra.ts";
import { luAdjoint, luSolveAdjoints } from "./lu.ts";
import type { OpName, OpParams, TensorType } from "./ops.ts";
import {
  alongAxis,
  anyKind,
  argsortType,
  bools,
  broadcastType,
  choleskyType,
  concatType,
  condType,
  constantType,
  conv2dType,
  elementwise,
  floats,
  gatherType,
  iotaType,
  leafType,
  luSolveType,
  luType,
  matmulType,
  numbers,
  padType,
  polygammaType,
  reductionType,
  reshapeType,
  scanType,
  scatterAddType,
  selectType,
  showType,
  sliceType,
  sortType,
  type TypeRule,
  transposeType,
  triangularSolveType,
} from "./type-rules.ts";

export interface OpRow<Op extends OpName> {
  readonly operands: number | "any";
  readonly type: TypeRule<OpParams[Op]>;
  /** "none": nothing flows to any operand. "nested": that of the graphs inside, made in `scan-gradient.ts` and `cond-gradient.ts`. */
  readonly gradient: Gradient<Op> | "none" | "nested";
}

export type Gradient<Op extends OpName> = (
  math: Arithmetic,
  node: NodeOf<Op>,
  result: NodeId,
  adjoint: NodeId,
) => readonly (NodeId | undefined)[];

export const opTable = {
  input: { operands: 0, type: leafType, gradient: "none" },
  constant: { operands: 0, type: constantType, gradient: "none" },
  iota: { operands: 0, type: iotaType, gradient: "none" },

  // x′ = −r′
  neg: { operands: 1, type: elementwise(numbers), gradient: ({ neg }, _node, _r, adjoint) => [neg(adjoint)] },
  // x′ = r′ sign(x)
  abs: {
    operands: 1,
    type: elementwise(numbers),
    gradient: ({ mul, sign }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, sign(x))],
  },
  sign: { operands: 1, type: elementwise(numbers), gradient: "none" },
  // x′ = r′ r
  exp: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul }, _node, r, adjoint) => [mul(adjoint, r)],
  },
  // x′ = r′ / x
  log: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ div }, { inputs: [x] }, _r, adjoint) => [div(adjoint, x)],
  },
  // x′ = r′ / (1 + x)
  log1p: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ div, shift }, { inputs: [x] }, _r, adjoint) => [div(adjoint, shift(x, 1))],
  },
  // x′ = r′ exp(x); not r + 1, which loses the digits of a small exp(x)
  expm1: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, exp }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, exp(x))],
  },
  // x′ = r′ / 2r
  sqrt: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ div, scale }, _node, r, adjoint) => [div(adjoint, scale(r, 2))],
  },
  // x′ = r′ cos(x)
  sin: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, cos }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, cos(x))],
  },
  // x′ = −r′ sin(x)
  cos: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, neg, sin }, { inputs: [x] }, _r, adjoint) => [neg(mul(adjoint, sin(x)))],
  },
  // x′ = r′ (1 + r²)
  tan: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, shift }, _node, r, adjoint) => [mul(adjoint, shift(mul(r, r), 1))],
  },
  // x′ = r′ (1 − r²)
  tanh: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, sub, like }, _node, r, adjoint) => [mul(adjoint, sub(like(r, 1), mul(r, r)))],
  },
  // x′ = r′ r σ(−x); not 1 − r, which loses the digits of a small σ(−x)
  sigmoid: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, neg, sigmoid }, { inputs: [x] }, r, adjoint) => [mul(adjoint, mul(r, sigmoid(neg(x))))],
  },
  // x′ = r′ σ(x)
  softplus: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, sigmoid }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, sigmoid(x))],
  },
  floor: { operands: 1, type: elementwise(floats), gradient: "none" },
  // x′ = r′ ψ(x)
  lgamma: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, digamma }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, digamma(x))],
  },
  // x′ = r′ ψ⁽¹⁾(x)
  digamma: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, polygamma }, { inputs: [x] }, _r, adjoint) => [mul(adjoint, polygamma(1, x))],
  },
  // x′ = r′ (2/√π) exp(−x²)
  erf: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, neg, exp, scale }, { inputs: [x] }, _r, adjoint) => [
      mul(adjoint, scale(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
    ],
  },
  // x′ = r′ (√π/2) exp(r²)
  erfinv: {
    operands: 1,
    type: elementwise(floats),
    gradient: ({ mul, exp, scale }, _node, r, adjoint) => [
      mul(adjoint, scale(exp(mul(r, r)), Math.sqrt(Math.PI) / 2)),
    ],
  },
  // x′ = r′ ψ⁽ⁿ⁺¹⁾(x)
  polygamma: {
    operands: 1,
    type: polygammaType,
    gradient: ({ mul, polygamma }, { inputs: [x], params }, _r, adjoint) => [
      mul(adjoint, polygamma(params.order + 1, x)),
    ],
  },
  not: { operands: 1, type: elementwise(bools), gradient: "none" },
  stopGradient: { operands: 1, type: elementwise(anyKind), gradient: "none" },
  // x′ = r′ from float to float, which changes nothing; no other conversion has a slope
  convert: {
    operands: 1,
    type: (inputs, { dtype }) => elementwise(anyKind, dtype)(inputs, undefined),
    gradient: ({ builder }, { inputs: [x] }, _r, adjoint) => [
      builder.typeOf(x).dtype === "float" ? adjoint : undefined,
    ],
  },

  // x′ = r′, y′ = r′
  add: {
    operands: 2,
    type: elementwise(numbers),
    gradient: (_math, _node, _r, adjoint) => [adjoint, adjoint],
  },
  // x′ = r′, y′ = −r′
  sub: {
    operands: 2,
    type: elementwise(numbers),
    gradient: ({ neg }, _node, _r, adjoint) => [adjoint, neg(adjoint)],
  },
  // x′ = r′ y, y′ = r′ x
  mul: {
    operands: 2,
    type: elementwise(numbers),
    gradient: ({ mul }, { inputs: [x, y] }, _r, adjoint) => [mul(adjoint, y), mul(adjoint, x)],
  },
  // x′ = r′ / y, y′ = −r′ r / y
  div: {
    operands: 2,
    type: elementwise(floats),
    gradient: ({ mul, div, neg }, { inputs: [, y] }, r, adjoint) => {
      const share = div(adjoint, y);
      return [share, neg(mul(share, r))];
    },
  },
  // x′ = r′ y x^(y − 1), where y = 0 gives 0 even at x = 0.
  // y′ = r′ r log x, taken as 0 for x ≤ 0: right at x = 0 < y, and elsewhere there is no derivative.
  pow: {
    operands: 2,
    type: elementwise(floats),
    gradient: ({ mul, pow, log, select, equal, less, like, shift }, { inputs: [x, y] }, r, adjoint) => {
      const one = like(y, 1);
      const zero = like(y, 0);
      const lowered = select(equal(y, zero), one, shift(y, -1));
      const base = select(less(zero, x), x, one);
      return [mul(adjoint, mul(y, pow(x, lowered))), mul(adjoint, mul(r, log(base)))];
    },
  },
  // x′ = r′ where x < y, half of it where x = y, else 0; y′ the other way round
  min: {
    operands: 2,
    type: elementwise(numbers),
    gradient: (math, { inputs: [x, y] }, _r, adjoint) =>
      chosen(math, math.less(x, y), math.less(y, x), adjoint),
  },
  // x′ = r′ where x > y, half of it where x = y, else 0; y′ the other way round
  max: {
    operands: 2,
    type: elementwise(numbers),
    gradient: (math, { inputs: [x, y] }, _r, adjoint) =>
      chosen(math, math.less(y, x), math.less(x, y), adjoint),
  },
  equal: { operands: 2, type: elementwise(anyKind, "bool"), gradient: "none" },
  less: { operands: 2, type: elementwise(numbers, "bool"), gradient: "none" },
  lessEqual: { operands: 2, type: elementwise(numbers, "bool"), gradient: "none" },
  and: { operands: 2, type: elementwise(bools), gradient: "none" },
  or: { operands: 2, type: elementwise(bools), gradient: "none" },

  // then′ = select(c, r′, 0), else′ = select(c, 0, r′)
  select: {
    operands: 3,
    type: selectType,
    gradient: ({ select, like }, { inputs: [condition] }, _r, adjoint) => {
      const zero = like(adjoint, 0);
      return [undefined, select(condition, adjoint, zero), select(condition, zero, adjoint)];
    },
  },

  // x′ = r′ spread over the reduced axes
  reduceSum: {
    operands: 1,
    type: reductionType,
    gradient: (math, { inputs: [x], params }, _r, adjoint) => [spread(math, adjoint, x, params.axes)],
  },
  // x′ = r′ / (number of ties) where x = r, else 0
  reduceMax: {
    operands: 1,
    type: reductionType,
    gradient: (math, { inputs: [x], params }, r, adjoint) => {
      const { equal, select, reduceSum, div, like } = math;
      const isMaximum = equal(x, spread(math, r, x, params.axes));
      const zero = like(x, 0);
      const ties = reduceSum(select(isMaximum, like(x, 1), zero), params.axes);
      return [select(isMaximum, spread(math, div(adjoint, ties), x, params.axes), zero)];
    },
  },
  // x′ = running sum of r′ from the other end
  cumsum: {
    operands: 1,
    type: alongAxis(numbers),
    gradient: ({ builder }, { params: { axis, reverse } }, _r, adjoint) => [
      builder.emit("cumsum", [adjoint], { axis, reverse: !reverse }),
    ],
  },

  // x′ = r′ in x's shape
  reshape: {
    operands: 1,
    type: reshapeType,
    gradient: ({ builder, shapeOf }, { inputs: [x] }, _r, adjoint) => [
      builder.emit("reshape", [adjoint], { shape: shapeOf(x) }),
    ],
  },
  // x′ = r′ transposed by the inverse permutation
  transpose: {
    operands: 1,
    type: transposeType,
    gradient: ({ builder }, { params: { permutation } }, _r, adjoint) => [
      builder.emit("transpose", [adjoint], {
        permutation: permutation.map((_, axis) => permutation.indexOf(axis)),
      }),
    ],
  },
  // x′ = r′ summed over the axes that x does not have
  broadcast: {
    operands: 1,
    type: broadcastType,
    gradient: ({ reduceSum }, { params: { shape, axes } }, _r, adjoint) => [
      reduceSum(adjoint, otherAxes(shape.length, axes)),
    ],
  },
  // x′ = r′ with zeros where the slice was not
  slice: {
    operands: 1,
    type: sliceType,
    gradient: ({ builder, shapeOf }, { inputs: [x], params: { start, limit } }, _r, adjoint) => [
      builder.emit("pad", [adjoint], {
        before: start,
        after: shapeOf(x).map((length, axis) => length - limit[axis]),
      }),
    ],
  },
  // x′ = the part of r′ where x stands
  pad: {
    operands: 1,
    type: padType,
    gradient: ({ builder, shapeOf }, { inputs: [x], params: { before } }, _r, adjoint) => [
      builder.emit("slice", [adjoint], {
        start: before,
        limit: shapeOf(x).map((length, axis) => before[axis] + length),
      }),
    ],
  },
  // each operand's adjoint is its part of r′
  concat: {
    operands: "any",
    type: concatType,
    gradient: ({ builder, shapeOf }, { inputs, params: { axis } }, _r, adjoint) => {
      let from = 0;
      return inputs.map((input) => {
        const shape = shapeOf(input);
        const start = shape.map((_, other) => (other === axis ? from : 0));
        from += shape[axis];
        const limit = shape.with(axis, from);
        return builder.emit("slice", [adjoint], { start, limit });
      });
    },
  },
  // x′ = r′ reversed
  reverse: {
    operands: 1,
    type: alongAxis(anyKind),
    gradient: ({ builder }, { params }, _r, adjoint) => [builder.emit("reverse", [adjoint], params)],
  },

  // table′ = r′ added up per index
  gather: {
    operands: 2,
    type: gatherType,
    gradient: ({ builder, shapeOf }, { inputs: [table, indices] }, _r, adjoint) => [
      builder.emit("scatterAdd", [indices, adjoint], { size: shapeOf(table)[0] }),
      undefined,
    ],
  },
  // updates′ = r′ gathered at the indices; 0 where an index is out of range, as that update went nowhere
  scatterAdd: {
    operands: 2,
    type: scatterAddType,
    gradient: (math, { inputs: [indices, updates], params: { size } }, _r, adjoint) => {
      const { builder, less, and, select, like, broadcast, shapeOf } = math;
      const at = builder.nodeOf(indices);
      if (at.op === "constant" && at.params.values.every((index) => 0 <= index && index < size))
        return [undefined, builder.emit("gather", [adjoint, indices], {})];
      const inRange = and(less(like(indices, -1), indices), less(indices, like(indices, size)));
      const gathered = builder.emit("gather", [adjoint, select(inRange, indices, like(indices, 0))], {});
      const everywhere = broadcast(
        inRange,
        shapeOf(updates),
        shapeOf(indices).map((_, axis) => axis),
      );
      return [undefined, select(everywhere, gathered, like(gathered, 0))];
    },
  },
  argsort: { operands: 1, type: argsortType, gradient: "none" },
  // x′ = r′ back at the positions that x's elements came from; among equal elements, in their order
  sort: {
    operands: 1,
    type: sortType,
    gradient: ({ builder, add, shapeOf }, { inputs: [x] }, _r, adjoint) => {
      const shape = shapeOf(x);
      const size = elementCount(shape);
      const [length] = shape.slice(-1);
      const rows = Array.from({ length: elementCount(shape.slice(0, -1)) }, (_, row) => row * length);
      const starts = builder.emit("broadcast", [builder.constant(rows, shape.slice(0, -1), "int")], {
        shape,
        axes: shape.slice(0, -1).map((_, axis) => axis),
      });
      const positions = add(builder.emit("argsort", [x], {}), starts);
      const flat = (id: NodeId): NodeId => builder.emit("reshape", [id], { shape: [size] });
      const scattered = builder.emit("scatterAdd", [flat(positions), flat(adjoint)], { size });
      return [builder.emit("reshape", [scattered], { shape })];
    },
  },

  // r = x y: x′ = r′ yᵀ, y′ = xᵀ r′. Where an operand is stored transposed, its adjoint is transposed too.
  matmul: {
    operands: 2,
    type: matmulType,
    gradient: ({ builder }, { inputs: [x, y], params: { transposeLeft, transposeRight } }, _r, adjoint) => {
      const matmul = (left: NodeId, transposeLeft: boolean, right: NodeId, transposeRight: boolean): NodeId =>
        builder.emit("matmul", [left, right], { transposeLeft, transposeRight });
      return [
        transposeLeft ? matmul(y, transposeRight, adjoint, true) : matmul(adjoint, false, y, !transposeRight),
        transposeRight ? matmul(adjoint, true, x, transposeLeft) : matmul(x, !transposeLeft, adjoint, false),
      ];
    },
  },
  // formula: linear-algebra.ts
  cholesky: {
    operands: 1,
    type: choleskyType,
    gradient: (math, _node, r, adjoint) => [choleskyAdjoint(math, r, adjoint)],
  },
  // formulas: linear-algebra.ts
  triangularSolve: {
    operands: 2,
    type: triangularSolveType,
    gradient: (math, { inputs: [matrix], params }, r, adjoint) =>
      triangularSolveAdjoints(math, matrix, r, adjoint, params),
  },
  // formulas: lu.ts
  lu: {
    operands: 1,
    type: luType,
    gradient: (math, _node, r, adjoint) => [luAdjoint(math, r, adjoint)],
  },
  luSolve: {
    operands: 3,
    type: luSolveType,
    gradient: (math, node, r, adjoint) => luSolveAdjoints(math, node, r, adjoint),
  },
  // formulas: convolution.ts
  conv2d: {
    operands: 2,
    type: conv2dType,
    gradient: ({ builder }, { inputs: [images, filters], params }, _r, adjoint) => {
      const [, rows, columns] = builder.typeOf(images).shape;
      return [
        imagesAdjoint(builder, [rows, columns], filters, adjoint, params),
        filtersAdjoint(builder, images, filters, adjoint, params),
      ];
    },
  },
  cond: { operands: "any", type: condType, gradient: "nested" },
  scan: { operands: "any", type: scanType, gradient: "nested" },
} satisfies { readonly [Op in OpName]: OpRow<Op> };

/** The row of one op, with parameters and row tied together. */
export function opRow<Op extends OpName>(op: Op): OpRow<Op> {
  return (opTable as { readonly [Name in OpName]: OpRow<Name> })[op];
}

/** The result's type. An ill-typed node is a bug and throws with the op and its operand types. */
export function inferType<Op extends OpName>(
  op: Op,
  inputs: readonly TensorType[],
  params: OpParams[Op],
): TensorType {
  const row = opRow(op);
  const isComplete = row.operands === "any" || row.operands === inputs.length;
  const type = isComplete ? row.type(inputs, params) : `takes ${row.operands} operands`;
  if (typeof type !== "string") return type;
  return bug(`${op}(${inputs.map(showType).join(", ")}): ${op} ${type}`);
}

/** `reduced` (an x without `axes`) in the shape of x. */
function spread(
  { broadcast, shapeOf }: Arithmetic,
  reduced: NodeId,
  x: NodeId,
  axes: readonly number[],
): NodeId {
  const shape = shapeOf(x);
  return broadcast(reduced, shape, otherAxes(shape.length, axes));
}

function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}

/** Adjoints of two operands of which one is chosen; half to each where neither is strictly. */
function chosen(
  { select, scale, like }: Arithmetic,
  first: NodeId,
  second: NodeId,
  adjoint: NodeId,
): readonly NodeId[] {
  const half = scale(adjoint, 0.5);
  const zero = like(adjoint, 0);
  return [
    select(first, adjoint, select(second, zero, half)),
    select(second, adjoint, select(first, zero, half)),
  ];
}
