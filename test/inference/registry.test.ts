import { describe, expect, test } from "vitest";
import { createPosterior } from "../../src/inference/posterior.ts";
import { type PosteriorStrategy, strategies } from "../../src/inference/registry.ts";
import { runStrategy } from "./run-strategy.ts";
import { correlatedGaussian, diagonalGaussian, eightSchools, vectorTarget } from "./targets.ts";

/** What every strategy is run on: where it is exact, and a configuration short enough to run it twice. */
const cases = {
  nuts: { exact: correlatedGaussian([1, -2], [0.5, 3], 0.8), short: { warmup: 60, draws: 40 } },
  svi: {
    exact: diagonalGaussian([1, -2], [0.5, 3]),
    short: { maxSteps: 120, coolingSteps: 30, windowLength: 10, draws: 50 },
  },
} as const satisfies Record<keyof typeof strategies, unknown>;

const rows = (Object.keys(strategies) as (keyof typeof strategies)[]).map((name) => {
  const strategy: PosteriorStrategy = strategies[name];
  return { name, strategy, exact: cases[name].exact, short: { ...strategy.defaults, ...cases[name].short } };
});

describe.each(rows)("$name", ({ name, strategy, exact, short }) => {
  const target = eightSchools("noncentered");
  const key = { seed: 11, stream: 2 };

  test("is listed under its own name and announces its steps", () => {
    expect(strategy.name).toBe(name);
    const { infos, result } = runStrategy(strategy, target, short, key);
    expect(infos.length).toBeLessThanOrEqual(strategy.steps(short));
    expect(result.strategy).toBe(name);
  });

  test("gives the same run bit for bit for the same key, and another for another", () => {
    const once = runStrategy(strategy, target, short, key);
    expect(runStrategy(strategy, target, short, key)).toEqual(once);
    expect(runStrategy(strategy, target, short, { seed: 12, stream: 2 }).state).not.toEqual(once.state);
    expect(runStrategy(strategy, target, short, { seed: 11, stream: 3 }).state).not.toEqual(once.state);
  });

  test("goes on from a state that went through JSON or a clone at every step, with fresh scratch space", () => {
    const whole = runStrategy(strategy, target, short, key);
    const carry = (state: unknown, step: number): unknown =>
      step % 2 === 0 ? structuredClone(state) : JSON.parse(JSON.stringify(state));
    expect(runStrategy(strategy, target, short, key, carry)).toEqual(whole);

    const first = strategy.prepare(target, short);
    const start = first.init(key);
    if (start.kind === "failed") throw new Error(start.problem.message);
    let { state } = start;
    for (let i = 0; i < 37; i++) state = first.step(state, key).state;
    let resumed: unknown = JSON.parse(JSON.stringify(state));
    const second = strategy.prepare(target, short);
    while (!second.isDone(resumed)) resumed = second.step(resumed, key).state;
    expect(resumed).toEqual(whole.state);
  });

  test("recovers mean and sd where it is exact", () => {
    const posterior = createPosterior(runStrategy(strategy, exact, strategy.defaults, key).result);
    const summary = posterior.summary();
    for (const [i, [mean, sd]] of [
      [1, 0.5],
      [-2, 3],
    ].entries()) {
      const row = summary[`x[${i}]`];
      expect(Math.abs(row.mean - mean)).toBeLessThan(4 * row.mcse + 1e-3 * sd);
      // The relative error of a normal's sd from n draws is 1 / √2n.
      expect(Math.abs(row.sd / sd - 1)).toBeLessThan(4 / Math.sqrt(2 * Math.min(row.essBulk, row.essTail)));
    }
  });

  test("returns draws, statistics and a printable posterior of the sizes it says", () => {
    const { result } = runStrategy(strategy, target, short, key);
    const total = result.chains * result.draws;
    for (const { shape, values } of result.variables) {
      expect(values.length).toBe(shape.reduce((product, length) => product * length, total));
    }
    for (const column of Object.values(result.statistics)) expect(column.length).toBe(total);
    expect(structuredClone(result)).toEqual(result);
    expect(["good", "caution", "bad"]).toContain(createPosterior(result).quality().verdict);
  });

  test("says why it cannot start", () => {
    const nowhere = vectorTarget(1, () => Number.NEGATIVE_INFINITY);
    expect(strategy.prepare(nowhere, short).init(key)).toMatchObject({
      kind: "failed",
      problem: { code: "initialization-failed", severity: "error" },
    });
  });
});
