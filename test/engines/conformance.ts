/** What every engine must do: agree with the reference on each op, on each op's gradient and on how it is called. */
import { expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { copyInto } from "../../src/compiler/rebuild.ts";
import type { Engine, Values } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { firstDifference, gradientGraph, secondGradientGraph, type Tolerance } from "./compared.ts";
import { allCases } from "./op-cases.ts";
import { specialCases } from "./special-values.ts";

/** Registers the tests; call inside a `describe`. */
export function testEngineAgainstReference(engine: Engine, tolerance: Tolerance): void {
  const agree = (
    graph: Graph,
    inputs: Readonly<Record<string, Values>>,
    allowed = tolerance,
    note = "",
  ): void => {
    const expected = referenceEngine.compile(graph).run(inputs);
    const executable = engine.compile(graph);
    try {
      const actual = executable.run(inputs);
      for (const name of Object.keys(graph.outputs))
        expectClose(actual[name], expected[name], allowed, note + name);
    } finally {
      executable.dispose();
    }
  };

  test.each(allCases())("agrees with the reference: $label", ({ graph, sample }) => {
    for (const seed of [1, 2]) agree(graph, sample(seed));
  });

  test.each(allCases())("agrees with the reference in the gradient: $label", (each) => {
    const gradient = gradientGraph(each);
    if (gradient !== undefined) agree(gradient, each.sample(3));
  });

  test("agrees with the reference in the gradient of the gradient of every op", () => {
    const wide = { relative: 16 * tolerance.relative, absolute: 16 * tolerance.absolute };
    for (const each of allCases()) {
      const second = secondGradientGraph(each);
      if (second !== undefined) agree(second, each.sample(3), wide, `${each.label} `);
    }
  }, 180_000);

  test("NaN and infinities go through every op as in the reference", () => {
    for (const length of [14, 64])
      for (const { label, graph, inputs } of specialCases(length))
        agree(graph, inputs, tolerance, `${label}: `);
  }, 60_000);

  test("runs again with other inputs and gives each run's own results", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [3] });
    const sum = builder.emit("reduceSum", [builder.emit("mul", [x, x], {})], { axes: [0] });
    const executable = engine.compile(builder.finish({ sum }));
    for (const values of [
      [1, 2, 3],
      [0, 0, 4],
      [1, 2, 3],
    ])
      expect(executable.run({ x: values }).sum[0]).toBeCloseTo(values.reduce((s, v) => s + v * v, 0));
    executable.dispose();
  });

  test("takes Float64Array, Float32Array and plain arrays, and leaves them as they are", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2, 2] });
    const graph = builder.finish({
      same: x,
      reshaped: builder.emit("reshape", [x], { shape: [4] }),
      double: builder.emit("add", [x, x], {}),
    });
    const executable = engine.compile(graph);
    for (const values of [[1, 2, 3, 4], new Float64Array([1, 2, 3, 4]), new Float32Array([1, 2, 3, 4])]) {
      const { same, reshaped, double } = executable.run({ x: values });
      expect([...same]).toEqual([1, 2, 3, 4]);
      expect([...reshaped]).toEqual([1, 2, 3, 4]);
      expect([...double]).toEqual([2, 4, 6, 8]);
      expect([...values]).toEqual([1, 2, 3, 4]);
      expect(same).not.toBe(values);
    }
    executable.dispose();
  });

  test("gives every output, also constants, unused inputs and one node under two names", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "int", shape: [2] });
    builder.input("unused", { dtype: "float", shape: [] });
    const graph = builder.finish({ a: x, b: x, c: builder.fill(2.5, [2]) });
    const executable = engine.compile(graph);
    const { a, b, c } = executable.run({ x: [3, 4], unused: [0] });
    expect([...a, ...b, ...c]).toEqual([3, 4, 3, 4, 2.5, 2.5]);
    executable.dispose();
  });

  test("refuses a graph that does not verify", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2] });
    const graph = builder.finish({ y: builder.emit("exp", [x], {}) });
    const wrong = {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, type: { dtype: "float", shape: [3] } }) as typeof node),
    };
    expect(() => engine.compile(wrong)).toThrow();
  });

  test("runs a graph of all elementwise float ops at once", () => {
    const builder = createBuilder();
    const outputs: Record<string, number> = {};
    const samples: Record<string, Float64Array> = {};
    for (const [number, { graph, sample, kink }] of allCases().entries()) {
      if (kink) continue;
      const renamed = renameInputs(graph, `case${number}/`);
      outputs[`y${number}`] = copyInto(builder, renamed)[renamed.outputs.y];
      for (const [name, values] of Object.entries(sample(4))) samples[`case${number}/${name}`] = values;
    }
    agree(builder.finish(outputs), samples);
  });
}

function renameInputs(graph: Graph, prefix: string): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.op === "input" ? { ...node, params: { ...node.params, name: prefix + node.params.name } } : node,
    ),
    inputs: Object.fromEntries(Object.entries(graph.inputs).map(([name, id]) => [prefix + name, id])),
  };
}

export function expectClose(actual: Values, expected: Values, tolerance: Tolerance, name: string): void {
  const difference = firstDifference(actual, expected, tolerance);
  if (difference !== undefined) expect.fail(`${name}${difference}`);
}
