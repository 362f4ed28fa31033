import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { emitCond } from "../../../src/compiler/cond.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph } from "../../../src/compiler/graph.ts";
import { emitScan } from "../../../src/compiler/scan.ts";
import type { Values } from "../../../src/engines/engine.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine, type WasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { randomGraphs } from "../../compiler/random-graph.ts";
import { floatInputs, type Tolerance } from "../compared.ts";
import { expectClose, testEngineAgainstReference } from "../conformance.ts";
import { allCases, sampleValues } from "../op-cases.ts";

// Sums are added in another order, so errors count relative to terms of size 1 to 10.
const tolerances = {
  f64: { relative: 1e-13, absolute: 1e-13 },
  f32: { relative: 5e-5, absolute: 5e-5 },
} as const;
const engines = {
  f64: await createWasmEngine(),
  f32: await createWasmEngine({ precision: "f32" }),
};
/** What is usually unrolled runs in loops, so that small cases test them. */
const looping = {
  f64: [
    await createWasmEngine({ limits: { straight: 1, components: 1 } }),
    await createWasmEngine({ limits: { straight: 1, components: 4 } }),
    await createWasmEngine({ limits: { straight: 4, components: 2 }, relaxed: false }),
  ],
  f32: [await createWasmEngine({ precision: "f32", limits: { straight: 1, components: 3 }, relaxed: false })],
};

for (const precision of ["f64", "f32"] as const) {
  describe(`conformance, ${precision}`, () =>
    testEngineAgainstReference(engines[precision], tolerances[precision]));

  describe(`each op in loops, ${precision}`, () => {
    test.each(allCases())("$label", ({ graph, kink, sample }) => {
      for (const engine of looping[precision]) {
        agree(engine, graph, sample(1), tolerances[precision]);
        if (kink || floatInputs(graph).length === 0 || graph.nodes[graph.outputs.y].type.dtype !== "float")
          continue;
        const gradient = differentiate(graph, { of: "y", wrt: floatInputs(graph), prefix: "gradient/" });
        agree(engine, gradient, sample(3), tolerances[precision]);
      }
    });
  });
}

function agree(
  engine: WasmEngine,
  graph: Graph,
  inputs: Readonly<Record<string, Values>>,
  tolerance: Tolerance,
): void {
  const expected = referenceEngine.compile(graph).run(inputs);
  const actual = engine.compile(graph).run(inputs);
  for (const name of Object.keys(graph.outputs)) expectClose(actual[name], expected[name], tolerance, name);
}

describe("random graphs agree with the reference", () => {
  const kinds = ["any", "smooth", "moving"] as const;
  const cases = [engines.f64, ...looping.f64].flatMap((engine, number) =>
    kinds.map((kind) => ({ engine, number, kind })),
  );
  test.each(cases)("limits $number, $kind", ({ engine, kind }) => {
    fc.assert(
      fc.property(randomGraphs({ kind }), ({ graph, inputs }) =>
        agree(engine, graph, inputs, { relative: 1e-10, absolute: 1e-10 }),
      ),
      { numRuns: 100 },
    );
  });

  test("and so do their gradients", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "smooth" }), ({ graph, inputs }) => {
        const of = Object.entries(graph.outputs).find(([, id]) => {
          const { dtype, shape } = graph.nodes[id].type;
          return dtype === "float" && elementCount(shape) === 1 && shape.length === 0;
        });
        if (of === undefined) return;
        const gradient = differentiate(graph, { of: of[0], wrt: ["x1", "x2", "x4"], prefix: "d/" });
        for (const engine of [engines.f64, looping.f64[1]])
          agree(engine, gradient, inputs, { relative: 1e-9, absolute: 1e-9 });
      }),
      { numRuns: 150 },
    );
  });
});

