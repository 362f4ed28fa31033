/** Distributions between bounds far out in their tails: mass, draws and gradients. */
import { describe, expect, test } from "vitest";
import { drawsOf, logDensities } from "../../stdlib/evaluate-distribution.ts";

/** Of a use with its type behind: "Normal(0, 1)" with "Real(30, infinity)". */
const cases: readonly (readonly [type: string, use: string, from: number, to: number])[] = [
  ["Real(30, infinity)", "Normal(0, 1)", 30, 31],
  ["Real(-infinity, -30)", "Normal(0, 1)", -31, -30],
  ["Real(-41, -40)", "Normal(0, 1)", -41, -40],
  ["Real(40, 40.5)", "Normal(1, 1)", 40, 40.5],
  ["Real(0, 0.001)", "HalfNormal(2)", 0, 0.001],
  ["Real(5, 6)", "Logistic(0, 1)", 5, 6],
  ["Real(-infinity, -20)", "Logistic(0, 1)", -60, -20],
  ["Real(-2e6, -1e6)", "Cauchy(0, 1)", -2e6, -1e6],
  ["Real(20, infinity)", "Exponential(1)", 20, 60],
  ["Real(60, infinity)", "Gamma(3, 1)", 60, 100],
  ["Real(0.9, 1)", "Beta(2, 30)", 0.9, 1],
  ["Real(-infinity, -30)", "StudentT(40, 0, 1)", -70, -30],
  ["Real(90, infinity)", "Weibull(2, 2)", 90, 91],
  ["Real(100, infinity)", "Gumbel(0, 1)", 100, 140],
  ["Real(100, infinity)", "InverseGamma(9, 2)", 100, 1500],
  ["Real(30, infinity)", "Mixture([0.5, 0.5] as Simplex[2], Normal(0, 1), Normal(0, 2))", 30, 36],
];

describe("between bounds in a tail", () => {
  test.each(cases)("%s ~ %s", (type, use, from, to) => {
    // Cells that grow from the end with most of the mass.
    const near = from < 0 && to < 1 ? to : from;
    const cells = 20_000;
    const edges = Array.from({ length: cells + 1 }, (_, i) => {
      const share = (i / cells) ** (to / from > 100 ? 40 : 1);
      return near === from ? from + share * (to - from) : to - share * (to - from);
    });
    const points = edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
    const widths = edges.slice(1).map((edge, i) => Math.abs(edge - edges[i]));
    const masses = [...logDensities(use, points, type)].map((log, i) => widths[i] * Math.exp(log));
    const total = masses.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(total - 1)).toBeLessThan(2e-4);
    const count = 2000;
    const draws = drawsOf(use, count, type);
    const inside = draws.map((draw) => (near === from ? draw - from : to - draw)).sort((a, b) => a - b);
    let mass = 0;
    let cell = 0;
    inside.forEach((distance, rank) => {
      while (cell < cells && Math.abs(edges[cell + 1] - near) <= distance) mass += masses[cell++];
      // Kolmogorov: further away than this with probability 1e-4.
      expect(Math.abs(mass - (rank + 0.5) / count)).toBeLessThan(2.2 / Math.sqrt(count));
    });
  });
});
