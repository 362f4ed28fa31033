import { describe, expect, test } from "vitest";
import { type RandomKey, randomSource } from "../../../src/base/random.ts";
import { compile } from "../../../src/driver/compile.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { findInitialPosition, type InitialPosition } from "../../../src/inference/initial-position.ts";
import { chooseStart } from "../../../src/inference/nuts/choose-start.ts";
import { nuts } from "../../../src/inference/nuts/nuts.ts";
import type { DensityTarget } from "../../../src/inference/target.ts";
import { runChains } from "../run-strategy.ts";
import { diagonalGaussian, eightSchools, funnel, vectorTarget } from "../targets.ts";

const keys: readonly RandomKey[] = Array.from({ length: 100 }, (_, stream) => ({ seed: 1, stream }));

const positionOf = (found: InitialPosition): Float64Array => {
  if (found.kind === "failed") throw new Error(found.problem.message);
  return found.position;
};
const firstOf = (target: DensityTarget, key: RandomKey) =>
  positionOf(findInitialPosition(target, 2, randomSource(key, 0)));
const chosenOf = (target: DensityTarget, key: RandomKey) =>
  positionOf(chooseStart(target, 2, randomSource(key, 0), key));

interface Mode {
  /** Of its coordinates, all alike. */
  readonly mean: number;
  readonly sd: number;
  readonly logHeight: number;
}

/** Two round normal modes in two dimensions: at each point the density of the higher one. */
function twoModes(...modes: readonly [Mode, Mode]): DensityTarget {
  return vectorTarget(2, (position, gradient) => {
    const [a, b] = modes.map(
      ({ mean, sd, logHeight }) =>
        logHeight - 0.5 * (((position[0] - mean) / sd) ** 2 + ((position[1] - mean) / sd) ** 2),
    );
    const { mean, sd } = modes[a >= b ? 0 : 1];
    for (let i = 0; i < 2; i++) gradient[i] = -(position[i] - mean) / sd ** 2;
    return Math.max(a, b);
  });
}

describe("a hopeless start", () => {
  // The wall between the modes lies at x + y = 0: half of all starts fall to each.
  const target = twoModes({ mean: 1, sd: 0.01, logHeight: 0 }, { mean: -1, sd: 0.01, logHeight: -1000 });

  const lost = ([x, y]: Float64Array) => x + y < 0;

  test("is passed over for another of the usual starts, which stay dispersed", () => {
    const chosen = keys.map((key) => chosenOf(target, key));
    expect(keys.filter((key) => lost(firstOf(target, key))).length).toBeGreaterThan(40);
    // A start is kept where the best of the others is lost as well.
    expect(chosen.filter(lost).length).toBeLessThan(20);
    expect(chosen.filter(([x, y]) => Math.hypot(x - 1, y - 1) > 0.8).length).toBeGreaterThan(30);
    for (const position of chosen.flatMap((each) => [...each])) expect(Math.abs(position)).toBeLessThan(2);
  });

  test("only a hopeless one", () => {
    for (const key of keys) {
      const first = firstOf(target, key);
      if (!lost(first)) expect(chosenOf(target, key)).toEqual(first);
    }
  });

  test("the same key gives the same start", () => {
    for (const key of keys.slice(0, 20)) expect(chosenOf(target, key)).toEqual(chosenOf(target, key));
  });
});

describe("starts stay those of the usual distribution, so that chains show modes as before", () => {
  const wide: Mode = { mean: -1, sd: 0.1, logHeight: -1.5 };
  const cases: Readonly<Record<string, DensityTarget>> = {
    "two modes alike": twoModes({ mean: 1, sd: 0.01, logHeight: 0 }, { mean: -1, sd: 0.01, logHeight: 0 }),
    // Mass e^(−29) · 100² of the other's: a mode that is negligible, and yet is not judged.
    "a mode 29 lower": twoModes({ mean: 1, sd: 0.01, logHeight: 29 }, { ...wide, logHeight: 0 }),
    "a narrow and a wide mode": twoModes({ mean: 1, sd: 1e-4, logHeight: 12 }, wide),
    "one mode, badly scaled": diagonalGaussian([5, -3, 1, 0, 20], [1e-3, 1e-2, 1, 10, 100]),
    "eight schools": eightSchools("noncentered"),
    "eight schools, a funnel": eightSchools("centered"),
    "a funnel without end": funnel(),
  };

  test.each(Object.keys(cases))("%s", (name) => {
    for (const key of keys) expect(chosenOf(cases[name], key)).toEqual(firstOf(cases[name], key));
  });

  test("R-hat sees two modes that differ by 20", () => {
    const target = twoModes({ mean: 1, sd: 0.1, logHeight: 20 }, { mean: -1, sd: 0.1, logHeight: 0 });
    const posterior = runChains(nuts, target, { ...nuts.defaults, warmup: 200, draws: 200 }, 8);
    expect(posterior.summary()["x[0]"].rhat).toBeGreaterThan(1.5);
  });
});

