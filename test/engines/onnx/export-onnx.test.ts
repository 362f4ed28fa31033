import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { hasScan } from "../../../src/compiler/scan.ts";
import { exportOnnx } from "../../../src/engines/onnx/export-onnx.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { floatInputs } from "../compared.ts";
import { allCases, type NamedCase } from "../op-cases.ts";
import { messagesAt, type ReadField, readMessage, textsAt } from "../protobuf/read-message.ts";

/** Field numbers of onnx.proto. */
const fields = {
  model: { irVersion: 1, graph: 7, opsets: 8 },
  graph: { nodes: 1, initializers: 5, inputs: 11, outputs: 12 },
  node: { inputs: 1, outputs: 2, op: 4, attributes: 5 },
  attribute: { graph: 6 },
  tensor: { name: 8 },
  value: { name: 1 },
} as const;

function graphOf(model: Uint8Array): ReadField[] {
  return messagesAt(readMessage(model), fields.model.graph)[0];
}

function namesOf(graph: readonly ReadField[], part: "inputs" | "outputs"): string[] {
  return messagesAt(graph, fields.graph[part]).flatMap((value) => textsAt(value, fields.value.name));
}

/** Every value is made once and before it is read, here and in the graphs inside, which see what is around them. */
function expectOrdered(graph: readonly ReadField[], outside: ReadonlySet<string> = new Set()): void {
  const known = new Set(outside);
  const make = (name: string): void => {
    expect(known.has(name), `${name} is made twice`).toBe(false);
    known.add(name);
  };
  for (const name of namesOf(graph, "inputs")) make(name);
  for (const tensor of messagesAt(graph, fields.graph.initializers))
    for (const name of textsAt(tensor, fields.tensor.name)) make(name);
  for (const node of messagesAt(graph, fields.graph.nodes)) {
    for (const name of textsAt(node, fields.node.inputs))
      expect(known.has(name), `${name} is read before it is made`).toBe(true);
    for (const attribute of messagesAt(node, fields.node.attributes))
      for (const inner of messagesAt(attribute, fields.attribute.graph)) expectOrdered(inner, known);
    for (const name of textsAt(node, fields.node.outputs)) make(name);
  }
  for (const name of namesOf(graph, "outputs")) expect(known.has(name), `${name} is not made`).toBe(true);
}

function gradientOf({ graph, kink }: NamedCase): Graph | undefined {
  if (kink || floatInputs(graph).length === 0 || graph.nodes[graph.outputs.y].type.dtype !== "float")
    return undefined;
  return differentiate(graph, { of: "y", wrt: floatInputs(graph), prefix: "gradient/" });
}

describe("the written model", () => {
  test("has its values in order, for each op and each gradient", () => {
    for (const each of allCases())
      for (const precision of ["f32", "f64"] as const) {
        expectOrdered(graphOf(exportOnnx(each.graph, { precision })));
        const gradient = gradientOf(each);
        if (gradient !== undefined) expectOrdered(graphOf(exportOnnx(gradient, { precision })));
      }
  });

  test("says its versions and calls inputs and outputs as the graph does", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2] });
    builder.input("unused", { dtype: "int", shape: [] });
    const y = builder.emit("exp", [x], {});
    const bytes = exportOnnx(builder.finish({ x: y, "y/0": y, x_out: x, v3: builder.fill(1, []) }));
    const model = readMessage(bytes);
    expect(model.find(([number]) => number === fields.model.irVersion)?.[1]).toBe(9n);
    expect(messagesAt(model, fields.model.opsets)[0][1]).toEqual([2, 20n]);
    const graph = graphOf(bytes);
    expect(namesOf(graph, "inputs")).toEqual(["x", "unused"]);
    expect(namesOf(graph, "outputs")).toEqual(["x_out_", "y/0", "x_out", "v3"]);
    expectOrdered(graph);
  });

  test("stretches scalars and columns where they are used, and makes nothing that is not", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [3, 4] });
    const column = builder.input("column", { dtype: "float", shape: [3] });
    const spread = builder.emit("broadcast", [column], { shape: [3, 4], axes: [0] });
    builder.emit("exp", [spread], {});
    const shifted = builder.emit("add", [x, builder.fill(2, [3, 4])], {});
    const graph = graphOf(exportOnnx(builder.finish({ y: builder.emit("mul", [shifted, spread], {}) })));
    const ops = messagesAt(graph, fields.graph.nodes).flatMap((node) => textsAt(node, fields.node.op));
    expect(ops).toEqual(["Reshape", "Add", "Mul"]);
  });

  test("is refused where it would be too long", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [600, 600] });
    const graph = builder.finish({ y: builder.emit("cholesky", [x], {}) });
    expect(() => exportOnnx(graph)).toThrow(ProblemError);
    expect(() => exportOnnx(graph)).toThrow("engine-lacks-kernel: ONNX Runtime has no kernel that factors");
  });
});

/** A Python that has the package onnx; PPL_ONNX_PYTHON names it. */
const python = process.env.PPL_ONNX_PYTHON ?? "python3";
const hasOnnx = spawnSync(python, ["-c", "import onnx"]).status === 0;
const onChecker = hasOnnx ? "" : "(skipped: no Python with the package onnx) ";

test.skipIf(!hasOnnx)(
  `${onChecker}ONNX's checker takes every op and its evaluator agrees`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "ppl-onnx-"));
    try {
      const files = allCases().flatMap((each, number) => {
        const gradient = gradientOf(each);
        return [
          ...write(folder, `${number}`, each.graph, each.sample(5)),
          ...(gradient === undefined ? [] : write(folder, `${number}-gradient`, gradient, each.sample(6))),
        ];
      });
      const script = join(import.meta.dirname, "check-models.py");
      const { status, stdout, stderr } = spawnSync(python, [script, ...files], { encoding: "utf8" });
      expect(stdout + stderr).toBe(`${files.length}\n`);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);

/** The model in f64 with what the reference makes of it, and the model in f32. */
function write(
  folder: string,
  name: string,
  graph: Graph,
  inputs: Readonly<Record<string, Float64Array>>,
): string[] {
  const double = join(folder, `${name}.onnx`);
  const single = join(folder, `${name}-f32.onnx`);
  writeFileSync(double, exportOnnx(graph, { precision: "f64" }));
  writeFileSync(single, exportOnnx(graph));
  // The evaluator runs no loops with rows read backwards, and none inside others.
  if (hasScan(graph)) return [double, single];
  const numpyTypes = { float: "float64", int: "int64", bool: "bool" } as const;
  const typed = Object.entries(graph.inputs).map(([input, id]) => {
    const { dtype, shape } = graph.nodes[id].type;
    return [input, [numpyTypes[dtype], shape, [...inputs[input]].map(String)]];
  });
  const outputs = Object.entries(referenceEngine.compile(graph).run(inputs)).map(([output, values]) => [
    Object.hasOwn(graph.inputs, output) ? `${output}_out` : output,
    [...values].map(String),
  ]);
  const expected = { inputs: Object.fromEntries(typed), outputs: Object.fromEntries(outputs) };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(expected));
  return [double, single];
}
