"""Incomplete gamma and beta functions in logarithms with mpmath (280 digits), with their slopes, at arguments over their whole range, for
incomplete.test.ts: python3 incomplete.py > incomplete.json"""
import json
import random
from mpmath import mp, mpf, beta, exp, hyp2f1, log, log1p, loggamma

mp.dps = 280
random.seed(4)


def gamma_pair(a, x):
    """P by its power series, and what it leaves of 1."""
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -(mp.dps + 5) or n < x - a:
        n += 1
        term *= x / (a + n)
        total += term
    below = total * exp(a * log(x) - x - loggamma(a + 1))
    return below, 1 - below


def beta_lower(a, b, x):
    return exp(a * log(x) + b * log1p(-x)) / (a * beta(a, b)) * hyp2f1(a + b, 1, a + 1, x)


def spread(low, high):
    return 10 ** random.uniform(low, high)


gammas = []
while len(gammas) < 40:
    a = float(f"{spread(-3, 3.5):.4g}")
    x = float(f"{max(a + random.gauss(0, 6) * a**0.5, a * spread(-3, 1)):.6g}")
    below, above = gamma_pair(mpf(a), mpf(x))
    if min(below, above) > mpf(10) ** -250:
        h = mpf(10) ** -100
        by_shape = (log(gamma_pair(mpf(a) * (1 + h), mpf(x))[0]) - log(gamma_pair(mpf(a) * (1 - h), mpf(x))[0])) / (2 * h * a)
        slope = [by_shape, mpf(x) ** (mpf(a) - 1) * exp(-mpf(x) - loggamma(mpf(a))) / below]
        gammas.append([[a, x], float(log(below)), float(log(above)), [float(each) for each in slope]])
betas = []
while len(betas) < 30:
    a, b = (float(f"{spread(-3, 2):.4g}") for _ in range(2))
    mean = a / (a + b)
    x = float(f"{min(0.999, max(1e-6, mean + random.gauss(0, 3) * (mean * (1 - mean) / (a + b + 1)) ** 0.5)):.6g}")
    below, above = beta_lower(mpf(a), mpf(b), mpf(x)), beta_lower(mpf(b), mpf(a), 1 - mpf(x))
    if below > 0 and above > 0 and abs(below + above - 1) < mpf(10) ** -40:
        betas.append([[a, b, x], float(log(below)), float(log(above))])
print(json.dumps({"gamma": gammas, "beta": betas}))
