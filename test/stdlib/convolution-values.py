"""Convolutions and pooling by the reference evaluator of ONNX, for convolution-values.test.ts:
python3 convolution-values.py > convolution-values.json     (needs the packages onnx and numpy)

ONNX has channels before rows and columns, and filters [O, C, A, B], of a transposed convolution [C, O, A, B]. Here they are last, and
filters are [A, B, C, O] in both."""
import json
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

rng = np.random.default_rng(5)
flat = lambda a: np.asarray(a).ravel().tolist()


def run(op, inputs, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    info = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, None)
    node = helper.make_node(op, names, ["y"], **attributes)
    graph = helper.make_graph([node], "g", [info(name) for name in names], [info("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    return ReferenceEvaluator(model).run(None, dict(zip(names, inputs)))[0]


def case(net, op, shape, filters=None, axes=(2, 3, 1, 0), **attributes):
    """A net of the library for an image [H, W, C], by an op of ONNX; `axes` are those of ONNX's filters as they stand here."""
    x = rng.normal(size=shape)
    weights = {}
    inputs = [x.transpose(2, 0, 1)[None]]
    if filters is not None:
        F = rng.normal(size=filters) * 0.5
        b = rng.normal(size=filters[axes.index(1 if op == "ConvTranspose" else 0)]) * 0.5
        weights = {"F": flat(F), "b": flat(b)}
        inputs += [F.transpose([axes.index(i) for i in range(4)]), b]
    y = run(op, inputs, **attributes)[0].transpose(1, 2, 0)
    return {"net": net, "shape": list(shape), "x": flat(x), "weights": weights, "value": flat(y), "result": list(y.shape)}


transposed = (2, 3, 0, 1)
same = {"auto_pad": "SAME_UPPER"}
cases = [
    case("conv[4, 5, 2](O: 3)", "Conv", (4, 5, 2), (3, 3, 2, 3), pads=[1, 1, 1, 1]),
    case("conv[3, 2, 2](O: 3, stride: 2)", "Conv", (6, 4, 2), (3, 3, 2, 3), strides=[2, 2], **same),
    case("conv[2, 2, 1](O: 2, filter: [4, 5], stride: 3)", "Conv", (6, 6, 1), (4, 5, 1, 2), strides=[3, 3], **same),
    case("conv[3, 2, 2](O: 2, filter: [1, 1], stride: 2)", "Conv", (6, 4, 2), (1, 1, 2, 2), strides=[2, 2]),
    case("conv[5, 6, 1](O: 2, dilation: 2)", "Conv", (5, 6, 1), (3, 3, 1, 2), dilations=[2, 2], pads=[2, 2, 2, 2]),
    case("valid_conv[3, 4, 2](O: 3, filter: [3, 2])", "Conv", (5, 5, 2), (3, 2, 2, 3)),
    case("valid_conv[2, 3, 2](O: 1, stride: 2, dilation: 2)", "Conv", (7, 9, 2), (3, 3, 2, 1), strides=[2, 2], dilations=[2, 2]),
    case("transposed_conv[3, 2, 2](O: 3)", "ConvTranspose", (3, 2, 2), (3, 3, 2, 3), transposed, strides=[2, 2], pads=[0, 0, 1, 1]),
    case("transposed_conv[2, 3, 1](O: 2, filter: [4, 4])", "ConvTranspose", (2, 3, 1), (4, 4, 1, 2), transposed, strides=[2, 2], pads=[1, 1, 1, 1]),
    case("transposed_conv[2, 2, 2](O: 1, filter: [2, 3], stride: 3)", "ConvTranspose", (2, 2, 2), (2, 3, 2, 1), transposed, strides=[3, 3], output_padding=[1, 0]),
    case("transposed_conv[3, 4, 2](O: 2, stride: 1)", "ConvTranspose", (3, 4, 2), (3, 3, 2, 2), transposed, pads=[1, 1, 1, 1]),
    case("max_pool", "MaxPool", (6, 4, 2), kernel_shape=[2, 2], strides=[2, 2]),
    case("max_pool(block: 3)", "MaxPool", (6, 3, 2), kernel_shape=[3, 3], strides=[3, 3]),
    case("average_pool(block: 3)", "AveragePool", (3, 6, 2), kernel_shape=[3, 3], strides=[3, 3]),
    case("conv1d", "Conv", (1, 8, 2), (1, 3, 2, 3), strides=[1, 2], **same),
]
print(json.dumps(cases))
