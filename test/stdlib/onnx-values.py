"""Recurrent networks by the reference evaluator of ONNX, for onnx-values.test.ts:
python3 onnx-values.py > onnx-values.json     (needs the packages onnx and numpy)

ONNX orders the gates of GRU as update, reset, new and those of LSTM as input, output, forget, new. Here they are
reset, update, new and input, forget, new, output, as in PyTorch and in stdlib/nets.ppl."""
import json
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

rng = np.random.default_rng(4)
T, I, K = 6, 3, 4


def run(op, gates, order, **attributes):
    """x [T, I], W [I, gates K], U [K, gates K], biases; the states [T, K]."""
    x = rng.normal(size=(T, I))
    W, U = (rng.normal(size=(rows, gates * K)) * 0.6 for rows in (I, K))
    b, c = (rng.normal(size=gates * K) * 0.6 for _ in range(2))
    if op == "LSTM":
        c = np.zeros_like(b)
    pick = np.concatenate([np.arange(K) + g * K for g in order])
    node = helper.make_node(op, ["x", "W", "U", "b"], ["y"], hidden_size=K, **attributes)
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, None)
    graph = helper.make_graph([node], "g", [value(n) for n in ("x", "W", "U", "b")], [value("y")])
    inputs = {
        "x": x[:, None, :],
        "W": W[:, pick].T[None],
        "U": U[:, pick].T[None],
        "b": np.concatenate([b[pick], c[pick]])[None],
    }
    (y,) = ReferenceEvaluator(helper.make_model(graph)).run(None, inputs)
    flat = lambda a: np.asarray(a).ravel().tolist()
    return {"x": flat(x), "W": flat(W), "U": flat(U), "b": flat(b), "c": flat(c), "states": flat(y)}


print(
    json.dumps(
        {
            "gru": run("GRU", 3, [1, 0, 2], linear_before_reset=1),
            "lstm": run("LSTM", 4, [0, 3, 1, 2]),
        }
    )
)
