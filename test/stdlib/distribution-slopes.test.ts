/** Slopes of both tails, in x and in every argument, against differences of the tails themselves; values are in `distribution-tails.test.ts`. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";

/** The distribution with arguments moved by latents a, b and c, and where it is asked. */
const cases: readonly (readonly [string, readonly (string | number)[]])[] = [
  ["SkewNormal(1 + a, 2 * exp(b), 3 + c)", [-12, -3, 0.9, 1, 1.4, 4, 11]],
  ["SkewNormal(1 + a, 2 * exp(b), -3 + c)", [-9, 0.9, 1, 1.4, 4, 14]],
  ["SkewNormal(0 + a, exp(b), 0.3 + c)", [-20, -2, 0, 2.5, 3.6]],
  ["SkewNormal(0 + a, exp(b), 0 + c)", [-4, 0, 2]],
  ["VonMises(0.7 + a, 2 * exp(b))", [-3, -1, 0.7, 2.5]],
  ["VonMises(-7 + a, 300 * exp(b))", [-3, -0.7, 0.5]],
  ["Horseshoe(2 * exp(b))", [-30, -0.1, 0.5, 1e6]],
  ["BetaBinomial(9, 2 * exp(a), 0.5 * exp(b))", [0, 4, 8]],
  ["BetaBinomial(300, 70 * exp(a), 20 * exp(b))", [100, 233, 280]],
];

const asked = ["logcdf", "logsurvival"] as const;

describe.each(cases)("%s", (use, points) => {
  const latents = ["a", "b", "c"].filter((name) => new RegExp(`\\b${name}\\b`).test(use));
  const moves = use.startsWith("Beta") ? [] : ["d"];
  test.each(asked)("%s", (ask) => {
    const names = [...latents, ...moves];
    for (const x of points) {
      const at = moves.length > 0 ? `${x} + d` : x;
      const draws = names.map((name) => `  ${name} ~ Normal(0, 1)\n`).join("");
      const lowered = lowerLogDensity(
        { ...loadModel(`model M {\n${draws}  factor ${ask}(${use}, ${at})\n}`), sizes: {}, knowns: {} },
        { scale: "unconstrained" },
      );
      const wrt = lowered.coordinates.map(({ input }) => input);
      const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
      const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
      const executable = referenceEngine.compile(graph);
      const run = (moved: string, by: number) =>
        executable.run(Object.fromEntries(wrt.map((input) => [input, [input === moved ? by : 0]])));
      const results = run("", 0);
      const gradient = wrt.map((input) => results[`gradient/${input}`][0]);
      for (const [position, input] of wrt.entries()) {
        const step = 1e-5;
        const [above, below] = [step, -step].map((by) => run(input, by).logDensity[0]);
        const slope = (above - below) / (2 * step);
        const found = gradient[position];
        const slack = 1e-6 * Math.max(1, Math.abs(slope), Math.abs(above));
        expect(Math.abs(found - slope), `${input} at ${x}: ${found} for ${slope}`).toBeLessThan(slack);
      }
    }
  });
});
