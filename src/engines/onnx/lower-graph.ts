/** Lowers a graph to an ONNX model. */
import { bug } from "../../base/bug.ts";
import { ProblemError } from "../../base/problem.ts";
import { arithmetic } from "../../compiler/arithmetic.ts";
import { expandOps } from "../../compiler/expand.ts";
import { elementCount, equalShapes, type Graph, type GraphNode, type NodeOf } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import { emitSame, rebuild } from "../../compiler/rebuild.ts";
import type { Precision } from "../engine.ts";
import { lowerScan, partOfScan } from "./lower-scan.ts";
import { alignedShape, expandedOps, type FormulaRow, type KernelRow, loweringOf } from "./lowering-table.ts";
import type { OnnxModel } from "./model.ts";
import { createOnnxBuilder, type Value } from "./onnx-builder.ts";
import { type OnnxMath, onnxMath, stretched } from "./onnx-math.ts";

export interface LoweredModel {
  readonly model: OnnxModel;
  /** What the model calls the graph's outputs; its inputs have the graph's names. */
  readonly outputNames: Readonly<Record<string, string>>;
}

/**
 * The graph must verify. Floats have the precision given, ints are int64. Throws a `ProblemError`, `engine-lacks-kernel`, for
 * matrices that are too large to factor or solve without a kernel.
 */
export function lowerGraph(graph: Graph, precision: Precision): LoweredModel {
  const outputNames = namesOfOutputs(graph);
  const math = onnxMath(createOnnxBuilder(precision, unusedPrefix(graph, outputNames)));
  const given = new Map<string, Value>();
  const lowered = lowerNodes(math, graph, given);
  const outputs = Object.entries(graph.outputs).map(([name, id]) => ({
    name: outputNames[name],
    value: lowered(id),
  }));
  return { model: { graph: math.builder.finish("ppl", outputs) }, outputNames };
}

/** The values of a graph's nodes by id. Inputs that are given are not made. */
function lowerNodes(math: OnnxMath, whole: Graph, given: ReadonlyMap<string, Value>): (id: number) => Value {
  const graph = withKnownOps(whole, math.builder.precision);
  const values: Value[] = [];
  // Expansions keep the names of inputs and outputs, but not the numbers of nodes.
  const newIds = new Map(Object.entries(whole.outputs).map(([name, id]) => [id, graph.outputs[name]]));
  for (const node of graph.nodes) values.push(lowerNode({ math, graph, values, given }, node));
  return (id) => values[newIds.get(id) ?? bug(`%${id} is no output`)];
}

interface Lowered {
  readonly math: OnnxMath;
  readonly graph: Graph;
  readonly values: readonly Value[];
  readonly given: ReadonlyMap<string, Value>;
}

function lowerNode<Op extends OpName>(lowered: Lowered, node: GraphNode & NodeOf<Op>): Value {
  const { math, values } = lowered;
  const known = knownValue(lowered, node) ?? partOfScan(math, lowered.graph, node, values);
  if (known !== undefined) return known;
  const operands = node.inputs.map((id) => values[id]);
  const row = loweringOf<Op>(node.op);
  if (row === "expanded") return bug(`${node.op} was not expanded`);
  if (row === "loop")
    return lowerScan(math, node as NodeOf<OpName> as NodeOf<"scan">, operands, (inner, body, inputs) => {
      const value = lowerNodes(inner, body, inputs);
      return (name) => value(body.outputs[name]);
    });
  if ("kernel" in row) {
    const [first, ...rest] = beforeBroadcasts(lowered, node);
    return math.elementwise(row.kernel, [first, ...rest], node.type.dtype);
  }
  if ("expand" in row)
    return row.expand(math, node, row.stretches ? beforeBroadcasts(lowered, node) : operands);
  return bug(`${node.op} was not replaced by its formula`);
}

/** The graph in ops that have a kernel of this precision; loops as they are. */
function withKnownOps(graph: Graph, precision: Precision): Graph {
  refuseLargeMatrices(graph);
  return withFormulas(expandOps(graph, expandedOps), precision);
}

