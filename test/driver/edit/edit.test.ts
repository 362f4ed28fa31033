/** Programs edited from TypeScript: what changes, what stays the same object, and what is said of edits that cannot be. */
import { describe, expect, test } from "vitest";
import { renderProblems } from "../../../src/base/render-problem.ts";
import type { Compilation, Program } from "../../../src/driver/api-types.ts";
import { compile } from "../../../src/driver/compile.ts";
import { edit, type ProgramDraft } from "../../../src/driver/edit/edit.ts";
import {
  addStatement,
  conditionOn,
  fixValue,
  removeVariable,
  setPrior,
} from "../../../src/driver/edit/edits.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { golden } from "../../golden.ts";

const text = `// Two models and a function.

/// Shrinks.
def shrink(x: Real, by: Positive): Real = x / (1 + by) // towards 0

/// Partial pooling.
model Schools[J](sigma: Positive[J]) {
  mu  ~ Normal(0, 5)
  tau ~ HalfCauchy(5) // wide
  plate j in J {
    theta[j] ~ Normal(shrink(mu, tau), tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}

model Other[N] {
  // What it is about.
  a ~ Normal(0, 1)
  plate n in N { observe z[n] ~ Normal(a, 1) }
}
`;

async function programOf(source: string): Promise<Program> {
  const { program, problems } = await compile({ name: "schools.ppl", text: source });
  if (program === undefined) throw new Error(JSON.stringify(problems));
  return program;
}

function edited({ program, problems }: Compilation): Program {
  if (program === undefined) throw new Error(JSON.stringify(problems));
  return program;
}

const inSchools = { model: "Schools" };

describe("named edits", () => {
  test("another prior changes one line, and comments stay", async () => {
    const program = await programOf(text);
    const { source, problems } = edit(program, (draft) =>
      setPrior(draft, "tau", "HalfNormal(10)", inSchools),
    );
    expect(problems).toEqual([]);
    expect(source.name).toBe("schools.ppl (edited)");
    expect(source.text).toBe(
      text.replace("tau ~ HalfCauchy(5)", "tau ~ HalfNormal(10)").replace("mu  ~", "mu ~"),
    );
  });

  test("other observed variables", async () => {
    const { source } = edit(await programOf(text), (draft) => conditionOn(draft, ["theta"], inSchools));
    expect(source.text).toContain(
      "    observe theta[j] ~ Normal(shrink(mu, tau), tau)\n    y[j] ~ Normal(theta[j], sigma[j])",
    );
  });

  test("a value in place of a draw, in a plate too", async () => {
    const { source, problems } = edit(await programOf(text), (draft) => {
      fixValue(draft, "mu", 4.5, inSchools);
      fixValue(draft, "theta", "mu + tau * 0.5", inSchools);
    });
    expect(problems).toEqual([]);
    expect(source.text).toContain("  mu = 4.5\n");
    expect(source.text).toContain("    theta[j] = mu + tau * 0.5\n");
  });

  test("statements more and less", async () => {
    const { source, problems } = edit(await programOf(text), (draft) => {
      addStatement(draft, "nu ~ Gamma(2, 0.1)", { ...inSchools, before: "mu" });
      addStatement(draft, "again[j] ~ StudentT(nu, theta[j], 1)", { ...inSchools, after: "theta" });
      addStatement(draft, "factor -0.5 * nu", inSchools);
      removeVariable(draft, "y", inSchools);
    });
    expect(problems.map(({ code }) => code)).toEqual(["unused-input"]);
    expect(source.text).toContain("{\n  nu ~ Gamma(2, 0.1)\n  mu ~ Normal(0, 5)\n");
    expect(source.text).toContain(
      "via noncentered\n    again[j] ~ StudentT(nu, theta[j], 1)\n  }\n  factor -0.5 * nu\n}\n",
    );
  });

  test("the tree itself", async () => {
    const { source } = edit(await programOf(text), (draft) => {
      for (const each of draft.declarations) if (each.name.text === "Other") each.name.text = "Another";
    });
    expect(source.text).toBe(text.replace("model Other", "model Another"));
  });
});

