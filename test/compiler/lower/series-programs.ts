/** Programs of time series as textbooks write them: several lags and series, recursions, in plates, of different lengths. */
import type { SampleProgram } from "./programs.ts";
import { program } from "./programs.ts";

export const seriesPrograms: readonly SampleProgram[] = [
  program(
    "GARCH with two lags each, whose first steps are given together",
    { T: 7 },
    `mu ~ Normal(0, 1)
    omega ~ HalfNormal(1)
    alpha: Positive[2] ~ HalfNormal(0.3)
    beta: Real[2] ~ Uniform(0, 0.5)
    for t in 0..2 { h[t]: Positive = 0.5 ; observe y[t] ~ Normal(mu, sqrt(h[t])) }
    for t in 2..T {
      h[t]: Positive = omega + sum([alpha[i] * (y[t-1-i] - mu) ^ 2 + beta[i] * h[t-1-i] for i in 2])
      observe y[t] ~ Normal(mu, sqrt(h[t]))
    }`,
  ),
  program(
    "ARMA with a season",
    { T: 8 },
    `mu ~ Normal(0, 1)
    phi ~ Uniform(-1, 1)
    theta ~ Uniform(-1, 1)
    season ~ Uniform(-1, 1)
    sigma ~ HalfNormal(1)
    e[0] = y[0] - mu
    for t in 1..3 { e[t] = y[t] - (mu + phi * y[t-1] + theta * e[t-1]) }
    for t in 3..T { e[t] = y[t] - (mu + phi * y[t-1] + theta * e[t-1] + season * e[t-3]) }
    factor sum([-0.5 * (e[t] / sigma) ^ 2 - log(sigma) for t in T])`,
    "(y: Real[T])",
  ),
  program(
    "a vector autoregression with two lags and errors of its own",
    { T: 5, D: 2 },
    `A: Real[D, D] ~ Normal(0, 0.5)
    B: Real[D, D] ~ Normal(0, 0.5)
    s: Positive[D] ~ HalfNormal(1)
    x[0]: Real[D] ~ Normal(0, 1)
    x[1]: Real[D] ~ Normal(A @ x[0], s)
    for t in 2..T { x[t]: Real[D] ~ Normal(A @ x[t-1] + B @ x[t-2], s) }
    plate t in T { observe y[t]: Real[D] ~ Normal(x[t], 1) }`,
  ),
  program(
    "two latent series, each moved by the other, at different lags",
    { T: 6 },
    `c: Real[2] ~ Normal(0, 0.5)
    for t in 0..2 { x[t] ~ Normal(0, 1) ; u[t] ~ Normal(x[t], 1) }
    for t in 2..T {
      x[t] ~ Normal(c[0] * x[t-1] + c[1] * u[t-1], 1)
      u[t] ~ Normal(c[1] * u[t-1] - c[0] * u[t-2] + x[t-1] - x[t-2], 1)
    }
    plate t in T { observe y[t] ~ Normal(x[t] * u[t], 1) }`,
  ),
  program(
    "predator and prey by Euler's method, per site",
    { N: 2, T: 5 },
    `a: Positive[4] ~ LogNormal(-1, 0.3)
    plate n in N {
      start[n]: Positive[2] ~ LogNormal(0, 0.5)
      h[n, 0]: Positive = start[n, 0]
      l[n, 0]: Positive = start[n, 1]
      for t in 1..T {
        h[n, t]: Positive = h[n, t-1] * exp(0.1 * (a[0] - a[1] * l[n, t-1]))
        l[n, t]: Positive = l[n, t-1] * exp(0.1 * (a[2] * h[n, t-1] - a[3]))
        observe y[n, t]: Positive[2] ~ LogNormal([log(h[n, t]), log(l[n, t])], 0.2)
      }
    }`,
  ),
  program(
    "exponential smoothing of series of different lengths",
    { N: 3, T: 5 },
    `alpha: Unit ~ Beta(2, 2)
    s ~ HalfNormal(1)
    plate n in N {
      level[n, 0] = y[n, 0]
      for t in 1..T {
        level[n, t] = if t < length[n] then alpha * y[n, t] + (1 - alpha) * level[n, t-1] else level[n, t-1]
      }
      for t in 1..T {
        factor if t < length[n] then -0.5 * ((y[n, t] - level[n, t-1]) / s) ^ 2 - log(s) else 0
      }
    }`,
    "(length: Nat[N], y: Real[N, T])",
    { length: 6 },
  ),
  program(
    "latent walks of different lengths",
    { N: 2, T: 4 },
    `q ~ HalfNormal(1)
    plate n in N {
      x[n, 0] ~ Normal(0, 1)
      for t in 1..T { x[n, t] ~ Normal(x[n, t-1], if t < length[n] then q else 1) }
      for t in T { observe y[n, t] ~ if t < length[n] then Normal(x[n, t], 0.5) else Normal(0, 1) }
    }`,
    "(length: Nat[N])",
    { length: 5 },
  ),
  program(
    "a stochastic volatility with leverage",
    { T: 6 },
    `mu ~ Normal(0, 1)
    phi ~ Uniform(-1, 1)
    rho ~ Uniform(-1, 1)
    s ~ HalfNormal(0.5)
    h[0] ~ Normal(mu, 1)
    observe y[0] ~ Normal(0, exp(h[0] / 2))
    for t in 1..T {
      z[t] = y[t-1] * exp(-h[t-1] / 2)
      h[t] ~ Normal(mu + phi * (h[t-1] - mu) + rho * s * z[t], s * sqrt((1 - rho ^ 2) as Positive)) via noncentered
      observe y[t] ~ Normal(0, exp(h[t] / 2))
    }
    z[0] = 0`,
  ),
  program(
    "lags by a size, of a series and of what is computed from it",
    { T: 9, L: 4 },
    `a ~ Normal(0, 0.3)
    for t in 0..L { m[t] = 0.1 * t ; x[t] ~ Normal(0, 1) }
    for t in L..T {
      m[t] = a * m[t-L] + tanh(x[t-1] - x[t-L])
      x[t] ~ Normal(m[t], 1)
    }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }`,
  ),
  program(
    "a count over time, and its logistic growth in groups",
    { G: 2, T: 5 },
    `r: Positive[G] ~ LogNormal(-1, 0.5)
    K ~ LogNormal(3, 0.2)
    plate g in G { n[0, g]: Positive = 2 }
    for t in 1..T {
      plate g in G {
        n[t, g]: Positive = n[t-1, g] * exp(r[g] * (1 - n[t-1, g] / K))
        observe y[t, g] ~ Poisson(n[t, g])
      }
    }`,
  ),
  program(
    "statements chosen inside the steps",
    { T: 5 },
    `a ~ Normal(0, 1)
    s[0] = 0
    for t in 1..T {
      if trend { s[t] = s[t-1] + a } else { s[t] = 0.5 * s[t-1] - a }
      if robust { observe y[t] ~ StudentT(4, s[t], 1) } else { observe y[t] ~ Normal(s[t], 1) }
    }`,
    "(trend: Bool, robust: Bool)",
  ),
];
