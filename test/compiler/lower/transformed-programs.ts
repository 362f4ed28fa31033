/** Programs with distributions that are pushed through one-to-one functions. */
import { program, type SampleProgram } from "./programs.ts";

export const transformedPrograms: readonly SampleProgram[] = [
  program(
    "functions of one number",
    {},
    `a ~ exp(Normal(0, 1))
    b ~ log(a + HalfNormal(1))
    c ~ expm1(Normal(b, 0.5))
    d ~ log1p(Exponential(a))
    e ~ sqrt(Gamma(2, 1 + a))
    f ~ square(LogNormal(0, 0.5))
    g ~ sigmoid(Laplace(b, 1))
    h ~ logit(Beta(2, 1 + g))
    i ~ softplus(Normal(h, 1))
    j ~ tanh(StudentT(4, 0, a + 0.1))
    k ~ sinh(Normal(0, 0.5))
    l ~ atan(Cauchy(0, 1))
    m ~ normal_cdf(Normal(0, 1.5))
    n ~ normal_quantile(Uniform(0, 1))
    o ~ log_sigmoid(Logistic(0, 1))
    p ~ -Exponential(1)`,
  ),
  program(
    "operators, on either side",
    { N: 3 },
    `s ~ HalfNormal(1) ^ 2
    m ~ Normal(0, 1)
    a ~ m + s * StudentT(3, 0, 1)
    b ~ (Normal(0, 1) - m) / (s + 1)
    c ~ 1 / Gamma(3, 2)
    d ~ 3 - LogNormal(0, 1)
    e ~ 2 ^ Normal(0, 1)
    f ~ 0.5 ^ Normal(m, 1)
    g ~ -2 / HalfNormal(1)
    h ~ Weibull(2, 1) ^ -1.5
    u ~ 2 * Uniform(0, 1) - 1
    r ~ 1 / (1 + exp(-(m + s * Normal(0, 1))))
    plate n in N {
      observe y[n] ~ exp(a + Normal(x[n], 1))
      observe z[n] ~ m - 50 + Exponential(0.1)
      observe w[n] ~ 50 - m - 2 * Exponential(0.1)
    }`,
    "(x: Real[N])",
  ),
  program(
    "arrays, and vectors drawn as a whole",
    { N: 2, K: 3 },
    `m: Real[K] ~ Normal(0, 1)
    a: Real[K] ~ exp(0.5 * Normal(0, 1))
    b ~ m + a * StudentT(5, 0, 1)
    c: Real[2] ~ exp(MultivariateNormal(0, [[1, 0.5], [0.5, 1]] as Covariance))
    d ~ sigmoid(0.3 * GaussianRandomWalk[3](0, 1))
    plate n in N {
      v[n]: Real[K] ~ softplus(Normal(m, 1))
      observe y[n] ~ exp(Normal(m + v[n], 1))
    }`,
  ),
  program(
    "cut down, censored, mixed and chosen",
    { N: 4 },
    `s ~ exp(Normal(0, 0.3))
    m ~ Normal(0, 0.5)
    a: Real(0.5, 3) ~ exp(Normal(m, s))
    b: Real(0, 0.5) ~ sigmoid(Logistic(m, s))
    c: Real(-infinity, -0.5) ~ -Weibull(1.5, s)
    d: Positive ~ m + s * Laplace(0, 1)
    e ~ exp(if flag then Normal(m, 1) else Laplace(0, s))
    plate n in N {
      observe y[n] ~ Censored(exp(Normal(m, s)), low: 0.5, high: 2)
      observe z[n] ~ Mixture([0.3, 0.7] as Simplex[2], exp(Normal([m, 1], s)))
      observe w[n] ~ Mixture([0.3, 0.7] as Simplex[2], exp(Laplace(m, s)), LogNormal(0, 1))
      observe v[n]: Positive? ~ 1 / Gamma(2, s)
      observe u[n]: Real(0, 1) ~ exp(-Exponential(s))
    }`,
    "(flag: Bool)",
  ),
  program(
    "what goes into functions, in place of what comes out",
    { N: 2, K: 3 },
    `s ~ exp(Normal(0, 1)) via noncentered
    m ~ Normal(0, 1)
    v: Real[K] ~ m + s * StudentT(3, 0, 1) via noncentered
    g ~ s / Gamma(3, 2) via noncentered
    u ~ 1 - 2 * Uniform(0, s) via noncentered
    w: Real[2] ~ exp(s * MultivariateNormal(0, [[1, 0.5], [0.5, 1]] as Covariance)) via noncentered
    plate n in N {
      a[n] ~ exp(Normal(m, s)) via noncentered
      b[n]: Real[K] ~ -LogNormal(v, s) via noncentered
      c[n] ~ a[n] + Exponential(s) via noncentered
      observe y[n] ~ Normal(c[n] + g + u, 1)
    }`,
  ),
  program(
    "images asked for densities and distribution functions",
    {},
    `s ~ LogNormal(0, 0.3)
    a = cdf(exp(Normal(0, s)), 2)
    b = cdf(-Exponential(s), -0.5)
    c = logpdf(1 / Gamma(3, s), 0.7)
    d = logsurvival(3 - 2 * Weibull(1.5, s), 1)
    observe y ~ Normal(a + b + c + d, 1)`,
  ),
  program(
    "functions of the program",
    {},
    `s ~ HalfNormal(1)
    a ~ squash(Normal(0, 1), s + 0.5)
    b ~ Laplace(0, 1) |> squash(2) |> stretched(s + 1)
    observe y ~ stretched(StudentT(4, a, 1), 3)`,
    "",
    {},
    `def squash(x: Real, a: Positive): Unit {
      scaled = a * x
      1 / (1 + exp(-scaled))
    }
    def stretched(x: Real, by: Positive): Real = 1 - by * sinh(x / by)
    `,
  ),
];
