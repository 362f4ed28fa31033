/** Examples of doc comments, run: what they give as text. */
import { bug } from "../../src/base/bug.ts";
import type { createBuilder } from "../../src/compiler/builder.ts";
import { elementCount } from "../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { formatType } from "../../src/lang/format-type.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import type { Example } from "./doc-comment.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly bool?: boolean;
}

/** A log density, which may need the type of the draw: `logpdf(LKJ(2), C)`. */
const query = /^(?:logpdf|logpmf)\(([A-Z].*)\)$/;

export function runExample({ statements, expression, result }: Example): string {
  if (/^[A-Z][a-z]/.test(result)) return typeOf(statements, expression);
  const asked = query.exec(expression);
  return formatNumbers(
    asked === null ? numbersOf(statements, expression) : densityOf(statements, splitCall(asked[1])),
  );
}

function typeOf(statements: readonly string[], expression: string): string {
  const { model } = loadModel(program([...statements, `value = ${expression}`, "observe y ~ Normal(0, 1)"]));
  for (const statement of model.body)
    if (statement.kind === "let" && statement.name === "value") return formatType(statement.value.type);
  return bug("no value");
}

function numbersOf(statements: readonly string[], expression: string): Numbers {
  const loaded = loadModel(program([...statements, `value = ${expression}`, "observe y ~ Normal(0, 1)"]));
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
  return run(graph.outputs["binding/value"], graph, { "data/y": [0] });
}

/** The distribution, and what is given to what is asked of it. */
function splitCall(text: string): { readonly use: string; readonly given?: string } {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if ("([".includes(text[at])) depth++;
    if (")]".includes(text[at])) depth--;
    if (text[at] === "," && depth === 0) return { use: text.slice(0, at), given: text.slice(at + 1).trim() };
  }
  return { use: text };
}

function densityOf(
  statements: readonly string[],
  { use, given }: { readonly use: string; readonly given?: string },
): Numbers {
  if (given === undefined) return bug(`the density of ${use} at nothing`);
  const at = numbersOf(statements, given);
  const type = use.startsWith("LKJ")
    ? `: ${use.startsWith("LKJC") ? "CholeskyCorr" : "Corr"}[${at.shape[0]}]`
    : "";
  const loaded = loadModel(program([...statements, `observe x${type} ~ ${use}`]));
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
  return run(graph.outputs.logDensity, graph, { "data/x": at.values });
}

type Graph = ReturnType<ReturnType<typeof createBuilder>["finish"]>;

function run(node: number, graph: Graph, data: Readonly<Record<string, readonly number[]>>): Numbers {
  const { shape, dtype } = graph.nodes[node].type;
  const executable = referenceEngine.compile({ ...graph, outputs: { value: node } });
  const needed = Object.keys(graph.inputs).map((name) => [
    name,
    data[name] ?? new Array<number>(elementCount(graph.nodes[graph.inputs[name]].type.shape)).fill(0),
  ]);
  const { value } = executable.run(Object.fromEntries(needed));
  return { shape, values: [...value], bool: dtype === "bool" };
}

function program(statements: readonly string[]): string {
  return `model M {\n${statements.map((each) => `  ${each}\n`).join("")}}`;
}

/** To six significant digits, rows in brackets. */
function formatNumbers({ shape, values, bool }: Numbers): string {
  if (shape.length === 0)
    return bool ? String(values[0] === 1) : String(Number(values[0].toPrecision(6)) + 0);
  const [rows, ...rest] = shape;
  const size = values.length / rows;
  const parts = Array.from({ length: rows }, (_, row) =>
    formatNumbers({ shape: rest, values: values.slice(row * size, (row + 1) * size), bool }),
  );
  return `[${parts.join(", ")}]`;
}
