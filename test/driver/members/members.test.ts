import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { renderProblems } from "../../../src/base/render-problem.ts";
import { membersText, parseMembers } from "../../../src/data/members-file.ts";
import { writeFileAtomically } from "../../../src/data/write-file.ts";
import { sample } from "../../../src/driver/answers/predict.ts";
import type { Posterior } from "../../../src/driver/api-types.ts";
import { simulateMembers } from "../../../src/driver/members/simulate-members.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { golden } from "../../golden.ts";
import { programs } from "../../lang/programs.ts";
import { programOf } from "../programs.ts";

const sinesOrLines = programs.SinesOrLines.slice(0, programs.SinesOrLines.indexOf("/// What is fitted"));

function valuesOf({ variables }: Pick<Posterior, "variables">, name: string): Float64Array {
  return variables.find((variable) => variable.name === name)!.values;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

describe("members drawn from a family", () => {
  test("descriptions come from the meta-distribution, data from their own description", async () => {
    const program = await programOf(sinesOrLines);
    const { members, variables, sizes } = await simulateMembers(
      program,
      {},
      { members: 4000, sizes: { K: 5 }, seed: 4 },
    );
    expect(sizes).toEqual({ K: 5 });
    const kinds = members.map(({ description }) => description.kind);
    // Half of each; four standard errors of a share of 4000.
    expect(kinds.filter((kind) => kind === "sine").length / 4000).toBeCloseTo(0.5, 1);
    expect(Math.abs(kinds.filter((kind) => kind === "sine").length - 2000)).toBeLessThan(4 * Math.sqrt(1000));
    expect(new Set(kinds)).toEqual(new Set(["sine", "line"]));
    const amplitude = valuesOf({ variables }, "amplitude");
    // Uniform(0.1, 5): mean 2.55, variance 4.9² / 12.
    expect(Math.abs(mean(amplitude) - 2.55)).toBeLessThan((4 * 4.9) / Math.sqrt(12 * 4000));
    expect(mean(amplitude.map((each) => (each - 2.55) ** 2))).toBeCloseTo(4.9 ** 2 / 12, 0);
    // What is left of y without its mean has sd 0.3, for sines and for lines.
    for (const kind of ["sine", "line"]) {
      const rest = members
        .filter(({ description }) => description.kind === kind)
        .flatMap(({ description, data, latents }) => {
          const { amplitude: a, phase, slope, intercept } = description as Record<string, number>;
          const centre = (x: number): number =>
            kind === "sine" ? a * Math.sin(x + phase) : slope * x + intercept;
          return (data.y as number[]).map((y, k) => y - centre((latents.x as number[])[k]));
        });
      expect(Math.abs(mean(rest))).toBeLessThan((4 * 0.3) / Math.sqrt(rest.length));
      expect(Math.sqrt(mean(rest.map((each) => each * each)))).toBeCloseTo(0.3, 2);
    }
  });

  test("a member is the same whatever the number of members, and another with another seed", async () => {
    const program = await programOf(sinesOrLines);
    const options = { sizes: { K: 3 }, seed: 2 };
    const few = await simulateMembers(program, {}, { ...options, members: 3 });
    const many = await simulateMembers(program, {}, { ...options, members: 10 });
    const other = await simulateMembers(program, {}, { ...options, seed: 3, members: 3 });
    expect(many.members.slice(0, 3)).toEqual(few.members);
    expect(other.members).not.toEqual(few.members);
  });

  test("what is given holds for all of them", async () => {
    const program = await programOf(sinesOrLines);
    const given = { kind: "line", slope: 2 };
    const { members } = await simulateMembers(program, {}, { members: 5, sizes: { K: 2 }, member: given });
    for (const { description } of members) {
      expect(description).toMatchObject(given);
      expect(Object.keys(description).sort()).toEqual(["amplitude", "intercept", "kind", "phase", "slope"]);
    }
  });

  test("arrays keep their shape, and a model is a family with equal members", async () => {
    const mixtures = await programOf(programs.Mixtures2D);
    const { members } = await simulateMembers(mixtures, {}, { members: 2, sizes: { N: 3 } });
    const centre = members[0].description.centre as number[][];
    expect([centre.length, centre[0].length]).toEqual([2, 2]);
    expect((members[0].data.x as number[][]).map((row) => row.length)).toEqual([2, 2, 2]);
    expect(typeof (members[0].latents.z as boolean[])[0]).toBe("boolean");
    const model = await programOf(
      "model M[N](s: Positive) { mu ~ Normal(0, 1); plate n in N { observe y[n] ~ Normal(mu, s) } }",
    );
    const drawn = await simulateMembers(model, { s: 2 }, { members: 1, sizes: { N: 2 } });
    expect(drawn.members[0].description).toEqual({});
    expect(drawn.members[0].data).toMatchObject({ s: 2 });
  });

  test("a members file gives them back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ppl-members-"));
    try {
      const program = await programOf(sinesOrLines);
      const drawn = await simulateMembers(program, {}, { members: 3, sizes: { K: 2 } });
      const path = join(folder, "members.json");
      writeFileAtomically(path, membersText(drawn));
      const read = parseMembers(readFileSync(path, "utf8"), path);
      expect(read.sizes).toEqual({ K: 2 });
      expect(read.members).toHaveLength(3);
      expect(Array.from(read.members[1].data.values.get("y")!.values)).toEqual(drawn.members[1].data.y);
      expect(read.members[1].description.values.get("kind")!.text).toBe(drawn.members[1].description.kind);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("one member", () => {
  const X = [
    [1, 0.5],
    [0.2, -1],
    [-0.3, 0.8],
    [1.5, 1],
  ];
  const data = { X, y: [1.2, -0.4, 0.3, 2.5] };

  test("what is given whole is the model written by hand, draw for draw", async () => {
    const family = await programOf(programs.Regressions);
    const byHand = await programOf(`model R[N, P](X: Real[N, P], scale: Positive) {
  beta: Real[P] ~ Laplace(0, scale)
  sigma ~ HalfNormal(1)
  plate n in N { observe y[n] ~ StudentT(4, dot(X[n], beta), sigma) }
}`);
    const options = { seed: 5, chains: 1, warmup: 200, draws: 200, parallel: 0 };
    const member = { prior: "Laplace", noise: "student", scale: 0.7 };
    const posterior = await infer(family, data, { ...options, member });
    const wanted = await infer(byHand, { ...data, scale: 0.7 }, options);
    for (const name of ["beta", "sigma"]) expect(valuesOf(posterior, name)).toEqual(valuesOf(wanted, name));
    const inData = await infer(family, { ...data, ...member }, options);
    expect(valuesOf(inData, "beta")).toEqual(valuesOf(wanted, "beta"));
    const drawn = await sample(family, data, { seed: 1, draws: 2, member });
    expect(drawn.variables.map(({ name }) => name)).toEqual(["beta", "sigma", "y"]);
  });

  test("an option that is not given has its posterior probability, and replicated data are mixed by it", async () => {
    const program = await programOf(`family F[N] {
  vary kind in { left, right }
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ match kind { left => Normal(mu - 0.7, 1), right => Normal(mu + 0.7, 1) } }
}`);
    const y = [1.6, 0.2, 1.2];
    const posterior = await infer(program, { y }, { seed: 2, parallel: 0 });
    // y is Normal(∓0.7 · 1, I + 1 1ᵀ), so that the log odds are 1.4 Σy / (1 + N).
    const odds = Math.exp((1.4 * mean(y) * y.length) / (1 + y.length));
    const right = odds / (1 + odds);
    const found = valuesOf(posterior, "P(kind = right)");
    expect(Math.abs(mean(found) - right)).toBeLessThan(0.03);
    const left = valuesOf(posterior, "P(kind = left)");
    expect(found.every((each, draw) => Math.abs(each + left[draw] - 1) < 1e-9)).toBe(true);
    // Given kind, mu has mean Σ(y ∓ 0.7) / (1 + N); a replicate has the mean of mu ± 0.7.
    const total = mean(y) * y.length;
    const centre = (sign: number): number => (total - sign * 0.7 * y.length) / (1 + y.length) + sign * 0.7;
    const wanted = right * centre(1) + (1 - right) * centre(-1);
    const [replicated] = (await posterior.predict()).predictive;
    expect(Math.abs(mean(replicated.values) - wanted)).toBeLessThan(0.1);
  });

  test.each([
    ["unknown-description", { scal: 1 }],
    ["unknown-option", { prior: "Laplac" }],
    ["unknown-option-number", { prior: 2 }],
    ["data-out-of-support-description", { scale: -1 }],
  ])("%s is refused", async (name, member) => {
    const program = await programOf(programs.Regressions);
    const { source } = program;
    const error = await sample(program, data, { member, draws: 1 }).catch((thrown: unknown) => thrown);
    if (!(error instanceof ProblemError)) throw error;
    await golden(`members/${name}.txt`, {
      member: JSON.stringify(member),
      message: renderProblems(error.problems, [source], { color: false }),
    });
  });

  test("a model has no descriptions", async () => {
    const program = await programOf("model M { x ~ Normal(0, 1) }");
    const error = await sample(program, {}, { member: { kind: "sine" } }).catch((thrown: unknown) => thrown);
    expect((error as ProblemError).problems.map(({ code }) => code)).toEqual(["unknown-description"]);
  });
});
