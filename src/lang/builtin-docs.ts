/** What is said of the builtin functions, in the form of doc comments: a signature, a line, examples that are run. `T` stands for any type of numbers. */
import type { BuiltinName } from "./builtins.ts";

export interface BuiltinDoc {
  readonly signature: string;
  readonly doc: string;
}

export const builtinDocs: Readonly<Record<BuiltinName, BuiltinDoc>> = {
  neg: {
    signature: "neg(x: Real): Real",
    doc: "The operator `-x`.\n\n> neg(2.5)\n-2.5",
  },
  not: {
    signature: "not(x: Bool): Bool",
    doc: "The operator `!x`.\n\n> not(true)\nfalse",
  },
  abs: {
    signature: "abs(x: Real): NonNegative",
    doc: "The absolute value.\n\n> abs(-2.5)\n2.5",
  },
  sign: {
    signature: "sign(x: Real): Real",
    doc: "−1, 0 or 1.\n\n> sign(-2.5)\n-1",
  },
  exp: {
    signature: "exp(x: Real): Positive",
    doc: "e^x.\n\n> exp(1)\n2.71828",
  },
  log: {
    signature: "log(x: NonNegative): Real",
    doc: "The natural logarithm.\n\n> log(10)\n2.30259",
  },
  log1p: {
    signature: "log1p(x: Real): Real",
    doc: "log(1 + x) for x from −1, to the last digits where x is small.\n\n> log1p(0.01)\n0.00995033",
  },
  expm1: {
    signature: "expm1(x: Real): Real",
    doc: "e^x − 1, to the last digits where x is small.\n\n> expm1(0.01)\n0.0100502",
  },
  sqrt: {
    signature: "sqrt(x: NonNegative): NonNegative",
    doc: "The square root.\n\n> sqrt(2)\n1.41421",
  },
  square: {
    signature: "square(x: Real): NonNegative",
    doc: "x².\n\n> square(-3)\n9",
  },
  sin: {
    signature: "sin(x: Real): Real",
    doc: "The sine of radians.\n\n> sin(1)\n0.841471",
  },
  cos: {
    signature: "cos(x: Real): Real",
    doc: "The cosine of radians.\n\n> cos(1)\n0.540302",
  },
  tan: {
    signature: "tan(x: Real): Real",
    doc: "The tangent of radians.\n\n> tan(1)\n1.55741",
  },
  tanh: {
    signature: "tanh(x: Real): Real(-1, 1)",
    doc: "The hyperbolic tangent.\n\n> tanh(0.5)\n0.462117",
  },
  sigmoid: {
    signature: "sigmoid(x: Real): Unit",
    doc: "1 / (1 + e^−x).\n\n> sigmoid(1)\n0.731059",
  },
  logit: {
    signature: "logit(p: Unit): Real",
    doc: "log(p / (1 − p)), the inverse of `sigmoid`.\n\n> logit(0.75)\n1.09861",
  },
  softplus: {
    signature: "softplus(x: Real): Positive",
    doc: "log(1 + e^x).\n\n> softplus(1)\n1.31326",
  },
  floor: {
    signature: "floor(x: Real): Int",
    doc: "The whole number at or below x.\n\n> floor(-1.5)\n-2",
  },
  lgamma: {
    signature: "lgamma(x: Positive): Real",
    doc: "log Γ(x).\n\n> lgamma(5)\n3.17805",
  },
  digamma: {
    signature: "digamma(x: Positive): Real",
    doc: "The derivative of `lgamma`.\n\n> digamma(5)\n1.50612",
  },
  erf: {
    signature: "erf(x: Real): Real(-1, 1)",
    doc: "The error function.\n\n> erf(0.5)\n0.5205",
  },
  erfc: {
    signature: "erfc(x: Real): Real",
    doc: "1 − erf(x), to the last digits where it is small.\n\n> erfc(5)\n1.53746e-12",
  },
  erfinv: {
    signature: "erfinv(y: Real): Real",
    doc: "The inverse of `erf`, for y between −1 and 1.\n\n> erfinv(0.5)\n0.476936",
  },
  normal_cdf: {
    signature: "normal_cdf(x: Real): Unit",
    doc: "The distribution function of Normal(0, 1).\n\n> normal_cdf(1)\n0.841345",
  },
  log_normal_cdf: {
    signature: "log_normal_cdf(x: Real): Real",
    doc: "Its logarithm, also where the function itself is 0 in doubles.\n\n> log_normal_cdf(-40)\n-804.608",
  },
  normal_quantile: {
    signature: "normal_quantile(p: Unit): Real",
    doc: "The inverse of `normal_cdf`.\n\n> normal_quantile(0.975)\n1.95996",
  },
  log_gamma_cdf: {
    signature: "log_gamma_cdf(shape: Positive, x: Real): Real",
    doc: "log P(shape, x), the regularised incomplete gamma function: of the distribution function of Gamma(shape, 1).\n\n> log_gamma_cdf(2.5, 1)\n-1.89144\n> log_gamma_cdf(2.5, 1e-200)\n-1152.49",
  },
  log_gamma_survival: {
    signature: "log_gamma_survival(shape: Positive, x: Real): Real",
    doc: "log Q(shape, x), of the upper tail of Gamma(shape, 1), to the last digits where it is small.\n\n> log_gamma_survival(2.5, 1000)\n-989.922",
  },
  log_beta_cdf: {
    signature: "log_beta_cdf(a: Positive, b: Positive, x: Real): Real",
    doc: "log I(a, b, x), the regularised incomplete beta function: of the distribution function of Beta(a, b).\n\n> log_beta_cdf(2, 3, 0.1)\n-2.95076",
  },
  log_beta_survival: {
    signature: "log_beta_survival(a: Positive, b: Positive, x: Real): Real",
    doc: "log (1 − I(a, b, x)), of the upper tail of Beta(a, b), to the last digits where it is small.\n\n> log_beta_survival(2, 3, 0.9)\n-5.59942",
  },
  log1mexp: {
    signature: "log1mexp(x: Real): Real",
    doc: "log(1 − e^x) for x below 0.\n\n> log1mexp(-1)\n-0.458675",
  },
  log_sigmoid: {
    signature: "log_sigmoid(x: Real): Real",
    doc: "log sigmoid(x).\n\n> log_sigmoid(-800)\n-800",
  },
  sinh: {
    signature: "sinh(x: Real): Real",
    doc: "The hyperbolic sine.\n\n> sinh(1)\n1.1752",
  },
  cosh: {
    signature: "cosh(x: Real): Positive",
    doc: "The hyperbolic cosine.\n\n> cosh(1)\n1.54308",
  },
  asin: {
    signature: "asin(x: Real): Real",
    doc: "The angle between −π/2 and π/2 whose sine is x, from −1 to 1.\n\n> asin(0.5)\n0.523599",
  },
  acos: {
    signature: "acos(x: Real): Real",
    doc: "The angle between 0 and π whose cosine is x, from −1 to 1.\n\n> acos(0.5)\n1.0472",
  },
  atan: {
    signature: "atan(x: Real): Real",
    doc: "The angle between −π/2 and π/2 whose tangent is x.\n\n> atan(2)\n1.10715",
  },
  ceil: {
    signature: "ceil(x: Real): Int",
    doc: "The whole number at or above x.\n\n> ceil(1.5)\n2",
  },
  round: {
    signature: "round(x: Real): Int",
    doc: "The nearest whole number, halves upwards.\n\n> round(2.5)\n3",
  },
  step: {
    signature: "step(x: Real): Real",
    doc: "0 below 0, 1 from 0 on.\n\n> step(0)\n1",
  },
  add: {
    signature: "add(x: Real, y: Real): Real",
    doc: "The operator `x + y`.\n\n> add(1, 2.5)\n3.5",
  },
  sub: {
    signature: "sub(x: Real, y: Real): Real",
    doc: "The operator `x - y`.\n\n> sub(1, 2.5)\n-1.5",
  },
  mul: {
    signature: "mul(x: Real, y: Real): Real",
    doc: "The operator `x * y`.\n\n> mul(2, 2.5)\n5",
  },
  div: {
    signature: "div(x: Real, y: Real): Real",
    doc: "The operator `x / y`, also of whole numbers.\n\n> div(1, 4)\n0.25",
  },
  pow: {
    signature: "pow(x: Real, y: Real): Real",
    doc: "The operator `x ^ y`.\n\n> pow(2, 10)\n1024",
  },
  min: {
    signature: "min(x: Real, y: Real): Real",
    doc: "The smaller.\n\n> min(1, 2.5)\n1",
  },
  max: {
    signature: "max(x: Real, y: Real): Real",
    doc: "The larger.\n\n> max(1, 2.5)\n2.5",
  },
  atan2: {
    signature: "atan2(y: Real, x: Real): Real(-pi, pi)",
    doc: "The angle of the point (x, y).\n\n> atan2(1, -1)\n2.35619",
  },
  logaddexp: {
    signature: "logaddexp(x: Real, y: Real): Real",
    doc: "log(e^x + e^y).\n\n> logaddexp(1000, 1000)\n1000.69",
  },
  lbeta: {
    signature: "lbeta(x: Positive, y: Positive): Real",
    doc: "The logarithm of the Beta function.\n\n> lbeta(2, 3)\n-2.48491",
  },
  log_choose: {
    signature: "log_choose(n: NonNegative, k: NonNegative): Real",
    doc: "The logarithm of the binomial coefficient.\n\n> log_choose(5, 2)\n2.30259",
  },
  mod: {
    signature: "mod(x: Real, y: Real): Real",
    doc: "x − y ⌊x / y⌋, of the sign of y.\n\n> mod(-1, 3)\n2",
  },
  quotient: {
    signature: "quotient(x: Real, y: Real): Int",
    doc: "⌊x / y⌋.\n\n> quotient(7, 2)\n3",
  },
  eq: {
    signature: "eq(x: Real, y: Real): Bool",
    doc: "The operator `x == y`, also of `Bool`.\n\n> eq(1, 1)\ntrue",
  },
  ne: {
    signature: "ne(x: Real, y: Real): Bool",
    doc: "The operator `x != y`, also of `Bool`.\n\n> ne(1, 1)\nfalse",
  },
  lt: {
    signature: "lt(x: Real, y: Real): Bool",
    doc: "The operator `x < y`.\n\n> lt(1, 2)\ntrue",
  },
  le: {
    signature: "le(x: Real, y: Real): Bool",
    doc: "The operator `x <= y`.\n\n> le(2, 2)\ntrue",
  },
  gt: {
    signature: "gt(x: Real, y: Real): Bool",
    doc: "The operator `x > y`.\n\n> gt(1, 2)\nfalse",
  },
  ge: {
    signature: "ge(x: Real, y: Real): Bool",
    doc: "The operator `x >= y`.\n\n> ge(2, 2)\ntrue",
  },
  and: {
    signature: "and(x: Bool, y: Bool): Bool",
    doc: "The operator `x && y`.\n\n> and(true, false)\nfalse",
  },
  or: {
    signature: "or(x: Bool, y: Bool): Bool",
    doc: "The operator of two bars: one of them, or both.\n\n> or(true, false)\ntrue",
  },
  stop_gradient: {
    signature: "stop_gradient(x: T): T",
    doc: "x, with gradient zero.\n\n> stop_gradient(2.5)\n2.5",
  },
  relu: {
    signature: "relu(x: Real): NonNegative",
    doc: "The larger of x and 0.\n\n> relu(-2.5)\n0",
  },
  where: {
    signature: "where(c: Bool, a: T, b: T): T",
    doc: "a where c holds, b elsewhere.\n\n> where([true, false], 1, [2, 3])\n[1, 3]",
  },
  clip: {
    signature: "clip(x: Real, low: Real, high: Real): Real",
    doc: "x, or the end that it lies beyond.\n\n> clip(7, 0, 5)\n5",
  },
  sum: {
    signature: "sum(x: T[N]): T",
    doc: "The sum over the last dimension.\n\n> sum([[1, 2], [3, 4]])\n[3, 7]",
  },
  mean: {
    signature: "mean(x: Real[N]): Real",
    doc: "The mean over the last dimension.\n\n> mean([1, 2, 6])\n3",
  },
  prod: {
    signature: "prod(x: T[N]): T",
    doc: "The product over the last dimension.\n\n> prod([2, 3, 4])\n24",
  },
  logsumexp: {
    signature: "logsumexp(x: Real[N]): Real",
    doc: "log Σ e^x.\n\n> logsumexp([1, 2, 3])\n3.40761",
  },
  softmax: {
    signature: "softmax(x: Real[N]): Simplex[N]",
    doc: "e^x / Σ e^x.\n\n> softmax([1, 2, 3])\n[0.0900306, 0.244728, 0.665241]",
  },
  log_softmax: {
    signature: "log_softmax(x: Real[N]): Real[N]",
    doc: "log softmax(x).\n\n> log_softmax([1, 2, 3])\n[-2.40761, -1.40761, -0.407606]",
  },
  cumsum: {
    signature: "cumsum(x: T[N]): T[N]",
    doc: "Running sums.\n\n> cumsum([1, 2, 3])\n[1, 3, 6]",
  },
  dot: {
    signature: "dot(x: Real[N], y: Real[N]): Real",
    doc: "Σ x y.\n\n> dot([1, 2], [3, 4])\n11",
  },
  matmul: {
    signature: "matmul(x: Real[N, M], y: Real[M, K]): Real[N, K]",
    doc: "The operator `x @ y`: the product of matrices, and of matrices and vectors.\n\n> matmul([[1, 2], [3, 4]], [1, 1])\n[3, 7]",
  },
  transpose: {
    signature: "transpose(x: Real[N, M]): Real[M, N]",
    doc: "Rows as columns.\n\n> transpose([[1, 2, 3], [4, 5, 6]])\n[[1, 4], [2, 5], [3, 6]]",
  },
  outer: {
    signature: "outer(x: Real[N], y: Real[M]): Real[N, M]",
    doc: "x[i] y[j].\n\n> outer([1, 2], [3, 4])\n[[3, 4], [6, 8]]",
  },
  ones: {
    signature: "ones(K: Size, …): Positive[K, …]",
    doc: "An array of ones; the arguments are sizes.\n\n> ones(2, 2)\n[[1, 1], [1, 1]]",
  },
  zeros: {
    signature: "zeros(K: Size, …): Real[K, …]",
    doc: "An array of zeros; the arguments are sizes.\n\n> zeros(3)\n[0, 0, 0]",
  },
  split: {
    signature: "split(x: Real[2 * N]): (Real[N], Real[N])",
    doc: "The two halves.\n\n> (a, b) = split([1, 2, 3, 4])\n> b\n[3, 4]",
  },
  concat: {
    signature: "concat(x: Real[N], y: Real[M]): Real[N + M]",
    doc: "One after the other.\n\n> concat([1, 2], [3])\n[1, 2, 3]",
  },
  flatten: {
    signature: "flatten(x: T[N, M, …]): T[N * M * …]",
    doc: "All elements as a vector, row by row.\n\n> flatten([[1, 2], [3, 4]])\n[1, 2, 3, 4]",
  },
  reshape: {
    signature: "reshape(x: T[…], K: Size, …): T[K, …]",
    doc: "The elements, row by row, in another shape of as many.\n\n> reshape([1, 2, 3, 4, 5, 6], 3, 2)\n[[1, 2], [3, 4], [5, 6]]",
  },
  max_of: {
    signature: "max_of(x: T[N]): T",
    doc: "The largest; `max(x)` of one array means the same.\n\n> max_of([1, 5, 2])\n5",
  },
  min_of: {
    signature: "min_of(x: T[N]): T",
    doc: "The smallest; `min(x)` of one array means the same.\n\n> min_of([1, 5, 2])\n1",
  },
  argmax: {
    signature: "argmax(x: T[N]): Int",
    doc: "The first position of the largest.\n\n> argmax([1, 5, 2])\n1",
  },
  argmin: {
    signature: "argmin(x: T[N]): Int",
    doc: "The first position of the smallest.\n\n> argmin([1, 5, 2])\n0",
  },
  var: {
    signature: "var(x: T[N]): NonNegative",
    doc: "The sum of squared deviations / (N − 1).\n\n> var([1, 2, 6])\n7",
  },
  sd: {
    signature: "sd(x: T[N]): NonNegative",
    doc: "The root of `var`.\n\n> sd([1, 2, 6])\n2.64575",
  },
  cumprod: {
    signature: "cumprod(x: T[N]): T[N]",
    doc: "Running products.\n\n> cumprod([1, 2, 3])\n[1, 2, 6]",
  },
  cummax: {
    signature: "cummax(x: T[N]): T[N]",
    doc: "Running maxima: the largest up to each element.\n\n> cummax([1, 3, 2, 5])\n[1, 3, 3, 5]",
  },
  cummin: {
    signature: "cummin(x: T[N]): T[N]",
    doc: "Running minima.\n\n> cummin([4, 3, 5, 2])\n[4, 3, 3, 2]",
  },
  sort: {
    signature: "sort(x: T[N]): T[N]",
    doc: "In ascending order.\n\n> sort([3, 1, 2])\n[1, 2, 3]",
  },
  argsort: {
    signature: "argsort(x: T[N]): Int[N]",
    doc: "The positions that sort it.\n\n> argsort([3, 1, 2])\n[1, 2, 0]",
  },
  reverse: {
    signature: "reverse(x: T[N]): T[N]",
    doc: "The last element first.\n\n> reverse([3, 1, 2])\n[2, 1, 3]",
  },
  linspace: {
    signature: "linspace(a: Real, b: Real, N: Size): Real[N]",
    doc: "From a to b in equal steps.\n\n> linspace(0, 1, 5)\n[0, 0.25, 0.5, 0.75, 1]",
  },
  eye: {
    signature: "eye(K: Size): Corr[K]",
    doc: "The unit matrix.\n\n> eye(2)\n[[1, 0], [0, 1]]",
  },
  diag: {
    signature: "diag(x: T[N]): T[N, N]",
    doc: "The diagonal matrix; of positive numbers a `Covariance`.\n\n> diag([1, 2])\n[[1, 0], [0, 2]]",
  },
  diagonal: {
    signature: "diagonal(A: T[N, N]): T[N]",
    doc: "The diagonal.\n\n> diagonal([[1, 2], [3, 4]])\n[1, 4]",
  },
  trace: {
    signature: "trace(A: T[N, N]): T",
    doc: "The sum of the diagonal.\n\n> trace([[1, 2], [3, 4]])\n5",
  },
  cholesky: {
    signature: "cholesky(A: Covariance[N]): CholeskyCov[N]",
    doc: "The lower-triangular L with L Lᵀ = A; of a `Corr` a `CholeskyCorr`.\n\n> cholesky([[2, 0.5], [0.5, 1]] as Covariance)\n[[1.41421, 0], [0.353553, 0.935414]]",
  },
  logdet: {
    signature: "logdet(A: Covariance[N]): Real",
    doc: "The log of the determinant.\n\n> logdet([[2, 0.5], [0.5, 1]] as Covariance)\n0.559616",
  },
  inverse_spd: {
    signature: "inverse_spd(A: Covariance[N]): Covariance[N]",
    doc: "The inverse.\n\n> inverse_spd([[2, 0.5], [0.5, 1]] as Covariance)\n[[0.571429, -0.285714], [-0.285714, 1.14286]]",
  },
  solve_lower: {
    signature: "solve_lower(L: CholeskyCov[N], b: Real[N]): Real[N]",
    doc: "The x with L x = b; b may be a matrix.\n\n> solve_lower(cholesky([[2, 0.5], [0.5, 1]] as Covariance), [1, 2])\n[0.707107, 1.87083]",
  },
  solve_lower_transpose: {
    signature: "solve_lower_transpose(L: CholeskyCov[N], b: Real[N]): Real[N]",
    doc: "The x with Lᵀ x = b; b may be a matrix.\n\n> solve_lower_transpose(cholesky([[2, 0.5], [0.5, 1]] as Covariance), [1, 2])\n[0.172584, 2.13809]",
  },
  solve_spd: {
    signature: "solve_spd(A: Covariance[N], b: Real[N]): Real[N]",
    doc: "The x with A x = b; b may be a matrix.\n\n> solve_spd([[2, 0.5], [0.5, 1]] as Covariance, [1, 2])\n[0, 2]",
  },
  solve_lu: {
    signature: "solve_lu(A: Real[N, N], b: Real[N]): Real[N]",
    doc: "The x with A x = b for a square matrix of any kind; b may be a matrix. Of a singular one it is not finite.\n\n> solve_lu([[0, 2], [1, 1]], [4, 3])\n[1, 2]",
  },
  lu_pivots: {
    signature: "lu_pivots(A: Real[N, N]): Real[N]",
    doc: "The pivots of Gaussian elimination with the largest of each column, negative where it swapped rows for a positive one: their product is the determinant.\n\n> lu_pivots([[0, 2], [1, 1]])\n[-1, 2]",
  },
  quad_form: {
    signature: "quad_form(A: Real[N, N], v: Real[N]): Real",
    doc: "vᵀ A v; of a matrix B, Bᵀ A B.\n\n> quad_form([[2, 0.5], [0.5, 1]], [1, 2])\n8",
  },
  conv2d: {
    signature: "conv2d(x: Real[H, W, C], f: Real[A, B, C, O]): Real[H, W, O]",
    doc: "An image convolved with filters, zeros around it; where a filter has an even size, one more behind.\n\n> conv2d([[[1], [2], [3]]], [[[[1]], [[2]], [[1]]]])\n[[[4], [8], [8]]]",
  },
  strided_conv2d: {
    signature:
      "strided_conv2d(x: Real[h, w, C], f: Real[A, B, C, O], H: Size, W: Size, stride: Size, dilation: Size): Real[H, W, O]",
    doc: "An image convolved with filters at every `stride`-th pixel, of which each looks at every `dilation`-th pixel: H × W places. As many zeros as these need are around the image, where their number is odd one more behind; what the last place does not reach is not looked at. So `stride` H × `stride` W pixels are padded as is usual, and as many as the places need are not padded.\n\n> strided_conv2d([[[1], [2], [3], [4]]], [[[[1]], [[10]]]], 1, 2, 2, 1)\n[[[21], [43]]]",
  },
  transposed_conv2d: {
    signature:
      "transposed_conv2d(x: Real[h, w, C], f: Real[A, B, O, C], H: Size, W: Size, stride: Size, dilation: Size): Real[H, W, O]",
    doc: "The transpose of `strided_conv2d` from images of H × W pixels to h × w places with the same filters: each pixel of x adds its multiple of the filter to the result, `stride` pixels after that of the one before.\n\n> transposed_conv2d([[[1], [2]]], [[[[1]], [[10]]]], 1, 4, 2, 1)\n[[[1], [10], [2], [20]]]",
  },
};
