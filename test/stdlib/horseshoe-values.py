"""
Horseshoe(1), whose density is e^z E1(z) / sqrt(2 pi^3) with z = x^2 / 2: with `coefficients`, prints those of the polynomials in
the library; otherwise writes horseshoe-values.json, by mpmath with 50 digits.
"""
import json
import sys
from pathlib import Path
from mpmath import (cos, e1, erfc, exp, factorial, fsum, harmonic, log, lu_solve, matrix, mp, mpf, nstr, pi, quad, sqrt)

mp.dps = 50
degree = 11


def tail(x):
    """P(|X| > x) = 2/pi times the integral of erfc(x v / sqrt 2) / (1 + v^2) over v > 0."""
    s = x / sqrt(mpf(2))
    if s < 1:
        parts = [mpf(0)] + [mpf(10) ** k for k in range(int(-log(s) / log(mpf(10))) + 1)] + [1 / s, 4 / s, 16 / s]
        return 2 / pi * quad(lambda v: erfc(s * v) / (1 + v * v), parts)
    return 2 / (pi * s) * quad(lambda y: erfc(y) / (1 + (y / s) ** 2), [0, 0.5, 1, 2, 4, 8, 14])


def series(term):
    return lambda z: fsum(term(k) * z**k for k in range(45))


def scaled(w):
    """z e^z E1(z) at z = 1 / w"""
    return mpf(1) if w == 0 else exp(1 / w) * e1(1 / w) / w


def scaled_tail(w):
    """The tail by its limit for large x, at z = 1 / w."""
    return mpf(1) if w == 0 else tail(sqrt(2 / w)) / (2 * pi ** mpf(-1.5)) / sqrt(w)


def interpolate(value, lower):
    """Numerator and denominator (of degree 0 or `degree`) through Chebyshev's points of [0, 1]."""
    count = degree + lower + 1
    system, right = matrix(count, count), matrix(count, 1)
    for row in range(count):
        x = (1 - cos(pi * (2 * row + 1) / (2 * count))) / 2
        y = value(x)
        right[row] = y
        for j in range(degree + 1):
            system[row, j] = x**j
        for j in range(1, lower + 1):
            system[row, degree + j] = -y * x**j
    found = lu_solve(system, right)
    return [found[j] for j in range(degree + 1)], [mpf(1)] + [found[degree + j] for j in range(1, lower + 1)]


def coefficients():
    show = lambda name, list: print(name, "[" + ", ".join(nstr(c, 17) for c in list) + "]")
    ein = series(lambda k: mpf(0) if k == 0 else (-1) ** (k + 1) / (k * factorial(k)))
    show("E1(z) + log z + gamma", interpolate(ein, 0)[0])
    show("a", interpolate(series(lambda k: (harmonic(k) + mpf(2) / (2 * k + 1)) / (factorial(k) * (2 * k + 1))), 0)[0])
    show("b", interpolate(series(lambda k: 1 / (factorial(k) * (2 * k + 1))), 0)[0])
    for name, value in [("z e^z E1(z)", scaled), ("tail", scaled_tail)]:
        above, below = interpolate(value, degree)
        show(name + " above", above)
        show(name + " below", below)


def values():
    at = ["1e-300", "1e-160", "1e-20", "1e-3", "0.1", "0.7", "1.4", "1.42", "1.5", "2", "3.3", "7", "20", "300", "1e6", "1e150"]
    rows = []
    for text in at:
        x = mpf(text)
        z = x * x / 2
        density = log(exp(z) * e1(z)) if z < 1000 else -log(z) + log(fsum((-1) ** k * factorial(k) / z**k for k in range(30)))
        rows.append({"x": float(x), "log": float(density - log(2 * pi**3) / 2), "tail": float(tail(x))})
    Path(__file__).with_name("horseshoe-values.json").write_text(json.dumps(rows, indent=1) + "\n")


coefficients() if sys.argv[1:] == ["coefficients"] else values()