describe("identity", () => {
  test("what an edit leaves alone is the same object and is not checked again", async () => {
    const program = await programOf(text);
    const next = edited(edit(program, (draft) => setPrior(draft, "a", "Normal(0, 20)", { model: "Other" })));
    const [shrink, schools] = program.edition.checked.file.declarations;
    expect(next.edition.checked.file.declarations.slice(0, 2)).toEqual([shrink, schools]);
    expect(next.edition.checked.file.declarations[0]).toBe(shrink);
    expect(next.edition.checked.file.declarations[1]).toBe(schools);
    expect(next.edition.checked.checked.map(({ name }) => name.text)).toEqual(["Other"]);
    expect(next.model("Schools")).toBe(program.model("Schools"));
    expect(next.core.functions.shrink).toBe(program.core.functions.shrink);
    expect(next.model("Other")).not.toBe(program.model("Other"));
  });

  test("also behind a declaration that grew, and after further edits", async () => {
    const program = await programOf(text);
    const first = edited(edit(program, (draft) => addStatement(draft, "b ~ Normal(0, 1)", inSchools)));
    const second = edited(edit(first, (draft) => setPrior(draft, "b", "Normal(0, 2)", inSchools)));
    expect(second.model("Other")).toBe(program.model("Other"));
    expect(second.source.name).toBe("schools.ppl (edited 2)");
    expect(second.source.text).toBe(first.source.text.replace("b ~ Normal(0, 1)", "b ~ Normal(0, 2)"));
    expect((await compile(second.source)).problems).toEqual([]);
  });

  test("what uses a declaration that changed is checked again", async () => {
    const program = await programOf(text);
    const { problems, sources } = edit(program, (draft) => {
      const [shrink] = draft.declarations;
      if (shrink.kind === "def") shrink.parameters.pop();
    });
    expect(problems.map(({ code }) => code)).toEqual(["unknown-name", "too-many-arguments"]);
    // The one lies in the edited text, the other in a declaration that nobody changed.
    expect(problems.map(({ labels }) => labels[0].span.source)).toEqual([
      "schools.ppl (edited)",
      "schools.ppl",
    ]);
    expect(renderProblems(problems, sources, { color: false })).toContain(
      "theta[j] ~ Normal(shrink(mu, tau), tau)",
    );
  });

  test("an edit that changes nothing gives the same Core", async () => {
    const program = await programOf(text);
    expect(edited(edit(program, () => {})).core).toBe(program.core);
  });
});

test("an edited program runs: the posterior of the other prior", async () => {
  const program = await programOf(
    "model Mean[N] {\n  mu ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(mu, 1) }\n}\n",
  );
  const wide = edited(edit(program, (draft) => setPrior(draft, "mu", "Normal(10, 0.5)")));
  const posterior = await infer(wide, { y: [1, 2, 3] }, { parallel: 0 });
  // Precision 4 + 3, mean (4 · 10 + 6) / 7.
  expect(Math.abs(posterior.summary[0].mean - 46 / 7)).toBeLessThan(0.05);
});

describe("edits that cannot be", () => {
  const impossible: Readonly<Record<string, (draft: ProgramDraft) => void>> = {
    "edit-unknown-variable": (draft) => setPrior(draft, "taau", "HalfNormal(1)", inSchools),
    "edit-impossible": (draft) => conditionOn(draft, ["m"], { model: "Bound" }),
    "edit-which-model": (draft) => setPrior(draft, "tau", "HalfNormal(1)"),
    "edit-syntax": (draft) => setPrior(draft, "tau", "HalfNormal(1", inSchools),
    "edit-check": (draft) => setPrior(draft, "tau", "Normal(0, 1)", inSchools),
  };
  const more = `${text}\nmodel Bound {\n  x ~ Normal(0, 1)\n  m = 2 * x\n}\n`;

  test.each(Object.entries(impossible))("%s", async (name, recipe) => {
    const { program, problems, sources } = edit(await programOf(more), recipe);
    expect(program).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
    await golden(`edit/${name}.txt`, {
      program: more,
      edit: String(recipe).replace(/^\(draft\) => /, ""),
      message: renderProblems(problems, sources, { color: false }),
    });
  });
});
