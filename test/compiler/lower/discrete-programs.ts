/** Programs whose discrete variables are coupled in all the ways that can be summed out. */
import type { SampleProgram } from "./programs.ts";
import { program } from "./programs.ts";

export const discretePrograms: readonly SampleProgram[] = [
  program(
    "a hidden Markov model",
    { T: 5, K: 3 },
    `plate k in K { P[k] ~ Dirichlet(ones(K)) ; mu[k] ~ Normal(0, 10) }
    z[0] ~ Categorical(ones(K) / K)
    for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) }
    plate t in T { observe y[t] ~ Normal(mu[z[t]], 1) }`,
  ),
  program(
    "a hidden Markov model as a loop",
    { T: 8, K: 2 },
    `plate k in K { P[k] ~ Dirichlet(ones(K)) ; mu[k] ~ Normal(0, 10) }
    p ~ Dirichlet(ones(K))
    z[0] ~ Categorical(p)
    observe y[0] ~ Normal(mu[z[0]], 1)
    for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) ; observe y[t] ~ Normal(mu[z[t]], 1) }`,
  ),
  program(
    "a chain of one element",
    { T: 1 },
    `mu: Real[2] ~ Normal(0, 1)
    z[0] ~ Categorical([0.3, 0.7])
    for t in 1..T { z[t] ~ Categorical(if z[t-1] == 0 then [0.5, 0.5] else [0.1, 0.9]) }
    plate t in T { observe y[t] ~ Normal(mu[z[t]], 1) }`,
  ),
  program(
    "a chain of booleans with inputs in the transition",
    { T: 7 },
    `a: Real[2] ~ Normal(0, 1)
    s ~ HalfNormal(1)
    on[0] ~ Bernoulli(0.5)
    for t in 1..T { on[t] ~ Bernoulli(logits: (if on[t-1] then a[0] else a[1]) + 0.5 * u[t]) }
    plate t in T { observe y[t] ~ if on[t] then Normal(1, s) else Cauchy(-1, s) }`,
    "(u: Real[T])",
  ),
  program(
    "transitions that change with time",
    { T: 6, K: 2 },
    `plate t in T { plate k in K { P[t, k] ~ Dirichlet(ones(K)) } }
    mu: Ordered[K] ~ Normal(0, 1)
    z[0] ~ Categorical(P[0, 0])
    for t in 1..T { z[t] ~ Categorical(P[t, z[t-1]]) }
    for t in T { observe y[t] ~ Normal(mu[z[t]], 0.5 + x[t]) }`,
    "(x: Positive[T])",
  ),
  program(
    "a chain of second order",
    { T: 6, K: 2 },
    `A: Simplex[K, K] ~ Dirichlet(ones(K))
    w ~ HalfNormal(1)
    z[0] ~ Categorical(ones(K) / K)
    z[1] ~ Categorical(A[z[0]])
    for t in 2..T { z[t] ~ Categorical(logits: log(A[z[t-1]]) + w * log(A[z[t-2]])) }
    plate t in T { observe y[t] ~ Normal(z[t] * w, 1) }`,
  ),
  program(
    "a chain that skips a step",
    { T: 7 },
    `a: Real[2] ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    z[1] ~ Bernoulli(0.25)
    for t in 2..T { z[t] ~ Bernoulli(logits: if z[t-2] then a[0] else a[1]) ; observe y[t] ~ Normal(if z[t] then 1 else 0, 1) }`,
  ),
  program(
    "two chains that share their observations",
    { T: 4, K: 2, M: 3 },
    `P: Simplex[K, K] ~ Dirichlet(ones(K))
    Q: Simplex[M, M] ~ Dirichlet(ones(M))
    mu: Real[K, M] ~ Normal(0, 1)
    z[0] ~ Categorical(ones(K) / K)
    w[0] ~ Categorical(ones(M) / M)
    for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) ; w[t] ~ Categorical(Q[w[t-1]]) }
    plate t in T { observe y[t] ~ Normal(mu[z[t], w[t]], 1) }`,
  ),
  program(
    "coupled chains",
    { T: 5 },
    `a: Real[4] ~ Normal(0, 1)
    u[0] ~ Bernoulli(0.5)
    v[0] ~ Bernoulli(0.5)
    for t in 1..T {
      u[t] ~ Bernoulli(logits: if v[t-1] then a[0] else a[1])
      v[t] ~ Bernoulli(logits: (if u[t] then a[2] else a[3]) + (if v[t-1] then a[0] else 0))
      observe y[t] ~ Normal(if u[t] && v[t-1] then a[0] else 1, 1)
    }`,
  ),
  program(
    "many sequences",
    { N: 2, T: 4, K: 2 },
    `P: Simplex[K, K] ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 1)
    plate n in N {
      b[n] ~ Normal(0, 1)
      z[n, 0] ~ Categorical(ones(K) / K)
      for t in 1..T { z[n, t] ~ Categorical(P[z[n, t-1]]) }
      for t in T { observe y[n, t] ~ Normal(mu[z[n, t]] + b[n], 1) }
    }`,
  ),
  program(
    "time outside, sequences inside",
    { N: 2, T: 6, K: 2 },
    `P: Simplex[K, K] ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 1)
    plate n in N { z[0, n] ~ Categorical(ones(K) / K) }
    for t in 1..T { plate n in N { z[t, n] ~ Categorical(P[z[t-1, n]]) } }
    plate t in T { plate n in N { observe y[t, n] ~ Normal(mu[z[t, n]], 1 + x[t]) } }`,
    "(x: Positive[T])",
  ),
  program(
    "a kind per sequence chooses the transitions",
    { N: 2, T: 3, K: 2 },
    `P: Simplex[2, K, K] ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 1)
    plate n in N {
      kind[n] ~ Categorical([0.4, 0.6])
      z[n, 0] ~ Categorical(ones(K) / K)
      for t in 1..T { z[n, t] ~ Categorical(P[kind[n], z[n, t-1]]) }
      for t in T { observe y[n, t] ~ Normal(mu[z[n, t]], 1) }
    }`,
  ),
  program(
    "a discrete variable outside all chains",
    { T: 5 },
    `a: Real[2] ~ Normal(0, 1)
    g ~ Bernoulli(0.3)
    z[0] ~ Bernoulli(0.5)
    for t in 1..T { z[t] ~ Bernoulli(logits: (if z[t-1] then a[0] else a[1]) + (if g then 1 else 0)) }
    plate t in T { observe y[t] ~ Normal(if z[t] then a[0] else a[1], if g then 1 else 2) }`,
  ),
  program(
    "a mixture in each step of a chain",
    { T: 3, K: 2 },
    `P: Simplex[K, K] ~ Dirichlet(ones(K))
    Q: Simplex[K, 2] ~ Dirichlet(ones(2))
    mu: Real[K, 2] ~ Normal(0, 1)
    z[0] ~ Categorical(ones(K) / K)
    for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) }
    plate t in T {
      c[t] ~ Categorical(Q[z[t]])
      observe y[t] ~ Normal(mu[z[t], c[t]], 1)
    }`,
  ),
  program(
    "items in each step",
    { T: 3, J: 2 },
    `a: Real[2] ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    for t in 1..T { z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2) }
    plate t in T { plate j in J {
      c[t, j] ~ Bernoulli(if z[t] then 0.7 else 0.4)
      observe y[t, j] ~ Normal(if c[t, j] then a[0] else a[1], 1)
    } }`,
  ),
  program(
    "a switching autoregression",
    { T: 7 },
    `a: Real[2] ~ Normal(0, 1)
    s: Positive[2] ~ HalfNormal(1)
    z[1] ~ Bernoulli(0.5)
    z[0] ~ Bernoulli(0.5)
    for t in 2..T { z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2) }
    for t in 1..T { observe y[t] ~ if z[t] then Normal(a[0] * y[t-1], s[0]) else Normal(a[1] * y[t-1], s[1]) }`,
  ),
  program(
    "a switching state space",
    { T: 5 },
    `a: Real[2] ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    x[0] ~ Normal(0, 1)
    for t in 1..T {
      z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2)
      x[t] ~ Normal((if z[t] then a[0] else a[1]) * x[t-1], 1)
      observe y[t] ~ Normal(x[t] + (if z[t-1] then 1 else 0), 1)
    }`,
  ),
  program(
    "bindings of a chain, read later and one step back",
    { T: 5 },
    `mu: Real[2] ~ Normal(0, 1)
    z[0] ~ Categorical([0.3, 0.7])
    for t in 1..T {
      m = if z[t-1] == 1 then [0.1, 0.9] else [0.6, 0.4]
      z[t] ~ Categorical(m)
      d[t] = mu[z[t]] - mu[z[t-1]]
    }
    d[0] = mu[0]
    factor d[0]
    plate t in 2..T { observe y[t] ~ Normal(d[t] + 0.5 * d[t-1], 1) }`,
  ),
  program(
    "a recursion beside a chain",
    { T: 6 },
    `a ~ Normal(0, 1)
    h[0] = a
    z[0] ~ Bernoulli(0.5)
    for t in 1..T {
      m[t] = h[t-1] + (if z[t-1] then a else 0)
      observe y[t] ~ Normal(m[t], 1)
      h[t] = 0.5 * h[t-1] + x[t]
      z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2)
    }
    m[0] = 0`,
    "(x: Real[T])",
  ),
  program(
    "a change point",
    { T: 5 },
    `before ~ HalfNormal(1)
    after ~ HalfNormal(1)
    tau ~ Categorical(ones(T) / T)
    plate t in T { observe y[t] ~ Poisson(if t < tau then before else after) }`,
  ),
  program(
    "elements by themselves",
    {},
    `a ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    z[1] ~ Bernoulli(if z[0] then 0.2 else 0.7)
    z[2] ~ Bernoulli(0.1)
    observe y ~ Normal(if z[0] && z[2] then a else if z[1] then 1 else 0, 1)`,
  ),
  program(
    "used in another plate over the same range, and over a part of it",
    { N: 4, K: 2 },
    `mu: Real[K] ~ Normal(0, 1)
    plate n in N { z[n] ~ Categorical(ones(K) / K) }
    plate i in N { observe x[i] ~ Normal(mu[z[i]], 1) }
    plate j in 1..N { observe y[j] ~ Normal(mu[z[j]] - mu[1], 2) }
    factor if z[2] == 1 then mu[0] else 0.5`,
  ),
  program(
    "neighbours without a chain",
    { N: 4 },
    `mu: Real[2] ~ Normal(0, 1)
    plate n in N { z[n] ~ Bernoulli(0.3) }
    plate n in 1..N { observe y[n] ~ Normal(if z[n] != z[n-1] then mu[0] else mu[1], 1) }`,
  ),
  program(
    "a product of three coupled variables per item",
    { N: 2, K: 2 },
    `A: Simplex[K, K] ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 1)
    plate n in N {
      a[n] ~ Categorical(ones(K) / K)
      b[n] ~ Categorical(A[a[n]])
      c[n] ~ Categorical(A[b[n]])
      observe x[n] ~ Normal(mu[c[n]], 1)
      observe y[n] ~ Normal(mu[a[n]], 2)
    }`,
  ),
  program(
    "transitions with zeros",
    { T: 6 },
    `mu: Ordered[3] ~ Normal(0, 1)
    L: Simplex[3, 3] = [[0.7, 0.3, 0], [0, 0.6, 0.4], [0, 0, 1]]
    z[0] ~ Categorical([1, 0, 0])
    for t in 1..T { z[t] ~ Categorical(L[z[t-1]]) }
    plate t in T { observe y[t] ~ Normal(mu[z[t]], 1) }`,
  ),
  program(
    "sequences of different lengths, by a condition on the draw",
    { N: 2, T: 3 },
    `mu: Ordered[2] ~ Normal(0, 3)
    plate n in N {
      z[n, 0] ~ Bernoulli(0.5)
      for t in 1..T { z[n, t] ~ Bernoulli(if z[n, t-1] then 0.9 else 0.1) }
      plate t in T { observe y[n, t] ~ if t < length[n] then Normal(mu[z[n, t]], 1) else Normal(0, 1) }
    }`,
    "(length: Nat[N])",
    { length: 4 },
  ),
  program(
    "sequences of different lengths, by a factor",
    { N: 2, T: 4 },
    `mu: Ordered[2] ~ Normal(0, 3)
    plate n in N {
      z[n, 0] ~ Bernoulli(0.5)
      for t in 1..T { z[n, t] ~ Bernoulli(if z[n, t-1] then 0.9 else 0.1) }
      plate t in T { factor if t < length[n] then -0.5 * (y[n, t] - mu[z[n, t]]) ^ 2 else 0 }
    }`,
    "(length: Nat[N], y: Real[N, T])",
    { length: 5 },
  ),
  program(
    "as an index into data and latents, in a match and in a condition",
    { N: 3, J: 3 },
    `mu: Real[J] ~ Normal(0, 3)
    plate n in N {
      z[n] ~ Categorical(ones(J) / J)
      k[n] ~ Binomial(3, 0.3)
      m[n] = match k[n] { 0 => 1, 1 => mu[0], _ => x[n, z[n]] }
      observe y[n] ~ Normal(w[z[n]] + mu[z[n]] * m[n], if k[n] > 1 then 1 else 2)
    }`,
    "(x: Real[N, J], w: Real[J])",
  ),
  program(
    "chains of second order in a plate, with transitions of a kind",
    { N: 2, T: 4, K: 2 },
    `plate k in K { plate i in 2 { plate j in 2 { P[k, i, j] ~ Dirichlet(ones(2)) } } }
    plate n in N {
      z[n, 0] ~ Categorical([0.3, 0.7])
      z[n, 1] ~ Categorical([0.6, 0.4])
      for t in 2..T { z[n, t] ~ Categorical(P[kind[n], z[n, t-1], z[n, t-2]]) }
      plate t in T { observe y[n, t] ~ Normal(z[n, t], 1) }
    }`,
    "(kind: Nat[N])",
    { kind: 2 },
  ),
  program(
    "a chain of third order",
    { T: 8 },
    `a ~ Normal(0, 1)
    for t in 0..3 { z[t] ~ Bernoulli(0.4) }
    for t in 3..T { z[t] ~ Bernoulli(logits: a + (if z[t-1] then 1 else 0) - (if z[t-2] && z[t-3] then 2 else 0)) }
    plate t in T { observe y[t] ~ Normal(if z[t] then a else 0, 1) }`,
  ),
  program(
    "two chains, each looking back at the other at two distances",
    { T: 5 },
    `a: Unit[2, 2] ~ Beta(2, 2)
    for t in 0..2 { z[t] ~ Bernoulli(0.4) ; u[t] ~ Bernoulli(0.5) }
    for t in 2..T {
      z[t] ~ Bernoulli(a[if z[t-1] then 1 else 0, if u[t-2] then 1 else 0])
      u[t] ~ Bernoulli(if z[t-1] || u[t-1] then 0.8 else 0.3)
    }
    plate t in T { observe y[t] ~ Normal(if z[t] then 1 else 0, if u[t] then 1 else 2) }`,
  ),
];
