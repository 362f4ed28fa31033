/**
 * Distributions pushed through one-to-one functions: densities integrate to one and are SciPy's (`transformed-values.py`), draws follow
 * them, and what a type cuts off has the mass of their integral. Gradients: `test/compiler/lower/transformed-programs.ts`.
 */
import { describe, expect, test } from "vitest";
import { drawsOf, logDensities, tailOf } from "./evaluate-distribution.ts";
import { nodesOf } from "./quadrature.ts";
import values from "./transformed-values.json" with { type: "json" };

/** A use, and the ends of its draws. */
const cases: readonly (readonly [string, number, number])[] = [
  ["exp(Normal(0.3, 0.8))", 0, Infinity],
  ["log(Exponential(2))", -Infinity, Infinity],
  ["expm1(Normal(0, 0.5))", -1, Infinity],
  ["log1p(Weibull(2, 1))", 0, Infinity],
  ["sqrt(HalfNormal(2))", 0, Infinity],
  ["square(Weibull(2, 1))", 0, Infinity],
  ["sigmoid(Logistic(1, 0.7))", 0, 1],
  ["logit(Kumaraswamy(2, 3))", -Infinity, Infinity],
  ["softplus(Normal(0, 2))", 0, Infinity],
  ["log_sigmoid(Normal(0, 1))", -Infinity, 0],
  ["tanh(Logistic(0, 0.5))", -1, 1],
  ["sinh(Normal(0, 0.7))", -Infinity, Infinity],
  ["atan(Normal(0, 1))", -Math.PI / 2, Math.PI / 2],
  ["normal_cdf(Normal(0.5, 0.7))", 0, 1],
  ["normal_quantile(Kumaraswamy(2, 2))", -Infinity, Infinity],
  ["-LogNormal(0, 1)", -Infinity, 0],
  ["3 - 2 * Gumbel(0, 1)", -Infinity, Infinity],
  ["1 / (1 + HalfNormal(1))", 0, 1],
  ["Rayleigh(1) ^ -0.5", 0, Infinity],
  ["0.5 ^ Normal(0, 1)", 0, Infinity],
  ["exp(-Weibull(2, 1))", 0, 1],
];

interface Weighted {
  readonly x: number;
  readonly mass: number;
}

function massesOf(use: string, low: number, high: number): Weighted[] {
  const nodes = nodesOf({ low, high }).filter(
    ({ x, weight }) => x > low && x < high && weight > 0 && Number.isFinite(x),
  );
  const logs = logDensities(
    use,
    nodes.map(({ x }) => x),
  );
  // What a function takes beyond doubles has no mass.
  return nodes.map(({ x, weight }, at) => ({ x, mass: weight * Math.exp(logs[at]) || 0 }));
}

const sum = (masses: readonly Weighted[]): number => masses.reduce((all, { mass }) => all + mass, 0);

const drawCount = 2_000;

describe.each(cases)("%s", (use, low, high) => {
  const masses = massesOf(use, low, high);

  test("its density integrates to one", () => {
    expect(sum(masses)).toBeCloseTo(1, 8);
  });

  test("draws follow it", () => {
    const draws = drawsOf(use, drawCount);
    let [below, count] = [0, 0];
    for (const { x, mass } of masses) {
      below += mass;
      while (count < drawCount && draws[count] <= x) count++;
      // Kolmogorov–Smirnov, as for the library's distributions.
      expect(Math.abs(count / drawCount - below) - mass).toBeLessThan(2.3 / Math.sqrt(drawCount));
    }
    expect(draws.every((x) => x >= low && x <= high)).toBe(true);
  });

  test("cut down, it has the mass between the ends", () => {
    const draws = drawsOf(use, drawCount);
    const [from, middle, to] = [draws[drawCount / 4], draws[drawCount / 2], draws[(3 * drawCount) / 4]];
    const ends = [
      [from, to],
      [from, high],
      [low, to],
    ] as const;
    for (const [start, end] of ends) {
      const declared = `Real(${[start, end].join(", ").replace("Infinity", "infinity")})`;
      const gained = logDensities(use, [middle], declared)[0] - logDensities(use, [middle])[0];
      expect(gained, declared).toBeCloseTo(-Math.log(sum(massesOf(use, start, end))), 7);
    }
  });
});

test.each(values.map(({ use, at, log }) => [use, at, log] as const))(
  "%s at %s is SciPy's",
  (use, at, log) => {
    logDensities(use, at).forEach((found, position) => {
      expect(Math.abs(found - log[position]) / Math.max(1, Math.abs(log[position]))).toBeLessThan(1e-11);
    });
  },
);

describe("ends", () => {
  test("nothing lies beyond ends that no type shows", () => {
    const [beyond, inside] = logDensities("2 ^ 0.5 + 2 * Exponential(1)", [1.4, 2]);
    expect(beyond).toBe(-Infinity);
    expect(inside).toBeCloseTo(-(2 - Math.SQRT2) / 2 - Math.LN2, 12);
  });

  test.each(["log(Weibull(2, 1))", "log1p(Gamma(2, 1))", "2 + log(LogLogistic(2, 3))"])(
    "no density is left where %s is the image of what is beyond doubles",
    (use) => {
      const [inside, far] = logDensities(use, [1, 720]);
      expect(Number.isFinite(inside)).toBe(true);
      expect(far).toBe(-Infinity);
      expect([tailOf(use, "below")(720), tailOf(use, "above")(720)]).toEqual([0, -Infinity]);
    },
  );

  test("far out, where a Unit is next to 1 in double precision", () => {
    const [density] = logDensities("sigmoid(Normal(0, 10))", [1 - 2 ** -53]);
    const z = 53 * Math.LN2;
    expect(density).toBeCloseTo(-0.005 * z * z - Math.log(10) - 0.5 * Math.log(2 * Math.PI) + z, 6);
  });
});
