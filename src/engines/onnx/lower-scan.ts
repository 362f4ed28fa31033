/** Loops as ONNX `Scan`s: carries and rows are inputs of its body, what is fixed is read from around it. */
import { elementCount, type Graph, type GraphNode, type NodeOf } from "../../compiler/graph.ts";
import { scanLayout } from "../../compiler/scan.ts";
import { scanInputName } from "../../compiler/type-rules.ts";
import type { Value } from "./onnx-builder.ts";
import { type OnnxMath, onnxMath } from "./onnx-math.ts";

/** Lowers a body to values by output name, reading the given values as its inputs. */
export type LowerBody = (
  math: OnnxMath,
  body: Graph,
  inputs: ReadonlyMap<string, Value>,
) => (output: string) => Value;

/** The flat result. `partOfScan` finds again what it was made of. */
export function lowerScan(
  math: OnnxMath,
  { params, type }: NodeOf<"scan">,
  operands: readonly Value[],
  lowerBody: LowerBody,
): Value {
  const parts = scanResults(math, params, operands, lowerBody);
  const flat = parts
    .filter((part) => elementCount(part.type.shape) > 0)
    .map((part) => math.reshape(part, [elementCount(part.type.shape)]));
  return flat.length === 0 ? math.splat(0, type) : { ...math.concat(flat, 0), parts };
}

/** A slice of a loop's flat result that is one carry or y, without joining and cutting. */
export function partOfScan(
  math: OnnxMath,
  graph: Graph,
  node: GraphNode,
  values: readonly Value[],
): Value | undefined {
  if (node.op !== "slice") return undefined;
  const scan = graph.nodes[node.inputs[0]];
  const { parts } = values[node.inputs[0]];
  if (scan.op !== "scan" || parts === undefined) return undefined;
  const layout = scanLayout(scan.params.body, scan.params.length);
  const [start] = node.params.start;
  const [limit] = node.params.limit;
  const at = [...layout.carries, ...layout.ys].findIndex(
    (part) => part.start === start && part.start + elementCount(part.shape) === limit,
  );
  return at < 0 ? undefined : math.reshape(parts[at], [limit - start]);
}

function scanResults(
  math: OnnxMath,
  { body, length, reverse, carries, xs }: NodeOf<"scan">["params"],
  operands: readonly Value[],
  lowerBody: LowerBody,
): readonly Value[] {
  const layout = scanLayout(body, length);
  const empty = (shape: readonly number[]): Value => math.splat(0, { dtype: "float", shape });
  if (length === 0) return [...operands.slice(0, carries), ...layout.ys.map(({ shape }) => empty(shape))];

  const inner = onnxMath(math.builder.inner());
  const inputs = new Map<string, Value>();
  operands.forEach((operand, at) => {
    const { dtype, shape } = operand.type;
    const isRow = at >= carries;
    const value =
      at < carries + xs ? inner.builder.input({ dtype, shape: isRow ? shape.slice(1) : shape }) : operand;
    inputs.set(scanInputName(at, { carries, xs }), value);
  });
  const rows = [...operands.slice(carries, carries + xs)];
  if (rows.length === 0) {
    // The number of steps is the length of what is read row by row.
    rows.push(empty([length]));
    inner.builder.input({ dtype: "float", shape: [] });
  }
  const output = lowerBody(inner, body, inputs);
  const names = [...layout.carries.map((_, at) => `carry/${at}`), ...layout.ys.map((_, at) => `y/${at}`)];
  const direction = Number(reverse);
  const attributes = {
    body: inner.builder.finish(
      "body",
      names.map((name) => ({ value: output(name) })),
    ),
    num_scan_inputs: rows.length,
    scan_input_directions: rows.map(() => direction),
    scan_output_directions: layout.ys.map(() => direction),
  };
  const types = [...layout.carries, ...layout.ys].map(({ shape }) => ({ dtype: "float", shape }) as const);
  return math.builder.callMany("Scan", [...operands.slice(0, carries), ...rows], attributes, types);
}
