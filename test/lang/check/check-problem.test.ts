import { describe, expect, test } from "vitest";
import { renderProblems } from "../../../src/base/render-problem.ts";
import { checkProgram } from "../../../src/lang/check/check-program.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import { golden } from "../../golden.ts";
import { cases } from "./check-cases.ts";

const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

describe.each(Object.entries(cases))("%s", (code, programs) => {
  test.each(Object.entries(programs))("%s", async (name, text) => {
    const source = { name: "model.ppl", text };
    const parsed = parse(source);
    expect(parsed.problems).toEqual([]);
    const { problems } = checkProgram(parsed.file, { library });
    expect(new Set(problems.map((problem) => problem.code))).toContain(code);
    // One mistake, one message: nothing else may follow from it.
    expect(new Set(problems.map((problem) => problem.code)).size).toBe(1);
    for (const problem of problems) expect(problem.help).toBeTruthy();
    await golden(`check/${code}${name === "" ? "" : `-${name}`}.txt`, {
      program: text,
      message: renderProblems(problems, [source], { color: false }),
    });
  });
});
