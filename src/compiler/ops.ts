/**
 * All primitive ops on one page, with their typed parameters. `op-table.ts` has one row per op (type rule and gradient),
 * each engine one lowering table. Nothing broadcasts: elementwise ops take equal shapes, `broadcast` is explicit.
 */
import type { Graph } from "./graph.ts";

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
  /**
   * Float or int, along the last axis: the positions, int, that put it in ascending order. Equal elements (0 and −0 are equal)
   * keep their order, NaN come last.
   */
  argsort: None;
  /** Float or int: each last axis in the order of `argsort`. */
  sort: None;

  // Linear algebra
  /** Float: [B…, M, K] × [B…, K, N] → [B…, M, N]; equal batch shapes; each operand may be read transposed. */
  matmul: { readonly transposeLeft: boolean; readonly transposeRight: boolean };
  /**
   * Float: [B…, N, N] symmetric positive definite, of which only the lower triangle is read → the lower triangular L with L Lᵀ = x;
   * above its diagonal are zeros. Where a pivot of a matrix is not above 0, all of that matrix's lower triangle is NaN.
   */
  cholesky: None;
  /**
   * Float operands a [B…, N, N], b [B…, N, M] → x [B…, N, M] with a x = b, or aᵀ x = b where `transpose`; equal batch shapes. Only
   * a's lower (or upper) triangle and its diagonal are read. A zero on the diagonal divides: infinities and NaN as IEEE says.
   */
  triangularSolve: { readonly lower: boolean; readonly transpose: boolean };
  /**
   * Float: [B…, N, N] of any kind → [B…, N + 2, N]: Gaussian elimination with the largest of a column as pivot. First N rows that
   * hold U and below its diagonal L, whose diagonal of ones is left out; then the row of x that each row of L U is; then for each
   * step 1, or −1 where it swapped rows. A column without a pivot leaves 0 on U's diagonal.
   */
  lu: None;
  /**
   * Float operands a [B…, N, N], lu(a), b [B…, N, M] → x [B…, N, M] with a x = b, or aᵀ x = b where `transpose`. Of a nothing is
   * read: its adjoint is known without that of lu(a). A singular matrix divides by zero: infinities and NaN as IEEE says.
   */
  luSolve: { readonly transpose: boolean };
  /**
   * Float: images [N, H, W, C], filters [FH, FW, C, O] → [N, H′, W′, O], not flipped:
   * r[n, i, j, o] = Σ x[n, i s₀ + a d₀ − p₀, j s₁ + b d₁ − p₁, c] f[a, b, c, o] over a, b, c, with strides s, dilation d of the
   * filter, p = before, and x zero outside. H′ = ⌊(H + before₀ + after₀ − (FH − 1) d₀ − 1) / s₀⌋ + 1, at least 1; W′ alike.
   */
  conv2d: {
    readonly strides: readonly [number, number];
    readonly before: readonly [number, number];
    readonly after: readonly [number, number];
    readonly dilation: readonly [number, number];
  };

  // Choices and loops
  /**
   * One of two graphs. Operands: a bool, then what the branches read: both have inputs in/0, in/1 …, all of which they list, used or
   * not, and outputs out/0 …, float and of the same shapes in both. The branch not taken decides nothing: no NaN or infinity comes
   * out of it, in gradients either. Result: float [n], the outputs of the one taken, row-major and one after the other.
   */
  cond: { readonly yes: Graph; readonly no: Graph };
  /**
   * A loop with carried state. Operands: the initial carries (`carries` of them), then `xs` tensors [length, …], then fixed ones.
   * The body reads inputs carry/0 …, x/0 … (one row of the tensor), fixed/0 …, all of which it lists, used or not, and gives
   * outputs carry/0 …, of the carries' types, and y/0 …. Carries and y are float, the others of any kind.
   * For t = 0, …, length − 1, or the other way round if `reverse`: (carry, y[t]) = body(carry, x[t], fixed).
   * Result: float [n], the final carries and then each y stacked [length, …], row-major and one after the other.
   */
  scan: {
    readonly body: Graph;
    readonly length: number;
    readonly reverse: boolean;
    readonly carries: number;
    readonly xs: number;
  };
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
