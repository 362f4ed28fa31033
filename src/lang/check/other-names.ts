/** What other languages call things, for suggestions. */
import { nearMisses } from "../../base/near-miss.ts";

const types: Readonly<Record<string, string>> = {
  float: "Real",
  double: "Real",
  number: "Real",
  vector: "Real[N]",
  row_vector: "Real[N]",
  array: "Real[N]",
  list: "Real[N]",
  tensor: "Real[N]",
  matrix: "Real[N, M]",
  integer: "Int",
  index: "Int",
  category: "Int",
  categorical: "Int",
  factor: "Int",
  boolean: "Bool",
  probability: "Unit",
  cov_matrix: "Covariance[K]",
  corr_matrix: "Corr[K]",
  cholesky_factor_corr: "CholeskyCorr[K]",
  cholesky_factor_cov: "CholeskyCov[K]",
};

const distributions: Readonly<Record<string, string>> = {
  n: "Normal",
  gaussian: "Normal",
  double_exponential: "Laplace",
  exp: "Exponential",
  bern: "Bernoulli",
  bin: "Binomial",
  unif: "Uniform",
  mvnormal: "MultivariateNormal",
  multinormal: "MultivariateNormal",
  multi_normal: "MultivariateNormal",
  neg_binomial: "NegativeBinomial",
  neg_binomial_2: "NegativeBinomial",
  inv_gamma: "InverseGamma",
  inv_wishart: "InverseWishart",
  lkj_corr: "LKJ",
  lkj_corr_cholesky: "LKJCholesky",
  categorical_logit: "Categorical",
  bernoulli_logit: "Bernoulli",
  binomial_logit: "Binomial",
  poisson_log: "Poisson",
  improper: "Flat",
};

/** Parameters by names of other languages; the first that there is counts. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  mean: ["loc"],
  mu: ["loc", "mean"],
  location: ["loc"],
  sd: ["scale"],
  sigma: ["scale"],
  std: ["scale"],
  stddev: ["scale"],
  tau: ["scale"],
  alpha: ["shape", "a", "concentration"],
  beta: ["rate", "b", "scale"],
  lambda: ["rate"],
  lam: ["rate"],
  nu: ["df"],
  eta: ["concentration"],
  size: ["n"],
  trials: ["n"],
  total_count: ["n"],
  prob: ["p"],
  probs: ["p"],
  theta: ["p"],
  logit: ["logits"],
  lower: ["low"],
  upper: ["high"],
  min: ["low"],
  max: ["high"],
  cov: ["covariance"],
  covariance_matrix: ["covariance"],
  scale_tril: ["cholesky"],
};

function meant(table: Readonly<Record<string, string>>, typed: string): readonly string[] {
  const word = typed.toLowerCase();
  return Object.hasOwn(table, word) ? [table[word]] : [];
}

export function nearTypes(typed: string, known: Iterable<string>): readonly string[] {
  const same = meant(types, typed);
  return same.length > 0 ? same : nearMisses(typed, known);
}

export function nearDistributions(typed: string, known: Iterable<string>): readonly string[] {
  const same = meant(distributions, typed);
  return same.length > 0 ? same : nearMisses(typed, known);
}

export function nearParameters(typed: string, known: readonly string[]): readonly string[] {
  const word = typed.toLowerCase();
  const candidates = Object.hasOwn(parameters, word) ? parameters[word] : [];
  const same = candidates.find((each) => known.includes(each));
  return same === undefined ? nearMisses(typed, known) : [same];
}
