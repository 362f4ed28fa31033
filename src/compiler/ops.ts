/**
 * All primitive ops on one page, with their typed parameters. `op-table.ts` has one row per op (type rule and gradient),
 * each engine one lowering table. Nothing broadcasts: elementwise ops take equal shapes, `broadcast` is explicit.
 */
export interface OpParams {
  // Leaves
  /** A named input of the graph. */
  input: { readonly name: string; readonly type: TensorType };
  /** Row-major values. int and bool values are whole numbers. */
  constant: { readonly type: TensorType; readonly values: readonly number[] };
  /** 0, 1, … along `axis` of the shape, as int. */
  iota: { readonly shape: Shape; readonly axis: number };

  // Elementwise, one operand: float; neg, abs and sign also int
  neg: None;
  abs: None;
  sign: None;
  exp: None;
  log: None;
  log1p: None;
  expm1: None;
  sqrt: None;
  sin: None;
  cos: None;
  tan: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  floor: None;
  lgamma: None;
  digamma: None;
  erf: None;
  erfinv: None;
  /** Derivative of that order (1, 2, …) of digamma. */
  polygamma: { readonly order: number };
  not: None;
  /** The operand, with gradient zero. */
  stopGradient: None;
  /** To another element kind: float → int truncates, number → bool is ≠ 0, bool → number is 0 or 1. */
  convert: { readonly dtype: DType };

  // Elementwise, two operands of one shape and element kind: float or int; div and pow float only; and, or bool
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  min: None;
  max: None;
  equal: None;
  less: None;
  lessEqual: None;
  and: None;
  or: None;

  // Elementwise, three: condition (bool), then, else
  select: None;

  // Reductions, float or int; the reduced axes (ascending) disappear
  reduceSum: { readonly axes: readonly number[] };
  reduceMax: { readonly axes: readonly number[] };
  /** Inclusive running sum along one axis. */
  cumsum: { readonly axis: number; readonly reverse: boolean };

  // Shape
  reshape: { readonly shape: Shape };
  /** Output axis i is input axis permutation[i]. */
  transpose: { readonly permutation: readonly number[] };
  /** Input axis i becomes output axis axes[i] (ascending); input axes of length 1 do not stretch. */
  broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  /** Elements start, …, limit − 1 of each axis. */
  slice: { readonly start: readonly number[]; readonly limit: readonly number[] };
  /** Zeros before and after, per axis. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concat: { readonly axis: number };
  reverse: { readonly axis: number };

  // Indexing. Out-of-range indices give NaN (float) or 0, and scatter nowhere.
  /** Operands: table [V, …rest], indices int [I…] → [I…, …rest]. */
  gather: None;
  /** Operands: indices int [I…], updates [I…, …rest] → [size, …rest], zeros elsewhere. */
  scatterAdd: { readonly size: number };

  // Linear algebra
  /** Float: [B…, M, K] × [B…, K, N] → [B…, M, N]; equal batch shapes; each operand may be read transposed. */
  matmul: { readonly transposeLeft: boolean; readonly transposeRight: boolean };
}

type None = Readonly<Record<never, never>>;

export type OpName = keyof OpParams;
export type DType = "float" | "int" | "bool";
export type Shape = readonly number[];

/** Element kind and static shape. How many bits a float has is the engine's choice when it compiles. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}
