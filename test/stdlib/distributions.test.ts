/**
 * Each distribution of the library: it integrates to one, its entries agree with its density, draws follow it, gradients are
 * those of finite differences, and values are SciPy's (`distribution-values.py`).
 */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import { libraryDists } from "../docs/library-dists.ts";
import { type Argument, type Case, cases, text } from "./distribution-cases.ts";
import values from "./distribution-values.json" with { type: "json" };
import { drawsOf, entryOf, logDensities, vectorsOf } from "./evaluate-distribution.ts";
import { nodesOf } from "./quadrature.ts";

interface Weighted {
  readonly x: number;
  /** Probability that the point stands for. */
  readonly mass: number;
}

/** Tanh-sinh quadrature (Takahasi and Mori 1974), or all counts that matter. */
function massesOf(each: Case): Weighted[] {
  const points = each.counts
    ? Array.from({ length: Math.min(each.high, 2_000) + 1 }, (_, k) => ({ x: k, weight: 1 }))
    : nodesOf(each).filter(
        ({ x, weight }) => x > each.low && x < each.high && weight > 0 && Number.isFinite(x),
      );
  const logs = logDensities(
    text(each),
    points.map(({ x }) => x),
  );
  return points.map(({ x, weight }, at) => ({ x, mass: weight * Math.exp(logs[at]) }));
}

const named = cases.map((each) => [text(each), each] as const);

describe("densities", () => {
  test.each(named)("%s", (use, each) => {
    const masses = massesOf(each);
    const moment = (power: number, centre = 0): number =>
      masses.reduce((sum, { x, mass }) => (mass === 0 ? sum : sum + mass * (x - centre) ** power), 0);
    expect(moment(0)).toBeCloseTo(1, 8);
    const [mean, variance] = [entryOf(use, "mean"), entryOf(use, "variance")];
    if (mean && each.moments > 0)
      expect(Math.abs(mean(0) - moment(1))).toBeLessThan(1e-5 * (1 + Math.abs(moment(1))));
    const centre = moment(1);
    const spread = moment(2, centre);
    if (variance && each.moments > 1)
      expect(Math.abs(variance(0) - spread)).toBeLessThan(1e-4 * spread + 1e-12);
    const [cdf, quantile] = [entryOf(use, "cdf"), entryOf(use, "quantile")];
    if (cdf === undefined) return;
    let below = 0;
    for (const { x, mass } of masses) {
      // At counts all of the mass lies below, else half of what the node stands for.
      const to = below + (each.counts ? mass : mass / 2);
      expect(Math.abs(cdf(x) - to)).toBeLessThan(each.counts ? 1e-9 : 0.5 * mass + 1e-4);
      below += mass;
    }
    if (quantile) for (const p of [1e-6, 0.1, 0.5, 0.9, 1 - 1e-6]) expect(cdf(quantile(p))).toBeCloseTo(p, 8);
  });
});

const drawCount = 2_000;

describe("draws", () => {
  test.each(named)("%s", (use, each) => {
    const draws = drawsOf(use, drawCount);
    const masses = massesOf(each);
    // Kolmogorov–Smirnov at the nodes: √n sup |Fₙ − F| exceeds 2.3 with probability 5e-5.
    let below = 0;
    let count = 0;
    for (const { x, mass } of masses) {
      below += mass;
      while (count < drawCount && draws[count] <= x) count++;
      const slack = each.counts ? 0 : mass;
      expect(Math.abs(count / drawCount - below) - slack).toBeLessThan(2.3 / Math.sqrt(drawCount));
    }
    expect(draws.every((x) => x >= each.low && x <= each.high)).toBe(true);
  });
});

function shifted(each: Argument, at: number): string {
  switch (each.kind) {
    case "fixed":
      return each.text;
    case "real":
      return `${each.value} + d${at}`;
    case "positive":
      return `${each.value} * exp(d${at})`;
    case "unit":
      return `sigmoid(${Math.log(each.value / (1 - each.value))} + d${at})`;
  }
}

/** A program with a latent that moves each argument, and the draw as another where it is a real number. */
function movable({ name, args, counts }: Case): string {
  const moved = args.map(shifted);
  const shifts = args.flatMap((each, at) => (each.kind === "fixed" ? [] : [`  d${at} ~ Normal(0, 1)\n`]));
  const use = `${name}(${moved.join(", ")})`;
  const seen = counts ? `  x ~ Normal(0, 1)\n  observe y ~ ${use}` : `  x ~ ${use}`;
  return `model M {\n${shifts.join("")}${seen}\n}`;
}

