/** Every program of the language's tour is simulated, and a posterior or a training comes from its own data. */
import { describe, expect, test } from "vitest";
import { nestedValues } from "../../src/driver/answers/nested-values.ts";
import { sample } from "../../src/driver/answers/predict.ts";
import type { GivenData, PriorDraws } from "../../src/driver/api-types.ts";
import { drawMembers } from "../../src/driver/members/draw-members.ts";
import { simulateMembers } from "../../src/driver/members/simulate-members.ts";
import { fitMembers, infer, inferWithArtifact, predictMember, train } from "../../src/driver/node-driver.ts";
import { programs } from "../lang/programs.ts";
import { programOf } from "./programs.ts";

const few = { warmup: 30, draws: 30, chains: 1, parallel: 0, seed: 6 };

/** One prior draw as data. */
function dataOf({ variables }: PriorDraws): Record<string, unknown> {
  return Object.fromEntries(
    variables
      .filter(({ observed }) => observed)
      .map(({ name, values, shape, base }) => [name, nestedValues(values, shape, base)]),
  );
}

interface Case {
  readonly program: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly member?: Readonly<Record<string, unknown>>;
  /** Latents that the posterior has. */
  readonly latents: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  EightSchools: {
    program: programs.EightSchools,
    sizes: { J: 3 },
    inputs: { sigma: [1, 2, 3] },
    latents: ["mu", "tau", "theta"],
  },
  Mixture: { program: programs.Mixture, sizes: { N: 6 }, latents: ["w", "mu", "s", "z"] },
  Hmm: { program: programs.Hmm, sizes: { T: 6, K: 2 }, latents: ["P", "mu", "z"] },
  LocalLevel: { program: programs.LocalLevel, sizes: { T: 5 }, latents: ["q", "r", "x"] },
  Mixtures2D: { program: programs.Mixtures2D, sizes: { N: 5 }, latents: ["centre", "z"] },
  Regressions: {
    program: programs.Regressions,
    sizes: { N: 4, P: 2 },
    inputs: {
      X: [
        [1, 0],
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    },
    latents: ["scale", "prior", "noise", "beta", "sigma"],
  },
  SinesOrLines: {
    program: programs.SinesOrLines.slice(0, programs.SinesOrLines.indexOf("/// What is fitted")),
    sizes: { K: 5 },
    latents: ["kind", "amplitude", "phase", "slope", "intercept"],
  },
};

describe("programs to infer", () => {
  test.each(Object.entries(cases))("%s", async (_, { program: text, sizes, inputs = {}, latents }) => {
    const program = await programOf(text);
    const prior = await sample(program, inputs, { sizes, draws: 1, seed: 2 });
    const data: GivenData = { ...inputs, ...dataOf(prior) };
    const posterior = await infer(program, data, { ...few, sizes });
    expect(posterior.variables.map(({ name }) => name)).toEqual(expect.arrayContaining([...latents]));
    for (const { name, values } of posterior.variables)
      expect(values.every(Number.isFinite), name).toBe(true);
  });

  test("families give members", async () => {
    for (const { program, sizes, inputs = {} } of [cases.Mixtures2D, cases.Regressions, cases.SinesOrLines]) {
      const { members } = await simulateMembers(await programOf(program), inputs, { members: 2, sizes });
      expect(members).toHaveLength(2);
    }
  });
});

describe("programs to train", () => {
  test("Regressor, whose members come from SinesOrLines", { timeout: 60_000 }, async () => {
    const program = await programOf(programs.SinesOrLines);
    const wishes = { from: "SinesOrLines", model: "Regressor", members: 2, sizes: { K: 5 } };
    const members = await drawMembers(program, wishes);
    const fitted = await fitMembers(program, members, { model: "Regressor", steps: 40 });
    for (const { name, logDensity } of fitted.members) {
      expect(logDensity).toBeGreaterThan(-20);
      const { variables } = await predictMember(fitted, name, { x: [0, 1, 2] }, { draws: 5 });
      expect(variables.map((each) => [each.name, each.shape])).toEqual([["y", [3]]]);
    }
  });

  const pixels = Array.from({ length: 12 }, (_, n) => Array.from({ length: 9 }, (_, d) => (n + d) % 3 === 0));

  test.each([
    ["with the derived guide", programs.Vae],
    ["with the guide of the tour", `${programs.Vae}\n${programs.Guide}`],
  ])("Vae %s", { timeout: 60_000 }, async (_, text) => {
    const program = await programOf(text);
    const trained = await train(program, { x: pixels }, { steps: 20, batchSize: 4, sizes: { D: 9, Z: 2 } });
    expect(Number.isFinite(trained.elbo)).toBe(true);
    const { variables } = await inferWithArtifact(trained, { x: pixels.slice(0, 2) }, { draws: 10 });
    expect(variables.map(({ name, shape }) => [name, shape])).toEqual([["z", [2, 2]]]);
  });
});
