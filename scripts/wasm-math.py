"""Numbers of the vector math routines in src/engines/wasm/math, in 60 digits. Needs Python with mpmath.

    python scripts/wasm-math.py fit          the minimax polynomials with their errors
    python scripts/wasm-math.py reference    test/engines/wasm/math/reference-values.json on standard output
"""
import json, math, random, sys
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, log, loggamma, psi, erf, erfc, sqrt, findroot

mp.prec = 260


def evaluate(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(f, weight, degree, low, high):
    """c0 ... c_degree with the largest |weight (f - p)| on [low, high] least, and that largest value."""
    n, low, high = degree + 2, mpf(low), mpf(high)
    place = lambda i, count: (low + high) / 2 - (high - low) / 2 * cos(pi * i / count)
    points = [place(i, n - 1) for i in range(n)]
    grid = [(x, f(x), weight(x)) for x in (place(i + mpf(1) / 3, 1500) for i in range(1500))]
    for _ in range(12):
        system, right = matrix(n, n), matrix(n, 1)
        for i, x in enumerate(points):
            for j in range(degree + 1):
                system[i, j] = x**j
            system[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = f(x)
        *coefficients, level = lu_solve(system, right)
        errors = [w * (v - evaluate(coefficients, x)) for x, v, w in grid]
        worst = max(map(abs, errors))
        # The largest error of each run of one sign.
        peaks, start = [], 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or (errors[i] > 0) != (errors[start] > 0):
                peaks.append(max(range(start, i), key=lambda k: abs(errors[k])))
                start = i
        while len(peaks) > n:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if len(peaks) < n or worst < abs(level) * mpf("1.02"):
            return coefficients, worst
        points = [grid[k][0] for k in peaks]
    return coefficients, worst


def fit():
    half = log(2) / 2 * mpf("1.0005")
    root = findroot(lambda x: psi(0, x), 1.46)
    near = lambda x, limit, value: limit if abs(x) < mpf("1e-30") else value(x)
    over = lambda f: (f, lambda x: 1 / f(x))
    exponential = (lambda r: near(r, mpf(1) / 2, lambda x: (mp.expm1(x) - x) / x**2), lambda r: abs(r) + mpf("0.05"))
    centre = over(lambda t: near(t, 2 / sqrt(pi), lambda x: erf(sqrt(x)) / sqrt(x)))
    fits = {
        "(e^r - 1 - r) / r^2, f64": (*exponential, 9, -half, half * mpf("1.0003")),
        "(e^r - 1 - r) / r^2, f32": (*exponential, 4, -half, half * mpf("1.0003")),
        "erf(x) / x in x^2, f64": (*centre, 12, 0, 1),
        "erf(x) / x in x^2, f32": (*centre, 6, 0, 1),
        "-log erfc(1 + u), f32": (lambda u: -log(erfc(u + 1)), lambda u: erfc(u + 1), 8, 0, 3),
        "log gamma(2 + d) / d": (*over(lambda d: near(d, 1 - mp.euler, lambda x: loggamma(2 + x) / x)), 18, -0.5, 0.5),
        "digamma(3/2 + z) / (3/2 + z - root)": (
            *over(lambda z: near(z + 1.5 - root, psi(1, root), lambda _: psi(0, z + 1.5) / (z + 1.5 - root))),
            21, -0.5, 0.5,
        ),
    }
    for name, (f, weight, degree, low, high) in fits.items():
        coefficients, worst = remez(f, weight, degree, low, high)
        print(f"{name}: within 2^{float(mp.log(worst, 2)):.1f}\n  {[float(c) for c in coefficients]}")


def reference():
    """For each function rows of arguments, the value rounded to f64, and the rest."""
    random.seed(20)
    U = random.uniform
    L = lambda low, high: math.exp(U(math.log(low), math.log(high)))
    S = lambda x: random.choice([-1, 1]) * x
    N = lambda x, width: x + S(L(1e-14, width))
    tiny = lambda: S(L(1e-300, 1))
    turns = [lambda: U(-10, 10), lambda: U(-1e6, 1e6), lambda: S(L(1e-300, 1e300)),
             lambda: N(random.randint(-1000, 1000) * math.pi / 2, 0.1), lambda: random.randint(-600000, 600000) * math.pi / 2]
    sigmoid = [lambda: U(-740, 40), lambda: U(-5, 5), tiny, lambda: U(-744, -708)]
    negative = [lambda: U(-20, 0), lambda: -L(1e-300, 1), lambda: U(-160, 0)]
    gamma = lambda x: loggamma(x) if x > 200 else log(abs(mp.gamma(x)))
    polygamma = lambda n: (lambda x: psi(n, x), [lambda: L(10 ** (-100 / n), 10 ** (100 / n)), lambda: U(0, 14)])
    cases = {
        "exp": (mp.exp, [lambda: U(-745, 709.7), lambda: U(-5, 5), tiny, lambda: U(-745.2, -708)]),
        "expm1": (mp.expm1, [lambda: U(-60, 709.7), lambda: U(-2, 2), tiny, lambda: U(-0.4, 0.4)]),
        "log": (log, [lambda: L(1e-308, 1.7e308), lambda: U(0.5, 2), lambda: abs(N(1, 0.5)), lambda: L(5e-324, 2e-308)]),
        "log1p": (mp.log1p, [lambda: L(1e-308, 1e308), lambda: U(-1, 2), tiny, lambda: L(1e-15, 0.9) - 1]),
        "sin": (mp.sin, turns), "cos": (mp.cos, turns), "tan": (mp.tan, turns),
        "tanh": (mp.tanh, [lambda: U(-20, 20), lambda: U(-1, 1), tiny]),
        "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), sigmoid), "softplus": (lambda x: mp.log1p(mp.exp(x)), sigmoid),
        "lgamma": (gamma, [lambda: L(1e-300, 1e300), lambda: U(0, 12), lambda: abs(N(1, 0.5)), lambda: N(2, 0.5)]),
        "lgammaneg": (gamma, negative),
        "digamma": (lambda x: psi(0, x), [lambda: L(1e-300, 1e300), lambda: U(0, 12), lambda: N(1.4616321449683622, 0.3)]),
        "digammaneg": (lambda x: psi(0, x), negative),
        "polygamma1": polygamma(1), "polygamma2": polygamma(2), "polygamma3": polygamma(3),
        "erf": (erf, [lambda: U(-6, 6), lambda: U(-1.5, 1.5), tiny]),
        "erfinv": (mp.erfinv, [lambda: U(-1, 1), tiny, lambda: S(1 - L(1e-15, 0.5))]),
        "pow": (mp.power, [lambda: (L(1e-300, 1e300), U(-2, 2)), lambda: (U(0.5, 2), U(-900, 900)),
                           lambda: (N(1, 0.1), S(L(1, 1e12))), lambda: (U(0, 30), U(-30, 30)),
                           lambda: (-U(0, 30), random.randint(-30, 30)), lambda: (L(5e-324, 1e-308), U(-1, 1))]),
    }
    blocks = []
    for name, (f, draws) in cases.items():
        rows = []
        while len(rows) < 48:
            x = draws[len(rows) % len(draws)]()
            x = x if isinstance(x, tuple) else (x,)
            value = f(*map(mpf, x))
            if abs(value) < sys.float_info.max:
                rows.append([*x, float(value), float(value - mpf(float(value)))])
        blocks.append(f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(row)}" for row in rows) + "\n  ]")
    print("{\n" + ",\n".join(blocks) + "\n}")


{"fit": fit, "reference": reference}[sys.argv[1]]()
