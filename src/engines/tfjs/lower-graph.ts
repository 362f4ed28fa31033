/** Lowers a graph to a kernel program for one backend, or for TensorFlow. */
import { bug } from "../../base/bug.ts";
import { ProblemError } from "../../base/problem.ts";
import { expandOps } from "../../compiler/expand.ts";
import {
  elementCount,
  equalShapes,
  type Graph,
  type GraphNode,
  type NodeId,
  type NodeOf,
} from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import { cpuOverrides, type TfjsBackend, wasmOverrides } from "./backend-overrides.ts";
import { webglOverrides, webgpuOverrides } from "./gpu-overrides.ts";
import { createKernelBuilder } from "./kernel-builder.ts";
import { createKernelMath, type KernelMath, type Value } from "./kernel-math.ts";
import { type KernelProgram, withoutUnused } from "./kernel-program.ts";
import { type Expansion, expandedOps, type KernelRow, loweringOf } from "./lowering-table.ts";
import { graphModelOverrides, tensorflowOverrides } from "./tensorflow-overrides.ts";

/** A backend of tfjs, TensorFlow itself, or a model that any backend may run. */
export type LoweringTarget = TfjsBackend | "tensorflow" | "graph-model";

const overrides: Readonly<Record<LoweringTarget, { readonly [Op in OpName]?: Expansion<Op> }>> = {
  cpu: cpuOverrides,
  wasm: wasmOverrides,
  webgl: webglOverrides,
  webgpu: webgpuOverrides,
  tensorflow: tensorflowOverrides,
  "graph-model": graphModelOverrides,
};

/**
 * The graph must verify. The program holds what the outputs need and no more. Throws a `ProblemError`, `engine-lacks-kernel`, for
 * sorting that would take too long.
 */
export function lowerGraph(given: Graph, target: LoweringTarget): KernelProgram {
  const expanded = expandedOps.filter((op) => overrides[target][op] === undefined);
  if (expanded.includes("sort")) refuseLongSorts(given, target);
  const graph = expandOps(given, expanded);
  const math = createKernelMath(createKernelBuilder());
  const lowered: Value[] = [];
  for (const node of graph.nodes) lowered.push(lowerNode(math, graph, node, target, lowered));
  const outputs = Object.entries(graph.outputs).map(([name, id]) => [name, lowered[id].id]);
  return withoutUnused(math.builder.finish(Object.fromEntries(outputs)));
}

/** Sorting compares all pairs of a row: 2²⁶ of them take a second and 256 MiB. */
const mostPairs = 2 ** 26;

function refuseLongSorts(graph: Graph, target: LoweringTarget): void {
  for (const { op, type } of graph.nodes) {
    const length = type.shape[type.shape.length - 1];
    if ((op !== "sort" && op !== "argsort") || elementCount(type.shape) * length <= mostPairs) continue;
    throw new ProblemError([
      {
        code: "engine-lacks-kernel",
        severity: "error",
        message: `${target === "graph-model" ? "tfjs" : `the ${target} backend of tfjs`} has no kernel that sorts ${length} numbers`,
        labels: [],
        notes: ["Without one all pairs are compared, which is too much for so many."],
        help: "use another engine: --engine wasm",
      },
    ]);
  }
}

function lowerNode<Op extends OpName>(
  math: KernelMath,
  graph: Graph,
  node: GraphNode & NodeOf<Op>,
  target: LoweringTarget,
  lowered: readonly Value[],
): Value {
  const known = knownValue(math, graph, node);
  if (known !== undefined) return known;
  const row = loweringOf<Op>(node.op);
  const isBroadcasting = typeof row !== "string" && "kernel" in row && row.broadcasts;
  const operands = isBroadcasting
    ? beforeBroadcasts(graph, node, lowered)
    : node.inputs.map((id) => lowered[id]);
  const override: Expansion<Op> | undefined = (
    overrides[target] as { readonly [Name in OpName]?: Expansion<Name> }
  )[node.op];
  if (override !== undefined) return override(math, node, operands);
  if (row === "expanded") return bug(`${node.op} was not expanded`);
  if (row === "loop") return lowerLoop(math, node as NodeOf<OpName> as NodeOf<"scan">, operands, target);
  if ("expand" in row) return row.expand(math, node, operands);
  return row.broadcasts
    ? math.binary(row.kernel, operands[0], operands[1], node.type.dtype)
    : callKernel(math, row, node, operands);
}

function lowerLoop(
  { builder, value }: KernelMath,
  { params, type }: NodeOf<"scan">,
  operands: readonly Value[],
  target: LoweringTarget,
): Value {
  const { body, ...loop } = params;
  const ids = operands.map(({ id }) => id);
  return value(builder.loop({ ...loop, operands: ids, body: lowerGraph(body, target), type }));
}

function callKernel<Op extends OpName>(
  { builder, value }: KernelMath,
  row: KernelRow<Op>,
  node: NodeOf<Op>,
  operands: readonly Value[],
): Value {
  const attributes = row.attributes?.(node) ?? {};
  const ids = operands.map(({ id }) => id);
  return value(builder.call(row.kernel, ids, row.operands, attributes, node.type));
}

/** Results that need no kernel: without elements, of no elements, or one constant everywhere. Kernels trip over the empty. */
function knownValue(math: KernelMath, graph: Graph, node: GraphNode): Value | undefined {
  if (node.op === "input") return undefined;
  if (elementCount(node.type.shape) === 0) return math.value(math.builder.constant(node.type, []));
  const inputs = node.inputs.map((id) => graph.nodes[id]);
  if (node.op === "broadcast" && inputs[0].op === "constant" && inputs[0].params.values.length === 1)
    return math.splat(inputs[0].params.values[0], node.type);
  if (inputs.length === 0 || elementCount(inputs[0].type.shape) > 0) return undefined;
  if (node.op === "reduceSum" || node.op === "matmul" || node.op === "pad" || node.op === "conv2d")
    return math.splat(0, node.type);
  if (node.op === "reduceMax") return math.splat(Number.NEGATIVE_INFINITY, node.type);
  return undefined;
}

/**
 * The operands of an elementwise op, those that are broadcasts along leading axes as they were before, which kernels do for
 * free. One operand keeps the shape of the result.
 */
function beforeBroadcasts(graph: Graph, node: GraphNode, lowered: readonly Value[]): readonly Value[] {
  const before = node.inputs.map((id) => operandBefore(graph, id));
  const isFull = (id: NodeId): boolean => equalShapes(graph.nodes[id].type.shape, node.type.shape);
  if (!before.some(isFull)) before[0] = node.inputs[0];
  return before.map((id) => lowered[id]);
}

function operandBefore(graph: Graph, id: NodeId): NodeId {
  const node = graph.nodes[id];
  if (node.op !== "broadcast") return id;
  const { shape, axes } = node.params;
  const leading = shape.length - axes.length;
  return axes.every((axis, position) => axis === leading + position) ? node.inputs[0] : id;
}