describe("loops of all lengths", () => {
  /** Standardized rows: maxima, sums over either axis and over both, broadcasts of each, in one graph. */
  function standardized(shape: readonly number[], axis: number): Graph {
    const builder = createBuilder();
    const rank = shape.length;
    const others = shape.map((_, each) => each).filter((each) => each !== axis);
    const x = builder.input("x", { dtype: "float", shape });
    const scale = builder.input("scale", { dtype: "float", shape: [shape[axis]] });
    const spread = (id: number): number => builder.emit("broadcast", [id], { shape, axes: others });
    const maximum = builder.emit("reduceMax", [x], { axes: [axis] });
    const shifted = builder.emit("sub", [x, spread(maximum)], {});
    const total = builder.emit("reduceSum", [builder.emit("exp", [shifted], {})], { axes: [axis] });
    const share = builder.emit("div", [builder.emit("exp", [shifted], {}), spread(total)], {});
    const scaled = builder.emit(
      "mul",
      [share, builder.emit("broadcast", [scale], { shape, axes: [axis] })],
      {},
    );
    const all = shape.map((_, each) => each);
    const turned = builder.emit("transpose", [scaled], { permutation: all.toReversed() });
    return builder.finish({
      scaled,
      turned: builder.emit("neg", [turned], {}),
      last: builder.emit("reduceSum", [scaled], { axes: [rank - 1] }),
      first: builder.emit("reduceSum", [scaled], { axes: [0] }),
      ends: builder.emit("reduceMax", [builder.emit("reverse", [scaled], { axis })], {
        axes: rank > 2 ? [0, rank - 1] : [0],
      }),
      all: builder.emit("reduceSum", [turned], { axes: all }),
      running: builder.emit("cumsum", [scaled], { axis, reverse: true }),
    });
  }
  const shapes = [
    ...[31, 32, 33, 34, 35, 37, 40, 63, 129].map((length) => [length]),
    [50, 2],
    [50, 3],
    [33, 8],
    [9, 9],
    [2, 40],
    [40, 1],
    [1, 41],
    [7, 5, 3],
    [3, 20, 2],
    [2, 3, 17],
    [5, 1, 11],
  ];
  test.each(shapes)("[%j, %j, %j]", (...lengths) => {
    const shape = lengths.filter((length) => typeof length === "number");
    for (const axis of shape.keys()) {
      const inputs = {
        x: sampleValues("float", shape, -3, 3, 1, 0),
        scale: sampleValues("float", [shape[axis]], -3, 3, 2, 0),
      };
      for (const precision of ["f64", "f32"] as const)
        for (const engine of [engines[precision], ...looping[precision]]) {
          agree(engine, standardized(shape, axis), inputs, tolerances[precision]);
          const gradient = differentiate(standardized(shape, axis), {
            of: "all",
            wrt: ["x", "scale"],
            prefix: "d/",
          });
          agree(engine, gradient, inputs, tolerances[precision]);
        }
    }
  });

  test.each([1, 2, 5, 33, 100])("gather and scatterAdd of %d indices", (count) => {
    for (const row of [[], [2], [3], [9], [40]]) {
      const builder = createBuilder();
      const table = builder.input("table", { dtype: "float", shape: [6, ...row] });
      const at = builder.input("at", { dtype: "int", shape: [count] });
      const picked = builder.emit("gather", [table, at], {});
      const squares = builder.emit("mul", [picked, picked], {});
      const graph = builder.finish({
        picked,
        added: builder.emit("scatterAdd", [at, squares], { size: 5 }),
      });
      // 6 and −1 are out of range of the table, 5 of the result.
      const indices = Float64Array.from({ length: count }, (_, i) => ((i * 7) % 8) - 1);
      const inputs = { table: sampleValues("float", [6, ...row], -2, 2, 3, 0), at: indices };
      for (const precision of ["f64", "f32"] as const)
        for (const engine of [engines[precision], ...looping[precision]])
          agree(engine, graph, inputs, tolerances[precision]);
    }
  });
});

