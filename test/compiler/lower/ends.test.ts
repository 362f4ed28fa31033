/** Densities of observed values whose distribution ends at a number that is inferred: −∞ beyond it, and renormalised within. */
import { expect, test } from "vitest";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { erf } from "../../../src/compiler/special-functions.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";

const below = "dist Above(low: Real) on Real(low, infinity) { logpdf(x) = low - x }\n";

/** log p(y | low) up to the same constant. */
const cases: readonly (readonly [string, (y: number, low: number) => number])[] = [
  ["~ Pareto(exp(low), 2)", (y, low) => Math.log(2) + 2 * low - 3 * Math.log(y)],
  ["~ TruncatedNormal(0, 1, low, 9)", truncatedNormal],
  [": Real(low, 9) ~ Normal(0, 1)", truncatedNormal],
  [": Real(low, infinity) ~ Normal(0, 1)", truncatedNormal],
  [": Real(-infinity, -low) ~ Normal(-2, 1)", (y, low) => normal(y + 2) - Math.log(normalCdf(2 - low))],
  ["~ Above(low)", (y, low) => low - y],
];

test.each(cases)("observe y%s", (draw, density) => {
  const loaded = loadModel(
    `${below}model M { low ~ Flat(); observe y${draw.startsWith(":") ? "" : " "}${draw} }`,
  );
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
  const executable = referenceEngine.compile({ ...graph, outputs: { logDensity: graph.outputs.logDensity } });
  const at = (y: number, low: number): number =>
    executable.run({ "data/y": [y], "value/low": [low] }).logDensity[0];
  const isAbove = !draw.includes("-infinity");
  const start = draw.includes("exp") ? 1 : 0;
  for (const low of [-1.5, -0.3, 0.2]) {
    const end = isAbove ? (start === 1 ? Math.exp(low) : low) : -low;
    const inside = isAbove ? end + 0.7 : end - 0.7;
    expect(at(inside, low)).toBeCloseTo(density(inside, low), 10);
    expect(at(isAbove ? end - 0.1 : end + 0.1, low)).toBe(Number.NEGATIVE_INFINITY);
  }
});

function normalCdf(z: number): number {
  return (1 + erf(z / Math.SQRT2)) / 2;
}

function normal(z: number): number {
  return -(z ** 2) / 2 - Math.log(2 * Math.PI) / 2;
}

/** Up to 9 or infinity, which in double precision is the same here. */
function truncatedNormal(y: number, low: number): number {
  return normal(y) - Math.log(1 - normalCdf(low));
}
