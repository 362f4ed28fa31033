/** How the time of a gradient grows with the rows of the data. */
import { resolve } from "node:path";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { alternate } from "../harness/alternate.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import { pythonContender } from "../harness/peers.ts";
import { planSource } from "../harness/plan-of.ts";
import {
  type Case,
  measureTimes,
  threeDigits,
  timesTable,
  usualTurns,
  type Work,
} from "../harness/section.ts";

/** A logistic link, so that no sums over the rows can be known in advance. */
const program = `model Growth[N](x: Real[N]) {
  a ~ Normal(0, 1)
  b ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Bernoulli(logits: a + b * x[n]) }
}
`;

export const growth: Case = {
  name: "growth",
  title: "Growth with the rows",
  async run(context) {
    const works: Work[] = [];
    const sizes = [1e2, 1e3, 1e4, 1e5, 1e6];
    for (const rows of sizes) {
      context.progress(`${rows} rows`);
      const script = resolve(import.meta.dirname, "growth/jax_growth.py");
      const outcomes = await alternate(
        [
          ours("ppl wasm, a call", import.meta.url, "gradientOfRows", { rows }),
          pythonContender(context.peers, "JAX jit, a call", "JAX", script, { rows }),
        ],
        { ...usualTurns(context), tolerance: 1e-8 },
      );
      works.push({ name: `${rows} rows`, outcomes });
    }
    const measurements = measureTimes(works);
    const perRow = (system: string): string =>
      sizes
        .flatMap((rows) => {
          const found = measurements.find((each) => each.work === `${rows} rows` && each.system === system);
          return found?.value === undefined ? [] : [threeDigits((1e9 * found.value.median) / rows)];
        })
        .join(", ");
    return {
      about:
        "Gradient of a logistic regression with one predictor, in doubles. Linear growth is a constant time per row.",
      tables: [timesTable(measurements)],
      notes: ["ppl wasm, a call", "JAX jit, a call"].map(
        (system) =>
          `${system}: ${perRow(system)} ns a row at ${sizes.map((rows) => `10^${Math.log10(rows)}`).join(", ")} rows.`,
      ),
      measurements,
    };
  },
};

/** x is sin(n), y is 1 where x + cos(3 n) is positive: the same numbers for all systems by a rule. */
export async function gradientOfRows({ rows }: { readonly rows: number }): Promise<Measurable> {
  const x = Float64Array.from({ length: rows }, (_, n) => Math.sin(n));
  const y = x.map((each, n) => (each + Math.cos(3 * n) > 0 ? 1 : 0));
  const plan = await planSource("growth.ppl", program, { x: [...x], y: [...y].map(Boolean) });
  const target = densityTarget(plan, await loadEngine("wasm"));
  const gradient = new Float64Array(2);
  const positions = [Float64Array.of(0.1, 0.2), Float64Array.of(0.3, -0.1)];
  const [first, second] = positions.map((position) => target.logDensityAndGradient(position, gradient));
  return {
    values: [second - first, ...gradient],
    run(times) {
      for (let i = 0; i < times; i++) target.logDensityAndGradient(positions[i & 1], gradient);
      return undefined;
    },
  };
}