describe("numbers that are not usual", () => {
  const special = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
    1,
    -1,
    1e300,
    1e-300,
  ];
  const pairs = special.flatMap((x) => special.map((y) => [x, y] as const));
  const unary = ["neg", "abs", "sign", "sqrt", "floor", "exp", "log"] as const;
  const binary = ["add", "sub", "mul", "div", "min", "max", "equal", "less", "lessEqual"] as const;

  test("give what the reference gives, bit by bit where no routine is involved", () => {
    const builder = createBuilder();
    const shape = [pairs.length];
    const x = builder.input("x", { dtype: "float", shape });
    const y = builder.input("y", { dtype: "float", shape });
    const outputs: Record<string, number> = {};
    for (const op of unary) outputs[op] = builder.emit(op, [x], {});
    for (const op of binary) outputs[op] = builder.emit(op, [x, y], {});
    outputs.select = builder.emit("select", [builder.emit("less", [x, y], {}), x, y], {});
    outputs.maximum = builder.emit("reduceMax", [x], { axes: [0] });
    outputs.bool = builder.emit("convert", [x], { dtype: "bool" });
    const graph = builder.finish(outputs);
    const inputs = {
      x: Float64Array.from(pairs, ([first]) => first),
      y: Float64Array.from(pairs, ([, second]) => second),
    };
    const expected = referenceEngine.compile(graph).run(inputs);
    for (const engine of [engines.f64, ...looping.f64]) {
      const actual = engine.compile(graph).run(inputs);
      for (const name of Object.keys(outputs))
        for (const [i, value] of expected[name].entries())
          if (!Object.is(actual[name][i], value) && (name === "log" || name === "exp"))
            expectClose([actual[name][i]], [value], { relative: 1e-15, absolute: 0 }, `${name} ${pairs[i]}`);
          else expect(actual[name][i], `${name} ${pairs[i]}`).toBe(value);
    }
  });

  test("softplus and sigmoid of one operand share work and keep their accuracy", () => {
    const builder = createBuilder();
    const edges = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 800, -800, 40, -40];
    // Whole eighths: the same numbers in both precisions.
    const values = [...edges, ...sampleValues("int", [91], -400, 400, 7, 0).map((value) => value / 8)];
    const x = builder.input("x", { dtype: "float", shape: [values.length] });
    const graph = builder.finish({
      softplus: builder.emit("softplus", [x], {}),
      sigmoid: builder.emit("sigmoid", [x], {}),
    });
    for (const engine of [engines.f64, ...looping.f64])
      agree(engine, graph, { x: values }, { relative: 1e-15, absolute: 1e-300 });
    agree(engines.f32, graph, { x: values }, { relative: 1e-6, absolute: 1e-37 });
  });

  test("division by a constant is within two units in the last place, and exact at the ends of the range", () => {
    for (const divisor of [3, -0.7, 100, 2, 0, 1e300, 1e-310, Number.POSITIVE_INFINITY, Number.NaN]) {
      const builder = createBuilder();
      const values = [...special, ...sampleValues("float", [40], -9, 9, 8, 0)];
      const x = builder.input("x", { dtype: "float", shape: [values.length] });
      const graph = builder.finish({
        y: builder.emit("div", [x, builder.fill(divisor, [values.length])], {}),
      });
      agree(engines.f64, graph, { x: values }, { relative: 2 ** -51, absolute: 0 });
    }
  });

  test("integers stay whole: beyond 2²⁴ under f32, beyond 2³¹ under f64", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "int", shape: [40] });
    const graph = builder.finish({
      next: builder.emit("add", [x, builder.fill(1, [40], "int")], {}),
      most: builder.emit("reduceMax", [x], { axes: [0] }),
    });
    for (const [engine, first] of [
      [engines.f32, 2 ** 30],
      [engines.f64, 2 ** 40],
    ] as const) {
      const values = Float64Array.from({ length: 40 }, (_, i) => first + i);
      const { next, most } = engine.compile(graph).run({ x: values });
      expect([...next]).toEqual([...values].map((value) => value + 1));
      expect(most[0]).toBe(first + 39);
    }
  });
});

