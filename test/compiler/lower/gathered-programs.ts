/** Programs that read discrete variables at positions that data give. */
import { program, type SampleProgram } from "./programs.ts";

export const gatheredPrograms: readonly SampleProgram[] = [
  program(
    "a class for each group",
    { N: 6, J: 3, K: 2 },
    `w ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 2)
    plate j in J { z[j] ~ Categorical(w) }
    plate n in N { observe y[n] ~ Normal(mu[z[g[n]]], 1) }`,
    "(g: Nat[N])",
    { g: 3 },
  ),
  program(
    "a chain observed at any times, several at once",
    { N: 5, T: 4, K: 2 },
    `P: Simplex[K, K] ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 2)
    z[0] ~ Categorical(ones(K) / K)
    for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) }
    plate n in N { observe y[n] ~ Normal(mu[z[time[n]]] + a[n], 1) }`,
    "(time: Nat[N], a: Real[N])",
    { time: 4 },
  ),
  program(
    "through bindings, with arrays beside it",
    { N: 4, J: 2 },
    `a: Real[2] ~ Normal(0, 1)
    plate j in J {
      z[j] ~ Bernoulli(0.3)
      m[j] = (if z[j] then a[0] else a[1]) * x[j]
      r = (mean: m[j], scale: exp(x[j]))
      s[j] = r.mean
      b[j] ~ Normal(0, r.scale)
    }
    plate n in N {
      at[n] = g[n]
      observe y[n] ~ Normal(s[at[n]] + b[g[n]], 1)
    }`,
    "(g: Nat[N], x: Real[J])",
    { g: 2 },
  ),
  program(
    "two variables of one group, and one outside",
    { N: 5, J: 2 },
    `a: Real[2] ~ Normal(0, 1)
    u ~ Bernoulli(0.3)
    plate j in J {
      z[j] ~ Bernoulli(0.4)
      c[j] ~ Categorical(if z[j] then [0.2, 0.8] else [0.5, 0.5])
    }
    plate n in N { observe y[n] ~ Normal(if z[g[n]] then a[c[g[n]]] else 0, if u then 2 else 1) }`,
    "(g: Nat[N])",
    { g: 2 },
  ),
  program(
    "cells of a table",
    { N: 5, I: 2, J: 2 },
    `a: Real[2] ~ Normal(0, 1)
    plate i in I { plate j in J { z[i, j] ~ Bernoulli(0.4) } }
    plate n in N { observe y[n] ~ Normal(if z[row[n], column[n]] then a[0] else a[1], 1) }`,
    "(row: Nat[N], column: Nat[N])",
    { row: 2, column: 2 },
  ),
  program(
    "positions in plates inside each other, one beside an axis",
    { N: 3, J: 2, T: 2 },
    `a: Real[2] ~ Normal(0, 1)
    plate j in J { plate t in T { z[j, t] ~ Bernoulli(0.4) } }
    plate t in T { plate n in N { observe y[t, n] ~ Normal(if z[g[n], t] then a[0] else a[1] * t, 1) } }
    plate n in N { plate t in T { observe w[n, t] ~ Normal(if z[h[n, t], 0] then a[0] else a[1], 1) } }`,
    "(g: Nat[N], h: Nat[N, T])",
    { g: 2, h: 2 },
  ),
  program(
    "one place that is an input, and a factor",
    { J: 3 },
    `a ~ Normal(0, 1)
    plate j in J { z[j] ~ Bernoulli(0.4) }
    factor if z[k] then a else 0
    observe y ~ Normal(if z[k] then a else 1, 1)`,
    "(k: Nat)",
    { k: 3 },
  ),
  program(
    "in steps that look back",
    { T: 5, J: 2 },
    `a: Real[2] ~ Normal(0, 1)
    plate j in J { z[j] ~ Bernoulli(0.4) }
    x[0] ~ Normal(0, 1)
    for t in 1..T { x[t] ~ Normal(0.5 * x[t-1] + (if z[g[t]] then a[0] else a[1]), 1) }`,
    "(g: Nat[T])",
    { g: 2 },
  ),
];
