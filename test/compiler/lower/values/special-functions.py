"""Values of special functions with mpmath (50 digits), for special-builtins.test.ts:
python3 special-functions.py > special-functions.json"""
import json
from mpmath import mp, mpf, erfc, erfinv, log, exp, sqrt, sinh, cosh, asin, acos, atan, atan2, ncdf, log1p, beta, binomial, gammainc, hyp2f1, inf

mp.dps = 50
grid = [-3.7, -1.25, -0.5, -1e-3, 1e-9, 0.3, 0.99, 1.0, 2.5, 7.0]
unit = [-1 + 1e-9, -0.8, -0.3, -1e-6, 0.0, 0.2, 0.7, 0.999999]
one = {
    "erfc": (erfc, [*grid, -20.0, 12.0, 25.0]),
    "erfinv": (erfinv, unit),
    "normal_cdf": (ncdf, [*grid, -30.0, 8.0]),
    "log_normal_cdf": (lambda x: log(erfc(-x / sqrt(mpf(2))) / 2), [*grid, -40.0, -300.0, 9.0]),
    "normal_quantile": (lambda p: sqrt(mpf(2)) * erfinv(2 * p - 1), [0.01, 0.3, 0.5, 0.975]),
    "log1mexp": (lambda x: log1p(-exp(x)), [-1e-12, -0.1, -0.7, -3.0, -50.0]),
    "log_sigmoid": (lambda x: -log1p(exp(-x)), [*grid, -200.0, 60.0]),
    "sinh": (sinh, [*grid, 1e-7]),
    "cosh": (cosh, grid),
    "asin": (asin, unit),
    "acos": (acos, unit),
    "atan": (atan, [*grid, -1e-8, 1e10, -40.0]),
}


def log_beta_below(a, b, x):
    return log(x) * a + log1p(-x) * b - log(a * beta(a, b)) + log(hyp2f1(a + b, 1, a + 1, x))


def log_left(log_p):
    return log1p(-exp(log_p))


shapes = [(0.001, 0.5), (0.1, 1e-9), (0.1, 1.09), (0.5, 0.5), (0.5, 30.0), (3.0, 0.01), (3.0, 3.9), (3.0, 4.1), (9.9, 12.0), (10.1, 9.0),
          (40.0, 12.0), (40.0, 90.0), (1000.0, 990.0), (1000.0, 1100.0), (30000.0, 29500.0), (1e6, 1001000.0)]
odds = [(0.001, 0.5, 0.3), (0.1, 0.1, 0.01), (0.5, 0.5, 0.6), (2.0, 3.0, 1e-9), (2.0, 3.0, 0.4), (2.0, 3.0, 0.43), (2.0, 3.0, 0.999), (9.0, 0.2, 0.9),
        (30.0, 11.0, 0.6), (30.0, 11.0, 0.9), (0.5, 400.0, 0.002), (400.0, 0.5, 0.95), (1000.0, 2000.0, 0.3), (1000.0, 2000.0, 0.37)]
two = {
    "atan2": (atan2, [(1.0, 2.0), (1.0, -2.0), (-3.0, -0.5), (-0.2, 4.0), (2.0, 1e-12), (1e-10, -1.0)]),
    "logaddexp": (lambda x, y: log(exp(x) + exp(y)), [(1.0, 2.0), (700.0, 690.0), (-800.0, -800.5), (3.0, -90.0)]),
    "log_gamma_cdf": (lambda a, x: log(gammainc(a, 0, x, regularized=True)), shapes),
    "log_gamma_survival": (lambda a, x: log(gammainc(a, x, inf, regularized=True)), shapes),
    "lbeta": (lambda x, y: log(beta(x, y)), [(0.5, 3.0), (2.0, 2.0), (120.0, 0.1)]),
    "log_choose": (lambda n, k: log(binomial(n, k)), [(5.0, 2.0), (40.0, 13.0), (7.0, 0.0)]),
}
three = {
    "log_beta_cdf": (log_beta_below, odds),
    "log_beta_survival": (lambda a, b, x: log_beta_below(b, a, 1 - x), odds),
}
rows = {
    name: [[[x], float(f(mpf(x)))] for x in xs] for name, (f, xs) in one.items()
} | {name: [[list(x), float(f(*map(mpf, x)))] for x in xs] for name, (f, xs) in (two | three).items()}
print(json.dumps(rows, indent=1))
