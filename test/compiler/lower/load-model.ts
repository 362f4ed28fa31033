/** From program text to what lowering takes, as the driver does it. */

import { hasErrors } from "../../../src/base/problem.ts";
import { giveMember } from "../../../src/compiler/family/give-member.ts";
import { checkProgram } from "../../../src/lang/check/check-program.ts";
import type { CoreModel, CoreProgram } from "../../../src/lang/core.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import type { SampleProgram } from "./programs.ts";

export interface LoadedModel {
  readonly model: CoreModel;
  readonly functions: CoreProgram["functions"];
}

/** The last model of the program, or the member of it that the program says. */
export function loadProgram({ text, member = {} }: SampleProgram): LoadedModel {
  const { model, functions } = loadModel(text);
  return { model: giveMember(model, new Map(Object.entries(member))), functions };
}

const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

/** The last model of the program. Throws with all messages when the text does not check. */
export function loadModel(text: string): LoadedModel {
  const parsed = parse({ name: "test.ppl", text });
  const checked = checkProgram(parsed.file, { library });
  const problems = [...parsed.problems, ...checked.problems];
  if (hasErrors(problems))
    throw new Error(problems.map(({ code, message, help }) => `${code}: ${message} (${help})`).join("\n"));
  const { models, functions } = checked.program;
  return { model: models[models.length - 1], functions };
}
