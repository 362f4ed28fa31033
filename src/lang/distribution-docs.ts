/**
 * What is said of the builtin distributions, in the form of doc comments: prose, examples that are run, what else to look at.
 * The library's own say so where they are defined.
 */
import type { DistributionName } from "./distributions.ts";

export const distributionDocs: Readonly<Record<DistributionName, string>> = {
  Normal: `Normal with mean \`loc\` and standard deviation \`scale\`.

The log density is −½ ((x − loc) / scale)² − log(scale) − ½ log(2π). A draw is loc + scale z with z standard normal noise.

> logpdf(Normal(1, 2), 0)
-1.73709

See also HalfNormal, LogNormal, StudentT, TruncatedNormal, MultivariateNormal.`,
  Gamma: `Gamma with mean shape / rate.

The log density is shape log(rate) − log Γ(shape) + (shape − 1) log(x) − rate x. Draws are by rejection, with gradients through the accepted draw (Marsaglia and Tsang 2000).

> logpdf(Gamma(3, 2), 1)
-0.613706

See also InverseGamma, Exponential, ChiSquared, NegativeBinomial.`,
  Beta: `Beta with mean a / (a + b).

> logpdf(Beta(2, 3), 0.5)
0.405465

See also BetaProportion, Kumaraswamy, Uniform, Dirichlet.`,
  Uniform: `Uniform between \`low\` and \`high\`.

> logpdf(Uniform(1, 3), 2)
-0.693147
> cdf(Uniform(1, 3), 1.5)
0.25

See also Beta, Flat.`,
  Dirichlet: `Dirichlet on the simplex: K probabilities with means concentration / sum(concentration).

The log density is log Γ(Σ c) − Σ log Γ(c) + Σ (c − 1) log(x) with c the concentration. A draw is K Gamma draws divided by their sum.

> logpdf(Dirichlet([1, 2, 3]), [0.2, 0.3, 0.5])
1.50408

See also Beta, Categorical, DirichletMultinomial.`,
  Bernoulli: `True with probability \`p\`, or with sigmoid(logits).

Where a Bernoulli variable is not observed, it is summed out if the program's structure allows it.

> logpmf(Bernoulli(0.3), true)
-1.20397
> logpmf(Bernoulli(logits: 2), false)
-2.12693

See also Binomial, Categorical, RelaxedBernoulli.`,
  Categorical: `0 … K−1 with the probabilities \`p\`, or softmax(logits).

Where a Categorical variable is not observed, it is summed out if the program's structure allows it.

> logpmf(Categorical([0.2, 0.3, 0.5]), 2)
-0.693147
> cdf(Categorical([0.2, 0.3, 0.5]), 1)
0.5
> logpmf(Categorical(logits: [0, 1, 2]), 2)
-0.407606

See also Bernoulli, Multinomial, RelaxedCategorical, OrderedLogistic.`,
  RelaxedBernoulli: `A Bernoulli draw made continuous: near 0 or 1 where the temperature is low (binary Concrete; Maddison, Mnih and Teh 2017).

> logpdf(RelaxedBernoulli(logits: 1, temperature: 0.5), 0.7)
-0.600714
> cdf(RelaxedBernoulli(logits: 1, temperature: 0.5), 0.7)
0.359773

See also Bernoulli, RelaxedCategorical.`,
  RelaxedCategorical: `A Categorical draw made continuous: weights near one-hot where the temperature is low (Concrete, Gumbel-softmax; Maddison, Mnih and Teh 2017).

> logpdf(RelaxedCategorical(logits: [0, 1, 2], temperature: 0.5), [0.2, 0.3, 0.5])
-1.04529

See also Categorical, RelaxedBernoulli.`,
  MultivariateNormal: `Normal vectors with mean \`loc\` and a covariance matrix, the inverse of a \`precision\`, or L Lᵀ with L its \`cholesky\` factor.

The log density is −½ (x − loc)ᵀ Σ⁻¹ (x − loc) − ½ log |Σ| − ½ K log(2π). A draw is loc + L z with z standard normal noise.

> S = [[2, 0.5], [0.5, 1]] as Covariance
> logpdf(MultivariateNormal([0, 1], S), [1, 1])
-2.4034
> S = [[2, 0.5], [0.5, 1]] as Covariance
> logpdf(MultivariateNormal(0, precision: S), [1, 1])
-3.55807

See also Normal, LowRankMultivariateNormal, MultivariateStudentT, LKJ, GaussianRandomWalk.`,
  MultivariateStudentT: `Student's t for vectors: covariance df / (df − 2) · scale; \`scale\` may be given by its \`cholesky\` factor.

> S = [[2, 0.5], [0.5, 1]] as Covariance
> logpdf(MultivariateStudentT(3, [0, 1], S), [1, 1])
-2.55357
> variance(MultivariateStudentT(3, [0, 1], [[2, 0.5], [0.5, 1]] as Covariance))
[6, 3]

See also StudentT, MultivariateNormal.`,
  LKJ: `Correlation matrices R with density |R|^(concentration − 1): uniform at 1 (Lewandowski, Kurowicka and Joe 2009). The declared type says how large.

> logpdf(LKJ(2), [[1, 0.5], [0.5, 1]])
-0.575364

See also LKJCholesky, Wishart, MultivariateNormal.`,
  LKJCholesky: `The Cholesky factor of an LKJ(concentration). The declared type says how large.

> logpdf(LKJCholesky(2), [[1, 0], [0.6, 0.8]])
-0.733969

See also LKJ, MultivariateNormal.`,
  Wishart: `Wishart with mean df · scale; \`df\` is above K − 1.

> S = [[2, 0.5], [0.5, 1]] as Covariance
> logpdf(Wishart(4, S), [[3, 1], [1, 2]])
-5.25297
> mean(Wishart(4, [[2, 0.5], [0.5, 1]] as Covariance))
[[8, 2], [2, 4]]

See also InverseWishart, LKJ, Gamma.`,
  InverseWishart: `The inverse of a Wishart(df, scale⁻¹): mean scale / (df − K − 1); \`df\` is above K − 1.

> S = [[2, 0.5], [0.5, 1]] as Covariance
> logpdf(InverseWishart(4, S), [[3, 1], [1, 2]])
-8.33797
> mean(InverseWishart(4, [[2, 0.5], [0.5, 1]] as Covariance))
[[2, 0.5], [0.5, 1]]

See also Wishart, LKJ, InverseGamma.`,
  Flat: `The improper constant density; says aloud that there is no prior. Has no draws.

> logpdf(Flat(), 3)
0

See also Uniform, Normal.`,
};