describe("gradients", () => {
  test.each(named)("%s", (_, each) => {
    const lowered = lowerLogDensity(
      { ...loadModel(movable(each)), sizes: {}, knowns: {} },
      { scale: "unconstrained" },
    );
    const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
    const wrt = lowered.coordinates.map(({ input }) => input);
    const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
    const executable = referenceEngine.compile(graph);
    for (const count of each.counts ? [0, 1, Math.min(each.high, 4)] : [0]) {
      const at = (moved: string, by: number): Record<string, number[]> => {
        const place = (input: string): number =>
          input === "data/y" ? count : 0.1 * wrt.indexOf(input) - 0.2 + (input === moved ? by : 0);
        return Object.fromEntries(Object.keys(graph.inputs).map((input) => [input, [place(input)]]));
      };
      const results = executable.run(at("", 0));
      const gradient = new Map(wrt.map((input) => [input, results[`gradient/${input}`][0]]));
      const impossible = results.logDensity[0] === -Infinity;
      for (const input of impossible ? [] : wrt) {
        const step = 1e-5;
        const [above, below] = [step, -step].map((by) => executable.run(at(input, by)).logDensity[0]);
        const slope = (above - below) / (2 * step);
        const found = gradient.get(input) ?? Number.NaN;
        expect(Math.abs(found - slope)).toBeLessThan(2e-5 * Math.max(1, Math.abs(slope), Math.abs(above)));
      }
    }
  });
});

describe("vectors", () => {
  const outcomes = (n: number): number[][] =>
    Array.from({ length: (n + 1) ** 2 }, (_, at) => [at % (n + 1), Math.floor(at / (n + 1))])
      .filter(([a, b]) => a + b <= n)
      .map(([a, b]) => [a, b, n - a - b]);
  const logDensity = (use: string, x: readonly number[]): number => {
    const loaded = loadModel(`model M {\n  observe x ~ ${use}\n}`);
    const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
    return referenceEngine.compile(optimize(graph)).run({ "data/x": x }).logDensity[0];
  };

  test.each(["Multinomial(4, [0.2, 0.5, 0.3])", "DirichletMultinomial(4, [0.5, 2, 1])"])(
    "all outcomes of %s",
    (use) => {
      const total = outcomes(4).reduce((sum, x) => sum + Math.exp(logDensity(use, x)), 0);
      expect(total).toBeCloseTo(1, 10);
    },
  );

  test.each([
    "Multinomial(4, [0.2, 0.5, 0.3])",
    "Multinomial(4, [0.4, 0.6, 0])",
    "DirichletMultinomial(4, [0.5, 2, 1])",
  ])("draws of %s", (use) => {
    const draws = vectorsOf(use, drawCount).map((x) => x.join());
    for (const x of outcomes(4)) {
      const p = Math.exp(logDensity(use, x));
      const found = draws.filter((each) => each === x.join()).length / drawCount;
      // Four standard errors, and one draw.
      const slack = 4 * Math.sqrt((p * (1 - p)) / drawCount) + (p > 0 ? 1 / drawCount : 0);
      expect(Math.abs(found - p), x.join()).toBeLessThanOrEqual(slack);
    }
  });

  test("draws of a Multinomial of as many trials as there are draws for", () => {
    const draws = vectorsOf("Multinomial(1024, [0.2, 0.5, 0.3])", 200);
    expect(draws.every(([a, b, c]) => a + b + c === 1024)).toBe(true);
    const mean = draws.reduce((sum, [, b]) => sum + b / draws.length, 0);
    expect(Math.abs(mean - 512)).toBeLessThan(4 * Math.sqrt(256 / draws.length));
    expect(vectorsOf("Multinomial(1025, [0.2, 0.5, 0.3])", 1)[0]).toEqual([NaN, NaN, NaN]);
  });

  test("a Multinomial of one outcome that cannot be", () => {
    expect(logDensity("Multinomial(4, [0.4, 0.6, 0])", [1, 3, 0])).toBeCloseTo(
      Math.log(4 * 0.4 * 0.6 ** 3),
      10,
    );
  });

  test("a random walk is its steps", () => {
    const found = logDensity("GaussianRandomWalk[3](1, 0.5)", [1.2, 0.9, 1]);
    const step = (d: number): number => -2 * d ** 2 - Math.log(0.5) - 0.5 * Math.log(2 * Math.PI);
    expect(found).toBeCloseTo(step(0.2) + step(-0.3) + step(0.1), 10);
  });
});

describe("values of SciPy", () => {
  test.each(values.map(({ use, at, log }) => [use, at, log] as const))("%s at %s", (use, at, log) => {
    logDensities(use, at).forEach((found, position) => {
      const wanted = log[position] ?? -Infinity;
      expect(Math.abs(found - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThan(1e-9);
    });
  });

  test("cover what the library has", () => {
    const names = [...libraryDists().keys()];
    const tested = [...values.map(({ use }) => use.split("(")[0]), ...cases.map(({ name }) => name)];
    const elsewhere = [
      "GaussianRandomWalk",
      "LowRankMultivariateNormal",
      "Multinomial",
      "DirichletMultinomial",
    ];
    for (const name of names) expect([...tested, ...elsewhere]).toContain(name);
  });
});
