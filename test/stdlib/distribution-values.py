"""Writes distribution-values.json: log densities by SciPy, for distributions.test.ts."""
import json
import math
from pathlib import Path
from scipy import stats

rows = [
    ("Poisson(0.3)", stats.poisson(0.3), [0, 1, 40]),
    ("Poisson(log_rate: 1)", stats.poisson(math.e), [0, 2, 40]),
    ("Binomial(9, 0.3)", stats.binom(9, 0.3), [0, 4, 9]),
    ("Binomial(9, logits: 1)", stats.binom(9, 1 / (1 + math.exp(-1))), [0, 4, 9]),
    ("Cauchy(3, 0.5)", stats.cauchy(3, 0.5), [-1e6, 0, 3]),
    ("StudentT(1.5, 2, 0.7)", stats.t(1.5, 2, 0.7), [-1e4, 0, 2]),
    ("StudentT(60, -1, 3)", stats.t(60, -1, 3), [-40, 0, 2]),
    ("Laplace(1, 3)", stats.laplace(1, 3), [-500, 0, 2]),
    ("Logistic(-1, 0.4)", stats.logistic(-1, 0.4), [-300, 0, 300]),
    ("LogNormal(1, 0.25)", stats.lognorm(0.25, scale=math.e), [0.01, 1, 60]),
    ("HalfNormal(2)", stats.halfnorm(scale=2), [1e-9, 1, 60]),
    ("HalfCauchy(2.5)", stats.halfcauchy(scale=2.5), [1e-9, 1, 1e6]),
    ("Exponential(0.2)", stats.expon(scale=5), [1e-9, 1, 4000]),
    ("InverseGamma(1.2, 0.5)", stats.invgamma(1.2, scale=0.5), [0.001, 0.5, 1e6]),
    ("Gumbel(1, 2)", stats.gumbel_r(1, 2), [-9, 0, 1, 40]),
    ("Weibull(1.5, 2)", stats.weibull_min(1.5, scale=2), [1e-8, 0.5, 3, 20]),
    ("Pareto(2, 5)", stats.pareto(5, scale=2), [2, 2.5, 1e6]),
    ("BetaProportion(0.3, 6)", stats.beta(1.8, 4.2), [1e-9, 0.3, 0.99]),
    ("VonMises(0.7, 2)", stats.vonmises(2, loc=0.7), [-3, 0, 0.7, 3]),
    ("VonMises(0, 75)", stats.vonmises(75), [-1, 0, 2]),
    ("TruncatedNormal(0.3, 1.5, -1, 2)", stats.truncnorm(-1.3 / 1.5, 1.7 / 1.5, 0.3, 1.5), [-1, 0, 1.9]),
    ("TruncatedNormal(0, 1, 12, 13)", stats.truncnorm(12, 13), [12, 12.5, 13]),
    ("SkewNormal(0.5, 2, 3)", stats.skewnorm(3, 0.5, 2), [-3, 0, 0.5, 4]),
    ("InverseGaussian(1.5, 2)", stats.invgauss(0.75, scale=2), [0.01, 1, 30]),
    ("Rayleigh(1.7)", stats.rayleigh(scale=1.7), [0.001, 1, 20]),
    ("LogLogistic(2, 3)", stats.fisk(3, scale=2), [1e-6, 2, 1e4]),
    ("ChiSquared(3)", stats.chi2(3), [0.01, 3, 60]),
    ("Geometric(0.3)", stats.geom(0.3, loc=-1), [0, 1, 50]),
    ("NegativeBinomial(successes: 2.5, p: 0.3)", stats.nbinom(2.5, 0.3), [0, 3, 60]),
    ("NegativeBinomial(4, 1.5)", stats.nbinom(1.5, 1.5 / 5.5), [0, 3, 60]),
    ("BetaBinomial(9, 2, 0.5)", stats.betabinom(9, 2, 0.5), [0, 4, 9]),
]
found = []
for use, distribution, at in rows:
    log = distribution.logpmf if hasattr(distribution.dist, "pmf") else distribution.logpdf
    found.append({"use": use, "at": at, "log": [float(log(x)) for x in at]})
Path(__file__).with_name("distribution-values.json").write_text(json.dumps(found, indent=1) + "\n")
