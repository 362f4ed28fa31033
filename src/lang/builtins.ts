/**
 * Names of the builtin functions and how each takes its arguments. Their type rules are in `check-builtin.ts`,
 * their lowering in `compiler/lower/builtins.ts`: one row per name in each.
 */

/** Elementwise with two arguments. Operators `+ - * / ^ == != < <= > >= && ||` come here too. */
export const binaryBuiltins = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "min",
  "max",
  "atan2",
  "logaddexp",
  "lbeta",
  "log_choose",
  "mod",
  "quotient",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
] as const;

/** Elementwise: scalars and equal shapes mixed. Operators `! -` come here too. */
export const elementwiseBuiltins = [
  "neg",
  "not",
  "abs",
  "sign",
  "exp",
  "log",
  "log1p",
  "expm1",
  "sqrt",
  "square",
  "sin",
  "cos",
  "tan",
  "tanh",
  "sigmoid",
  "logit",
  "softplus",
  "floor",
  "lgamma",
  "digamma",
  "erf",
  "erfc",
  "erfinv",
  "normal_cdf",
  "log_normal_cdf",
  "normal_quantile",
  "log_gamma_cdf",
  "log_gamma_survival",
  "log_beta_cdf",
  "log_beta_survival",
  "log1mexp",
  "log_sigmoid",
  "sinh",
  "cosh",
  "asin",
  "acos",
  "atan",
  "ceil",
  "round",
  "step",
  "stop_gradient",
  "relu",
  "where",
  "clip",
  ...binaryBuiltins,
] as const;

/** Everything else; what each does, with shapes, is its comment. */
export const arrayBuiltins = [
  "sum", // T[N] → T: over the last dimension
  "mean", // T[N] → Real
  "prod", // T[N] → T
  "logsumexp", // Real[N] → Real
  "softmax", // Real[N] → Simplex[N]
  "log_softmax", // Real[N] → Real[N]
  "cumsum", // T[N] → T[N]
  "dot", // Real[N], Real[N] → Real
  "matmul", // `@`: [N,M]@[M,K] → [N,K]; [N,M]@[M] → [N]; [M]@[M,K] → [K]; [M]@[M] → scalar
  "transpose", // Real[N, M] → Real[M, N]
  "outer", // Real[N], Real[M] → Real[N, M]
  "ones", // ones(K, …) → Positive[K, …]; sizes in `sizes`
  "zeros", // zeros(K, …) → Real[K, …]
  "split", // Real[2 * N] → (Real[N], Real[N])
  "concat", // Real[N], Real[M] → Real[N + M]
  "flatten", // T[N, M, …] → T[N * M * …]: row by row
  "reshape", // reshape(x, K, …) → T[K, …] of as many elements, row by row; K, … in `sizes`
  "max_of", // T[N] → T: what `max(x)` of one array means
  "min_of", // T[N] → T
  "argmax", // T[N] → Int: the first position of the largest element
  "argmin", // T[N] → Int
  "var", // T[N] → NonNegative: sum of squared deviations / (N − 1)
  "sd", // T[N] → NonNegative: its root
  "cumprod", // T[N] → T[N]
  "cummax", // T[N] → T[N]: the largest up to each element
  "cummin", // T[N] → T[N]
  "sort", // T[N] → T[N]: ascending
  "argsort", // T[N] → Int[N]: the positions that sort it
  "reverse", // T[N] → T[N]
  "linspace", // linspace(a, b, N) → Real[N]: evenly spaced from a to b; N in `sizes`
  "eye", // eye(K) → Corr[K]; K in `sizes`
  "diag", // T[N] → T[N, N]: zeros beside the diagonal
  "diagonal", // T[N, N] → T[N]
  "trace", // T[N, N] → T
  "cholesky", // Covariance[N] → CholeskyCov[N]
  "logdet", // Covariance[N] → Real
  "inverse_spd", // Covariance[N] → Covariance[N]
  "solve_lower", // CholeskyCov[N] L, Real[N] or Real[N, M] b → x with L x = b
  "solve_lower_transpose", // the same with Lᵀ x = b
  "solve_spd", // Covariance[N] A, b → x with A x = b
  "solve_lu", // Real[N, N] A, b → x with A x = b
  "lu_pivots", // Real[N, N] → Real[N]: their product is the determinant
  "quad_form", // Real[N, N] A, Real[N] v → vᵀ A v; Real[N, M] B → Bᵀ A B
  "conv2d", // Real[H, W, C], filters Real[A, B, C, O] → Real[H, W, O]: zeros around
  "strided_conv2d", // Real[…, …, C], Real[A, B, C, O], sizes H, W, stride, dilation → Real[H, W, O]
  "transposed_conv2d", // Real[…, …, C], Real[A, B, O, C], sizes as above → Real[H, W, O]
] as const;

/** Which arguments are sizes known when compiling: all, any number behind the first, or those at these positions. The rest are values. */
export const sizeArguments: Readonly<Partial<Record<BuiltinName, "all" | "others" | readonly number[]>>> = {
  ones: "all",
  zeros: "all",
  reshape: "others",
  eye: [0],
  linspace: [2],
  strided_conv2d: [2, 3, 4, 5],
  transposed_conv2d: [2, 3, 4, 5],
};

export type BuiltinName = (typeof elementwiseBuiltins)[number] | (typeof arrayBuiltins)[number];

/** Named numbers that need no call. `infinity` is for ends of intervals: `Real(low, infinity)`. */
export const constants: Readonly<Record<string, number>> = { pi: Math.PI, infinity: Infinity };
