/** What generated programs were refused or misjudged for, made small. */
import { program, type SampleProgram } from "./programs.ts";

export const foundPrograms: readonly SampleProgram[] = [
  program(
    "draws between ends that are predicted anew beside them",
    { N: 6 },
    `plate n in N {
      observe d[n] ~ Poisson(2)
      u[n] ~ Ramp(d[n], d[n] + 0.5)
      observe y[n] ~ Normal(u[n], 1)
    }`,
    "",
    { d: 4 },
    `dist Ramp(low: Real, high: Real) on Real(low, high) {
      logpdf(x) = log(6) + log(x - low) + log(high - x) - 3 * log(high - low)
      draw(u: Unit) = (low + (high - low) * u) as Real(low, high)
    }\n`,
  ),
  program(
    "a net that only draws need",
    { P: 2 },
    `learn net = mlp[P, P](hidden: [], activation: softplus)
    a: Positive[P] ~ LogNormal(net(net(v)), 0.5)
    observe y: Real[P] ~ Normal(a, 1)`,
    "(v: Real[P])",
  ),
  program(
    "a sum of exponentials beyond doubles",
    { T: 20 },
    `s[0] ~ Normal(0, 1)
    for t in 1..T { s[t] ~ Normal(s[t-1] + logsumexp([s[t-1], s[t-1]]), 2) }
    observe y ~ Normal(s[1], 1)`,
  ),
  program(
    "draws that round to an end of their support",
    { N: 20 },
    `plate n in N {
      observe share[n]: Unit ~ if N > 1 then sigmoid(Normal(0, 60)) else Uniform(0, 1)
      observe most[n] ~ Beta(1, 0.04)
      observe tiny[n] ~ Gamma(0.003, 1)
      observe beyond[n] ~ 3 - 2 * exp(Normal(0, 60))
    }`,
  ),
  program(
    "a draw moved by what is asked of another distribution",
    {},
    `a ~ Normal(0, 1)
    x ~ logpdf(Normal(a, 1), 0.5) + (1 + cdf(Logistic(a, 1), 0)) * Laplace(0, 1)
    observe y ~ Normal(x, 1)`,
  ),
  program(
    "a choice of positive draws, one of which has no distribution function at its ends",
    {},
    `a ~ match flag { false => exp(Normal(0, 1)), _ => InverseGaussian(2, 3) }
    observe y ~ Normal(a, 1)`,
    "(flag: Bool)",
  ),
];