describe("a start so low that its density is mere roundings", () => {
  // As errors of a moving average of 200 steps grow where its coefficient lies beyond one: hardly more than uniform from −1 to 1.
  const target = vectorTarget(1, ([x], gradient) => {
    gradient[0] = -200 * x ** 399;
    return -0.5 * x ** 400;
  });

  test("is passed over, and no other", () => {
    const outside = keys.filter((key) => Math.abs(firstOf(target, key)[0]) > 1.08);
    expect(outside.length).toBeGreaterThan(30);
    for (const key of outside) expect(Math.abs(chosenOf(target, key)[0])).toBeLessThan(1.09);
    for (const key of keys)
      if (Math.abs(firstOf(target, key)[0]) < 1) expect(chosenOf(target, key)).toEqual(firstOf(target, key));
  });

  test("so that every chain runs", () => {
    const posterior = runChains(nuts, target, { ...nuts.defaults, warmup: 300, draws: 500 }, 8);
    const { sd, rhat } = posterior.summary()["x[0]"];
    expect(Math.abs(sd - 1 / Math.sqrt(3))).toBeLessThan(0.03);
    expect(rhat).toBeLessThan(1.02);
  });
});

test("where no point has a density the problem is that of the first search", () => {
  const target = vectorTarget(1, () => Number.NaN);
  expect(chooseStart(target, 2, randomSource(keys[0], 0), keys[0])).toEqual(
    findInitialPosition(target, 2, randomSource(keys[0], 0)),
  );
});

describe("a start so steep that roundings hide every step", () => {
  /** Normal to the right of `edge`; to the left no step size takes a parabola of 10⁴⁰. */
  const cliff = (edge: number): DensityTarget =>
    vectorTarget(1, (position, gradient) => {
      const [x] = position;
      const steepness = x < edge ? 1e40 : 1;
      gradient[0] = -steepness * x;
      return (-steepness * x * x) / 2;
    });
  const startOf = (edge: number, key: RandomKey) => nuts.prepare(cliff(edge), nuts.defaults).init(key);

  test("is passed over", () => {
    for (const key of keys) {
      const start = startOf(0, key);
      if (start.kind === "failed") throw new Error(start.problem.message);
      expect(start.state.position[0]).toBeGreaterThan(0);
    }
  });

  test("is told where there is no other", () => {
    const start = startOf(Number.POSITIVE_INFINITY, keys[0]);
    expect(start.kind === "failed" && start.problem.code).toBe("step-size-vanished");
  });
});

const epidemic = `def sir(y: Real[3], t: Real, beta: Positive, gamma: Positive): Real[3] {
  infected = beta * y[0] * y[1] / 763
  [-infected, infected - gamma * y[1], gamma * y[1]]
}
model Influenza[T](t: Real[T]) {
  beta: Positive ~ Normal(2, 1)
  gamma: Positive ~ Normal(0.4, 0.5)
  phi_inv ~ Exponential(5)
  y = ode(sir, [762, 1, 0], t, beta, gamma, start: 0)
  observe cases ~ NegativeBinomial(y[.., 1] as Positive, 1 / phi_inv)
}`;

/** Cases of influenza in a boarding school (British Medical Journal, 4 March 1978). */
const cases = [2, 16, 34, 48, 93, 298, 247, 189, 96, 90, 117, 49, 19, 8];

test("an epidemic starts where it can grow: where people recover sooner than they infect, a chain does not come away", async () => {
  const { program } = await compile({ name: "influenza.ppl", text: epidemic });
  if (program === undefined) throw new Error("does not compile");
  const model = program.model(undefined);
  const data = { t: cases.map((_, day) => day + 1), cases };
  const plan = planDensity(program.core, model, bindOrThrow(model, data, {}));
  const target = densityTarget(plan, await loadEngine("wasm"));
  const dies = ([beta, gamma]: Float64Array) => beta < gamma;
  const [lost, kept] = [keys[0], keys[3]];
  expect(dies(firstOf(target, lost))).toBe(true);
  expect(dies(chosenOf(target, lost))).toBe(false);
  expect(chosenOf(target, kept)).toEqual(firstOf(target, kept));
  target.dispose();
});
