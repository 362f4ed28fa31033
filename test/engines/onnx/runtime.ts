/**
 * ONNX Runtime for tests: in the folder whose `node_modules` the environment variable PPL_ONNXRUNTIME names, else as Node finds
 * it. Undefined where it is not installed: the tests that need it are skipped and say so in their names.
 */
import { runtimeVariable } from "../../../src/engines/onnx/detect.ts";
import { loadRuntime, type OnnxRuntime } from "../../../src/engines/onnx/load-runtime.ts";

export const runtime: OnnxRuntime | undefined = find();

export const onRuntime = runtime === undefined ? "(skipped: onnxruntime-node is not installed) " : "";

function find(): OnnxRuntime | undefined {
  try {
    return loadRuntime();
  } catch (error) {
    // A folder that was named must have it.
    if (process.env[runtimeVariable] !== undefined) throw error;
    return undefined;
  }
}
