/** Graphs that run on many rows in one call: the same bits as a run per row. */
import { afterAll, describe, expect, test } from "vitest";
import { bug } from "../../../src/base/bug.ts";
import { randomSource } from "../../../src/base/random.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { constrainDraws } from "../../../src/inference/constrain-draws.ts";
import { programTarget } from "./sampler/densities.ts";
import { pooledThreads } from "./threads/pooled-threads.ts";

const engine = await createWasmEngine();
const threads = pooledThreads(3);
afterAll(() => threads.end());
const shared = await createWasmEngine({ threads, splitLimits: { worth: 0, chunk: 0 } });

/** x, y and a fixed number → x · fixed + y₀ and its parts of other kinds; y itself. */
function exampleGraph(lengthOfX: number): Graph {
  const b = createBuilder();
  const shape = [lengthOfX];
  const x = b.input("x", { dtype: "float", shape });
  const y = b.input("y", { dtype: "float", shape: [3] });
  const fixed = b.input("fixed", { dtype: "float", shape: [] });
  const first = b.emit("reduceSum", [b.emit("mul", [y, b.constant([1, 0, 0], [3])], {})], { axes: [0] });
  const spread = (value: number): number => b.emit("broadcast", [value], { shape, axes: [] });
  const moved = b.emit("add", [b.emit("mul", [x, spread(fixed)], {}), spread(first)], {});
  return b.finish({
    moved,
    whole: b.emit("convert", [b.emit("floor", [moved], {})], { dtype: "int" }),
    isNegative: b.emit("less", [moved, spread(b.fill(0, []))], {}),
    total: b.emit("reduceSum", [moved], { axes: [0] }),
    y,
  });
}

function check(by: typeof engine, lengthOfX: number, count: number, start: number, length: number): void {
  const graph = exampleGraph(lengthOfX);
  const blocks = [
    { input: "x", offset: 3, length: lengthOfX },
    { input: "y", offset: 0, length: 3 },
    { input: "unused", offset: 3 + lengthOfX, length: 1 },
  ];
  const compiled = by.compileRows?.(graph, blocks) ?? bug("no rows");
  const plain = by.compile(graph);
  const values = new Float64Array(start + Math.max(1, count) * length);
  randomSource({ seed: 3, stream: count }, length).fillNormal(values);
  const rowOf = (row: number, offset: number, each: number): Float64Array =>
    values.slice(start + row * length + offset, start + row * length + offset + each);
  const inputsOf = (row: number) => ({ x: rowOf(row, 3, lengthOfX), y: rowOf(row, 0, 3), fixed: [1.5] });
  compiled.run(inputsOf(0));
  const lengths = { moved: lengthOfX, whole: lengthOfX, isNegative: lengthOfX, total: 1, y: 3 };
  const names = Object.keys(lengths) as (keyof typeof lengths)[];
  const into = Object.fromEntries(names.map((name) => [name, new Float64Array(count * lengths[name])]));
  compiled.runRows({ values, count, start, length }, into);
  for (let row = 0; row < count; row++) {
    const expected = plain.run(inputsOf(row));
    for (const name of names)
      expect(into[name].subarray(row * lengths[name], (row + 1) * lengths[name])).toEqual(expected[name]);
  }
  compiled.dispose();
  plain.dispose();
}

describe("rows in one call", () => {
  test.each([
    { name: "a row", lengthOfX: 4, count: 1, start: 0, length: 8 },
    { name: "no row", lengthOfX: 4, count: 0, start: 0, length: 8 },
    { name: "rows with more in them", lengthOfX: 5, count: 40, start: 7, length: 17 },
    { name: "more than there is room for at once", lengthOfX: 2, count: 3000, start: 1, length: 11 },
    { name: "long ones", lengthOfX: 333, count: 60, start: 0, length: 337 },
    { name: "ones longer than all the room", lengthOfX: 3, count: 3, start: 2, length: 10_000 },
    { name: "ones of more numbers than the usual room", lengthOfX: 9000, count: 3, start: 0, length: 9004 },
  ])("$name", ({ lengthOfX, count, start, length }) => check(engine, lengthOfX, count, start, length));

  test("with loops that threads share", () => check(shared, 40, 5, 0, 44));
});

test("draws on the model's own scale are those that come one by one", async () => {
  const target = await programTarget(
    `
model Mixed[N](x: Real[N]) {
  a ~ Normal(0, 1)
  s ~ HalfNormal(1)
  w ~ Dirichlet([1.0, 2.0, 3.0])
  big = a > 0
  centre = mean(x) + a
  plate n in N {
    observe y[n] ~ Normal(centre, s)
  }
}`,
    { x: [1, 2, 3], y: [0.5, 1, 2] },
  );
  const rows = { values: new Float64Array(1000), count: 100, start: 4, length: target.dimension + 2 };
  randomSource({ seed: 5, stream: 0 }, 1).fillNormal(rows.values);
  const { constrainRows: _, ...oneByOne } = target;
  expect(target.constrainRows).toBeDefined();
  expect(constrainDraws(target, rows)).toEqual(constrainDraws(oneByOne, rows));
});
