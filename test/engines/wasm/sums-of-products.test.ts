/** Sums of products over loops, which relaxed SIMD adds with one rounding: within rounding of the reference, whatever their length. */
import { expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { expectClose } from "../conformance.ts";
import { sampleValues } from "../op-cases.ts";

const engines = {
  f64: [await createWasmEngine(), await createWasmEngine({ relaxed: false })],
  f32: [await createWasmEngine({ precision: "f32" })],
};

/** Σ x y, the same by rows, Σ (x y) with the products given back too, and Σ x c with c the same in all of the loop. */
function sums(rows: number, columns: number): Graph {
  const builder = createBuilder();
  const shape = [rows, columns];
  const x = builder.input("x", { dtype: "float", shape });
  const y = builder.input("y", { dtype: "float", shape });
  const c = builder.input("c", { dtype: "float", shape: [] });
  const products = builder.emit("mul", [x, y], {});
  const given = builder.emit("mul", [y, y], {});
  const scaled = builder.emit("mul", [x, builder.emit("broadcast", [c], { shape, axes: [] })], {});
  return builder.finish({
    all: builder.emit("reduceSum", [products], { axes: [0, 1] }),
    byRow: builder.emit("reduceSum", [products], { axes: [1] }),
    byColumn: builder.emit("reduceSum", [products], { axes: [0] }),
    given,
    ofGiven: builder.emit("reduceSum", [given], { axes: [0, 1] }),
    scaled: builder.emit("reduceSum", [scaled], { axes: [0, 1] }),
  });
}

const sizes = [
  [1, 1],
  [1, 33],
  [33, 1],
  [5, 9],
  [40, 64],
  [97, 3],
  [300, 61],
] as const;

test.each(sizes)("[%d, %d]", (rows, columns) => {
  const graph = sums(rows, columns);
  const count = rows * columns;
  const inputs = {
    x: sampleValues("float", [rows, columns], -1, 1, 1, 0),
    y: sampleValues("float", [rows, columns], -1, 1, 2, 0),
    c: [0.7],
  };
  const expected = referenceEngine.compile(graph).run(inputs);
  for (const precision of ["f64", "f32"] as const)
    for (const [number, engine] of engines[precision].entries()) {
      const executable = engine.compile(graph);
      const actual = executable.run(inputs);
      // n terms that are added in another order.
      const rounding = count * (precision === "f64" ? 2 ** -52 : 2 ** -23);
      for (const name of Object.keys(graph.outputs))
        expectClose(
          actual[name],
          expected[name],
          { relative: rounding, absolute: rounding },
          `${precision} ${number} ${name}`,
        );
      executable.dispose();
    }
});

test.each([
  ["infinite", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["not a number", Number.NaN, Number.NaN],
  ["too large for a product", 1e200, Number.POSITIVE_INFINITY],
  ["too small for a product", 1e-200, 0],
])("one %s number among zeros", (_, value, expected) => {
  const [rows, columns] = [7, 9];
  const graph = sums(rows, columns);
  const values = Array.from({ length: rows * columns }, (_, at) => (at === 40 ? value : 0));
  for (const engine of engines.f64) {
    const executable = engine.compile(graph);
    const { ofGiven } = executable.run({ x: values.map(() => 0), y: values, c: [1] });
    expect([...ofGiven]).toEqual([expected]);
    executable.dispose();
  }
});
