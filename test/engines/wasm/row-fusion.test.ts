/** Products of a matrix before and behind a loop over its rows: read together, and right however they are combined. */
import { afterAll, describe, expect, test } from "vitest";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph, NodeId } from "../../../src/compiler/graph.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { expectClose } from "../conformance.ts";
import { sampleValues } from "../op-cases.ts";
import { pooledThreads } from "./threads/pooled-threads.ts";

const threads = pooledThreads(2);
afterAll(() => threads.end());
const engines = {
  f64: [
    await createWasmEngine(),
    await createWasmEngine({ relaxed: false }),
    await createWasmEngine({ limits: { straight: 1, components: 1 } }),
    await createWasmEngine({ threads, splitLimits: { worth: 0, chunk: 0 } }),
  ],
  f32: [
    await createWasmEngine({ precision: "f32" }),
    await createWasmEngine({ precision: "f32", threads, splitLimits: { worth: 0, chunk: 0 } }),
  ],
};

interface Inputs {
  readonly x: NodeId;
  readonly b: NodeId;
  readonly y: NodeId;
}

type Make = (builder: Builder, inputs: Inputs, rows: number, columns: number) => Record<string, NodeId>;

const plain = { transposeLeft: false, transposeRight: false };

/** X b as a vector; `turned` computes it as bᵀ Xᵀ. */
function linear(builder: Builder, { x, b }: Inputs, rows: number, columns: number, turned: boolean): NodeId {
  const vector = builder.emit("reshape", [b], { shape: turned ? [1, columns] : [columns, 1] });
  const product = turned
    ? builder.emit("matmul", [vector, x], { ...plain, transposeRight: true })
    : builder.emit("matmul", [x, vector], plain);
  return builder.emit("reshape", [product], { shape: [rows] });
}

/** Xᵀ r; `turned` computes it as rᵀ X. */
function sums(builder: Builder, { x }: Inputs, r: NodeId, rows: number, turned: boolean): NodeId {
  if (turned) return builder.emit("matmul", [builder.emit("reshape", [r], { shape: [1, rows] }), x], plain);
  const vector = builder.emit("reshape", [r], { shape: [rows, 1] });
  return builder.emit("matmul", [x, vector], { ...plain, transposeLeft: true });
}

const makers: Readonly<Record<string, { readonly fused: boolean; readonly make: Make }>> = {
  "one of each, with sums beside": {
    fused: true,
    make(builder, inputs, rows, columns) {
      const u = linear(builder, inputs, rows, columns, false);
      const r = builder.emit("tanh", [builder.emit("sub", [inputs.y, u], {})], {});
      return {
        total: builder.emit("reduceSum", [builder.emit("mul", [r, r], {})], { axes: [0] }),
        most: builder.emit("reduceMax", [r], { axes: [0] }),
        product: sums(builder, inputs, r, rows, false),
      };
    },
  },
  "products the other way round, u and r read again later": {
    fused: true,
    make(builder, inputs, rows, columns) {
      const u = linear(builder, inputs, rows, columns, true);
      const r = builder.emit("sub", [inputs.y, u], {});
      const running = builder.emit("cumsum", [r], { axis: 0, reverse: false });
      return { u, r, running, product: sums(builder, inputs, r, rows, true) };
    },
  },
  "two of each": {
    fused: true,
    make(builder, inputs, rows, columns) {
      const double = builder.emit("add", [inputs.b, inputs.b], {});
      const u = linear(builder, inputs, rows, columns, false);
      const v = linear(builder, { ...inputs, b: double }, rows, columns, true);
      const r = builder.emit("sin", [builder.emit("mul", [u, v], {})], {});
      const s = builder.emit("cos", [builder.emit("add", [u, inputs.y], {})], {});
      return {
        first: sums(builder, inputs, r, rows, false),
        second: sums(builder, inputs, s, rows, true),
      };
    },
  },
  "u read in reverse": {
    fused: false,
    make(builder, inputs, rows, columns) {
      const u = linear(builder, inputs, rows, columns, false);
      const back = builder.emit("reverse", [u], { axis: 0 });
      const r = builder.emit("sub", [back, builder.emit("mul", [u, inputs.y], {})], {});
      return { product: sums(builder, inputs, r, rows, false) };
    },
  },
  "r that needs all of u": {
    fused: false,
    make(builder, inputs, rows, columns) {
      const u = linear(builder, inputs, rows, columns, false);
      const total = builder.emit("reduceSum", [u], { axes: [0] });
      const r = builder.emit(
        "sub",
        [inputs.y, builder.emit("broadcast", [total], { shape: [rows], axes: [] })],
        {},
      );
      return { product: sums(builder, inputs, r, rows, false) };
    },
  },
};

