"""Functions of arrays, matrices and splines by NumPy and SciPy, for array-values.test.ts:
python3 array-values.py > array-values.json     (needs the packages numpy and scipy)"""
import json
import numpy as np
from scipy import interpolate, linalg, stats

rng = np.random.default_rng(7)
flat = lambda a: np.asarray(a, dtype=float).ravel().tolist()


def case(call, value, **inputs):
    """A call of the library, the shapes and values of what it takes, and its value."""
    return {
        "call": call,
        "types": {name: list(np.shape(a)) for name, a in inputs.items()},
        "inputs": {name: flat(a) for name, a in inputs.items()},
        "value": flat(value),
    }


x = rng.normal(size=7)
A, B = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
square = rng.normal(size=(4, 4))
# Without a swap its first pivot would be 0.
turned = np.array([[0.0, 2.0, 1.0], [1.5, -0.5, 3.0], [-3.0, 1.0, 0.25]])
pair = np.array([turned, turned.T + np.eye(3)])
# Row sums of 12: five squarings.
large = 3 * rng.normal(size=(3, 3))
b = rng.normal(size=4)
at = np.array([0.0, 0.3, 1.0, 1.7, 2.5, 3.0])
plain = np.array([-2.0, -1.2, 0.0, 0.4, 1.5, 2.0, 3.1, 4.0])
inside = np.array([0.5, 0.7, 1.4])


def clamped(knots, degree):
    return np.r_[[knots[0]] * degree, knots, [knots[-1]] * degree]


def basis(x, knots, degree):
    return interpolate.BSpline.design_matrix(x, knots, degree).toarray()


cases = [
    case("cummax(x)", np.maximum.accumulate(x), x=x),
    case("cummin(x)", np.minimum.accumulate(x), x=x),
    case("ranks(x) + 0 * x", stats.rankdata(x, method="ordinal") - 1, x=x),
    case("top_values(x)", np.sort(x)[::-1][:3], x=x),
    case("kron(A, B)", np.kron(A, B), A=A, B=B),
    case("outer(x, b)", np.outer(x, b), x=x, b=b),
    case("solve(A, b)", np.linalg.solve(square, b), A=square, b=b),
    case("solve(A, b)", np.linalg.solve(turned, b[:3]), A=turned, b=b[:3]),
    case("[solve(A[n], b) for n in 2]", np.linalg.solve(pair, b[:3, None])[..., 0], A=pair, b=b[:3]),
    case("inverse(A)", np.linalg.inv(square), A=square),
    case("inverse(A)", np.linalg.inv(turned), A=turned),
    case("[determinant(A)]", [np.linalg.det(square)], A=square),
    case("[determinant(A)]", [np.linalg.det(turned)], A=turned),
    case("[determinant(A), 0]", [0, 0], A=np.array([[1.0, 2.0], [0.5, 1.0]])),
    case("[log_abs_det(A)]", [np.linalg.slogdet(turned)[1]], A=turned),
    case("matrix_exp(A)", linalg.expm(0.1 * square), A=0.1 * square),
    case("matrix_exp(A)", linalg.expm(large), A=large),
    case("b_spline(x, knots, 1)", basis(inside, plain, 1), x=inside, knots=plain),
    case("b_spline(x, knots, 3)", basis(inside, plain, 3), x=inside, knots=plain),
    case("b_spline(x, clamped(knots, 2), 2)", basis(at, clamped([0, 0.5, 1.2, 3], 2), 2), x=at, knots=[0, 0.5, 1.2, 3]),
    case("b_spline(x, clamped(knots, 3), 3)", basis(at, clamped([0, 0.5, 1.2, 3], 3), 3), x=at, knots=[0, 0.5, 1.2, 3]),
    # A knot that is repeated, and evaluation with coefficients.
    case(
        "b_spline(x, clamped(knots, 3), 3) @ c",
        interpolate.BSpline(clamped([0, 1, 1.1, 1.1, 3], 3), np.arange(7.0) ** 2 - x, 3)(inside),
        x=inside,
        knots=[0, 1, 1.1, 1.1, 3],
        c=np.arange(7.0) ** 2 - x,
    ),
]
print(json.dumps(cases))
