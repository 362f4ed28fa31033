/**
 * The onnx engine: a graph as an ONNX model, run in one call by ONNX Runtime's processor kernels. Floats of 32 or 64 bits, ints of
 * 64. Noise is an input, as everywhere.
 */
import { availableParallelism } from "node:os";
import { ProblemError } from "../../base/problem.ts";
import { createBuilder } from "../../compiler/builder.ts";
import { elementCount, type Graph, innerGraphs } from "../../compiler/graph.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import type { Engine, Executable, Precision } from "../engine.ts";
import { encodeModel } from "./encode-model.ts";
import {
  loadRuntime,
  notInstalled,
  type OnnxRuntime,
  type OnnxSession,
  type SessionOptions,
} from "./load-runtime.ts";
import { lowerGraph } from "./lower-graph.ts";
import { sessionExecutable } from "./session-executable.ts";

export interface OnnxOptions {
  /** What floats are; f32 when absent. */
  readonly precision?: Precision;
  /** How many threads one op may use. When absent, all there are for graphs with large matrix products, one for others. */
  readonly threads?: number;
}

/** Throws a `ProblemError`, `engine-not-installed`, where onnxruntime-node is missing or does not work as known. */
export async function createOnnxEngine(
  { precision = "f32", threads }: OnnxOptions = {},
  load: () => OnnxRuntime = loadRuntime,
): Promise<Engine> {
  const runtime = load();
  tryOut(runtime);
  return {
    name: "onnx",
    label: `onnx (${precision})`,
    precisions: [precision],
    compile(graph) {
      verifyGraph(graph);
      return compile(runtime, graph, precision, threads ?? threadsFor(graph));
    },
  };
}

/** The binding is no documented interface: a small model tells whether it is as this engine knows it. */
function tryOut(runtime: OnnxRuntime): void {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [1] });
  const graph = builder.finish({ y: builder.emit("neg", [x], {}) });
  let result: number;
  try {
    const executable = compile(runtime, graph, "f64", 1);
    [result] = executable.run({ x: [2] }).y;
    executable.dispose();
  } catch (error) {
    throw new ProblemError([notInstalled(error)]);
  }
  if (result !== -2)
    throw new ProblemError([notInstalled("this version of onnxruntime-node is not as known")]);
}

function compile(runtime: OnnxRuntime, graph: Graph, precision: Precision, threads: number): Executable {
  const { model, outputNames } = lowerGraph(graph, precision);
  const session = startSession(runtime, encodeModel(model), threads);
  return sessionExecutable(session, graph, precision, outputNames);
}

/** Throws a `ProblemError`, `engine-lacks-kernel`, where this version of the runtime does not know an op. */
function startSession(runtime: OnnxRuntime, bytes: Uint8Array, threads: number): OnnxSession {
  const session = new runtime.InferenceSession();
  const options: SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // Threads spin for as long as the next op of a training step usually takes to come. Sleeping at once, waking them is an eighth of
    // such a step; spinning until there is work, as by default, makes a busy machine several times slower.
    extra: {
      session: { intra_op: { allow_spinning: "1", spin_duration_us: "50" } },
      // It keeps factors in f32 attributes, also of products in f64.
      optimization: { disable_specified_optimizers: "MatMulScaleFusion" },
    },
  };
  try {
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!/not find an implementation|not a registered function/.test(reason)) throw error;
    throw new ProblemError([
      {
        code: "engine-lacks-kernel",
        severity: "error",
        message: "this version of ONNX Runtime lacks a kernel of the graph",
        labels: [],
        notes: [reason],
        help: "use a newer onnxruntime-node, or another engine: --engine wasm",
      },
    ]);
  }
  return session;
}

/** Matrix products of fewer multiplications are over before other threads have begun. */
const smallProduct = 1e6;

function threadsFor(graph: Graph): number {
  return largestProduct(graph) < smallProduct ? 1 : availableParallelism();
}

/** Multiplications of the largest matrix product or convolution, also in graphs inside. */
function largestProduct({ nodes }: Graph): number {
  return nodes.reduce((most, node) => {
    const within = Math.max(most, ...innerGraphs(node).map(largestProduct));
    if (node.op !== "matmul" && node.op !== "conv2d") return within;
    const [x, y] = node.inputs.map((id) => nodes[id].type.shape);
    const inner =
      node.op === "matmul" ? lastTwo(x, node.params.transposeLeft)[1] : elementCount(y.slice(0, -1));
    return Math.max(most, elementCount(node.type.shape) * inner);
  }, 0);
}
