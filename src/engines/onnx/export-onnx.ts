/** A graph as an `.onnx` file, for ONNX Runtime anywhere and every other tool that reads the format. */
import type { Graph } from "../../compiler/graph.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import type { Precision } from "../engine.ts";
import { encodeModel } from "./encode-model.ts";
import { lowerGraph } from "./lower-graph.ts";

/**
 * Inputs and outputs have the graph's names and shapes; an output called like an input has `_out` after its name. Floats are f32
 * unless f64 is asked for, ints are int64. The ops are those of ONNX 1.15 (opset 20). Throws if the graph does not verify, and a
 * `ProblemError`, `engine-lacks-kernel`, where it has an op that ONNX lacks and that is too large to be written in others.
 *
 * ONNX Runtime 1.30 rounds some factors of matrix products to f32, also in f64 models: to keep their digits give it the session
 * option `optimization.disable_specified_optimizers` with the value `MatMulScaleFusion`.
 */
export function exportOnnx(
  graph: Graph,
  { precision = "f32" }: { readonly precision?: Precision } = {},
): Uint8Array {
  verifyGraph(graph);
  return encodeModel(lowerGraph(graph, precision).model);
}
