/**
 * Names of the builtin functions and how each takes its arguments. Their type rules are in `check-builtin.ts`,
 * their lowering in `compiler/lower/builtins.ts`: one row per name in each.
 */

/** Elementwise: scalars and equal shapes mixed. Operators `+ - * / ^ == != < <= > >= && || ! -` come here too. */
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
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "min",
  "max",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
  "stop_gradient",
  "relu",
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
] as const;

export type BuiltinName = (typeof elementwiseBuiltins)[number] | (typeof arrayBuiltins)[number];

/** Named numbers that need no call. */
export const constants: Readonly<Record<string, number>> = { pi: Math.PI };
