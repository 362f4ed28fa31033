"""Writes transformed-values.json: log densities by SciPy of distributions that are others' images, for transformed.test.ts."""
import json
import math
from pathlib import Path
from scipy import stats

rows = [
    ("exp(Normal(1, 0.25))", stats.lognorm(0.25, scale=math.e), [0.01, 1, 60]),
    ("log(Gamma(2.5, 1))", stats.loggamma(2.5), [-9, 0, 4]),
    ("1 / Gamma(1.2, 0.5)", stats.invgamma(1.2, scale=0.5), [0.001, 0.5, 1e6]),
    ("3 + 0.5 * StudentT(1.5, 0, 1)", stats.t(1.5, 3, 0.5), [-1e4, 0, 3]),
    ("-Gumbel(-1, 2)", stats.gumbel_l(1, 2), [-40, 1, 9]),
    ("2 * Exponential(1) ^ (1 / 1.5)", stats.weibull_min(1.5, scale=2), [1e-8, 0.5, 20]),
    ("sqrt(Gamma(1.5, 0.5))", stats.maxwell(), [1e-6, 1, 9]),
    ("sqrt(ChiSquared(3))", stats.chi(3), [1e-6, 1, 9]),
    ("exp(Logistic(0.7, 0.4))", stats.fisk(2.5, scale=math.exp(0.7)), [1e-6, 2, 1e4]),
    ("exp(Laplace(0, 0.5))", stats.loglaplace(2), [1e-4, 1, 1e4]),
    ("2 * exp(Exponential(5))", stats.pareto(5, scale=2), [2.0001, 2.5, 1e6]),
    ("sinh((Normal(0, 1) - 0.5) / 2)", stats.johnsonsu(0.5, 2), [-30, 0, 30]),
    ("sigmoid((Normal(0, 1) - 0.5) / 2)", stats.johnsonsb(0.5, 2), [1e-6, 0.4, 0.999]),
    ("-log(Uniform(0, 1))", stats.expon(), [1e-9, 1, 30]),
    ("1 - Uniform(0, 1) ^ 0.5", stats.beta(1, 2), [1e-3, 0.5, 0.99]),
]
found = [
    {"use": use, "at": at, "log": [float(distribution.logpdf(x)) for x in at]}
    for use, distribution, at in rows
]
Path(__file__).with_name("transformed-values.json").write_text(json.dumps(found, indent=1) + "\n")
