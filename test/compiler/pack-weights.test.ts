import { expect, test } from "vitest";
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { packWeights } from "../../src/compiler/pack-weights.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";

/** Σ sin(a x) + c Σ b + Σ big: weights of three shapes and a large one. */
function gradientGraph(large: number) {
  const builder = createBuilder();
  const math = arithmetic(builder);
  const input = (name: string, shape: readonly number[]) => builder.input(name, { dtype: "float", shape });
  const [a, b, c] = [input("a", [2, 3]), input("b", [4]), input("c", [])];
  const [big, x] = [input("big", [large]), input("x", [2, 3])];
  const terms = [
    math.reduceSum(math.sin(math.mul(a, x)), [0, 1]),
    math.mul(c, math.reduceSum(b, [0])),
    math.reduceSum(big, [0]),
  ];
  const graph = builder.finish({ objective: terms.reduce(math.add) });
  return differentiate(graph, { of: "objective", wrt: ["a", "big", "b", "c"], prefix: "gradient/" });
}

const values = { a: [1, 2, 3, 4, 5, 6], b: [7, 8, 9, 10], c: [11], x: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] };

test("small weights become one, with the objective and the gradient as they were", () => {
  const length = 2 ** 15;
  const graph = gradientGraph(length);
  const packed = packWeights(graph, ["a", "big", "b", "c"]);
  verifyGraph(packed.graph);
  expect(packed.weights).toEqual([
    { input: "big", parts: ["big"] },
    { input: "packed", parts: ["a", "b", "c"] },
  ]);
  expect(Object.keys(packed.graph.inputs).sort()).toEqual(["big", "packed", "x"]);
  const big = new Float64Array(length).fill(0.5);
  const before = referenceEngine.compile(graph).run({ ...values, big });
  const { a, b, c, x } = values;
  const after = referenceEngine.compile(packed.graph).run({ packed: [...a, ...b, ...c], big, x });
  expect(Object.keys(after).sort()).toEqual(["gradient/big", "gradient/packed", "objective"]);
  expect(after.objective).toEqual(before.objective);
  expect(after["gradient/big"]).toEqual(before["gradient/big"]);
  expect([...after["gradient/packed"]]).toEqual(
    ["a", "b", "c"].flatMap((name) => [...before[`gradient/${name}`]]),
  );
});

test("one small weight stays by itself, and so does the name of an input", () => {
  const graph = gradientGraph(2 ** 15);
  expect(packWeights(graph, ["a", "big"])).toEqual({
    graph,
    weights: [
      { input: "a", parts: ["a"] },
      { input: "big", parts: ["big"] },
    ],
  });
  const builder = createBuilder();
  const math = arithmetic(builder);
  const [x, y] = ["packed", "y"].map((name) => builder.input(name, { dtype: "float", shape: [] }));
  const objective = builder.finish({ objective: math.mul(x, y) });
  const both = differentiate(objective, { of: "objective", wrt: ["packed", "y"], prefix: "gradient/" });
  const packed = packWeights(both, ["packed", "y"]);
  const [{ input }] = packed.weights;
  const found = referenceEngine.compile(packed.graph).run({ [input]: [3, 5] });
  expect([...found.objective, ...found[`gradient/${input}`]]).toEqual([15, 5, 3]);
});
