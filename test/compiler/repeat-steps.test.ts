import { expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { repeatSteps } from "../../src/compiler/repeat-steps.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import type { Engine, Values } from "../../src/engines/engine.ts";
import { createOnnxEngine } from "../../src/engines/onnx/onnx-engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { expectClose } from "../engines/conformance.ts";
import { onRuntime, runtime } from "../engines/onnx/runtime.ts";

/** Momentum: v ← μ v + noise − x, x ← x + v; with what |x|² was. */
function momentum(): Graph {
  const builder = createBuilder();
  const vector = { dtype: "float", shape: [3] } as const;
  const [x, v, noise] = ["x", "v", "noise"].map((name) => builder.input(name, vector));
  const mu = builder.input("mu", { dtype: "float", shape: [] });
  const spread = builder.emit("broadcast", [mu], { shape: [3], axes: [] });
  const pull = builder.emit("sub", [noise, x], {});
  const next = builder.emit("add", [builder.emit("mul", [spread, v], {}), pull], {});
  return builder.finish({
    "next x": builder.emit("add", [x, next], {}),
    "next v": next,
    size: builder.emit("reduceSum", [builder.emit("mul", [x, x], {})], { axes: [0] }),
  });
}

const count = 20;
const start: Readonly<Record<string, Values>> = { x: [1, -2, 0.5], v: [0, 0, 0], mu: [0.7] };
const noise = Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(i));
const block = repeatSteps(momentum(), {
  count,
  carried: { x: "next x", v: "next v" },
  varying: ["noise"],
});

function oneByOne(engine: Engine): Record<string, Values> {
  const executable = engine.compile(momentum());
  const sizes: number[] = [];
  let state = start;
  for (let step = 0; step < count; step++) {
    const result = executable.run({ ...state, noise: noise.slice(3 * step, 3 * step + 3) });
    sizes.push(result.size[0]);
    state = { ...state, x: [...result["next x"]], v: [...result["next v"]] };
  }
  executable.dispose();
  return { "next x": state.x, "next v": state.v, size: sizes };
}

test("a block of steps is the steps one after the other", () => {
  verifyGraph(block);
  const expected = oneByOne(referenceEngine);
  const actual = referenceEngine.compile(block).run({ ...start, noise });
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) expect([...actual[name]]).toEqual([...values]);
});

test.skipIf(runtime === undefined)(`${onRuntime}also as one run of ONNX Runtime`, async () => {
  if (runtime === undefined) return;
  const found = runtime;
  const engine = await createOnnxEngine({ precision: "f64" }, () => found);
  const expected = oneByOne(referenceEngine);
  const actual = engine.compile(block).run({ ...start, noise });
  for (const [name, values] of Object.entries(expected))
    expectClose(actual[name], values, { relative: 1e-13, absolute: 1e-13 }, name);
});

test("refuses to carry what is no input", () => {
  expect(() => repeatSteps(momentum(), { count, carried: { y: "next x" } })).toThrow("no input y");
});
