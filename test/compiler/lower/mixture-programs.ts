/** Programs with mixtures: of one kind and of several, of numbers, arrays and vectors. */
import { program, type SampleProgram } from "./programs.ts";

export const mixturePrograms: readonly SampleProgram[] = [
  program(
    "a mixture of normals",
    { N: 4, K: 3 },
    `p ~ Dirichlet(ones(K))
    mu: Real[K] ~ Normal(0, 3)
    s: Positive[K] ~ HalfNormal(1)
    plate n in N { observe y[n] ~ Mixture(p, Normal(mu, s)) }`,
  ),
  program(
    "components of several kinds, logits, a latent",
    { N: 3 },
    `l: Real[3] ~ Normal(0, 1)
    s ~ HalfNormal(1)
    plate n in N {
      x[n] ~ Mixture(logits: l, Normal(0, s), StudentT(3, 1, s), if s > 1 then Laplace(0, 1) else Cauchy(0, s))
      observe y[n] ~ Normal(x[n], 1)
    }`,
  ),
  program(
    "mixtures of arrays: of each element, and of whole rows",
    { N: 2, K: 3, D: 2 },
    `p ~ Dirichlet(ones(K))
    mu: Real[K, D] ~ Normal(0, 2)
    m: Real[K] ~ Normal(0, 2)
    plate n in N {
      observe x[n]: Real[D] ~ Mixture(p, Normal(mu, 1))
      observe y[n]: Real[4] ~ Mixture(p, Normal(m, 0.5))
    }`,
  ),
  program(
    "mixtures of vectors and of counts",
    { N: 2, K: 2, D: 3 },
    `p ~ Dirichlet(ones(K))
    S: Covariance[D] ~ Wishart(5, eye(D))
    mu: Real[K, D] ~ Normal(0, 2)
    rate: Positive[K] ~ LogNormal(0, 1)
    plate n in N {
      observe x[n] ~ Mixture(p, MultivariateNormal(mu, S))
      observe k[n] ~ Mixture(p, Poisson(rate))
      observe j[n] ~ Mixture([0.3, 0.7] as Simplex[2], Poisson(rate[0]), Geometric(0.3))
    }`,
  ),
  program(
    "mixtures of what the library defines, with weights of their own, of latents that are summed out",
    { N: 3 },
    `a ~ Normal(0, 1)
    scale: Positive[2] ~ LogNormal(0, 1)
    plate n in N {
      z[n] ~ Bernoulli(0.4)
      observe y[n] ~ Mixture(softmax([a, if z[n] then 1 else -1]), Weibull(1.5, scale))
    }`,
  ),
  program(
    "a mixture in a mixture, along an axis",
    { T: 5 },
    `s ~ HalfNormal(1)
    x[0] ~ Normal(0, 1)
    for t in 1..T {
      x[t] ~ Mixture(
        [0.8, 0.2] as Simplex[2],
        Normal(x[t - 1], s),
        Mixture([0.5, 0.5] as Simplex[2], Normal([x[t - 1], 0], 3))
      )
    }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }`,
  ),
];
