/** Horseshoe against mpmath (`horseshoe-values.py`), from close to its pole to far out, and its pole. */
import { expect, test } from "vitest";
import { infer } from "../../src/driver/node-driver.ts";
import { programOf } from "../driver/programs.ts";
import { entryOf, logDensities } from "./evaluate-distribution.ts";
import values from "./horseshoe-values.json" with { type: "json" };

const relative = (found: number, wanted: number): number => Math.abs(found / wanted - 1);

test.each([1, 0.01, 1e5])("values at scale %s", (scale) => {
  const within = values.filter(({ x }) => x * scale < Infinity);
  const points = within.flatMap(({ x }) => [x * scale, -x * scale]);
  const found = logDensities(`Horseshoe(${scale})`, points);
  const cdf = entryOf(`Horseshoe(${scale})`, "cdf") ?? (() => Number.NaN);
  for (const [at, { x, log, tail }] of within.entries()) {
    for (const each of [found[2 * at], found[2 * at + 1]]) {
      const error = Math.abs(each + Math.log(scale) - log);
      expect(error, `density at ${x}`).toBeLessThan(1e-13 * Math.max(1, Math.abs(log)));
    }
    expect(relative(cdf(-x * scale), tail / 2), `below -${x}`).toBeLessThan(1e-13);
    expect(relative(cdf(x * scale), 1 - tail / 2), `below ${x}`).toBeLessThan(1e-13);
  }
});

test("the density is infinite at 0, where half of the mass lies below", () => {
  expect(logDensities("Horseshoe(2)", [0])[0]).toBe(Infinity);
  expect(entryOf("Horseshoe(2)", "cdf")?.(0)).toBe(0.5);
});

test("no density and no mass at infinity", () => {
  expect(logDensities("Horseshoe(2)", [-Infinity, Infinity])).toEqual(Float64Array.of(-Infinity, -Infinity));
  const cdf = entryOf("Horseshoe(2)", "cdf");
  expect([cdf?.(-Infinity), cdf?.(Infinity)]).toEqual([0, 1]);
});

/** E[x | y] of y ~ Normal(x, 1), x ~ Horseshoe(tau): λ = tan θ, of uniform θ, is integrated out by the midpoint rule. */
function posteriorMean(y: number, tau: number): number {
  const count = 20_000;
  let [mass, sum] = [0, 0];
  for (let at = 0; at < count; at++) {
    const spread = (tau * Math.tan(((at + 0.5) / count) * (Math.PI / 2))) ** 2;
    const density = Math.exp((-0.5 * y ** 2) / (1 + spread)) / Math.sqrt(1 + spread);
    mass += density;
    sum += (density * y * spread) / (1 + spread);
  }
  return sum / mass;
}

test.each([
  ["in one line", "x ~ Horseshoe(0.5)"],
  ["with its scale written out", "lambda ~ HalfCauchy(1)\n  x ~ Normal(0, 0.5 * lambda) via noncentered"],
])("the posterior mean is that of quadrature: %s", async (_, prior) => {
  const program = await programOf(`model M {\n  ${prior}\n  observe y ~ Normal(x, 1)\n}`);
  const { summary } = await infer(program, { y: 2.5 }, { seed: 3, parallel: 0, draws: 2_000 });
  const { mean, sd, ess } = summary.find(({ name }) => name === "x") ?? { mean: 0, sd: 0, ess: 1 };
  expect(ess).toBeGreaterThan(500);
  expect(Math.abs(mean - posteriorMean(2.5, 0.5))).toBeLessThan((4 * sd) / Math.sqrt(ess));
});