describe("how it is called", () => {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [100] });
  const graph = builder.finish({
    y: builder.emit("exp", [x], {}),
    sum: builder.emit("reduceSum", [x], { axes: [0] }),
  });
  const values = sampleValues("float", [100], -2, 2, 5, 0);

  test("says which input is missing or has the wrong length", () => {
    const executable = engines.f64.compile(graph);
    expect(() => executable.run({})).toThrow("no values for input x");
    expect(() => executable.run({ x: [1] })).toThrow("input x takes 100 values, given 1");
  });

  test("takes the module's own memory of an input without a copy, and gives the same arrays each run", () => {
    const executable = engines.f64.compile(graph);
    const view = executable.inputView("x");
    view.set(values);
    const first = executable.run({ x: view });
    expect(first.y[3]).toBeCloseTo(Math.exp(values[3]), 12);
    view[3] = 0;
    const second = executable.run({ x: view });
    expect(second).toBe(first);
    expect(second.y[3]).toBe(1);
  });

  test("gives the same bits on every run and from every compilation", () => {
    const [one, other] = [engines.f64.compile(graph), engines.f64.compile(graph)];
    const results = [one.run({ x: values }), other.run({ x: values }), one.run({ x: values })];
    for (const { y, sum } of results) {
      expect(y).toEqual(results[0].y);
      expect(sum).toEqual(results[0].sum);
    }
  });

  test("compiles a graph that it knows once, and gives each executable memory of its own", () => {
    const [one, other] = [engines.f64.compile(graph), engines.f64.compile(graph)];
    expect(other.written).toBe(one.written);
    const kept = one.run({ x: values }).sum;
    const before = kept[0];
    other.run({ x: new Float64Array(100) });
    expect(kept[0]).toBe(before);
  });

  test("keeps memory as it is over a hundred thousand runs", () => {
    const executable = engines.f64.compile(graph);
    const inputs = { x: values };
    const { buffer } = executable.inputView("x");
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) executable.run(inputs);
    };
    run(10_000);
    const before = process.memoryUsage().heapUsed;
    run(100_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
    expect(executable.inputView("x").buffer).toBe(buffer);
    expect(buffer.byteLength).toBe(executable.written.pages * 65536);
  });

  test("shares memory between intermediate results whose lifetimes do not meet", () => {
    const chain = createBuilder();
    const size = 20_000;
    let value = chain.input("x", { dtype: "float", shape: [size] });
    for (let step = 0; step < 20; step++) {
      const running = chain.emit("cumsum", [value], { axis: 0, reverse: step % 2 === 0 });
      value = chain.emit("tanh", [running], {});
    }
    const { written } = engines.f64.compile(chain.finish({ y: value }));
    // Input, output and at most three others at a time.
    expect(written.pages * 65536).toBeLessThan(5.5 * 8 * size);
  });

  test("runs graphs of thousands of small nodes, whose code is split into several functions", () => {
    const long = createBuilder();
    const start = long.input("x", { dtype: "float", shape: [3] });
    const rows = long.input("rows", { dtype: "float", shape: [600, 3] });
    let state = start;
    for (let step = 0; step < 600; step++) {
      const row = long.emit("slice", [rows], { start: [step, 0], limit: [step + 1, 3] });
      const pushed = long.emit("add", [state, long.emit("reshape", [row], { shape: [3] })], {});
      // The first state is read all along, from every function.
      state = long.emit("mul", [long.emit("sin", [pushed], {}), start], {});
    }
    const total = long.emit("reduceSum", [state], { axes: [0] });
    const graph = differentiate(long.finish({ total, state }), { of: "total", wrt: ["x"], prefix: "d/" });
    expect(engines.f64.compile(graph).written.schedule.functions.length).toBeGreaterThan(1);
    const inputs = { x: [0.9, -0.4, 0.7], rows: sampleValues("float", [600, 3], -1, 1, 9, 0) };
    for (const engine of [engines.f64, looping.f64[0]])
      agree(engine, graph, inputs, { relative: 1e-10, absolute: 1e-10 });
  });

  test("says how much memory a graph would need that has none", () => {
    const large = createBuilder();
    const x = large.input("x", { dtype: "float", shape: [30_000, 30_000] });
    const graph = large.finish({ y: large.emit("exp", [x], {}) });
    expect(() => engines.f64.compile(graph)).toThrow("would take 13.4 GiB of memory");
  });

  test("explains what was fused, where it lies and the instructions", () => {
    const small = createBuilder();
    const x = small.input("x", { dtype: "float", shape: [100] });
    const mean = small.emit("reduceSum", [x], { axes: [0] });
    const spread = small.emit("broadcast", [mean], { shape: [100], axes: [] });
    const away = small.emit("sub", [x, spread], {});
    const executable = engines.f64.compile(
      small.finish({ total: small.emit("reduceSum", [small.emit("mul", [away, away], {})], { axes: [0] }) }),
    );
    expect(executable.explain("fused")).toBe(
      [
        "loop 100",
        "  %1 = reduceSum %0 : float, a value from here on",
        "loop 100",
        "  %3 = sub %0 %2 : float[100]",
        "  %4 = mul %3 %3 : float[100]",
        "  %5 = reduceSum %4 : float, stored",
        "",
      ].join("\n"),
    );
    expect(executable.explain("memory")).toBe(
      [
        "       64 + 800     input x : float[100]",
        "      896 + 8       output total : float, groups 1 to 2",
        "1 page of 64 KiB",
        "",
      ].join("\n"),
    );
    // Whole vectors in a loop, no call.
    const instructions = executable.explain("wasm");
    expect(instructions).toMatch(/^run\n.*loop\n.*f64x2\.sub\n.*f64x2\.(mul|relaxed_madd)\n/s);
    expect(instructions.slice(0, instructions.indexOf("runMany"))).not.toContain("call");
  });

  test("explains the bodies of loops and the branches of choices, each under its name", () => {
    const small = createBuilder();
    const start = small.input("start", { dtype: "float", shape: [] });
    const rows = small.input("rows", { dtype: "float", shape: [5] });
    const { carries } = emitScan(small, {
      length: 5,
      carries: [start],
      xs: [rows],
      body: (inner, { carries: [h], xs: [x] }) => ({
        carries: emitCond(inner, {
          condition: inner.emit("less", [h, x], {}),
          operands: [h, x],
          yes: (b, [g, y]) => [b.emit("mul", [g, y], {})],
          no: (b, [g]) => [b.emit("sin", [g], {})],
        }),
        ys: [],
      }),
    });
    const executable = engines.f64.compile(small.finish({ end: carries[0] }));
    const fused = executable.explain("fused");
    expect(fused.match(/^\S.*:$/gm)).toEqual([
      "body of %2:",
      "branch of %3, if so:",
      "branch of %3, if not:",
    ]);
    expect(fused).toContain(
      "branch of %3, if so:\n  straight-line code\n    %2 = mul %0 %1 : float, stored\n",
    );
    expect(executable.explain("memory")).toContain("branch of %3, if not:\n");
    expect(executable.explain("wasm")).toContain("body of %2\n");
  });

  test("is what loadEngine loads, in the precision asked for", async () => {
    const engine = await loadEngine("wasm", { precision: "f32" });
    expect([engine.name, engine.label, engine.precisions]).toEqual(["wasm", "wasm (f32)", ["f32"]]);
    expect((await loadEngine("wasm")).precisions).toEqual(["f64"]);
  });
});
