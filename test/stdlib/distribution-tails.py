"""Writes distribution-tails.json: logarithms of both tails of distributions with mpmath (400 digits, so that what is left of 1 is seen), for distribution-tails.test.ts."""
import json
from pathlib import Path
from mpmath import mp, mpf, acot, atan, besseli, beta, binomial as binom, cos, erfc, exp, expm1, gammainc, hyp2f1, inf, log, pi, quad, sqrt, workdps

mp.dps = 400


def normal(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def gamma(a, x):
    if x <= 0:
        return mpf(0), mpf(1)
    return gammainc(a, 0, x, regularized=True), gammainc(a, x, inf, regularized=True)


def lower(a, b, x, y):
    """I(a, b, x) by its series; y is 1 - x."""
    return exp(a * log(x) + b * log(y) - log(a * beta(a, b))) * hyp2f1(a + b, 1, a + 1, x)


def incomplete(a, b, x, y):
    return lower(a, b, x, y), lower(b, a, y, x)


def student(df):
    def tails(z):
        away = lower(df / 2, mpf(1) / 2, df / (df + z * z), z * z / (df + z * z)) / 2 if z != 0 else mpf(1) / 2
        near = mpf(1) / 2 + lower(mpf(1) / 2, df / 2, z * z / (df + z * z), df / (df + z * z)) / 2 if z != 0 else mpf(1) / 2
        return (away, near) if z < 0 else (near, away)

    return tails


def folded(tails):
    """Of |z|."""

    def both(z):
        away = tails(-z)[0]
        return 1 - 2 * away, 2 * away

    return both


def flipped(pair):
    return pair[1], pair[0]


def counts(tails):
    return lambda k: (mpf(0), mpf(1)) if k < 0 else tails(k)


def binomial(n, p):
    return counts(lambda k: (mpf(1), mpf(0)) if k >= n else flipped(incomplete(k + 1, n - k, p, 1 - p)))


def negative(r, p):
    return counts(lambda k: incomplete(r, k + 1, p, 1 - p))


def inflated(zero, tails):
    def both(k):
        below, above = tails(k)
        return (below, above) if k < 0 else (zero + (1 - zero) * below, (1 - zero) * above)

    return both


def complement(above):
    """From the upper tail, which is known in closed form."""
    return lambda x: (1 - above(x), above(x))


def symmetric(below):
    return lambda z: (below(z), below(-z))


def inverse_gaussian(m, s):
    def both(x):
        r = sqrt(s / x)
        near, far = normal(r * (x / m - 1)), exp(2 * s / m) * normal(-r * (x / m + 1))
        return near + far, normal(r * (1 - x / m)) - far

    return both


def logistic(z):
    return 1 / (1 + exp(-z))


def skew_normal(slant):
    """Both as integrals of 2 φ(t) Φ(slant t), with 40 digits."""

    def below(z, slant):
        fall = 1 + (slant**2 if slant * z < 0 else 0)
        ends = [0] + [mpf(2) ** k / (sqrt(fall) * (1 + abs(z) * sqrt(fall))) for k in range(-3, 12)]
        # `quad` looks at absolute errors, so what is small is scaled up.
        part = quad(lambda s: exp((z * z * fall - (z - s) ** 2) / 2) * erfc(-slant * (z - s) / sqrt(mpf(2))), ends)
        return part / sqrt(2 * pi) * exp(-z * z * fall / 2)

    def both(z):
        with workdps(40):
            # One of them is from the end, the other is what is left: with 40 digits that is enough for points that are not far out.
            left = below(z, slant) if z < 0 else None
            right = below(-z, -slant) if z >= 0 else None
        return (left, 1 - left) if z < 0 else (1 - right, right)

    return both


def von_mises(loc, k):
    def mass(a, b):
        with workdps(40):
            # In units of the width of the peaks, which lie at loc and at turns from it.
            inner = sorted({loc + 2 * pi * j + s * w for j in (-1, 0, 1) for s in (-1, 1) for w in [0] + [mpf(2) ** i / sqrt(k + 1) for i in range(-2, 5)]})
            ends = [a] + [e for e in inner if a < e < b] + [b]
            top = max(cos(t - loc) for t in ends)
            return quad(lambda t: exp(k * (cos(t - loc) - top)), ends) * exp(k * top) / (2 * pi * besseli(0, k))

    return lambda x: (mass(-pi, x), mass(x, pi))


def beta_binomial(n, a, b):
    def p(k):
        return binom(n, k) * beta(k + a, n - k + b) / beta(a, b)

    def both(k):
        with workdps(60):
            return sum(p(j) for j in range(int(k) + 1)), sum((p(j) for j in range(int(k) + 1, int(n) + 1)), mpf(0))

    return counts(both)


def horseshoe(x):
    """2/π times the integral of Φ(-|x| / λ) / (1 + λ²), in λ = |x| / v."""
    with workdps(40):
        h = abs(x)
        ends = [0] + [h * mpf(10) ** k for k in range(-3, 3)] + [mpf(k) for k in (1, 2, 4, 8, 16, 32)]
        away = 2 / pi * quad(lambda v: h * normal(-v) / (v * v + h * h), sorted(ends))
    return (away, 1 - away) if x < 0 else (1 - away, away)


mp_e = exp(mpf(1))


def d(text):
    """The double that a program means by it."""
    return mpf(float(text))


rows = [
    ("Normal(1, 2)", lambda x: symmetric(normal)((x - 1) / 2), ["-80", "0", "1.5", "90"]),
    ("Gamma(0.3, 2)", lambda x: gamma(d("0.3"), 2 * x), ["1e-90", "0.01", "0.5", "3", "400"]),
    ("Gamma(7, 0.5)", lambda x: gamma(d(7), x / 2), ["0.001", "9", "15.9", "16.1", "500"]),
    ("Gamma(2e4, 10)", lambda x: gamma(d(20000), 10 * x), ["1500", "1995", "2010", "3000"]),
    ("Beta(0.4, 3)", lambda x: incomplete(d("0.4"), d(3), x, 1 - x), ["1e-50", "0.1", "0.5", "0.999"]),
    ("Beta(120, 80)", lambda x: incomplete(d(120), d(80), x, 1 - x), ["0.01", "0.55", "0.61", "0.99"]),
    ("BetaProportion(0.25, 8)", lambda x: incomplete(d(2), d(6), x, 1 - x), ["1e-9", "0.3", "0.99"]),
    ("InverseGamma(3, 2)", lambda x: flipped(gamma(d(3), 2 / x)), ["0.001", "1", "1e7"]),
    ("ChiSquared(3)", lambda x: gamma(d("1.5"), x / 2), ["1e-8", "3", "900"]),
    ("StudentT(3, 1, 2)", lambda x: student(d(3))((x - 1) / 2), ["-1e9", "-2", "1", "1.0000001", "3", "1e12"]),
    ("StudentT(0.5, 0, 1)", student(d("0.5")), ["-1e40", "-1", "0.1", "1e9"]),
    ("StudentT(900, 0, 1)", student(d(900)), ["-40", "-1", "0.1", "25"]),
    ("HalfStudentT(3, 2)", lambda x: folded(student(d(3)))(x / 2), ["1e-7", "1", "1e9"]),
    ("Cauchy(1, 2)", lambda x: (acot(-(x - 1) / 2) / pi % 1, acot((x - 1) / 2) / pi % 1), ["-1e30", "0", "2", "1e30"]),
    ("HalfCauchy(2)", lambda x: (2 / pi * atan(x / 2), 2 / pi * atan(2 / x)), ["1e-20", "1", "1e30"]),
    ("HalfNormal(2)", lambda x: folded(symmetric(normal))(x / 2), ["1e-9", "1", "90"]),
    ("Exponential(2)", complement(lambda x: exp(-2 * x)), ["1e-12", "1", "900"]),
    ("LogNormal(1, 0.5)", lambda x: symmetric(normal)(2 * (log(x) - 1)), ["1e-20", "3", "1e20"]),
    ("Weibull(1.5, 2)", complement(lambda x: exp(-((x / 2) ** d("1.5")))), ["1e-9", "1", "400"]),
    ("Pareto(2, 5)", complement(lambda x: (2 / x) ** 5), ["2.0000001", "3", "1e90"]),
    ("Rayleigh(2)", complement(lambda x: exp(-x * x / 8)), ["1e-9", "1", "200"]),
    ("LogLogistic(2, 3)", lambda x: (1 / (1 + (x / 2) ** -3), 1 / (1 + (x / 2) ** 3)), ["1e-30", "1", "1e60"]),
    ("InverseGaussian(1.5, 2)", inverse_gaussian(d("1.5"), d(2)), ["0.01", "1", "90"]),
    ("Laplace(1, 2)", lambda x: symmetric(lambda z: exp(z) / 2 if z < 0 else 1 - exp(-z) / 2)((x - 1) / 2), ["-2000", "0", "3", "2000"]),
    ("Logistic(1, 2)", lambda x: symmetric(logistic)((x - 1) / 2), ["-2000", "0", "3", "2000"]),
    ("Gumbel(1, 2)", lambda x: (exp(-exp((1 - x) / 2)), -expm1(-exp((1 - x) / 2))), ["-9", "0", "60", "2000"]),
    ("Kumaraswamy(2, 3)", complement(lambda x: (1 - x * x) ** 3), ["1e-9", "0.5", "0.99999"]),
    ("LogitNormal(0.4, 0.8)", lambda x: symmetric(normal)((log(x / (1 - x)) - d("0.4")) / d("0.8")), ["1e-20", "0.5", "0.999"]),
    ("SkewNormal(0, 1, 3)", skew_normal(d(3)), ["-9", "-2", "-0.4", "-0.1", "0", "0.2", "0.5", "3", "7"]),
    ("SkewNormal(0, 1, -3)", skew_normal(d(-3)), ["-7", "-2", "-0.4", "-0.1", "0", "0.2", "0.5", "3", "9"]),
    ("SkewNormal(0, 1, 0.4)", skew_normal(d("0.4")), ["-30", "-3", "-1", "0.3", "2.4", "2.6", "9"]),
    ("SkewNormal(0, 1, -0.01)", skew_normal(d("-0.01")), ["-90", "-11", "0.3", "8", "200"]),
    ("SkewNormal(1, 2, 40)", lambda x: skew_normal(d(40))((x - 1) / 2), ["0", "0.9", "0.99", "1.01", "1.2", "8"]),
    ("SkewNormal(1, 2, 0)", lambda x: symmetric(normal)((x - 1) / 2), ["-80", "0", "1.5", "90"]),
    ("VonMises(0.7, 2)", von_mises(d("0.7"), d(2)), ["-3.1", "-2", "0", "0.7", "2", "3.1"]),
    ("VonMises(-9, 0.3)", von_mises(d(-9), d("0.3")), ["-3.1", "-2", "0", "3.1"]),
    ("VonMises(3, 40)", von_mises(d(3), d(40)), ["-3.1", "-2", "0", "2.9", "3.1"]),
    ("VonMises(0, 900)", von_mises(d(0), d(900)), ["-3", "-0.2", "0", "0.1", "3"]),
    ("VonMises(1, 0)", von_mises(d(1), d(0)), ["-3.1", "0", "2"]),
    ("BetaBinomial(9, 2, 0.5)", beta_binomial(d(9), d(2), d("0.5")), ["-1", "0", "4", "8", "9"]),
    ("BetaBinomial(1000, 1, 1)", beta_binomial(d(1000), d(1), d(1)), ["0", "500", "999"]),
    ("BetaBinomial(100, 0.1, 0.2)", beta_binomial(d(100), d("0.1"), d("0.2")), ["0", "30", "99"]),
    ("BetaBinomial(300, 70, 20)", beta_binomial(d(300), d(70), d(20)), ["1", "200", "233", "240", "299"]),
    ("Horseshoe(1)", horseshoe, ["-1e9", "-1", "-0.001", "0.5", "40", "1e12"]),
    ("TruncatedNormal(0, 1, 4, 6)", lambda x: ((normal(-d(4)) - normal(-x)) / (normal(-d(4)) - normal(-d(6))), (normal(-x) - normal(-d(6))) / (normal(-d(4)) - normal(-d(6)))), ["4.001", "5", "5.999"]),
    ("Poisson(3)", counts(lambda k: flipped(gamma(k + 1, d(3)))), ["-1", "0", "2", "4", "200"]),
    ("Poisson(log_rate: 1)", counts(lambda k: flipped(gamma(k + 1, mp_e))), ["0", "3", "90"]),
    ("Poisson(5e3)", counts(lambda k: flipped(gamma(k + 1, d(5000)))), ["3000", "4990", "7000"]),
    ("Binomial(9, 0.3)", binomial(d(9), d("0.3")), ["-1", "0", "4", "8", "9"]),
    ("Binomial(400, logits: 40)", binomial(d(400), 1 / (1 + exp(-d(40)))), ["0", "398", "399"]),
    ("Binomial(4000, logits: -1)", binomial(d(4000), 1 / (1 + exp(d(1)))), ["300", "1080", "3000"]),
    ("Geometric(0.3)", counts(complement(lambda k: d("0.7") ** (k + 1))), ["0", "2", "3000"]),
    ("NegativeBinomial(4, 1.5)", negative(d("1.5"), d("1.5") / d("5.5")), ["-1", "0", "3", "200"]),
    ("NegativeBinomial(1e-8, 1.5)", negative(d("1.5"), d("1.5") / (d("1.5") + d("1e-8"))), ["0", "2"]),
    ("NegativeBinomial(successes: 2.5, p: 0.3)", negative(d("2.5"), d("0.3")), ["-1", "0", "6", "300"]),
    ("ZeroInflatedPoisson(0.2, 3)", inflated(d("0.2"), counts(lambda k: flipped(gamma(k + 1, d(3))))), ["-1", "0", "4", "60"]),
    ("ZeroInflatedNegativeBinomial(0.4, 3, 2)", inflated(d("0.4"), negative(d(2), d("0.4"))), ["0", "4", "90"]),
    ("ZeroInflatedBinomial(0.25, 8, 0.4)", inflated(d("0.25"), binomial(d(8), d("0.4"))), ["-1", "0", "5", "8"]),
    ("DiscretizedLogistic(4.2, 1.1, 10)", counts(lambda k: (d(1), d(0)) if k >= 10 else symmetric(logistic)((k + d("0.5") - d("4.2")) / d("1.1"))), ["-1", "0", "4", "9", "10"]),
    ("OrderedLogistic(0.4, [-1, 0.2, 1.5] as Ordered)", counts(lambda k: (d(1), d(0)) if k >= 3 else symmetric(logistic)([d(-1), d("0.2"), d("1.5")][int(k)] - d("0.4"))), ["-1", "0", "1", "2", "3"]),
]


def text(p):
    return "-Infinity" if p == 0 else float(log(p))


found = []
for use, tails, points in rows:
    # Arguments are doubles: what a double next to 0.3 gives is what is asked.
    pairs = [tails(mpf(float(x))) for x in points]
    found.append({"use": use, "at": [float(x) for x in points], "below": [text(b) for b, _ in pairs], "above": [text(a) for _, a in pairs]})
Path(__file__).with_name("distribution-tails.json").write_text(json.dumps(found, indent=1) + "\n")
