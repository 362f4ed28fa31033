"""Checks the .onnx files named on the command line with ONNX's own checker, shapes and types included.

Where a file x.onnx has x.json beside it, {"inputs": {name: [dtype, shape, values]}, "outputs": {name: values}}, ONNX's reference
evaluator also runs it, and its outputs must be those. Prints the files that fail and exits 1, or the number of files.
"""

import json
import os
import sys
import warnings

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

warnings.filterwarnings("ignore")


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    beside = path.removesuffix(".onnx") + ".json"
    if not os.path.exists(beside):
        return
    with open(beside) as file:
        expected = json.load(file)
    inputs = {
        name: np.array([float(value) for value in values]).astype(dtype).reshape(shape)
        for name, (dtype, shape, values) in expected["inputs"].items()
    }
    names = list(expected["outputs"])
    try:
        results = ReferenceEvaluator(model).run(names, inputs)
    except RuntimeError as error:
        # The evaluator has no loops from the end; ONNX Runtime runs them in other tests.
        if "input_direction" not in str(error):
            raise
        return
    for name, result in zip(names, results):
        right = np.array([float(value) for value in expected["outputs"][name]])
        np.testing.assert_allclose(np.asarray(result, dtype=float).ravel(), right, rtol=1e-9, atol=1e-9)


failed = False
for path in sys.argv[1:]:
    try:
        check(path)
    except Exception as error:
        failed = True
        print(os.path.basename(path), str(error)[:400])
if failed:
    sys.exit(1)
print(len(sys.argv) - 1)
