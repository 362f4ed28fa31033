/** Distributions that a program defines: draws against their distribution functions, graphs beside those of builtin ones. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";

const count = 2_000;

/** Draws of `x` from the prior, in order. */
function drawsOf(text: string): number[] {
  const { graph, noise } = lowerSimulate({ ...loadModel(text), sizes: {}, knowns: {} }, { given: [] });
  const executable = referenceEngine.compile(optimize(graph));
  const buffers = noise.map((each) => ({ ...each, values: new Float64Array(elementCount(each.shape)) }));
  return Array.from({ length: count }, (_, draw) => {
    const random = randomSource({ seed: 5, stream: 0 }, draw);
    for (const { kind, values } of buffers)
      if (kind === "normal") random.fillNormal(values);
      else random.fillUniform(values);
    const inputs = Object.fromEntries(buffers.map(({ input, values }) => [input, values]));
    return executable.run(inputs)["variable/x"][0];
  }).sort((a, b) => a - b);
}

/** Kolmogorov–Smirnov: √n sup |Fₙ − F| exceeds 2.3 with probability 5e-5. */
function expectDrawsFrom(draws: readonly number[], cdf: (x: number) => number): void {
  const distance = Math.max(
    ...draws.map((x, at) => Math.max((at + 1) / count - cdf(x), cdf(x) - at / count)),
  );
  expect(distance * Math.sqrt(count)).toBeLessThan(2.3);
}

const life = `dist Life(shape: Positive, scale: Positive) on Positive {
  logpdf(x) = log(shape / scale) + (shape - 1) * log(x / scale) - (x / scale) ^ shape
  cdf(x) = -expm1(-(x / scale) ^ shape)
  quantile(p) = scale * (-log1p(-p)) ^ (1 / shape)
}
`;
const lifeCdf = (x: number): number => 1 - Math.exp(-((x / 3) ** 1.5));

describe("draws", () => {
  test("by the quantile", () => {
    expectDrawsFrom(drawsOf(`${life}model M { x ~ Life(1.5, 3) }`), lifeCdf);
  });

  test("cut down by a type, with a bound that is drawn", () => {
    const bounds = (draws: number[], low: number, high: number): void => {
      const [from, to] = [lifeCdf(low), lifeCdf(high)];
      expectDrawsFrom(draws, (x) => (lifeCdf(x) - from) / (to - from));
    };
    bounds(drawsOf(`${life}model M { x: Real(1, 4) ~ Life(1.5, 3) }`), 1, 4);
    const inside = drawsOf(`${life}model M { a ~ Life(2, 1)\n x: Real(a, a + 1) ~ Life(1.5, 3) }`);
    expect(Math.min(...inside)).toBeGreaterThan(0);
    expect(inside.every((x) => Number.isFinite(x))).toBe(true);
  });

  test("by noise of both kinds: a Laplace is √(2 E) z", () => {
    const text = `dist Peak(loc: Real, scale: Positive) on Real {
      logpdf(x) = -log(2 * scale) - abs(x - loc) / scale
      draw(u: Unit, z: Real) = loc + scale * sqrt(-2 * log(u)) * z
    }
    model M { x ~ Peak(1, 2) }`;
    const cdf = (x: number): number => {
      const tail = 0.5 * Math.exp(-Math.abs(x - 1) / 2);
      return x < 1 ? tail : 1 - tail;
    };
    expectDrawsFrom(drawsOf(text), cdf);
  });

  const counts = (draw: string): string => `dist Over(n: Nat, a: Positive, b: Positive) on Int(0, n) {
    logpmf(k) = log_choose(n, k) + lbeta(k + a, n - k + b) - lbeta(a, b)
    ${draw}
  }
  model M { observe x ~ Over(6, 2, 3) }`;
  test.each([
    ["by other draws", "draw { p ~ Beta(a, b); k ~ Binomial(n, p); k }"],
    ["by adding up probabilities", ""],
  ])("counts %s", (_, draw) => {
    const draws = drawsOf(counts(draw));
    // C(6, k) B(k + 2, 9 − k) / B(2, 3): 12 C(6, k) (k + 1)! (8 − k)! / 10!
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    for (let k = 0; k <= 6; k++) {
      const p =
        ((720 / factorial(k) / factorial(6 - k)) * 12 * factorial(k + 1) * factorial(8 - k)) / factorial(10);
      const share = draws.filter((x) => x === k).length / count;
      expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count));
    }
  });

  test("none where the definition has none", () => {
    const text = `dist Peak(loc: Real) on Real {
      logpdf(x) = -log(2) - abs(x - loc)
    }
    model M { x ~ Peak(1) }`;
    expect(() => drawsOf(text)).toThrow(ProblemError);
    expect(() => drawsOf(text)).toThrow(/Peak has no draws/);
  });
});

describe("graphs", () => {
  /** Nodes of the density with its gradient. */
  const nodes = (text: string): number => {
    const lowered = lowerLogDensity(
      { ...loadModel(text), sizes: { J: 8 }, knowns: {} },
      { scale: "unconstrained" },
    );
    const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
    const wrt = lowered.coordinates.map(({ input }) => input);
    return optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" })).nodes.length;
  };
  const own = `dist Own(loc: Real, scale: Positive) on Real {
    logpdf(x) = -0.5 * ((x - loc) / scale) ^ 2 - log(scale) - 0.5 * log(2 * pi)
  }
  `;
  const model = (name: string): string =>
    `model M[J](s: Positive[J]) {
    mu ~ ${name}(0, 5)
    tau ~ HalfNormal(1)
    plate j in J { x[j] ~ ${name}(mu, tau) ; observe y[j] ~ ${name}(x[j], s[j]) }
  }`.replaceAll(" ; ", "\n");

  test("are as small as those of builtin distributions", () => {
    expect(nodes(own + model("Own"))).toBeLessThanOrEqual(nodes(model("Normal")) + 2);
  });
});
