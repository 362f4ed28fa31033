import { describe, expect, test } from "vitest";
import type { ProblemError } from "../../../src/base/problem.ts";
import type { Program } from "../../../src/driver/api-types.ts";
import { type DensityPlan, planDensity } from "../../../src/driver/density/density-plan.ts";
import { edit } from "../../../src/driver/edit/edit.ts";
import { setPrior } from "../../../src/driver/edit/edits.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { programOf } from "../programs.ts";

const text = `def line(x: Real, a: Real): Real = a * x

model Line[N, J](x: Real[N], group: Nat[N], steep: Bool) {
  a ~ Normal(0, 5)
  plate j in J { effect[j] ~ Normal(0, 1) }
  plate n in N {
    m[n] = if steep then line(x[n], a) + effect[group[n]] else line(x[n], a)
    observe y[n]: Real? ~ Normal(m[n], 1)
  }
}
`;
const data = { J: 2, x: [0, 1, 2], group: [0, 1, 1], steep: true, y: [0.1, 1.5, 2.5] };

function planned(program: Program, given: Readonly<Record<string, unknown>> = data): DensityPlan {
  const model = program.model();
  return planDensity(program.core, model, bindOrThrow(model, given, {}), program.edition.reuse);
}

function edited(program: Program, prior: string): Program {
  const next = edit(program, (draft) => setPrior(draft, "a", prior)).program;
  if (next === undefined) throw new Error("does not check");
  return next;
}

describe("graphs are kept across edits", () => {
  test("of an edit that is undone, and for other data of the same sizes", async () => {
    const program = await programOf(text);
    const first = planned(program);
    const other = edited(program, "Normal(0, 6)");
    const changed = planned(other);
    expect(changed.density).not.toBe(first.density);
    const undone = edited(other, "Normal(0, 5)");
    expect(undone.core.models[0]).not.toBe(program.core.models[0]);
    expect(planned(undone).density).toBe(first.density);
    expect(planned(undone).report).toBe(first.report);

    const moved = planned(program, { ...data, y: [3, 4, 5], group: [1, 1, 0] });
    expect(moved.density).toBe(first.density);
    expect([...moved.data["data/y"]]).toEqual([3, 4, 5]);
    expect([...first.data["data/y"]]).toEqual(data.y);
  });

  test("but not where data decide what is computed", async () => {
    const program = await programOf(text);
    const { density } = planned(program);
    expect(planned(program, { ...data, steep: false }).density).not.toBe(density);
    expect(planned(program, { ...data, J: 3 }).density).not.toBe(density);
    expect(planned(program, { ...data, y: [0.1, null, 2.5] }).density).not.toBe(density);
    expect(planned(program).density).toBe(density);
  });

  test("and data that do not fit are told of with the places of the text at hand", async () => {
    const program = await programOf(text);
    planned(program);
    const later = await programOf(`// A comment above it.\n${text}`);
    const moved = edited(edited(program, "Normal(0, 6)"), "Normal(0, 5)");
    const wrong = { ...data, group: [0, 1, 2] };
    const label = (each: Program): string => {
      try {
        planned(each, wrong);
      } catch (error) {
        const [problem] = (error as ProblemError).problems;
        const { span } = problem.labels[0];
        const source = each.edition.sources.find(({ name }) => name === span.source);
        return `${problem.code} ${source?.text.slice(span.start, span.end)}`;
      }
      return "nothing wrong";
    };
    const expected = label(later);
    expect(expected).toContain("group[n]");
    expect(label(program)).toBe(expected);
    expect(label(moved)).toBe(expected);
  });

  test("and draws are those of the program by itself", async () => {
    const program = await programOf(text);
    const options = { seed: 5, chains: 1, warmup: 50, draws: 20, parallel: 0 };
    const drawsOf = async (each: Program): Promise<number[]> =>
      (await infer(each, data, options)).variables.flatMap(({ values }) => [...values]);
    const other = edited(program, "Normal(0, 6)");
    const [before, changed] = [await drawsOf(program), await drawsOf(other)];
    expect(await drawsOf(edited(other, "Normal(0, 5)"))).toEqual(before);
    expect(changed).toEqual(await drawsOf(await programOf(text.replace("Normal(0, 5)", "Normal(0, 6)"))));
    expect(changed).not.toEqual(before);
  });
});
