"""Systems and determinants of larger matrices by NumPy, for elimination.test.ts:
python3 elimination-values.py > elimination-values.json     (needs the package numpy)"""
import json
import numpy as np


def numbers(seed, count):
    """The same numbers as in the test: a linear congruence, between -0.5 and 0.5."""
    values = []
    for _ in range(count):
        seed = seed * 48271 % 2147483647
        values.append(seed / 2147483647 - 0.5)
    return np.array(values)


def case(n):
    A, b = numbers(n, n * n).reshape(n, n), numbers(n + 1, n)
    sign, log = np.linalg.slogdet(A)
    return {"n": n, "solution": np.linalg.solve(A, b).tolist(), "sign": sign, "log": log, "condition": np.linalg.cond(A)}


print(json.dumps([case(n) for n in (12, 30, 100)]))
