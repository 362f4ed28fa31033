/** For each problem code of the checker, programs with exactly that mistake. The first is named after the code. */
import type { CheckCode } from "../../../src/lang/check/check-facts.ts";

export const cases: { readonly [Code in CheckCode]: Readonly<Record<string, string>> } = {
  "unknown-name": {
    "": "model M {\n  tau ~ HalfNormal(1)\n  x ~ Normal(0, taau)\n}",
    case: "model M[N](X: Real[N]) {\n  b ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(b * x[n], 1) }\n}",
  },
  "unknown-function": { "": "model M {\n  s ~ Normal(0, 1)\n  x ~ Normal(0, sofplus(s))\n}" },
  "unknown-distribution": {
    short: "model M {\n  x ~ N(0, 1)\n}",
    dist: "dist Peak(loc: Real, scale: Positive) on Real {\n  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale\n}\nmodel M {\n  mu ~ Peek(0, 1)\n}",
    "": "model M {\n  x ~ Gausian(0, 1)\n  y ~ Norml(0, 1)\n}",
  },
  "unknown-size": { "": "model M[Rows] {\n  plate n in Row { observe y[n] ~ Normal(0, 1) }\n}" },
  "unknown-type": {
    "other-language": "model M[N](x: vector[N]) {\n  observe y: Real[N] ~ Normal(x, 1)\n}",
    "": "model M(x: Postive) {\n  observe y ~ Normal(0, x)\n}",
  },
  "unknown-annotation": { "": "model M {\n  x ~ Normal(0, 1) via noncentred\n}" },
  "unknown-option": {
    number: "family F {\n  vary kind in { sine, line }\n  a ~ Normal(match kind { 0 => 1, _ => 2 }, 1)\n}",
    "": "family F {\n  vary kind in { sine, line }\n  a ~ Normal(0, match kind { sin => 1, line => 2 })\n}",
  },
  "bad-option": {
    "": "family F {\n  vary prior in { Normal(0, 1), Normal(0, 10) }\n  b ~ prior\n}",
    mixed: "family F {\n  vary prior in { Normal(0, 1), wide }\n  b ~ prior\n}",
    number: "family F {\n  vary k in { 1, 2 }\n  b ~ Normal(0, 1)\n}",
    none: "family F {\n  vary kind in { }\n  b ~ Normal(0, 1)\n}",
    twice: "family F {\n  vary kind in { sine, sine }\n  b ~ Normal(0, 1)\n}",
  },
  "vary-not-known": {
    "": "family F {\n  mu ~ Normal(0, 1)\n  vary centre ~ Normal(mu, 1)\n}",
  },
  "unknown-argument": {
    two: "model M {\n  x ~ Gamma(alpha: 2, beta: 1)\n  observe y ~ Weibull(shpae: x, scael: 1)\n}",
    "other-language": "model M {\n  x ~ Normal(0, sigma: 1)\n}",
    "net-sizes": "model M {\n  learn f = mlp[3, 2](hiden: [4])\n}",
    ode: "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k, step: 10)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-rate":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k: k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    asked: "model M {\n  a ~ Normal(0, 1)\n  factor logcdf(dist: Normal(0, 1), x: a)\n}",
    "": "model M {\n  observe y ~ Bernoulli(logit: 0.3)\n}",
    function: "def f(x: Real): Real = x\nmodel M {\n  a ~ Normal(f(y: 1), 1)\n}",
  },
  "missing-argument": {
    scan: "def f(a: Real, b: Real): Real = a + b\nmodel M[N](x: Real[N]) {\n  observe y: Real[N] ~ Normal(scan(f, x), 1)\n}",
    "sizes-of-layers": "model M {\n  learn f = mlp[3, 2]\n}",
    fold: "net f[I](x: Real[I]) -> Real[I] = x |> fold(dense)\nmodel M {\n  learn g = f[2]\n}",
    dist: "dist Peak(loc: Real, scale: Positive) on Real {\n  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale\n}\nmodel M {\n  mu ~ Peak(0)\n}",
    "ode-rate":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    ode: "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0])\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "": "model M {\n  x ~ Normal(0)\n}",
    builtin: "model M {\n  x ~ Normal(atan2(1), 1)\n}",
    "net-sizes": "net f[A, B](x: Real[A]) -> Real[B] = x |> dense(B)\nmodel M {\n  learn g = f[2]\n}",
  },
  "too-many-arguments": {
    "": "model M {\n  x ~ HalfNormal(0, 1)\n}",
    "ode-rate":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k, 2)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "mixed-forms": "model M {\n  observe y ~ Bernoulli(0.5, logits: 0)\n}",
  },
  "name-taken": {
    "drawn-input": "model M[N](y: Real[N]) {\n  mu ~ Normal(0, 1)\n  y ~ Normal(mu, 1)\n}",
    "observed-input": "model M[N](y: Real[N]) {\n  mu ~ Normal(0, 1)\n  observe y ~ Normal(mu, 1)\n}",
    "": "model M[J] {\n  mu ~ Normal(0, 1)\n  mu ~ Normal(0, 2)\n}",
    "shadows-size": "model M[J] {\n  plate J in J { observe y[J] ~ Normal(0, 1) }\n}",
    "learned-index": "model M[N] {\n  learn n = 0\n  plate n in N { observe y[n] ~ Normal(0, 1) }\n}",
    index: "model M[N] {\n  n ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(0, 1) }\n}",
    "observed-and-latent":
      "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { observe x[t] ~ Normal(x[t-1], 1) }\n}",
    builtin: "def exp(x: Real): Real = x\nmodel M {\n  a ~ Normal(0, 1)\n}",
    "local-twice":
      "model M[N] {\n  a ~ Normal(0, 1)\n  plate n in N {\n    m = 2 * a\n    observe y[n] ~ Normal(m, 1)\n  }\n  plate k in N {\n    m = 3 * a\n    observe z[k] ~ Normal(m, 1)\n  }\n}",
  },
  "use-before-bound": {
    "": "model M {\n  x ~ Normal(mu, 1)\n  mu ~ Normal(0, 1)\n}",
    indexed: "model M[N] {\n  m = theta[0]\n  plate n in N { theta[n] ~ Normal(0, 1) }\n}",
    "same-step": "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t] ~ Normal(x[t], 1) }\n}",
    "first-after":
      "model M[T] {\n  for t in 1..T { x[t] ~ Normal(x[t-1], 1) }\n  x[0] ~ Normal(0, 1)\n  observe y ~ Normal(sum(x), 1)\n}",
    itself: "model M {\n  x = x + 1\n}",
    guide:
      "model M {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  observe x ~ Normal(mu, tau)\n}\nguide for M {\n  mu ~ Normal(tau, 1)\n  tau ~ LogNormal(0, 1)\n}",
  },
  "read-inside-plate": {
    "": "model M[N] {\n  plate n in N {\n    theta[n] ~ Normal(0, 1)\n    observe y[n] ~ Normal(theta[0], 1)\n  }\n}",
    whole:
      "model M[N] {\n  plate n in N {\n    theta[n] ~ Normal(0, 1)\n    observe y[n] ~ Normal(sum(theta), 1)\n  }\n}",
  },
  "look-ahead": {
    "": "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t] ~ Normal(x[t+1], 1) }\n}",
    gather:
      "model M[T](back: Nat[T]) {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t] ~ Normal(x[back[t]], 1) }\n}",
    "lag-zero":
      "model M[T, K] {\n  b: Real[K] ~ Normal(0, 1)\n  for t in K..T { observe y[t] ~ Normal(sum([b[k] * y[t-k] for k in K]), 1) }\n}",
  },
  "wrong-indices": {
    "no-plate": "model M[N, K] {\n  a ~ Normal(0, 1)\n  observe y[n, k] ~ Normal(a, 1)\n}",
    "": "model M[J] {\n  plate j in J { theta ~ Normal(0, 1) }\n}",
    order: "model M[I, J] {\n  plate i in I { plate j in J { x[j, i] ~ Normal(0, 1) } }\n}",
    "order-read":
      "model M[J] {\n  plate i in J { plate j in J {\n    x[j, i] ~ Normal(0, 1)\n    observe y[i, j] ~ Normal(x[j, i], 1)\n  } }\n}",
    outside: "model M[J](n: Nat) {\n  x[n] ~ Normal(0, 1)\n}",
    few: "model M[I, T] {\n  plate i in I {\n    x[i, 0] ~ Normal(0, 1)\n    for t in 1..T { x[t] ~ Normal(x[t-1], 1) }\n  }\n}",
  },
  "element-drawn-twice": {
    "": "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 0..T { x[t] ~ Normal(0, 1) }\n}",
    plates: "model M[N] {\n  plate n in N { x[n] ~ Normal(0, 1) }\n  plate n in N { x[n] ~ Normal(0, 1) }\n}",
  },
  "element-not-drawn": {
    "last-alone": "model M[N] {\n  mu ~ Normal(0, 1)\n  observe y[N] ~ Normal(mu, 1)\n}",
    "": "model M[T] {\n  for t in 1..T { x[t] ~ Normal(x[t-1], 1) }\n}",
    second:
      "model M[T] {\n  x[0, 0] ~ Normal(0, 1)\n  x[0, 1] ~ Normal(0, 1)\n  for t in 1..T { x[t, 0] ~ Normal(x[t-1, 1], 1) }\n}",
    gap: "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 2..T { x[t] ~ Normal(x[t-1], 1) }\n}",
    bound: "model M[T] {\n  for t in 1..T { h[t]: Real = h[t-1] / 2 }\n}",
  },
  "drawn-in-one-branch": {
    "": "model M(robust: Bool) {\n  if robust { df ~ Gamma(2, 0.1) }\n  observe y ~ Normal(0, 1)\n}",
  },
  "index-out-of-range": {
    "": "model M[J](x: Real[J]) {\n  plate j in J { observe y[j] ~ Normal(x[j+1], 1) }\n}",
    data: "model M(n: Nat) {\n  b: Real[3] ~ Normal(0, 1)\n  observe y ~ Normal(b[n + 3], 1)\n}",
    "always-negative": "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t] ~ Normal(x[t-T], 1) }\n}",
    negative: "model M[T](x: Real[T]) {\n  plate t in T { observe y[t] ~ Normal(x[t-1], 1) }\n}",
    constant: "model M {\n  b: Real[3] ~ Normal(0, 1)\n  observe y ~ Normal(b[3], 1)\n}",
    lag: "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t] ~ Normal(x[t-2], 1) }\n}",
    slice: "model M(x: Real[3]) {\n  observe y ~ Normal(sum(x[1..4]), 1)\n}",
  },
  "index-range-differs": {
    "": "model M[N, J](sigma: Positive[J]) {\n  plate n in N { observe y[n] ~ Normal(0, sigma[n]) }\n}",
    category:
      "model M[N, K, L] {\n  w ~ Dirichlet(ones(K))\n  mu: Real[L] ~ Normal(0, 1)\n  plate n in N {\n    z[n] ~ Categorical(w)\n    observe x[n] ~ Normal(mu[z[n]], 1)\n  }\n}",
  },
  "index-not-integer": {
    "": "model M[N](x: Real[N]) {\n  b: Real[N] ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(b[x[n]], 1) }\n}",
    quotient:
      "model M[N](g: Nat[N]) {\n  b: Real[N] ~ Normal(0, 1)\n  plate n in N {\n    observe y[n] ~ Normal(b[g[n] / 2], 1)\n    observe k[n] ~ Binomial(quotient(g[n], 2), 0.5)\n  }\n}",
    array:
      "model M[N, J](group: Nat[N]) {\n  a: Real[J] ~ Normal(0, 1)\n  observe y: Real[N] ~ Normal(a[group], 1)\n}",
    "array-in-plate":
      "model M[M, J](group: Nat[M]) {\n  a: Real[J] ~ Normal(0, 1)\n  plate m in M { observe y[m] ~ Normal(a[group], 1) }\n}",
    "array-of-number":
      "model M[J](group: Nat[5], n: Real) {\n  a: Real[J] ~ Normal(0, 1)\n  b = n * a[group]\n}",
  },
  "too-many-indices": {
    "": "model M[N](x: Real[N]) {\n  plate n in N { observe y[n] ~ Normal(x[n, 0], 1) }\n}",
  },
  "size-mismatch": {
    elements: "model M[N](x: Real[N, 3]) {\n  y = reshape(x, N, 4)\n  observe z ~ Normal(y[0, 0], 1)\n}",
    "ode-state":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0, 2], ts, k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-net":
      "model M[T](ts: Real[T]) {\n  learn f = mlp[2, 3](hidden: [4])\n  z = ode(f, [1, 0], ts)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-rate":
      "def f(y: Real[2], t: Real, k: Real): Real[3] = [y[1], -k * y[0], 1]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    distribution: "model M[N, K](S: Covariance[K], m: Real[N]) {\n  x ~ MultivariateNormal(m, S)\n}",
    bijector:
      "model M[K] {\n  w ~ Dirichlet(ones(K))\n  observe x ~ Categorical(w)\n}\nguide for M {\n  learn m: Real[K] = 0\n  w ~ Normal(m, 1) via bijector\n}",
    "scan-state":
      "def f(a: Real[2], b: Real): Real[3] = concat(a, b * ones(1))\nmodel M[N](x: Real[N]) {\n  v = scan(zeros(2), f, x)\n  observe y ~ Normal(v[0, 0], 1)\n}",
    "net-input":
      "model M(x: Real[4]) {\n  learn f = mlp[3, 2](hidden: [4])\n  observe y: Real[2] ~ Normal(f(x), 1)\n}",
    "": "model M[N, M](a: Real[N], b: Real[M]) {\n  observe y ~ Normal(sum(a + b), 1)\n}",
    column: "model M[N](a: Real[N], b: Real[N, 1]) {\n  observe y: Real[N] ~ Normal(a + b[0..N], 1)\n}",
    matmul:
      "model M[N, P](X: Real[N, P]) {\n  beta: Real[N] ~ Normal(0, 1)\n  observe y: Real[N] ~ Normal(X @ beta, 1)\n}",
    event: "model M[N, P](x: Real[P]) {\n  observe y: Real[N] ~ Normal(x, 1)\n}",
    argument:
      "def f[N](a: Real[N], b: Real[N]): Real = dot(a, b)\nmodel M[I, J](a: Real[I], b: Real[J]) {\n  observe y ~ Normal(f(a, b), 1)\n}",
    "odd-split": "model M(v: Real[3]) {\n  (a, b) = split(v)\n  observe y ~ Normal(sum(a) + sum(b), 1)\n}",
    "scalar-wanted": "model M[N](x: Real[N]) {\n  factor x\n}",
  },
  "not-a-size": {
    range: "model M[N] {\n  m ~ Normal(0, 1)\n  plate n in range(N) { observe y[n] ~ Normal(m, 1) }\n}",
    stride: "model M(x: Real[3, 3, 1], f: Real[1, 1, 1, 1]) {\n  y = strided_conv2d(x, f, 2, 2, 0, 1)\n}",
    "": "model M(n: Nat) {\n  plate i in n { observe y[i] ~ Normal(0, 1) }\n}",
    "too-large": "model M[A, B, C, D] {\n  x: Real[(A + B + C + D) ^ 9] ~ Normal(0, 1)\n}",
    fraction: "model M[N] {\n  b: Real[N / 2] ~ Normal(0, 1)\n}",
    list: "model M {\n  learn f = mlp[3, 2](hidden: 40)\n}",
    item: "model M(width: Int) {\n  learn f = mlp[3, 2](hidden: [40, width])\n}",
  },
  "not-a-function": {
    "": "model M {\n  learn f = mlp[3, 2](hidden: [4], activation: 3)\n}",
    value:
      "net f[I](x: Real[I]) -> Real[I] {\n  y = exp(x)\n  layer(x, I, activation: y)\n}\nmodel M {\n  learn g = f[2]\n}",
    "learned-net":
      "def twice(x: Real[2], f: Function): Real[2] = f(f(x))\nmodel M(x: Real[2]) {\n  learn f = dense[2](O: 2)\n  observe y: Real[2] ~ Normal(twice(x, f(O: 2)), 1)\n}",
    "given-a-value":
      "def f(x: Real, k: Real): Real = k * x\ndef twice(x: Real, f: Function): Real = f(f(x))\nmodel M {\n  observe y ~ Normal(twice(2, f(k: 3)), 1)\n}",
  },
  "does-not-work-with": {
    initializer:
      "model M[D](x: Real[D]) {\n  learn f = dense[D](O: 2, init: eye())\n  observe y ~ Normal(f(x)[0], 1)\n}",
    "": "model M {\n  learn f = mlp[3, 2](hidden: [4], activation: sum)\n}",
    "learned-net":
      "def twice[D](x: Real[D], f: Function): Real[D] = f(f(x))\nmodel M(x: Real[3]) {\n  learn f = mlp[3, 2](hidden: [4])\n  observe y: Real[3] ~ Normal(twice(x, f), 1)\n}",
    own: "def twice(x: Real, f: Function): Real = f(f(x))\nmodel M {\n  observe y ~ Normal(twice(2, sum), 1)\n}",
    nested:
      "net deep[I](x: Real[I], f: Function) -> Real[I] = x + mlp[I, I](x, [I], f)\nmodel M {\n  learn f = deep[3](cholesky)\n}",
  },
  "negative-size": {
    "": "model M(x: Real[3]) {\n  (largest, at) = top_k(x, 4)\n  observe y ~ Normal(largest[0], 1)\n}",
  },
  "size-not-inferred": {
    matrix: "model M {\n  R ~ LKJ(2)\n  observe y ~ MultivariateNormal(0, R)\n}",
    dist: "dist Noise[K](scale: Positive) on Real[K] {\n  logpdf(x) = -0.5 * sum(square(x / scale)) - K * log(scale)\n}\nmodel M {\n  x: Real[3] ~ Noise(1)\n}",
    "": "def fill[N](x: Real): Real[N] = x * ones(N)\nmodel M {\n  observe y ~ Normal(sum(fill(2)), 1)\n}",
  },
  "type-mismatch": {
    "bool-and-one":
      "model M[N](b: Bool[N]) {\n  m ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(if b[n] == 1 then m else 0, 1) }\n}",
    "ode-order":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], [0, 2, 1], k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-steps":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k, steps: k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-state":
      "def f(y: Positive[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-times":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], 3, k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    matrix: "model M[K](S: Covariance[K]) {\n  x ~ MultivariateNormal(0, diagonal(S))\n}",
    "scan-rows":
      "def f(a: Real, b: Real): Real = a + b\nmodel M(x: Real) {\n  v = scan(0, f, x)\n  observe y ~ Normal(v, 1)\n}",
    dist: "dist D[K](p: Simplex[K]) on Int(0, K - 1) {\n  logpmf(k) = log(p[k])\n}\nmodel M {\n  observe y ~ D(0.5)\n}",
    option: "family F {\n  vary kind in { sine, line }\n  a ~ Normal(kind + 1, 1)\n}",
    "": "model M[N](smokes: Bool[N]) {\n  b ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(b * smokes[n], 1) }\n}",
    argument: "model M(n: Real) {\n  observe y ~ Binomial(n, 0.5)\n}",
    condition: "model M(n: Int) {\n  observe y ~ Normal(if n { 1 } else { 2 }, 1)\n}",
    result: "def f(x: Real): Int = x\nmodel M {\n  observe y ~ Normal(f(1), 1)\n}",
    called: "model M[N](x: Real[N]) {\n  plate n in N { observe y[n] ~ Normal(x(n), 1) }\n}",
    "look-back": "model M[T] {\n  for t in 1..T { observe y[t] ~ Normal(y[t-1], ones(2)) }\n}",
  },
  "support-not-proven": {
    dist: "dist Peak(loc: Real, scale: Positive) on Real {\n  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale\n}\nmodel M {\n  s ~ Normal(0, 1)\n  observe y ~ Peak(0, s)\n}",
    draw: "dist D(s: Positive) on Positive {\n  logpdf(x) = -log(s) - x / s\n  draw(z: Real) = s * z\n}",
    matrix:
      "model M[K](A: Real[K, K]) {\n  L = cholesky(A)\n  x: Real[K] ~ Normal(0, 1)\n  factor sum(L @ x)\n}",
    "": "model M {\n  x ~ Normal(0, 1)\n  observe y ~ Normal(0, x)\n}",
    "zero-possible": "model M {\n  x ~ Normal(0, 1)\n  observe y ~ Normal(0, x ^ 2)\n}",
    simplex: "model M[K](w: Positive[K]) {\n  observe y ~ Categorical(w)\n}",
    argument:
      "def logistic(x: Real, k: Positive): Unit = sigmoid(k * x)\nmodel M {\n  k ~ Normal(0, 1)\n  observe y ~ Bernoulli(logistic(1, k))\n}",
    covariance:
      "model M[N](x: Real[N]) {\n  K = [[exp(-(x[i] - x[j]) ^ 2) for j in N] for i in N]\n  f ~ MultivariateNormal(0, K)\n}",
    result: "def f(x: Real): Positive = x * x\nmodel M {\n  observe y ~ Normal(0, f(1))\n}",
  },
  "outside-support": {
    "": "model M {\n  x ~ Normal(0, -1)\n}",
    probability: "model M {\n  observe y ~ Bernoulli(1.5)\n}",
    log: "model M {\n  x ~ Normal(log(-1), 1)\n}",
  },
  "empty-interval": {
    "": "model M {\n  x ~ Uniform(1, 0)\n}",
    type: "model M {\n  x: Real(1, 0) ~ Normal(0, 1)\n}",
    nothing: "model M {\n  plate n in 0 { observe y[n] ~ Normal(0, 1) }\n}",
    range: "model M {\n  plate n in 5..3 { observe y[n] ~ Normal(0, 1) }\n}",
  },
  "not-a-value": {
    "starting-value":
      "net scaled[I](x: Real[I], init: Initializer = ones()) -> Real[I] = x * init\nmodel M(x: Real[3]) {\n  learn f = scaled[3]\n  observe y: Real[3] ~ Normal(f(x), 1)\n}",
    "function-parameter":
      "def f(x: Real, g: Function = exp): Real = x * g\nmodel M {\n  observe y ~ Normal(f(1, exp), 1)\n}",
    "list-of-sizes":
      "def f(x: Real, sizes: Sizes): Real = x * sizes\nmodel M {\n  observe y ~ Normal(f(1, [2]), 1)\n}",
    net: "net scaled[I](x: Real[I]) -> Real[I] {\n  learn W: Real[I] = ones()\n  W * x\n}\nmodel M(x: Real[3]) {\n  learn f = scaled[3]\n  m = (first: f, second: 1)\n  observe y: Real[3] ~ Normal(f(x), m.second)\n}",
    option: "family F {\n  vary kind in { sine, line }\n  a ~ Normal(if kind == sine then 0 else 1, 1)\n}",

    "": "model M {\n  x = Normal(0, 1)\n}",
    function: "model M {\n  x ~ Normal(exp, 1)\n}",
  },
  "not-a-distribution": {
    brackets: "model M[N] {\n  plate n in N { observe y[n] ~ Normal[n](0, 1) }\n}",
    dist: "dist Peak(loc: Real, scale: Positive) on Real {\n  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale\n}\nmodel M {\n  mu ~ Peak\n}",
    "": "model M {\n  mu ~ Normal(0, 1)\n  x ~ mu + 1\n}",
    bare: "model M {\n  mu ~ Flat\n}",
  },
  "support-mismatch": {
    matrix:
      "model M[K] {\n  L: CholeskyCorr[K] ~ LKJ(2)\n  observe y ~ MultivariateNormal(0, cholesky: L)\n}",
    vector: "model M[K](S: Covariance[K]) {\n  x: Positive[K] ~ MultivariateNormal(0, S)\n}",
    "": "model M {\n  sigma: Positive ~ Uniform(0, 10)\n}",
    "moving-bound": "model M(b: Real(5, 20)) {\n  x: Real(0, 10) ~ Uniform(0, b)\n}",
    disjoint: "model M {\n  x: Real(2, 3) ~ Uniform(0, 1)\n}",
    base: "model M[N] {\n  plate n in N { observe y[n]: Real ~ Poisson(3) }\n}",
    simplex: "model M[K] {\n  w: Simplex[K] ~ Normal(0, 1)\n}",
    ordered: "model M[K] {\n  w: Ordered[K] ~ Gamma(2, 1)\n}",
    "positive-ordered": "model M[K] {\n  w: PositiveOrdered[K] ~ Beta(2, 1)\n}",
  },
  "truncation-needs-constants": {
    "": "dist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}\n\nmodel M {\n  s ~ HalfNormal(1)\n  x: Positive ~ Quartic(s)\n}",
    bounds:
      "dist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}\n\nmodel M {\n  a ~ HalfNormal(1)\n  x: Real(0, a) ~ Quartic(1)\n}",
    field:
      "dist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}\n\nmodel M[N] {\n  s ~ HalfNormal(1)\n  plate n in N {\n    m = (known: 1, inferred: s)\n    x[n]: Positive ~ Quartic(m.known)\n    y[n]: Positive ~ Quartic(m.inferred)\n  }\n}",
  },
  "local-outside": {
    "": "model M[N](x: Real[N]) {\n  a ~ Normal(0, 1)\n  plate n in N {\n    m = a * x[n]\n    observe y[n] ~ Normal(m, 1)\n  }\n  factor -m\n}",
  },
  "whole-array-in-plate": {
    "": "model M[N](x: Real[N]) {\n  a ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(a * x, 1) }\n}",
  },
  "cannot-sum-out": {
    "": "model M {\n  k ~ Poisson(3)\n  observe y ~ Normal(k, 1)\n}",
    whole:
      "model M[N] {\n  plate n in N { z[n] ~ Categorical([0.5, 0.5]) }\n  observe y ~ Normal(sum(z), 1)\n}",
    "through-binding":
      "model M[N] {\n  plate n in N {\n    z[n] ~ Bernoulli(0.5)\n    m[n] = if z[n] { 1 } else { 0 }\n  }\n  observe y ~ Normal(sum(m), 1)\n}",
    gather:
      "model M[N] {\n  plate j in 2 { z[j] ~ Bernoulli(0.5) }\n  plate n in N {\n    c[n] ~ Categorical([0.5, 0.5])\n    observe y[n] ~ Normal(if z[c[n]] { 1 } else { 0 }, 1)\n  }\n}",
    comprehension:
      "model M[N] {\n  plate n in N { z[n] ~ Categorical([0.5, 0.5]) }\n  observe y ~ Normal(sum([z[n] for n in N]), 1)\n}",
    recursion:
      "model M[T] {\n  z[0] ~ Bernoulli(0.5)\n  h[0] = 0\n  for t in 1..T {\n    z[t] ~ Bernoulli(if z[t-1] { 0.9 } else { 0.1 })\n    h[t] = 0.5 * h[t-1] + (if z[t] { 1 } else { 0 })\n    observe y[t] ~ Normal(h[t], 1)\n  }\n}",
    counts:
      "model M[T, K](P: Simplex[K, K]) {\n  z[0] ~ Categorical([0.5, 0.5])\n  for t in 1..T { z[t] ~ Categorical(P[0]) }\n}",
    noncentered:
      "model M[N] {\n  plate n in N {\n    z[n] ~ Bernoulli(0.5)\n    x[n] ~ Normal(if z[n] { 1 } else { 0 }, 1) via noncentered\n  }\n}",
    bounds: "model M {\n  z ~ Bernoulli(0.5)\n  x ~ Uniform(0, if z { 1 } else { 2 })\n}",
    array: "model M {\n  z: Bool[3] ~ Bernoulli(0.5)\n}",
  },
  "cannot-ask": {
    "": "dist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}\n\nmodel M {\n  a ~ Quartic(1)\n  factor logcdf(Quartic(1), a)\n}",
    arrays: "model M[N](m: Real[N]) {\n  a ~ Normal(0, 1)\n  factor logpdf(Normal(m, 1), a)\n}",
    counts: "model M(k: Nat) {\n  r ~ Exponential(1)\n  factor logpdf(Poisson(r), k)\n}",
    probability:
      "model M {\n  a ~ Normal(0, 1)\n  factor quantile(Quartic(2), 0.3) * a\n}\n\ndist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}",
    mean: "model M {\n  a ~ Cauchy(0, 1)\n  factor a * mean(Cauchy(0, 1))\n}",
    bent: "model M {\n  a ~ Normal(0, 1)\n  factor a * sd(exp(Gamma(2, 1)))\n}",
    several: "model M[N](m: Real[N]) {\n  a ~ Normal(0, 1)\n  factor a * variance(Normal(m, 1))\n}",
    var: "model M {\n  a ~ Normal(0, 1)\n  factor a * var(Gamma(2, 1))\n}",
    array: "model M[N](x: Real[N]) {\n  a ~ Normal(0, 1)\n  factor a * variance(x)\n}",
    vectors:
      "model M(x: Real[2]) {\n  r ~ Exponential(1)\n  factor cdf(MultivariateNormal(x, eye(2)), x)\n  factor -r\n}",
  },
  "cannot-censor": {
    "": "dist Quartic(scale: Positive) on Real {\n  logpdf(x) = -(x / scale) ^ 4 - log(2 * scale) - lgamma(1.25)\n}\n\nmodel M[N] {\n  s ~ HalfNormal(1)\n  plate n in N { observe y[n] ~ Censored(Quartic(s), high: 3) }\n}",
  },
  "cannot-transform": {
    "": "model M {\n  x ~ sin(Normal(0, 1))\n  observe y ~ Normal(x, 1)\n}",
    sum: "model M {\n  x ~ Normal(0, 1) + Laplace(0, 1)\n  observe y ~ Normal(x, 1)\n}",
    square: "model M {\n  x ~ Normal(0, 1) ^ 2\n  observe y ~ Normal(x, 1)\n}",
    sign: "model M {\n  b ~ Normal(0, 1)\n  x ~ 1 + b * Laplace(0, 1)\n  observe y ~ Normal(x, 1)\n}",
    twice: "def bent(x: Real): Real = x + x ^ 3\nmodel M {\n  observe y ~ bent(Normal(0, 1))\n}",
    end: "model M {\n  observe y ~ max(Normal(0, 1), 0)\n}",
    counts: "model M {\n  observe y ~ sqrt(Poisson(3))\n}",
    "counts-halves": "model M {\n  observe y ~ 0.5 + Poisson(3)\n}",
    "counts-latent": "model M {\n  k ~ 1 + Binomial(3, 0.5)\n  observe y ~ Normal(k, 1)\n}",
    "counts-mixture": "model M {\n  observe y ~ 1 + Mixture([0.3, 0.7] as Simplex[2], Poisson([1, 4]))\n}",
    ends: "model M[K](low: Real[K]) {\n  observe y ~ low + Exponential(1)\n}",
    simplex: "model M {\n  x ~ log(Dirichlet([1, 2, 3]))\n  observe y ~ Normal(x, 1)\n}",
  },
  "censored-latent": {
    "": "model M {\n  x ~ Censored(Normal(0, 1), high: 3)\n  observe y ~ Normal(x, 1)\n}",
  },
  "mixture-components": {
    "": "model M[K](mu: Real[K]) {\n  p ~ Dirichlet(ones(K))\n  observe x ~ Mixture(p, Normal(0, 1))\n}",
    vectors:
      "model M[K, D](mu: Real[D]) {\n  p ~ Dirichlet(ones(K))\n  observe x ~ Mixture(p, Normal(mu, 1))\n}",
    listed:
      "model M {\n  p: Simplex[3] ~ Dirichlet(ones(3))\n  observe x ~ Mixture(p, Normal(0, 1), Laplace(0, 1))\n}",
  },
  "annotation-not-allowed": {
    bijector: "model M {\n  mu ~ Normal(0, 1) via bijector\n}",
    "bijector-half":
      "model M {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  observe x ~ Normal(mu, tau)\n}\nguide for M {\n  mu ~ Normal(0, 1)\n  tau ~ LogNormal(0, 1) via bijector\n}",
    "": "model M {\n  s ~ Gamma(2, 1) via noncentered\n}",
    observed: "model M {\n  observe y ~ Normal(0, 1) via noncentered\n}",
    truncated: "model M {\n  x: Positive ~ Normal(0, 1) via noncentered\n}",
    continuous: "model M {\n  x ~ Normal(0, 1) marginal\n}",
    "score-continuous": "model M {\n  x ~ Normal(0, 1) score\n}",
    "score-marginal": "model M {\n  on ~ Bernoulli(0.5) score marginal\n}",
    relaxed: "model M {\n  x ~ Normal(0, 1) relaxed(0.5)\n}",
    "relaxed-observed": "model M {\n  observe on ~ Bernoulli(0.5) relaxed(0.5)\n}",
    "relaxed-choice":
      "model M {\n  on ~ Bernoulli(0.5) relaxed(0.5)\n  observe y ~ if on { Normal(0, 1) } else { Cauchy(0, 1) }\n}",
  },
  "not-supported-yet": {
    "": "model M {\n  x ~ Normal(sum([]), 1)\n}",
  },
  "condition-not-known": {
    "": "model M {\n  z ~ Normal(0, 1)\n  if z > 0 { factor 1 }\n}",
  },
  "match-not-total": {
    options: "family F {\n  vary kind in { sine, line }\n  a ~ Normal(match kind { sine => 1 }, 1)\n}",
    "": "model M(n: Nat) {\n  observe y ~ Normal(match n { 0 => 1; 1 => 2 }, 1)\n}",
    bool: "model M {\n  z ~ Bernoulli(0.5)\n  observe y ~ match z { true => Normal(0, 1) }\n}",
  },
  "pattern-mismatch": {
    "": "model M(b: Bool) {\n  observe y ~ Normal(match b { 0 => 1; _ => 2 }, 1)\n}",
    range:
      "model M {\n  z ~ Categorical([0.5, 0.5])\n  observe y ~ Normal(match z { 0 => 1; 1 => 2; 2 => 3 }, 1)\n}",
  },
  "arms-disagree": {
    rows: "model M {\n  A = [[1, 2], [3]]\n  observe y ~ Normal(A[0, 0], 1)\n}",
    options: "family F {\n  vary prior in { Normal(0, 1), Gamma(1, 1) }\n  a ~ prior\n}",
    "": "model M[N](b: Bool, x: Real[N]) {\n  observe y ~ Normal(sum(if b { x } else { 1 }), 1)\n}",
    supports: "model M(b: Bool) {\n  x ~ if b { Normal(0, 1) } else { HalfNormal(1) }\n}",
    "look-back":
      "model M[T](p: Unit[2]) {\n  z[0] ~ Categorical([0.3, 0.7])\n  for t in 1..T { z[t] ~ Bernoulli(p[z[t-1]]) }\n}",
    pieces: "model M[T] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..T { x[t]: Real[2] ~ Normal(0, 1) }\n}",
  },
  "recursive-function": {
    dist: "dist D(s: Positive) on Positive {\n  logpdf(x) = -log(s) - x / s\n  draw { x ~ D(s); x }\n}",
    "": "def f(x: Real): Real = g(x)\ndef g(x: Real): Real = f(x - 1)\nmodel M {\n  observe y ~ Normal(f(1), 1)\n}",
    instances:
      "def f(x: Real, g: Function): Real = f(x, f(g: g))\nmodel M {\n  observe y ~ Normal(f(1, exp), 1)\n}",
  },
  "bad-entry": {
    "": "dist D(n: Nat) on Int(0, n) {\n  logpdf(k) = -log(n + 1)\n}",
    noise: "dist D(s: Positive) on Positive {\n  logpdf(x) = -log(s) - x / s\n  draw(u: Positive) = u * s\n}",
    parameter: "dist D(s: Positive) on Positive {\n  logpdf(x, s2) = -log(s) - x / s\n}",
    twice: "dist D(s: Positive) on Positive {\n  logpdf(x) = -log(s) - x / s\n  mean = s\n  mean = s\n}",
    type: "dist D(s: Positive) on Positive {\n  logpdf(x: Real) = -log(s) - x / s\n}",
  },
  "unknown-entry": {
    "": "dist D(s: Positive) on Positive {\n  logpdf(x) = -log(s) - x / s\n  varience = s ^ 2\n}",
    constant: "dist D(s: Positive) on Positive {\n  c = -log(s)\n  logpdf(x) = -log(s) - x / s\n}",
  },
  "missing-density": {
    "": "dist D(loc: Real, scale: Positive) on Real {\n  draw(z: Real) = loc + scale * z\n}",
  },
  "net-not-learned": {
    "": "model M(x: Real[3]) {\n  observe y: Real[2] ~ Normal(dense(x, 2), 1)\n}",
    "ode-rate":
      "net f(y: Real[2]) -> Real[2] = dense(y, 2)\nmodel M[T](ts: Real[T]) {\n  z = ode(f, [1, 0], ts)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
  },
  "bad-initializer": {
    eye: "model M[K] {\n  learn L: Real[K, K] = eye()\n  observe y ~ Normal(L[0, 0], 1)\n}",
    matrix: "model M[K] {\n  learn L: CholeskyCov[K] = glorot()\n  observe y ~ Normal(L[0, 0], 1)\n}",
    "": "model M {\n  learn s: Positive = -1\n}",
    outside: "model M {\n  learn s: Positive = normal(1)\n}",
    glorot: "model M {\n  learn s = glorot()\n}",
    parentheses:
      "model M[D](x: Real[D]) {\n  learn f = dense[D](O: 2, init: he)\n  observe y ~ Normal(f(x)[0], 1)\n}",
    expression: "model M[N] {\n  learn b: Real[N] = exp(2)\n}",
  },
  "not-allowed-here": {
    method: "model M[N](x: Real[N]) {\n  observe y ~ Normal(x.mean(), 1)\n}",
    "guide-observe":
      "model M {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  observe x ~ Normal(mu, tau)\n}\nguide for M {\n  mu ~ Normal(0, 1)\n  tau ~ LogNormal(0, 1)\n  observe x ~ Normal(mu, 1)\n}",
    "guide-factor":
      "model M {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  observe x ~ Normal(mu, tau)\n}\nguide for M {\n  mu ~ Normal(0, 1)\n  tau ~ LogNormal(0, 1)\n  factor mu\n}",
    "input-default": "model M(x: Real = 1) {\n  observe y ~ Normal(x, 1)\n}",
    "ode-steps":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(f, [1, 0], ts, k, steps: 10, rtol: 1e-8)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    "ode-rate":
      "def f(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]\nmodel M[T](ts: Real[T]) {\n  k ~ HalfNormal(1)\n  z = ode(k, [1, 0], ts, k)\n  plate t in T { observe x[t] ~ Normal(z[t, 0], 1) }\n}",
    missing: "model M[N](x: Real[N]?) {\n  plate n in N { observe y[n] ~ Normal(x[n], 1) }\n}",
    vary: "model M {\n  vary a ~ Normal(0, 1)\n  b ~ Normal(a, 1)\n}",
    "vary-in-plate":
      "family F[N] {\n  plate n in N {\n    vary a ~ Normal(0, 1)\n    observe y[n] ~ Normal(a, 1)\n  }\n}",
    "member-learn": "model M {\n  member learn a = 0\n  b ~ Normal(a, 1)\n}",
    "": "def f(x: Real): Real {\n  z ~ Normal(0, 1)\n  z\n}\nmodel M {\n  observe y ~ Normal(f(1), 1)\n}",
    "default-size":
      "def f[N = 2](x: Real[N]): Real = sum(x)\nmodel M(x: Real[3]) {\n  observe y ~ Normal(f(x), 1)\n}",
    "learn-in-plate":
      "model M[N] {\n  plate n in N {\n    learn b = 0\n    observe y[n] ~ Normal(b, 1)\n  }\n}",
    "net-in-net":
      "net f[A](x: Real[A]) -> Real[A] {\n  learn g = dense[A](A)\n  g(x)\n}\nmodel M {\n  learn h = f[2]\n}",
    "bare-simplex": "model M(w: Simplex) {\n  observe y ~ Normal(sum(w), 1)\n}",
  },
  "tuple-mismatch": {
    "": "model M(v: Real[4]) {\n  (a, b, c) = split(v)\n  observe y ~ Normal(sum(a), 1)\n}",
  },
  "field-twice": { "": "model M {\n  r = (a: 1, a: 2)\n  observe y ~ Normal(r.a, 1)\n}" },
  "unknown-field": {
    "": "model M {\n  fit = (mean: 0, sd: 1)\n  observe y ~ Normal(fit.maen, fit.sd)\n}",
    tuple: "model M(v: Real[4]) {\n  p = split(v)\n  observe y ~ Normal(sum(p.first), 1)\n}",
    array: "model M(y: Real[4]) {\n  observe x ~ Normal(y.mean, 1)\n}",
  },
  "unused-input": {
    "": "model M[N](x: Real[N], z: Real[N]) {\n  plate n in N { observe y[n] ~ Normal(x[n], 1) }\n}",
  },
  "guide-unknown-model": {
    "": "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for N {\n  mu ~ Normal(0, 1)\n}",
    misspelt:
      "model Items[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for Item {\n  mu ~ Normal(0, 1)\n}",
  },
  "guide-twice": {
    "": "model M {\n  mu ~ Normal(0, 1)\n  observe x ~ Normal(mu, 1)\n}\nguide for M { mu ~ Normal(0, 1) }\nguide for M { mu ~ Normal(1, 1) }",
  },
  "guide-site-missing": {
    "": "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  learn m = 0\n  mu ~ Normal(m, 1)\n}",
    "in-plate":
      "model M[N] {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(z[n], 1)\n  }\n}\nguide for M {\n  learn m = 0\n}",
    used: "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  mu ~ Normal(tau, 1)\n}",
  },
  "guide-site-extra": {
    description:
      "family F {\n  vary m ~ Normal(0, 1)\n  mu ~ Normal(m, 1)\n  observe x ~ Normal(mu, 1)\n}\nguide for F {\n  m ~ Normal(0, 1)\n  mu ~ Normal(m, 1)\n}",
    "": "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  mu ~ Normal(0, 1)\n  ta ~ LogNormal(0, 1)\n  tau ~ LogNormal(0, 1)\n}",
    observed:
      "model M[N] {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(z[n], 1)\n  }\n}\nguide for M {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    x[n] ~ Normal(z[n], 1)\n  }\n}",
    discrete:
      "model M[N] {\n  mu ~ Normal(0, 1)\n  plate n in N {\n    k[n] ~ Bernoulli(0.5)\n    observe x[n] ~ Normal(if k[n] then mu else 0, 1)\n  }\n}\nguide for M {\n  mu ~ Normal(0, 1)\n  plate n in N { k[n] ~ Bernoulli(0.5) }\n}",
  },
  "guide-plate-differs": {
    "": "model M[N] {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(z[n], 1)\n  }\n}\nguide for M {\n  learn m: Real[N] = 0\n  z ~ Normal(m, 1)\n}",
    "other-size":
      "model M[N, K] {\n  plate k in K { observe y[k] ~ Normal(0, 1) }\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(z[n], 1)\n  }\n}\nguide for M {\n  plate k in K { z[k] ~ Normal(y[k], 1) }\n}",
    ordered:
      "model M[N] {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(z[n], 1)\n  }\n}\nguide for M {\n  z[0] ~ Normal(0, 1)\n  for n in 1..N { z[n] ~ Normal(z[n-1], 1) }\n}",
  },
  "guide-shape-differs": {
    "": "model M[N] {\n  plate n in N {\n    z[n]: Real[2] ~ Normal(0, 1)\n    observe x[n] ~ Normal(sum(z[n]), 1)\n  }\n}\nguide for M {\n  plate n in N { z[n] ~ Normal(x[n], 1) }\n}",
    discrete:
      "model M[N] {\n  plate n in N {\n    z[n]: Bool[2] ~ Bernoulli(0.5) score\n    observe x[n] ~ Normal(if z[n, 0] then 1 else 0, 1)\n  }\n}\nguide for M {\n  plate n in N { z[n] ~ Bernoulli(logits: x[n]) }\n}",
  },
  "guide-support-differs": {
    "": "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  learn s: Positive = 1\n  mu ~ Normal(0, 1)\n  tau ~ Normal(1, s)\n}",
    narrower:
      "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  mu ~ LogNormal(0, 1)\n  tau ~ LogNormal(0, 1)\n}",
    interval:
      "model M {\n  p ~ Uniform(0, 5)\n  observe x ~ Normal(p, 1)\n}\nguide for M { p ~ Uniform(0, 4) }",
  },
  "guide-cannot-use": {
    "": "model M[N] {\n  learn w = 1\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    observe x[n] ~ Normal(w * z[n], 1)\n  }\n}\nguide for M {\n  plate n in N { z[n] ~ Normal(w * x[n], 1) }\n}",
    binding:
      "model M[N] {\n  plate n in N {\n    z[n] ~ Normal(0, 1)\n    eta = 2 * z[n]\n    observe x[n] ~ Normal(eta, 1)\n  }\n}\nguide for M {\n  plate n in N { z[n] ~ Normal(eta, 1) }\n}",
  },
  "guide-draw-not-smooth": {
    "": "model M[N] {\n  mu ~ Normal(0, 1)\n  tau ~ HalfNormal(1)\n  plate n in N { observe x[n] ~ Normal(mu, tau) }\n}\nguide for M {\n  learn a: Positive = 1\n  mu ~ Normal(0, 1)\n  tau ~ Gamma(a, 1)\n}",
  },
};
