"""Writes asked-values.json: quantiles, means and variances by SciPy, for asked.test.ts."""
import json
from pathlib import Path

import numpy as np
from scipy import stats

shares = [1e-9, 0.05, 0.5, 0.9, 0.9999]
rows = [
    ("Normal(1, 2)", stats.norm(1, 2)),
    ("Uniform(-1, 3)", stats.uniform(-1, 4)),
    ("Gamma(2.5, 2)", stats.gamma(2.5, scale=0.5)),
    ("Beta(0.4, 3)", stats.beta(0.4, 3)),
    ("StudentT(3, 1, 2)", stats.t(3, 1, 2)),
    ("InverseGamma(3, 2)", stats.invgamma(3, scale=2)),
    ("InverseGaussian(1.5, 2)", stats.invgauss(0.75, scale=2)),
    ("ChiSquared(3)", stats.chi2(3)),
    ("SkewNormal(0.5, 2, 3)", stats.skewnorm(3, 0.5, 2)),
    ("LogLogistic(2, 3)", stats.fisk(3, scale=2)),
    ("TruncatedNormal(0.3, 1.5, -1, 2)", stats.truncnorm(-1.3 / 1.5, 1.7 / 1.5, 0.3, 1.5)),
    ("Weibull(1.5, 2)", stats.weibull_min(1.5, scale=2)),
    ("Logistic(1, 2)", stats.logistic(1, 2)),
    ("Laplace(1, 2)", stats.laplace(1, 2)),
    ("Gumbel(1, 2)", stats.gumbel_r(1, 2)),
    ("Poisson(3)", stats.poisson(3)),
    ("Poisson(1e6)", stats.poisson(1e6)),
    ("Binomial(8, 0.4)", stats.binom(8, 0.4)),
    ("Geometric(0.001)", stats.geom(0.001, loc=-1)),
    ("NegativeBinomial(4, 1.5)", stats.nbinom(1.5, 1.5 / 5.5)),
    ("BetaBinomial(9, 2, 0.5)", stats.betabinom(9, 2, 0.5)),
]
found = []
for use, distribution in rows:
    mean, variance = distribution.stats("mv")
    quantiles = [float(distribution.ppf(p)) for p in shares]
    found.append({"use": use, "shares": shares, "quantiles": quantiles, "mean": float(mean), "variance": float(variance)})

S = [[2, 0.5, 0.1], [0.5, 1, -0.3], [0.1, -0.3, 0.7]]
covariance = f"{S} as Covariance"
arrays = []


def array(use, mean, variance):
    arrays.append({"use": use, "mean": np.ravel(mean).tolist(), "variance": np.ravel(variance).tolist()})


def marginals(use, each):
    array(use, [m.mean() for m in each], [m.var() for m in each])


for use, matrices in [
    (f"Wishart(4.5, {covariance})", stats.wishart(4.5, S)),
    (f"InverseWishart(7.5, {covariance})", stats.invwishart(7.5, S)),
]:
    array(use, matrices.mean(), matrices.var())
counts = stats.dirichlet_multinomial([0.5, 2, 1.5], 6)
array("DirichletMultinomial(6, [0.5, 2, 1.5])", counts.mean(), counts.var())
t = [stats.t(4.5, loc, S[i][i] ** 0.5) for i, loc in enumerate([1, -2, 3])]
marginals(f"MultivariateStudentT(4.5, [1, -2, 3], {covariance})", t)
marginals("GaussianRandomWalk[4](1.5, 0.3)", [stats.norm(1.5, 0.3 * (i + 1) ** 0.5) for i in range(4)])

for name, values in [("asked-values.json", found), ("asked-array-values.json", arrays)]:
    Path(__file__).with_name(name).write_text(json.dumps(values, indent=1) + "\n")
