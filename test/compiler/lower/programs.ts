/** Small programs that between them use all of the language that has a log density. */
import type { IndexBounds, Sizes } from "./sample-data.ts";

export interface SampleProgram {
  readonly name: string;
  readonly text: string;
  readonly sizes: Sizes;
  readonly indexBounds?: IndexBounds;
  /** Of a family: which descriptions are given, as data or by the position of an option. */
  readonly member?: Readonly<Record<string, "input" | number>>;
}

export const samplePrograms: readonly SampleProgram[] = [
  program("one number", {}, "m ~ Normal(1, 2)\n observe y ~ Normal(m, 0.5)"),
  program(
    "a plate with known scales",
    { J: 3 },
    `mu ~ Normal(0, 5)
    tau ~ HalfCauchy(5)
    plate j in J { theta[j] ~ Normal(mu, tau) ; observe y[j] ~ Normal(theta[j], sigma[j]) }`,
    "(sigma: Positive[J])",
  ),
  program(
    "non-centred",
    { J: 3 },
    `mu ~ Normal(0, 5)
    tau ~ HalfCauchy(5)
    plate j in J { theta[j] ~ Normal(mu, tau) via noncentered ; observe y[j] ~ Normal(theta[j], sigma[j]) }`,
    "(sigma: Positive[J])",
  ),
  program(
    "non-centred vectors and others",
    { J: 2, K: 3 },
    `tau ~ LogNormal(0, 1) via noncentered
    v: Real[K] ~ Normal(1, tau) via noncentered
    plate j in J {
      a[j]: Real[K] ~ StudentT(5, v, tau) via noncentered
      b[j] ~ Laplace(a[j, 0], tau) via noncentered
      c[j] ~ Logistic(b[j], 2) via noncentered
      d[j] ~ Cauchy(c[j], 0.5) via noncentered
      observe y[j]: Real[K] ~ Normal(a[j] + d[j], 1)
    }`,
  ),
  program(
    "gather of group effects",
    { N: 5, J: 3 },
    `sigma ~ HalfNormal(1)
    plate j in J { alpha[j] ~ Normal(0, 1) }
    plate n in N { observe y[n] ~ Normal(alpha[county[n]], sigma) }`,
    "(county: Nat[N])",
    { county: 3 },
  ),
  program(
    "rows, elements, dot and matrix products",
    { N: 4, P: 3 },
    `beta: Real[P] ~ Normal(0, 1)
    c ~ Normal(0, 1)
    eta = X @ beta
    plate n in N {
      observe y[n] ~ Normal(eta[n], 1)
      observe w[n] ~ Normal(dot(X[n], beta) + c * X[n][1] + X[n, 2], 1)
      observe v[n]: Real[P] ~ Normal(X[n] + c, 2)
    }`,
    "(X: Real[N, P])",
  ),
  program(
    "factor model",
    { N: 3, D: 4, Z: 2 },
    `W: Real[D, Z] ~ Normal(0, 1)
    plate n in N {
      z[n]: Real[Z] ~ Normal(0, 1)
      observe x[n]: Real[D] ~ Normal(W @ z[n], 0.5)
      observe u[n]: Real[D] ~ Normal(z[n] @ transpose(W), 0.5)
      observe q[n] ~ Normal(dot(z[n], W[0]) + sum(outer(z[n], z[n])[0]), 1)
    }`,
  ),
  program(
    "local level",
    { T: 5 },
    `q ~ HalfNormal(1)
    r ~ HalfNormal(1)
    x[0] ~ Normal(0, 10)
    for t in 1..T { x[t] ~ Normal(x[t-1], q) }
    plate t in T { observe y[t] ~ Normal(x[t], r) }`,
  ),
  program(
    "local level, non-centred",
    { T: 5 },
    `q ~ HalfNormal(1)
    x[0] ~ Normal(0, 10)
    for t in 1..T { x[t] ~ Normal(0.9 * x[t-1], q) via noncentered }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }`,
  ),
  program(
    "second order",
    { T: 6 },
    `x[0] ~ Normal(0, 1)
    x[1] ~ Normal(0, 1)
    for t in 2..T { x[t] ~ Normal(2 * x[t-1] - x[t-2], 0.5) }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }`,
  ),
  program(
    "autoregression with a comprehension",
    { T: 7, K: 2 },
    `alpha ~ Normal(0, 10)
    beta: Real[K] ~ Normal(0, 10)
    sigma ~ HalfCauchy(2.5)
    for t in K..T { observe y[t] ~ Normal(alpha + sum([beta[k] * y[t-1-k] for k in K]), sigma) }`,
  ),
  program(
    "garch",
    { T: 6 },
    `mu ~ Flat()
    alpha0: Positive ~ Flat()
    alpha1 ~ Uniform(0, 1)
    beta1: Real(0, 1 - alpha1) ~ Uniform(0, 1)
    s[0]: Positive = sigma1
    observe y[0] ~ Normal(mu, s[0])
    for t in 1..T {
      s[t]: Positive = sqrt(alpha0 + alpha1 * (y[t-1] - mu) ^ 2 + beta1 * s[t-1] ^ 2)
      observe y[t] ~ Normal(mu, s[t])
    }`,
    "(sigma1: Positive)",
  ),
  program(
    "bindings in a for that look back at data only",
    { T: 6 },
    `a ~ Normal(0, 1)
    d[0] = 0
    e[0] = 1
    observe y[0] ~ Normal(0, e[0])
    for t in 1..T {
      d[t] = y[t-1] * a
      e[t] = d[t] ^ 2
      observe y[t] ~ Normal(d[t], 1 + e[t])
    }`,
  ),
  program(
    "a draw that looks back at a binding",
    { T: 5 },
    `a ~ Normal(0, 1)
    x[0] ~ Normal(0, 1)
    h[0] = a
    for t in 1..T {
      x[t] ~ Normal(h[t-1], 1)
      h[t] = x[t] * a + 1
      observe y[t] ~ Normal(h[t] + h[t-1], 1)
    }`,
  ),
  program(
    "bindings before and after their use",
    { T: 5 },
    `a ~ Normal(0, 1)
    g[0] = a
    h[0] = 2 * a
    for t in 1..T {
      g[t] = a * c[t] + h[0]
      h[t] = g[t-1] + g[t]
      observe y[t] ~ Normal(h[t] + h[t-1], 1)
    }`,
    "(c: Real[T])",
  ),
  program(
    "bounds that look back",
    { T: 4 },
    `x[0] ~ Uniform(0, 1)
    for t in 1..T { x[t] ~ Uniform(x[t-1], x[t-1] + 2) }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }`,
  ),
  program(
    "several series",
    { I: 2, T: 4 },
    `s ~ HalfNormal(1)
    plate i in I {
      x[i, 0] ~ Normal(0, 1)
      h[i, 0] = x[i, 0]
      for t in 1..T {
        x[i, t] ~ Normal(0.5 * x[i, t-1], s)
        h[i, t] = 0.5 * h[i, t-1] + x[i, t]
      }
      for t in T { observe y[i, t] ~ Normal(h[i, t], 1) }
    }`,
  ),
  program(
    "a plate inside a for",
    { T: 4, K: 2 },
    `s ~ HalfNormal(1)
    plate k in K { x[0, k] ~ Normal(0, 1) }
    for t in 1..T {
      plate k in K { x[t, k] ~ Normal(x[t-1, k] + 0.1 * m[k], s) }
      observe y[t] ~ Normal(sum(x[t]), 1)
    }`,
    "(m: Real[K])",
  ),
  program(
    "nested plates",
    { I: 2, J: 3, K: 2 },
    `plate i in I {
      a[i] ~ Normal(0, 1)
      plate j in J {
        b[i, j] ~ Normal(a[i], 1)
        c[i, j] = a[i] * b[i, j]
        plate k in K { observe y[i, j, k] ~ Normal(b[i, j] + c[i, j] * x[j, k], 1 + w[i]) }
      }
    }
    plate j in J { observe u[j] ~ Normal(b[1, j] - b[0][j], 1) }`,
    "(x: Real[J, K], w: Positive[I])",
  ),
  program(
    "crossed effects",
    { I: 2, J: 3, N: 4 },
    `plate i in I { a[i] ~ Normal(0, 1) }
    plate j in J { b[j]: Real[2] ~ Normal(0, 1) }
    plate i in I { plate j in J { observe y[i, j] ~ Normal(a[i] + b[j, 1], exp(b[j][0])) } }
    plate n in N { observe u[n] ~ Normal(a[f[n]] * b[g[n], 0], 1) }`,
    "(f: Nat[N], g: Nat[N])",
    { f: 2, g: 3 },
  ),
  program(
    "a table of parameters by two data positions",
    { I: 2, J: 3, N: 4 },
    `plate i in I {
      plate j in J { a[i, j] ~ Normal(0, 1) }
      observe r[i] ~ Normal(sum(a[i]) + a[i, k[i]], 1)
    }
    plate n in N { observe u[n] ~ Normal(a[f[n], g[n]] + a[f[n]][0] + a[1, g[n]], 1) }`,
    "(f: Nat[N], g: Nat[N], k: Nat[I])",
    { f: 2, g: 3, k: 3 },
  ),
  program(
    "slices",
    { T: 5 },
    `x: Real[T] ~ Normal(0, 1)
    M: Real[T, 3] ~ Normal(0, 1)
    d = x[1..] - x[..T-1]
    factor -sum(square(d)) / 2
    factor sum(M[1..3, 2]) + sum(M[0, 1..3]) + sum(M[2..4, 0..2][1])
    plate t in T { observe y[t]: Real[2] ~ Normal(M[t, 1..3], 1) }`,
  ),
  program(
    "choices on data and parameters",
    { N: 5 },
    `a ~ Normal(0, 1)
    b ~ Normal(0, 1)
    plate n in N {
      m[n] = if flag[n] { a } else { b + 1 }
      v[n] = match kind[n] { 0 => a, 1 => a * b
        _ => if a > b then a - b else b - a }
      observe y[n] ~ Normal(m[n] + v[n], if x[n] > 0 then 1 else 2)
      observe u[n] ~ match kind[n] { 0 => Normal(a, 1), 1 => StudentT(4, a, 2), _ => Laplace(b, 1) }
      observe w[n] ~ if flag[n] && x[n] < 1 { Normal(a, 1) } else { Cauchy(b, 1) }
    }`,
    "(flag: Bool[N], kind: Nat[N], x: Real[N])",
    { kind: 3 },
  ),
  program(
    "statements on known inputs",
    { N: 3 },
    `a ~ Normal(0, 1)
    if robust && N > 2 {
      nu ~ Gamma(2, 0.1)
      plate n in N { observe y[n] ~ StudentT(nu, a, 1) }
    } else {
      nu ~ Gamma(3, 0.1)
      plate n in N { observe y[n] ~ Normal(a, nu) }
    }`,
    "(robust: Bool)",
  ),
  program(
    "records",
    { N: 3 },
    `prior = (slope: (mean: 1, sd: 2), level: (mean: 0, sd: 1))
    a ~ Normal(prior.level.mean, prior.level.sd)
    b ~ Normal(prior.slope.mean, prior.slope.sd)
    plate n in N {
      fit = if X[n] > 1 { line(a, b, X[n]) } else { line(b, a, X[n]) }
      (one, two) = fit.both
      observe y[n] ~ Normal(fit.mean + one * sum(two), fit.sd)
    }`,
    "(X: Real[N])",
    {},
    `def line(a: Real, b: Real, x: Real) = (mean: a + b * x, sd: exp(0.1 * x), both: (a, [b, x]))
`,
  ),
  program(
    "functions with sizes",
    { N: 3, P: 2 },
    `beta: Real[P] ~ Normal(0, 1)
    gamma: Real[2 * P] ~ Normal(0, 1)
    (l, r) = split(gamma)
    plate n in N {
      (f[n], g[n]) = both(X[n], beta)
      observe y[n] ~ Normal(linear(X[n], l) + f[n], 1 + g[n] ^ 2)
      observe w[n]: Real[2 * P] ~ Normal(concat(r, X[n]), 1)
    }`,
    "(X: Real[N, P])",
    {},
    `def linear[P](x: Real[P], b: Real[P]): Real = dot(x, b) / P
def both[P](x: Real[P], b: Real[P]) {
  s = linear(x, b)
  (s, s - sum(x))
}
`,
  ),
  program(
    "array functions",
    { N: 3, K: 3 },
    `A: Real[N, K] ~ Normal(0, 1)
    b: Real[K] ~ Normal(0, 1)
    plate n in N {
      p[n] = softmax(A[n] + b)
      observe k[n] ~ Categorical(p[n])
      observe j[n] ~ Categorical(logits: A[n] * 2)
      observe s[n]: Simplex[K] ~ Dirichlet(1 + exp(A[n]))
      factor logsumexp(A[n]) - mean(b) + prod(p[n]) + sum(cumsum(A[n])) - log_softmax(b)[1]
    }
    factor sum(softmax(A)[1]) + sum(sum(A)) + sum([sum(A[n]) * n for n in N])
    factor sum((A @ transpose(A))[1]) + sum([1, b[0], 2.5])`,
    "",
    { k: 3, j: 3 },
  ),
  program(
    "integers and booleans",
    { N: 4 },
    `a ~ Normal(0, 1)
    plate n in N {
      c[n] = k[n] + 2 * n
      observe y[n] ~ Normal(a * c[n] ^ 2 + max(k[n], 1) / 3 + floor(x[n]), 1)
      observe b[n] ~ Bernoulli(logits: a * c[n])
      observe e[n] ~ Bernoulli(sigmoid(a))
      observe r[n] ~ Poisson(log_rate: a)
      observe q[n] ~ Poisson(exp(a) * (k[n] + 1))
      observe o[n] ~ Binomial(10, sigmoid(a + x[n]))
      observe t[n] ~ Binomial(3 + k[n], logits: a)
      factor if b[n] then a else if k[n] == 2 || !(k[n] != 1) { 1 } else { 2 }
    }`,
    "(k: Nat[N], x: Real[N])",
  ),
  program(
    "events that are arrays",
    { N: 2, D: 2, K: 3 },
    `P: Simplex[D, K] ~ Dirichlet(ones(K))
    Q: Simplex[D, K] ~ Dirichlet(exp(c))
    plate n in N {
      observe x[n]: Nat[D] ~ Categorical(P)
      observe y[n]: Nat[D] ~ Categorical(P[0])
      observe z[n]: Bool[D] ~ Bernoulli(logits: c[0, 0])
      observe w[n]: Positive[D, K] ~ Gamma(2, exp(c))
    }`,
    "(c: Real[D, K])",
    { x: 3, y: 3 },
  ),
  program(
    "supports",
    { K: 3, N: 2 },
    `a: Positive ~ Normal(0, 1)
    b: Unit ~ Normal(0, 1)
    lo ~ Normal(0, 1)
    c: Real(lo, lo + exp(lo)) ~ Flat()
    d: Ordered[K] ~ Normal(0, 3)
    o: PositiveOrdered[2] ~ Normal([1, 2], 1)
    e: Simplex[3] ~ Dirichlet([1, 2, 3.5])
    f ~ Beta(2, 3)
    g: Real[K] ~ Uniform(-1, 2)
    plate n in N {
      h[n]: Ordered[K] ~ Normal(0, 1)
      p[n]: PositiveOrdered[K] ~ Gamma(2, a)
      i[n]: Simplex[K] ~ Dirichlet(ones(K))
      j[n]: Positive[K] ~ HalfStudentT(3, 2)
      l[n] ~ InverseGamma(2, a)
      m[n] ~ Exponential(a + b)
      observe y[n]: Real[K] ~ Normal(d + h[n] / p[n] + i[n] * j[n], l[n] + m[n])
    }
    observe u ~ Normal(c + f + o[1] + sum(g) * e[1], 1)`,
  ),
  program(
    "mixture",
    { N: 3, K: 3 },
    `w ~ Dirichlet(ones(K))
    mu: Ordered[K] ~ Normal(0, 10)
    s: Positive[K] ~ HalfNormal(2)
    plate n in N {
      z[n] ~ Categorical(w)
      observe x[n] ~ Normal(mu[z[n]], s[z[n]])
    }`,
  ),
  program(
    "two-component mixture",
    { N: 4 },
    `theta ~ Beta(5, 5)
    mu: Ordered[2] ~ Normal(0, 2)
    plate n in N {
      z[n] ~ Bernoulli(theta)
      observe x[n] ~ Normal(if z[n] then mu[0] else mu[1], 1)
      observe y[n] ~ if z[n] { Normal(mu[0], 1) } else { Cauchy(mu[1], 1) }
    }`,
  ),
  program(
    "two discrete variables, one on the other",
    { N: 2, K: 3 },
    `w ~ Dirichlet(ones(K))
    plate k in K { p[k] ~ Beta(2, 2) ; mu[k]: Real[2] ~ Normal(0, 1) }
    plate n in N {
      z[n] ~ Categorical(w)
      b[n] ~ Bernoulli(p[z[n]])
      m[n] = mu[z[n], if b[n] then 1 else 0]
      observe x[n] ~ Normal(m[n], if b[n] then 1 else 2)
      observe y[n] ~ Poisson(exp(m[n]))
    }`,
  ),
  program(
    "a discrete variable outside the plate of the data",
    { N: 4 },
    `z ~ Bernoulli(0.3)
    mu: Real[2] ~ Normal(0, 1)
    plate n in N { observe y[n] ~ Normal(mu[if z then 1 else 0], 1) }`,
  ),
  program(
    "a discrete variable between plates",
    { I: 2, J: 3 },
    `mu: Real[3] ~ Normal(0, 1)
    t ~ Bernoulli(0.25)
    plate i in I {
      z[i] ~ Categorical([0.2, 0.3, 0.5])
      e[i] ~ Normal(mu[z[i]], 1)
      plate j in J {
        c[i, j] ~ Bernoulli(logits: mu[z[i]])
        observe y[i, j] ~ Normal(mu[z[i]] + e[i], if c[i, j] then 1 else if t then 3 else 2)
      }
    }`,
  ),
  program(
    "a match on a discrete variable",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Categorical([0.2, 0.3, 0.5])
      k[n] ~ Binomial(2, 0.4)
      m[n] = match z[n] { 0 => a, 1 => 2 * a, _ => a + k[n] }
      observe x[n] ~ match z[n] { 0 => Normal(m[n], 1), 1 => Normal(m[n], k[n] + 1), _ => Laplace(m[n], 1) }
    }`,
  ),
  program(
    "a discrete variable that nothing needs",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N { z[n] ~ Categorical([0.2, 0.3, 0.5]) ; observe y[n] ~ Normal(a, 1) }`,
  ),
  program(
    "a factor on a discrete variable",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N { z[n] ~ Bernoulli(0.5) ; factor if z[n] then a else 0 ; factor 0.25 }
    factor a`,
  ),
  program(
    "constants and pieces",
    { T: 4 },
    `h[0] = 1
    h[1] = 2.5
    a ~ Normal(0, 1)
    for t in 2..T { h[t] = h[t-1] * a + h[t-2] }
    factor sum(h)
    plate t in T { observe y[t] ~ Normal(h[t], 1) }`,
  ),
  program(
    "integers next to reals",
    { T: 3 },
    `a ~ Normal(0, 1)
    e[0] = 1
    for t in 1..T { e[t] = exp(-e[t-1]) * a }
    c = concat([1, 2], [a, 0.5])[1]
    s = softmax([1, 2, 3])
    plate t in T { observe y[t] ~ Normal(e[t] + c + s[1], 1) }`,
  ),
  program(
    "conditions inside a for",
    { T: 4 },
    `a ~ Normal(0, 1)
    x[0] ~ Normal(0, 1)
    for t in 1..T {
      x[t] ~ Normal(x[t-1], 1)
      if heavy { observe y[t] ~ Cauchy(x[t], 1) } else { observe y[t] ~ Normal(x[t], 1) }
    }`,
    "(heavy: Bool)",
  ),
  program(
    "rows by an index that leaves its range",
    { I: 2, N: 3 },
    `plate i in I { a[i]: Real[3] ~ Normal(0, 1) ; observe v[i] ~ Normal(a[i, k[i] + 1], 1) }
    plate n in N { z[n] ~ Bernoulli(0.5) ; observe y[n] ~ Normal(a[0][if z[n] then 2 else 1], 1) }`,
    "(k: Nat[I])",
    { k: 2 },
  ),
  program(
    "a chain of observed categories",
    { T: 5, K: 3 },
    `plate k in K { P[k] ~ Dirichlet(ones(K)) }
    observe y[0] ~ Categorical(ones(K) / K)
    for t in 1..T { observe y[t] ~ Categorical(P[y[t-1]]) }`,
    "",
    { y: 3 },
  ),
  program(
    "a vector autoregression",
    { T: 4, K: 2 },
    `A: Real[K, K] ~ Normal(0, 1)
    x[0]: Real[K] ~ Normal(0, 1)
    for t in 1..T {
      m[t] = A @ x[t-1] + b[t]
      x[t] ~ Normal(m[t], 1)
      observe y[t]: Real[K] ~ Normal(x[t] - 0.5 * x[t-1], 1)
    }
    m[0] = zeros(K)
    observe u ~ Normal(x[T-1, 0] + x[T-1][1] + x[0, 1] + sum(m[1]), 1)`,
    "(b: Real[T, K])",
  ),
  program(
    "a recursion of vectors, observed as it goes",
    { T: 4, K: 2 },
    `A: Real[K, K] ~ Normal(0, 1)
    h[0] = zeros(K)
    for t in 1..T {
      h[t] = tanh(A @ h[t-1] + y[t-1])
      observe y[t]: Real[K] ~ Normal(h[t], 1)
    }`,
  ),
  program(
    "pieces by data and by reversed positions",
    { T: 4, N: 3 },
    `x[0] ~ Normal(0, 1)
    for t in 1..T { x[t] ~ Normal(x[t-1], 1) }
    plate n in N { observe y[n] ~ Normal(x[i[n]] + x[T-1-n], 1) }
    factor sum(x[1..]) + sum([x[t] * x[T-1-t] for t in T]) + sum([sum([x[s] * t for s in t..T]) for t in 2])`.replace(
      "s in t..T",
      "s in 1..T",
    ),
    "(i: Nat[N])",
    { i: 4 },
  ),
  program(
    "comprehensions in plates",
    { N: 3, K: 2 },
    `a: Real[K] ~ Normal(0, 1)
    M: Real[N, K] ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Categorical(ones(K) / K)
      r[n] = [a[k] * M[n, k] + X[n, z[n]] for k in K]
      observe y[n]: Real[K] ~ Normal(r[n], 1)
      observe u[n] ~ Normal(sum([a[k] * sum([M[j, k] for j in N]) for k in K]), 1)
    }`,
    "(X: Real[N, K])",
  ),
  program(
    "tuples in plates",
    { N: 3 },
    `a: Real[4] ~ Normal(0, 1)
    plate n in N {
      (l[n], r[n]) = split(a * x[n])
      (u[n], v[n]) = if x[n] > 0 then (l[n][0], 1) else (r[n][1], 2)
      observe y[n] ~ Normal(u[n], v[n])
    }`,
    "(x: Real[N])",
  ),
  program(
    "functions of functions",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N { observe y[n] ~ Normal(twice(x[n], a) + pick(k[n], [a, 1, 2]), 1) }`,
    "(x: Real[N], k: Nat[N])",
    { k: 3 },
    `def bounded(x: Real, lo: Real): Real = if x < lo then lo else x
def twice(x: Real, a: Real): Real = bounded(bounded(x, a), -1) * a
def pick(k: Nat, v: Real[3]): Real = v[k]
`,
  ),
  program(
    "series in a plate, non-centred",
    { I: 2, T: 3 },
    `s ~ HalfNormal(1)
    plate i in I {
      x[i, 0] ~ Normal(0, 1) via noncentered
      for t in 1..T { x[i, t] ~ Normal(x[i, t-1], s) via noncentered ; observe y[i, t] ~ Normal(x[i, t] - x[i, t-1], 1) }
    }`,
  ),
  program(
    "two recursions that need each other, and what follows from them",
    { T: 5 },
    `a ~ Normal(0, 1)
    g[0] = a
    h[0] = 1
    d[0] = 0
    for t in 1..T {
      w[t] ~ Normal(0, 1)
      g[t] = 0.5 * h[t-1] + w[t]
      observe y[t] ~ Normal(g[t] + d[t-1], 1)
      h[t] = tanh(g[t-1])
      d[t] = h[t] - g[t]
      factor d[t-1] * h[t-1]
    }
    w[0] ~ Normal(0, 1)`,
  ),
  program(
    "latents before and after a recursion",
    { T: 4 },
    `s ~ HalfNormal(1)
    u[0] ~ Normal(0, 1)
    h[0] = 0
    for t in 1..T {
      e[t] ~ Normal(0, exp(h[t-1]))
      h[t] = 0.9 * h[t-1] + 0.1 * e[t]
      u[t] ~ Uniform(h[t], h[t] + s)
      observe y[t] ~ Normal(u[t] - u[t-1], 1)
    }
    e[0] ~ Normal(0, 1)`,
  ),
  program(
    "ordered axes inside ordered axes",
    { S: 3, T: 3 },
    `a ~ Normal(0, 1)
    plate s in S { x[s, 0] ~ Normal(0, 1) }
    for s in S { for t in 1..T {
      x[s, t] ~ Normal(a * x[s, t-1], 1)
      v[s, t]: Positive ~ Exponential(1)
    } }
    plate s in S { v[s, 0] ~ Exponential(2) }
    plate s in S { for t in T { observe y[s, t] ~ Normal(x[s, t], v[s, t]) } }`,
  ),
  program(
    "matrix types and what is made of them",
    { K: 3 },
    `C: Corr[K] ~ Flat()
    L: CholeskyCorr[K] ~ Flat()
    S: Covariance[K] ~ Flat()
    F: CholeskyCov[K] ~ Flat()
    factor -trace(S) - sum(sum(square(F))) - logdet(S)
    factor -logdet(C) + logdet(L @ transpose(L)) + sum(log(diagonal(F)))
    w = solve_lower(F, v) + solve_lower_transpose(F, v) + solve_spd(S, v)
    factor -0.1 * quad_form(S, w) - 0.1 * sum(sum(quad_form(C, B))) + sum(cholesky(C + S)[2])
    D = diag(exp(v)) @ C @ diag(exp(v))
    observe y: Real[K] ~ Normal(inverse_spd(D) @ v + solve_lower(diag(exp(v)) @ L, B)[0], 1)`,
    "(v: Real[K], B: Real[K, K])",
  ),
  program(
    "systems of any matrix",
    { N: 2, K: 3 },
    `T: Real[K, K] ~ Normal(0, 1)
    M = T + 4 * eye(K) as Real[K, K]
    u = solve_lu(M, v) + inverse(M)[1]
    factor log_abs_det(T) - 0.1 * sum(lu_pivots(M)) + 0.01 * determinant(T)
    W = solve_lu(M, transpose(B) @ B)
    plate n in N {
      e[n] = solve(T + n * eye(K), B[0])
      observe y[n]: Real[K] ~ Normal(0.1 * e[n] + u + W[0], 1)
    }`,
    "(v: Real[K], B: Real[K, K])",
  ),
  program(
    "matrices in plates and arrays of matrices",
    { N: 2, K: 2 },
    `C: Corr[N, K] ~ Flat()
    plate n in N {
      S[n]: Covariance[K] ~ Flat()
      factor -trace(S[n]) - 0.2 * quad_form(S[n] + 0.5 * C[n], x[n])
      e[n] = solve_spd(S[n], x[n])
      observe y[n]: Real[K] ~ Normal(cholesky(C[n]) @ x[n] + 0.1 * e[n], 1)
    }
    factor sum(logdet(C)) + sum(trace(C)) + sum(sum(diagonal(cholesky(S))))`,
    "(x: Real[N, K])",
  ),
  program(
    "categories made continuous",
    { N: 3, K: 3 },
    `w ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 2)
    l ~ Normal(0, 1)
    t ~ LogNormal(0, 0.3)
    flags: Real[2] ~ RelaxedBernoulli(logits: l, temperature: 0.8)
    rows: Real[2, K] ~ RelaxedCategorical(w, 1.5)
    plate n in N {
      z[n] ~ RelaxedCategorical(w, t)
      on[n] ~ RelaxedBernoulli(0.3, t)
      u[n] ~ RelaxedCategorical(logits: mu, temperature: 0.7)
      observe y[n] ~ Normal(dot(z[n] + u[n], mu) + on[n] + flags[1] * rows[1, 0], 1)
    }`,
  ),
  program(
    "multivariate normals",
    { N: 3, M: 2, K: 2 },
    `S: Covariance[K] ~ Flat()
    L: CholeskyCov[K] ~ Flat()
    mu ~ MultivariateNormal(c, S)
    eta ~ MultivariateNormal(0.5, cholesky: L) via noncentered
    factor -trace(S) - 0.5 * sum(sum(square(L)))
    plate n in N {
      b[n] ~ MultivariateNormal(mu, precision: S) via noncentered
      s[n] ~ HalfNormal(1)
      observe y[n] ~ MultivariateNormal(b[n] * x[n], S)
      observe z[n] ~ MultivariateNormal(eta, S + s[n] * S)
      plate m in M { observe w[n, m] ~ MultivariateNormal(eta + x[n], cholesky: s[n] * L) }
    }
    observe u: Real[N, K] ~ MultivariateNormal(0, precision: S)
    observe v: Real[M, N, K] ~ MultivariateNormal(mu, S)`,
    "(c: Real[K], x: Real[N])",
  ),
  program(
    "draws of multivariate normals",
    { N: 3, M: 2 },
    `s ~ HalfNormal(1)
    A = s * ([[2, 0.3], [0.3, 1]] as Covariance)
    mu ~ MultivariateNormal(s, A)
    plate n in N {
      b[n] ~ MultivariateNormal(mu * x[n], precision: A)
      plate m in M { observe y[n, m] ~ MultivariateNormal(b[n], cholesky: cholesky(A + diag(exp(b[n])))) }
    }
    z: Real[M, N, 2] ~ MultivariateNormal(mu, A)`,
    "(x: Real[N])",
  ),
  program(
    "multivariate normals in arrays of matrices, and in arms",
    { N: 2, K: 3 },
    `S: Covariance[N, K] ~ Flat()
    a ~ Normal(0, 1)
    mu ~ MultivariateNormal(a, S)
    eta: Real[N, K] ~ MultivariateNormal(mu[0], cholesky: cholesky(S)) via noncentered
    factor -sum(trace(S))
    observe y ~ MultivariateNormal(mu + eta, S)
    plate n in N {
      observe z[n] ~ if c[n] then MultivariateNormal(0, S[n]) else MultivariateNormal(mu[n], precision: S[n])
    }`,
    "(c: Bool[N])",
  ),
  program(
    "Student's t for vectors",
    { N: 2 },
    `df ~ Gamma(2, 0.1)
    A = [[2, 0.3], [0.3, 1]] as Covariance
    plate n in N {
      b[n] ~ MultivariateStudentT(df, x[n], A)
      observe y[n] ~ MultivariateStudentT(4 + x[n], b[n], cholesky: cholesky(A))
    }
    z ~ MultivariateStudentT(df, b, A)`,
    "(x: Positive[N])",
  ),
  program(
    "distributions of matrices",
    { N: 2 },
    `eta ~ LogNormal(0, 0.5)
    A ~ InverseWishart(4 + eta, diag([1, 2, 1.5]))
    B ~ Wishart(3 + eta, A + eye(3))
    R: Corr[3] ~ LKJ(eta)
    plate n in N {
      L[n]: CholeskyCorr[3] ~ LKJCholesky(eta + n)
      C[n] ~ InverseWishart(5.5, B)
      observe y[n] ~ MultivariateNormal(0, C[n] + R)
      observe z[n] ~ MultivariateNormal(1, cholesky: L[n])
    }
    S: Corr[N, 2] ~ LKJ(2)
    T: Covariance[2, 3] ~ Wishart([3.5, 5], B)
    factor S[0, 0, 1] * S[1, 1, 0] - 0.01 * sum(trace(T))`,
  ),
  program(
    "draws of matrices",
    { N: 2 },
    `A ~ Wishart(4.5, diag([1, 2, 1.5]))
    R: Corr[3] ~ LKJ(1.5)
    plate n in N { L[n]: CholeskyCorr[3] ~ LKJCholesky(1 + 0.5 * x[n]) ; C[n] ~ InverseWishart(5.5, A + R) }
    observe y: Real[N, 3] ~ MultivariateNormal(0, cholesky: L)
    v: Corr[2, 2] ~ LKJ([2, 0.7])`,
    "(x: Positive[N])",
  ),
  program(
    "differential equations",
    { N: 2, T: 3 },
    `k ~ HalfNormal(1)
    z = ode(mix, [k, 1], ts, A, k, start: -0.5, steps: 3)
    plate n in N {
      b[n] ~ HalfNormal(1)
      u[n] = ode(decay, b[n], ts, k + x[n], steps: 2)
      plate t in T { observe y[n, t] ~ Normal(u[n][t] + z[t, 1], b[n]) }
      v[n] = ode(decay, b[n], [0.1, 0.5 + 0.1 * x[n]], 0.5, rtol: 1e-10, atol: 1e-10, max_steps: 30)
      observe w[n] ~ Normal(v[n][1], 1)
    }
    factor sum(ode(decay, 2, exp(ts) + k, 1, start: 0, steps: 2))`,
    "(ts: Ordered[T], x: Real[N], A: Real[2, 2])",
    {},
    `def decay(y: Real, t: Real, k: Real): Real = -k * y + sin(t)
def mix[P](y: Real[P], t: Real, A: Real[P, P], k: Real): Real[P] = 0.3 * tanh(A @ y) - k * y / (1 + t * t)
`,
  ),
  program(
    "functions of arrays",
    { N: 4, M: 2 },
    `a: Real[N] ~ Normal(0, 1)
    b: Real[M, N] ~ Normal(0, 1)
    factor max(a) - min(b)[0] + var(a) + sd(b)[1] + cumprod(a)[2] + cumprod(b)[1, 3] + sort(a)[1] * a[0]
    factor dot(cummax(a), x) - sum(cummin(b)[1] * x) + cummax(k)[3] * a[3]
    factor dot(flatten(b), flatten(reshape(sort(b), N, M))) + reshape([k[0], k[1]], 2, 1)[0, 0] * a[2]
    factor reverse(b)[0, 1] * a[argmax(a)] + b[1, argmin(b)[0]] * 1.5 + linspace(a[0], 3, 5)[2] + trace(diag(a))
    factor sum(linspace(-1, 1, N) * a) + argsort(x)[1] * a[1] + diag(a)[1, 1] * 0.5 + sort(x)[0] * a[2]
    plate m in M { observe y[m]: Real[N] ~ Normal(sort(b[m]) + reverse(a), 1 + max(b[m]) ^ 2) }`,
    "(x: Real[N], k: Int[N])",
  ),
  program(
    "special functions in plates",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] = erfc(a * x[n]) + normal_cdf(a) * log_normal_cdf(x[n] + a) + log1mexp(-exp(a)) + log_sigmoid(a * x[n])
      w[n] = sinh(a) * cosh(x[n]) + asin(0.5 * sigmoid(a)) + acos(tanh(a)) + atan(a * 3) * atan2(a, x[n])
      v[n] = logaddexp(a, x[n]) + lbeta(exp(a), 2) + log_choose(5, k[n]) * a + clip(a, -0.5, x[n] + 3) + mod(a + 7, 4)
      u[n] = where(x[n] > a, a * 2, x[n]) + step(a) * a + mod(k[n], 2) * a + quotient(k[n] + 3, 2) + ceil(x[n]) * a + round(x[n]) * a
      observe y[n] ~ Normal(z[n] + w[n] + v[n] + u[n], 1)
    }
    factor sum(where(x > a, square(x), a)) + max(max(x, a))`,
    "(x: Real[N], k: Nat[N])",
    { k: 4 },
  ),
  program(
    "shifted plates",
    { T: 5 },
    `x[0] ~ Normal(0, 1)
    plate t in 1..T { x[t] ~ Normal(t, 1) }
    plate t in T-2 { d[t] = x[t+2] - x[t] ; observe y[t] ~ Normal(d[t], 1) }`,
  ),
  ...[3, 30].map((T) =>
    program(
      `scans of ${T} steps in a plate, with a latent rate`,
      { N: 2, T },
      `rate ~ LogNormal(0, 1)
      plate n in N {
        start[n] ~ Normal(0, 1)
        level[n] = scan(start[n], decay(rate: rate), x[n])
        pair[n] = scan([start[n], 1], turn, x[n])
        observe y[n] ~ Normal(level[n, T - 1] + sum(pair[n, 1]), 1)
      }`,
      "(x: Real[N, T])",
      {},
      `def decay(level: Real, x: Real, rate: Positive): Real = tanh(rate * level + x)
      def turn(state: Real[2], x: Real): Real[2] = [sin(state[1]) + x, state[0]]
`,
    ),
  ),
  program(
    "functions of functions, with defaults",
    { N: 3 },
    `a ~ Normal(0, 1)
    b = twice(a, square) + twice(a, shifted(by: 3)) + fold(a, grow, [N, 2 * N]) + powers(a, [2, 3])
    observe y ~ Normal(b, 1)`,
    "",
    {},
    `def shifted(x: Real, by: Size, scale: Real = 0.5): Real = scale * x + by
    def twice(x: Real, f: Function): Real = f(f(x))
    def grow(x: Real, by: Size, f: Function = tanh): Real = f(x) * by
    def powers(x: Real, exponents: Sizes): Real = x ^ exponents[0] + fold(x, grow(f: sin), exponents)
`,
  ),
];

export function program(
  name: string,
  sizes: Sizes,
  body: string,
  inputs = "",
  indexBounds: IndexBounds = {},
  before = "",
): SampleProgram {
  const names = Object.keys(sizes).join(", ");
  const statements = body.replaceAll(" ; ", "\n");
  return {
    name,
    text: `${before}model M${names === "" ? "" : `[${names}]`}${inputs} {\n${statements}\n}\n`,
    sizes,
    indexBounds,
  };
}