function graphOf(make: Make, rows: number, columns: number): Graph {
  const builder = createBuilder();
  const input = (name: string, shape: readonly number[]): NodeId =>
    builder.input(name, { dtype: "float", shape });
  const inputs = { x: input("x", [rows, columns]), b: input("b", [columns]), y: input("y", [rows]) };
  return builder.finish(make(builder, inputs, rows, columns));
}

function agree(graph: Graph, rows: number, columns: number, fused?: boolean): void {
  for (const seed of [1, 2]) {
    const inputs = {
      x: sampleValues("float", [rows, columns], -1, 1, seed, 0),
      b: sampleValues("float", [columns], -1, 1, seed + 10, 0).map((value) => value / columns),
      y: sampleValues("float", [rows], -1, 1, seed + 20, 0),
    };
    const expected = referenceEngine.compile(graph).run(inputs);
    for (const precision of ["f64", "f32"] as const)
      for (const [number, engine] of engines[precision].entries()) {
        const executable = engine.compile(graph);
        executable.run(inputs);
        threads.assemble();
        const actual = executable.run(inputs);
        const scale = precision === "f64" ? 1e-11 : 3e-2;
        for (const name of Object.keys(graph.outputs))
          expectClose(
            actual[name],
            expected[name],
            { relative: scale, absolute: scale },
            `${number} ${name}`,
          );
        if (fused !== undefined && precision === "f64" && number === 0)
          expect(/^loop \d+$/m.test(executable.explain("wasm"))).toBe(fused);
        executable.dispose();
      }
  }
}

describe.each(Object.entries(makers))("%s", (_, { make, fused }) => {
  // A row of 3, 24, 27 and 200 numbers; the last block of rows is whole, cut, or shorter than a vector.
  test.each([
    [11_000, 3],
    [5000, 24],
    [2049, 27],
    [4096, 8],
    [601, 200],
  ])("[%d, %d]", (rows, columns) =>
    // Up to 8 columns unroll: then products are part of the loop.
    agree(graphOf(make, rows, columns), rows, columns, fused && columns > 8),
  );
});

test.each([
  [5000, 24],
  [1501, 33],
])("the gradient of a regression, [%d, %d], reads X once", (rows, columns) => {
  const graph = graphOf(
    (builder, inputs) => {
      const u = linear(builder, inputs, rows, columns, false);
      const z = builder.emit("sub", [inputs.y, u], {});
      return { density: builder.emit("reduceSum", [builder.emit("mul", [z, z], {})], { axes: [0] }) };
    },
    rows,
    columns,
  );
  agree(optimize(differentiate(graph, { of: "density", wrt: ["b"], prefix: "d/" })), rows, columns, true);
});

test("division by what a loop does not change is within two units in the last place", () => {
  const rows = 100;
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [rows] });
  const s = builder.input("s", { dtype: "float", shape: [] });
  const graph = builder.finish({
    y: builder.emit("div", [x, builder.emit("broadcast", [s], { shape: [rows], axes: [] })], {}),
  });
  for (const divisor of [3, -0.7, 1e300, 1e-300, 0, Number.POSITIVE_INFINITY, Number.NaN]) {
    const inputs = { x: sampleValues("float", [rows], -9, 9, 8, 0), s: [divisor] };
    const expected = referenceEngine.compile(graph).run(inputs).y;
    for (const engine of engines.f64) {
      const executable = engine.compile(graph);
      expectClose(executable.run(inputs).y, expected, { relative: 2 ** -51, absolute: 0 }, `${divisor}`);
      executable.dispose();
    }
  }
});
