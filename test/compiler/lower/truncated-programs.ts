/** Programs with distributions that a type cuts down, whose arguments and bounds are inferred. */
import { program, type SampleProgram } from "./programs.ts";

export const truncatedPrograms: readonly SampleProgram[] = [
  program(
    "normals between bounds that are inferred",
    { N: 3 },
    `s ~ LogNormal(0, 0.3)
    m ~ Normal(0, 0.5)
    x: Positive ~ Normal(1 + tanh(m), s)
    w: Real(m - s, m + 2 * s) ~ Normal(m, s)
    plate n in N {
      u[n]: Real(-1, 2) ~ Normal(tanh(x), 1 + s)
      v[n]: Positive[2] ~ Normal([tanh(x), -1], 1 + s)
      observe y[n] ~ Normal(u[n] + v[n, 0], w ^ 2 + 0.1)
    }`,
  ),
  program(
    "all that have a distribution function, cut down",
    {},
    `r ~ Normal(0, 1)
    s = exp(tanh(r))
    a: Real(0.5, 3) ~ HalfNormal(s)
    b: Real(0, 2) ~ LogNormal(0, s)
    c: Real(-1, infinity) ~ Cauchy(s, 1)
    d: Real(0, 3) ~ HalfCauchy(s)
    e: Real(-1, 1) ~ Laplace(s, 0.7)
    f: Real(-2, 0.5) ~ Logistic(s, 0.7)
    g: Real(0, 2) ~ Exponential(s)
    h: Real(-infinity, 0.5) ~ Normal(s, 2)
    i: Real(0.2, 3) ~ Gamma(1 + s, 2)
    j: Real(0.1, 0.8) ~ Beta(1 + s, 2)
    k: Positive ~ StudentT(3 + s, s - 1, 0.8)
    l: Real(0.3, 4) ~ InverseGamma(2 + s, 1)
    m: Real(0.1, infinity) ~ ChiSquared(s)
    n: Real(-1, 3) ~ Gumbel(0.2, s)`,
  ),
  program(
    "distribution functions by sums and quadrature, cut down and censored",
    { N: 6 },
    `r ~ Normal(0, 1)
    s = exp(tanh(r))
    a: Real(-1, 2) ~ SkewNormal(0.2, s, 2 * r)
    b: Real(-1, 2.5) ~ VonMises(r, s)
    c: Positive ~ Horseshoe(s)
    d: Real(0.2, 0.9) ~ RelaxedBernoulli(logits: r, temperature: s)
    plate n in N {
      observe e[n] ~ Censored(BetaBinomial(9, 1 + s, 2), low: 2, high: 5)
      observe f[n] ~ Censored(SkewNormal(r, s, -2), high: 0.5)
      observe g[n] ~ Censored(Categorical(softmax([r, 0, s])), high: 1)
    }`,
  ),
  program(
    "censored at ends that are known, inferred, or of each item",
    { N: 6 },
    `s ~ LogNormal(0, 0.5)
    m ~ Normal(0, 1)
    plate n in N {
      observe y[n] ~ Censored(Normal(m, s), low: c[n])
      observe z[n] ~ Censored(Logistic(m, s), high: m + 0.1)
      observe w[n] ~ Censored(Normal(m, s), low: -0.5, high: 0.5)
      observe t[n] ~ Censored(Weibull(1.5, s), high: 0.8)
      observe g[n] ~ Censored(Gamma(1 + s, 1.5), high: 0.8)
      observe h[n] ~ Censored(StudentT(2 + s, m, 1), low: -0.5, high: 0.8)
      observe p[n] ~ Censored(Poisson(s), high: 2)
      observe q[n] ~ Censored(NegativeBinomial(s, 2), low: 1, high: 3)
      observe r[n] ~ Censored(Binomial(5, logits: m), low: 2)
      observe v[n] ~ Mixture([0.3, 0.7] as Simplex[2], Censored(Normal(m, s), high: 0.2), Censored(Laplace(m, s), high: 0.2))
    }`,
    "(c: Real[N])",
  ),
  program(
    "whole numbers of which a type leaves some out",
    { N: 3 },
    `s ~ LogNormal(0, 0.5)
    m ~ Normal(0, 1)
    n: Int(2, 7) ~ Poisson(3 * s)
    k: Nat ~ Binomial(3, 0.4)
    plate i in N {
      z[i]: Int(1, 3) ~ NegativeBinomial(s, 2)
      observe x[i] ~ Normal(z[i] + n * m, s)
      observe a[i]: Int(1, infinity) ~ Poisson(s)
      observe b[i]: Int(1, i + 4) ~ Binomial(9, logits: k * m)
      observe c[i]: Int(1, 4)[2] ~ Poisson([s, 2])
    }`,
  ),
  program(
    "what is asked of distributions",
    { N: 3 },
    `s ~ LogNormal(0, 0.5)
    m ~ Normal(0, 1)
    factor logpdf(Gamma(1 + s, 2), s) + logsurvival(Gamma(1 + s, 2), s + 0.3) + logcdf(Beta(s, 2), sigmoid(m))
    factor logpdf(Mixture([0.3, 0.7] as Simplex[2], Normal(m, s), Laplace(m, 1)), 0.4) + cdf(exp(Normal(m, s)), 1.5)
    factor cdf(Uniform(-1, s), m) + logsurvival(Uniform(-9 - s, 9), m)
    observe t ~ Censored(Uniform(-1, 4 + s), high: 3)
    factor logpdf(MultivariateNormal([m, s], [[2, 0.3], [0.3, 1]] as Covariance), [0.1, m])
    plate n in N {
      late[n] = logsurvival(Weibull(1.5, s), exp(m) + x[n] ^ 2)
      observe k[n] ~ Poisson(s)
      factor logcdf(Categorical(logits: [m, 0, s]), k[n]) + logsurvival(VonMises(m, s), tanh(x[n]))
      factor late[n] + logpmf(Poisson(1 + s), k[n]) + logcdf(if s > 1 then Normal(m, s) else Logistic(m, s), x[n])
    }`,
    "(x: Real[N])",
  ),
  program(
    "mixtures and choices, cut down",
    {},
    `s ~ LogNormal(0, 0.5)
    a: Positive ~ Mixture(softmax([s, 1]), Normal([-1, s], s))
    b: Real(-1, 1) ~ if s > 1 then Normal(0, s) else Laplace(s, 1)
    observe y ~ Normal(a, s + b ^ 2)`,
  ),
];
