/** Members that learn for themselves: against solutions in closed form. */
import { describe, expect, test } from "vitest";
import { decodeArtifact } from "../../../src/artifact/artifact.ts";
import {
  decodeTrained,
  encodeFittedMembers,
  type FittedMember,
} from "../../../src/artifact/fitted-members.ts";
import type { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import { drawMembers } from "../../../src/driver/members/draw-members.ts";
import { fitMembers, predictMember } from "../../../src/driver/node-driver.ts";
import { programOf } from "../programs.ts";

function valuesOf({ values }: FittedMember, name: string): readonly number[] {
  const found = values.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return [...found.values];
}

/** Rows [1, t] and y = a + b t + noise. */
function line(count: number, a: number, b: number, stream: number): { x: number[][]; y: number[] } {
  const random = randomSource({ seed: 9, stream }, 0);
  const times = Array.from({ length: count }, () => 2 * random.normal());
  return { x: times.map((t) => [1, t]), y: times.map((t) => a + b * t + 0.5 * random.normal()) };
}

/** Normal equations in two unknowns, and the mean square of what is left. */
function leastSquares({ x, y }: { x: number[][]; y: number[] }): { beta: number[]; square: number } {
  let [n, t, tt, s, st] = [0, 0, 0, 0, 0];
  x.forEach(([, at], i) => {
    n += 1;
    t += at;
    tt += at * at;
    s += y[i];
    st += at * y[i];
  });
  const determinant = n * tt - t * t;
  const beta = [(tt * s - t * st) / determinant, (n * st - t * s) / determinant];
  const square = y.reduce((sum, each, i) => sum + (each - beta[0] - beta[1] * x[i][1]) ** 2, 0) / n;
  return { beta, square };
}

const lines = `
family Lines[K, P](x: Real[K, P]) {
  member learn beta: Real[P] = 0
  member learn sigma: Positive = 1
  plate k in K { observe y[k] ~ Normal(dot(x[k], beta), sigma) }
}`;

const members = [
  { name: "first", data: line(12, 1, 2, 1) },
  { name: "second", data: line(12, -3, 0.5, 2) },
  { name: "longer", data: line(40, 0, -1, 3) },
];

describe("members are fitted by maximum likelihood", () => {
  test("of straight lines: least squares, and the root mean square of what is left", async () => {
    const { members: fitted } = await fitMembers(await programOf(lines), members);
    expect(fitted.map(({ name, converged }) => [name, converged])).toEqual([
      ["first", true],
      ["second", true],
      ["longer", true],
    ]);
    for (const [position, member] of fitted.entries()) {
      const { data } = members[position];
      const { beta, square } = leastSquares(data);
      const [a, b] = valuesOf(member, "beta");
      expect(a).toBeCloseTo(beta[0], 5);
      expect(b).toBeCloseTo(beta[1], 5);
      expect(valuesOf(member, "sigma")[0]).toBeCloseTo(Math.sqrt(square), 5);
      const largest = -0.5 * data.y.length * (Math.log(2 * Math.PI * square) + 1);
      expect(member.logDensity).toBeCloseTo(largest, 6);
    }
  });

  test("a net of one dense layer is a linear regression", async () => {
    const program = await programOf(`
      family Nets[K](x: Real[K]) {
        member learn f = mlp[1, 1](hidden: [])
        plate k in K { observe y[k] ~ Normal(f([x[k]])[0], 0.5) }
      }`);
    const [{ data }] = members;
    const given = { x: data.x.map(([, t]) => t), y: data.y };
    const [member] = (await fitMembers(program, [{ name: "a", data: given }])).members;
    const weights = Object.entries(member.parameters);
    const find = (end: string): number =>
      weights.find(([input]) => input.endsWith(end))?.[1][0] ?? Number.NaN;
    const { beta } = leastSquares(data);
    expect(find("/b")).toBeCloseTo(beta[0], 5);
    expect(find("/W")).toBeCloseTo(beta[1], 5);
  });

  test("latents are at the mode of their own density, not of that of their logarithms", async () => {
    const program = await programOf(`
      family Counts {
        member learn shift = 0
        rate ~ Exponential(2)
        observe n ~ Poisson(rate)
        observe y ~ Normal(shift, 1)
      }`);
    const [member] = (await fitMembers(program, [{ name: "a", data: { n: 6, y: -1.5 } }])).members;
    // n log rate − rate − 2 rate is largest at n / 3.
    expect(valuesOf(member, "rate")[0]).toBeCloseTo(2, 5);
    expect(valuesOf(member, "shift")[0]).toBeCloseTo(-1.5, 5);
  });

  test("a member's fit is the same in any company", async () => {
    const program = await programOf(lines);
    const together = await fitMembers(program, members);
    const alone = await fitMembers(program, [members[1]]);
    expect(alone.members[0]).toEqual(together.members[1]);
  });

  test("a description that is given decides; one that is not is inferred", async () => {
    const program = await programOf(`
      family Robust[K] {
        vary noise in { gaussian, student }
        member learn m = 0
        plate k in K {
          observe y[k] ~ match noise {
            gaussian => Normal(m, 1)
            student => StudentT(2, m, 1)
          }
        }
      }`);
    const y = [0, 0.1, -0.2, 0.3, 0.1, 25];
    const describedAs = async (member?: Record<string, unknown>): Promise<FittedMember> =>
      (await fitMembers(program, [{ name: "a", data: { y } }], { member })).members[0];
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const gaussian = await describedAs({ noise: "gaussian" });
    expect(gaussian.description).toEqual({ noise: "gaussian" });
    expect(valuesOf(gaussian, "m")[0]).toBeCloseTo(mean, 5);
    const open = await describedAs();
    expect(valuesOf(open, "m")[0]).toBeCloseTo(0.1, 0);
    expect(valuesOf(open, "P(noise = student)")[0]).toBeGreaterThan(0.999);
  });

  test("starts without a density are refused", async () => {
    const bad = await programOf(`
      family F(x: Real) { member learn a = 0; observe y ~ Normal(a / x, 1) }`);
    await fitMembers(bad, [{ name: "zero", data: { x: 0, y: 1 } }]).then(
      () => expect.unreachable(),
      ({ problems }: ProblemError) => expect(problems[0].code).toBe("fit-start-failed"),
    );
  });
});

describe("members that share parameters beside their own", () => {
  const shared = `
    family Slopes[K](x: Real[K]) {
      learn slope = 0
      learn sigma: Positive = 1
      member learn start = 0
      plate k in K { observe y[k] ~ Normal(start + slope * x[k], sigma) }
    }`;
  const given = [line(8, 1, 2, 4), line(15, -1, 2, 5), line(5, 4, 2, 6)].map(({ x, y }, position) => ({
    name: String(position),
    data: { x: x.map(([, t]) => t), y },
  }));

  test("are fitted together: one slope from the deviations within members (analysis of covariance)", async () => {
    const { members: fitted } = await fitMembers(await programOf(shared), given);
    const average = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    let [products, squares, count] = [0, 0, 0];
    for (const { data } of given)
      data.x.forEach((x, i) => {
        products += (x - average(data.x)) * (data.y[i] - average(data.y));
        squares += (x - average(data.x)) ** 2;
        count++;
      });
    const slope = products / squares;
    let rest = 0;
    for (const [position, { data }] of given.entries()) {
      const start = average(data.y) - slope * average(data.x);
      const member = fitted[position];
      expect(member.converged).toBe(true);
      expect(valuesOf(member, "slope")[0]).toBeCloseTo(slope, 5);
      expect(valuesOf(member, "start")[0]).toBeCloseTo(start, 5);
      data.x.forEach((x, i) => {
        rest += (data.y[i] - start - slope * x) ** 2;
      });
    }
    const sigma = Math.sqrt(rest / count);
    expect(valuesOf(fitted[0], "sigma")[0]).toBeCloseTo(sigma, 5);
    const largest = -count * (Math.log(sigma * Math.sqrt(2 * Math.PI)) + 0.5);
    expect(fitted.reduce((sum, { logDensity }) => sum + logDensity, 0)).toBeCloseTo(largest, 5);
  });

  test("of the same size", async () => {
    const program = await programOf(
      shared.replace("learn slope = 0", "learn slope: Real[K] = 0").replace("slope *", "slope[k] *"),
    );
    const refused = fitMembers(program, given);
    await refused.then(
      () => expect.unreachable(),
      ({ problems }: ProblemError) => expect(problems[0].code).toBe("shared-sizes-differ"),
    );
  });
});

describe("fitted members", () => {
  test("come back from their file as they were", async () => {
    const fitted = await fitMembers(await programOf(lines), members);
    const bytes = encodeFittedMembers(fitted);
    expect(decodeTrained(bytes, "lines.pplx")).toEqual(fitted);
    expect(() => decodeArtifact(bytes, "lines.pplx")).toThrow("fitted members");
  });

  test("predict at other inputs, of another number too", async () => {
    const fitted = await fitMembers(await programOf(lines), members);
    const { variables } = await predictMember(fitted, "second", { x: [[1, 10]] }, { draws: 4000 });
    const [{ name, shape, values }] = variables;
    expect([name, shape]).toEqual(["y", [1]]);
    const { beta, square } = leastSquares(members[1].data);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean - (beta[0] + 10 * beta[1]))).toBeLessThan(5 * Math.sqrt(square / 4000));
    expect(sd / Math.sqrt(square)).toBeCloseTo(1, 1);
  });

  test("have names, and sizes that their parameters keep", async () => {
    const fitted = await fitMembers(await programOf(lines), members);
    const codeOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => "none",
        ({ problems }: ProblemError) => problems[0].code,
      );
    expect(await codeOf(predictMember(fitted, "secnd", { x: [[1, 10]] }))).toBe("no-such-member");
    expect(await codeOf(predictMember(fitted, "second", { x: [[1, 10, 3]] }))).not.toBe("none");
  });
});

describe("members drawn from another family", () => {
  const source = `
    family Tasks[K] {
      vary slope ~ Normal(0, 2)
      plate k in K {
        x[k] ~ Uniform(-1, 1)
        observe y[k] ~ Normal(slope * x[k], 0.01)
      }
    }
    family Lines[K](x: Real[K]) {
      member learn slope = 0
      plate k in K { observe y[k] ~ Normal(slope * x[k], 1) }
    }`;

  test("have the data that the fitted family wants, and nothing of their descriptions", async () => {
    const program = await programOf(source);
    const drawn = await drawMembers(program, { from: "Tasks", model: "Lines", members: 3, sizes: { K: 6 } });
    expect(drawn.map(({ name }) => name)).toEqual(["0", "1", "2"]);
    const { members: fitted } = await fitMembers(program, drawn, { model: "Lines" });
    const slopes = fitted.map((member) => valuesOf(member, "slope")[0]);
    expect(new Set(slopes).size).toBe(3);
    const again = await drawMembers(program, { from: "Tasks", model: "Lines", members: 1, sizes: { K: 6 } });
    const [first] = (await fitMembers(program, again, { model: "Lines" })).members;
    expect(valuesOf(first, "slope")[0]).toBe(slopes[0]);
  });
});