function withFormulas(graph: Graph, precision: Precision): Graph {
  const isReplaced = (op: OpName): boolean => formulaOf(op, precision) !== undefined;
  if (!graph.nodes.some(({ op }) => isReplaced(op))) return graph;
  const replaced = rebuild(graph, (builder, node) => {
    const formula = formulaOf(node.op, precision);
    return formula?.(arithmetic(builder), node, precision) ?? emitSame(builder, node);
  });
  // Once more for what formulas are made of.
  return withFormulas(replaced, precision);
}

function formulaOf<Op extends OpName>(op: Op, precision: Precision): FormulaRow<Op>["formula"] | undefined {
  const row = loweringOf<Op>(op);
  if (typeof row === "string") return undefined;
  if ("formula" in row) return row.formula;
  const { doubles }: Partial<KernelRow> = "kernel" in row ? row : {};
  if (doubles === undefined || precision === "f32") return undefined;
  return (math, { inputs }) => doubles(math, inputs[0], precision);
}

/** A factorization of so many rows is several thousand nodes. */
const mostRows = 512;

function refuseLargeMatrices({ nodes }: Graph): void {
  for (const { op, inputs } of nodes) {
    if (op !== "cholesky" && op !== "triangularSolve" && op !== "luSolve") continue;
    const { shape } = nodes[inputs[0]].type;
    const rows = shape[shape.length - 1];
    if (rows <= mostRows) continue;
    const what = op === "cholesky" ? "factors" : "solves systems of";
    throw new ProblemError([
      {
        code: "engine-lacks-kernel",
        severity: "error",
        message: `ONNX Runtime has no kernel that ${what} matrices of ${rows} rows`,
        labels: [],
        notes: [`Up to ${mostRows} rows they are written out in ops that it has.`],
        help: "use another engine: --engine wasm",
      },
    ]);
  }
}

/** Results that need no kernel: given, without elements, or of no elements. */
function knownValue({ math, graph, given }: Lowered, node: GraphNode): Value | undefined {
  if (node.op === "input") return given.get(node.params.name);
  if (elementCount(node.type.shape) === 0) return math.splat(0, node.type);
  const inputs = node.inputs.map((id) => graph.nodes[id]);
  if (inputs.length === 0 || elementCount(inputs[0].type.shape) > 0) return undefined;
  if (["reduceSum", "matmul", "pad", "conv2d", "scatterAdd"].includes(node.op))
    return math.splat(0, node.type);
  if (node.op === "reduceMax") return math.splat(Number.NEGATIVE_INFINITY, node.type);
  return undefined;
}

/** Operands as they are before broadcasts, which ONNX's elementwise ops do for free, as long as one keeps the whole shape. */
function beforeBroadcasts({ math, graph, values }: Lowered, node: GraphNode): readonly Value[] {
  const before = node.inputs.map((id) => {
    const operand = graph.nodes[id];
    if (operand.op !== "broadcast" || elementCount(operand.type.shape) === 0) return values[id];
    const { shape, axes } = operand.params;
    return math.reshape(values[operand.inputs[0]], alignedShape(shape, axes));
  });
  const shape = stretched(before.map(({ type }) => type.shape));
  return equalShapes(shape, node.type.shape) ? before : before.with(0, values[node.inputs[0]]);
}

/** The outputs' own names, but for those that an input has. */
function namesOfOutputs({ inputs, outputs }: Graph): Readonly<Record<string, string>> {
  const taken = new Set([...Object.keys(inputs), ...Object.keys(outputs)]);
  return Object.fromEntries(
    Object.keys(outputs).map((name) => {
      if (!Object.hasOwn(inputs, name)) return [name, name];
      let free = `${name}_out`;
      while (taken.has(free)) free += "_";
      taken.add(free);
      return [name, free];
    }),
  );
}

/** Such that no input's or output's name starts with it. */
function unusedPrefix({ inputs }: Graph, outputNames: Readonly<Record<string, string>>): string {
  const names = [...Object.keys(inputs), ...Object.values(outputNames)];
  let prefix = "v";
  while (names.some((name) => name.startsWith(prefix))) prefix += "_";
  return prefix;
}
