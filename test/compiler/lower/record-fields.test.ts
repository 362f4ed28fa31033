/** Items of tuples and records are summed out by themselves: as if each were a binding of its own. */
import { describe, expect, test } from "vitest";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { judgeDensity } from "./judge.ts";
import { loadModel } from "./load-model.ts";
import { recordPrograms } from "./record-programs.ts";

describe("densities are those of the program without records, at the same cost", () => {
  test.each(recordPrograms)("$items.name", ({ items, plain }) => {
    for (const seed of [1, 2, 3]) {
      const [found, expected] = [judgeDensity(items, seed), judgeDensity(plain, seed)];
      expect(Object.keys(found.results)).toEqual(Object.keys(expected.results));
      for (const [name, values] of Object.entries(expected.results))
        values.forEach((each, at) => {
          expect(found.results[name][at]).toBeCloseTo(each, 10);
        });
      expect(found.graph.nodes.length).toBe(expected.graph.nodes.length);
    }
  });
});

test("what does not depend on the discrete field is among the results", () => {
  const loaded = loadModel(`def pair(a: Real, b: Real) = (first: a, second: b)
model M {
  a ~ Normal(0, 1)
  z ~ Bernoulli(0.3)
  m = pair(if z then 1 else 0, exp(a))
  (b, c) = pair(if z then 1 else 0, exp(a))
  d = m.second + c
  e = m.first + b
  observe y ~ Normal(d + e, 1)
}`);
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "unconstrained" });
  const names = Object.keys(graph.outputs).filter((name) => name.startsWith("binding/"));
  expect(names).toEqual(["binding/c", "binding/d"]);
});

test("items of one function's result are one solution of its differential equation", () => {
  const loaded = loadModel(`def decay(y: Real, t: Real, rate: Real): Real = -rate * y
def path(rate: Real) {
  y = ode(decay, 1, [1, 2, 3], rate, start: 0)
  (all: y, last: y[2])
}
model M {
  a ~ HalfNormal(1)
  m = path(a)
  (p, q) = path(2 * a)
  observe y ~ Normal(m.last + sum(m.all) + q + sum(p), 1)
}`);
  const input = { ...loaded, sizes: {}, knowns: {} };
  const { graph, steps } = lowerLogDensity(input, { scale: "unconstrained", terms: true });
  expect(graph.nodes.filter(({ op }) => op === "scan").length).toBe(2);
  expect(steps.length).toBe(2);
});
