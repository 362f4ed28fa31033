/** Programs with distributions of their own: numbers, vectors, counts; cut down, non-centred, summed out, in arrays and choices. */
import { program, type SampleProgram } from "./programs.ts";

const laplace = `dist Peak(loc: Real, scale: Positive) on Real {
  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale
  draw(u: Unit) = loc - scale * sign(u - 0.5) * log1p(-2 * abs(u - 0.5))
}
`;
const weibull = `def hazard(z: Positive, k: Positive): Positive = z ^ k
dist Life(shape: Positive, scale: Positive) on Positive {
  logpdf(x) {
    z = x / scale
    log(shape / scale) + (shape - 1) * log(z) - hazard(z, shape)
  }
  cdf(x) = -expm1(-hazard(x / scale, shape))
  quantile(p) = scale * (-log1p(-p)) ^ (1 / shape)
}
`;
const betaBinomial = `dist Overdispersed(n: Nat, a: Positive, b: Positive) on Int(0, n) {
  logpmf(k) = log_choose(n, k) + lbeta(k + a, n - k + b) - lbeta(a, b)
  draw {
    p ~ Beta(a, b)
    k ~ Binomial(n, p)
    k
  }
}
`;
const kinked = `dist Kinked(low: Real, high: Real, at: Unit) on Real(low, high) {
  logpdf(x) {
    t = (x - low) / (high - low)
    (if t < at { log(t / at) } else { log((1 - t) / (1 - at)) }) + log(2 / (high - low))
  }
  draw(u: Unit) = (low + (high - low) * (if u < at then sqrt(u * at) else 1 - sqrt((1 - u) * (1 - at)))) as Real(low, high)
}
`;
const walk = `dist Walk[T](start: Real, steps: Positive[T]) on Real[T] {
  logpdf(x) {
    before = concat([start], x)
    jumps = [(x[t] - before[t]) / steps[t] for t in T]
    -0.5 * sum(square(jumps)) - sum(log(steps)) - 0.5 * T * log(2 * pi)
  }
  draw(z: Real[T]) = start + cumsum(steps * z)
}
`;
const corner = `dist Corner[K](weight: Positive[K]) on Simplex[K] {
  logpdf(x) = sum((weight - 1) * log(x)) + lgamma(sum(weight)) - sum([lgamma(weight[k]) for k in K])
  draw {
    x ~ Dirichlet(weight)
    x
  }
}
`;

export const definedPrograms: readonly SampleProgram[] = [
  program(
    "a distribution of one's own, in plates, arrays and non-centred",
    { J: 3, K: 2 },
    `mu ~ Peak(0, 2)
    tau ~ HalfNormal(1)
    v: Real[K] ~ Peak(mu, tau)
    w ~ Peak([mu + j for j in J], tau)
    m: Real[K, J] ~ Peak(0, tau)
    plate j in J {
      theta[j] ~ Peak(mu + w[j], tau) via noncentered
      observe y[j]: Real[K] ~ Peak(theta[j] + v, tau)
    }`,
    "",
    {},
    laplace,
  ),
  program(
    "a density with bindings and a function, cut down by types",
    { N: 3 },
    `k ~ HalfNormal(1)
    early: Real(0.1, 1.5) ~ Life(k + 0.5, 2)
    late: Real(2, 3) ~ Life(k + 0.5, early + 1)
    rows: Real(0, 2)[N] ~ Life(2, [early + late * n for n in N])
    plate n in N { observe t[n] ~ Life(k, rows[n] + early) }`,
    "",
    {},
    weibull,
  ),
  program(
    "counts with a parameter for an end, summed out too",
    { N: 3 },
    `a ~ HalfNormal(2)
    z ~ Overdispersed(3, a, 2)
    plate n in N {
      k[n] ~ Overdispersed(2, a, 1)
      observe y[n] ~ Overdispersed(6, a + k[n], 2 + z)
    }`,
    "",
    { y: 6 },
    betaBinomial,
  ),
  program(
    "an interval between parameters, and an if",
    { N: 4 },
    `low ~ Normal(0, 1)
    width ~ HalfNormal(1)
    x ~ Kinked(low, low + width, 0.3)
    plate n in N { c[n] ~ Kinked(low - 1, low + 1, sigmoid(a[n])) ; observe y[n] ~ Normal(c[n] + x, 1) }`,
    "(a: Real[N])",
    {},
    kinked,
  ),
  program(
    "vectors",
    { T: 4, J: 2 },
    `s ~ HalfNormal(1)
    x ~ Walk[T](0.5, s * ones(T))
    plate j in J {
      z[j] ~ Walk(x[0], [s, 1, 2])
      p[j] ~ Corner(s * ones(3))
      observe y[j]: Real[T] ~ Walk(x[1], s * ones(T))
    }
    rows: Simplex[J, 3] ~ Corner([s, 2, 1])`,
    "",
    {},
    walk + corner,
  ),
  program(
    "choices among distributions",
    { N: 4 },
    `s ~ HalfNormal(1)
    plate n in N {
      z[n] ~ Bernoulli(0.3)
      observe y[n] ~ if z[n] then Peak(1, s) else Normal(0, s)
      observe x[n] ~ match k[n] { 0 => Peak(0, 1), _ => Peak(s, 2) }
    }`,
    "(k: Nat[N])",
    { k: 2 },
    laplace,
  ),
  program(
    "in a state-space model",
    { T: 20 },
    `s ~ HalfNormal(1)
    x[0] ~ Peak(0, 1)
    for t in 1..T { x[t] ~ Peak(0.9 * x[t-1], s) }
    plate t in T { observe y[t] ~ Peak(x[t], s) }`,
    "",
    {},
    laplace,
  ),
];
