import { expect, test } from "vitest";
import type { Posterior, StartingPoints } from "../../../src/driver/api-types.ts";
import { loweringInput, planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { startValues } from "../../../src/driver/density/start-values.ts";
import { startingPositions } from "../../../src/driver/density/starting-points.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { eightSchools, eightSchoolsData, programOf } from "../programs.ts";

/** Modes that no chain leaves. */
const twoModes = `model Modes {
  x ~ Normal(0, 100)
  factor logsumexp([-0.5 * (x - 60) ^ 2, -0.5 * (x + 60) ^ 2])
}`;

function chainMeans({ variables, chains, draws }: Posterior): number[] {
  const [{ values }] = variables;
  return Array.from({ length: chains }, (_, chain) => {
    const own = values.subarray(chain * draws, (chain + 1) * draws);
    return own.reduce((sum, value) => sum + value, 0) / draws;
  });
}

test("each chain starts at its own point, and stays in its mode", async () => {
  const program = await programOf(twoModes);
  const init = [{ x: -60 }, { x: 59 }, { x: -61 }, { x: 60 }];
  const posterior = await infer(program, {}, { init, warmup: 200, draws: 200 });
  for (const [chain, mean] of chainMeans(posterior).entries())
    expect(Math.sign(mean)).toBe(Math.sign(init[chain].x));
});

test("one point is for all chains", async () => {
  const program = await programOf(twoModes);
  for (const x of [-60, 60]) {
    const posterior = await infer(program, {}, { init: { x }, warmup: 200, draws: 200, chains: 3 });
    for (const mean of chainMeans(posterior)) expect(Math.abs(mean - x)).toBeLessThan(1);
  }
});

test("the posterior does not depend on where chains start", async () => {
  const program = await programOf(eightSchools);
  const init = { mu: -20, tau: 50, theta: [9, 8, 7, 6, 5, 4, 3, 2] };
  const { summary, quality } = await infer(program, eightSchoolsData, { init });
  expect(quality.verdict).toBe("good");
  const mu = summary.find(({ name }) => name === "mu");
  // The published reference posterior: 4.41, its Monte Carlo error far below ours.
  expect(Math.abs((mu?.mean ?? Number.NaN) - 4.41)).toBeLessThan(4 * (mu?.mcse ?? 0) + 0.03);
});

async function positionsOf(init: StartingPoints, chains: number) {
  const program = await programOf(eightSchools);
  const model = program.model();
  const bound = bindOrThrow(model, eightSchoolsData, {});
  const plan = planDensity(program.core, model, bound);
  const engine = await loadEngine("wasm");
  const target = densityTarget(plan, engine);
  const keys = Array.from({ length: chains }, (_, stream) => ({ seed: 1, stream }));
  const values = startValues(init, chains, model, plan.variables);
  const input = loweringInput(program.core, model, bound);
  const positions = startingPositions(values, keys, { input, plan, target, engine, radius: 2 });
  return positions.map((position) => {
    const all = Float64Array.from(target.constrain(position));
    return Object.fromEntries(
      target.variables.map(({ name, offset, shape }) => [
        name,
        [...all.subarray(offset, offset + shape.reduce((product, each) => product * each, 1))],
      ]),
    );
  });
}

test("what is given is there to begin with, and the rest where it would be", async () => {
  const theta = [8, 7, 6, 5, 4, 3, 2, 1];
  const starts = await positionsOf({ theta }, 3);
  for (const start of starts)
    for (const [j, value] of start.theta.entries()) expect(value).toBeCloseTo(theta[j], 9);
  expect(new Set(starts.map(({ mu }) => mu[0])).size).toBe(3);
  for (const { mu, tau } of starts) {
    expect(Math.abs(mu[0])).toBeLessThan(2);
    expect(Math.abs(Math.log(tau[0]))).toBeLessThan(2);
  }
});

test("points may name different variables", async () => {
  const [first, second] = await positionsOf([{ mu: 3 }, { tau: 0.5, mu: -1 }], 2);
  expect(first.mu[0]).toBe(3);
  expect(second.mu[0]).toBe(-1);
  expect(second.tau[0]).toBeCloseTo(0.5, 12);
});

test("the same seed gives the same draws", async () => {
  const program = await programOf(eightSchools);
  const run = async (parallel: number) =>
    (await infer(program, eightSchoolsData, { init: { tau: 2 }, warmup: 100, draws: 100, parallel }))
      .variables;
  expect(await run(0)).toEqual(await run(2));
});
