/** The whole compiler on one screen: text → tree → Core. Graphs are made when data give the sizes: `density-plan.ts`. */
import { hasErrors, type Problem, ProblemError } from "../base/problem.ts";
import type { Source } from "../base/span.ts";
import { checkProgram } from "../lang/check-program.ts";
import type { CoreModel, CoreProgram } from "../lang/core.ts";
import { parse } from "../lang/parse.ts";
import { stdlibSources } from "../lang/stdlib.generated.ts";
import type { File } from "../lang/tree.ts";
import type { Compilation, Program } from "./api-types.ts";

/** Never rejects for what is wrong with the program: that is in `problems`. */
export async function compile(source: Source | string): Promise<Compilation> {
  const named: Source = typeof source === "string" ? { name: "model.ppl", text: source } : source;
  const parsed = parse(named);
  const checked = checkProgram(parsed.file, { library: library() });
  const problems: Problem[] = [...parsed.problems, ...checked.problems];
  problems.sort((a, b) => (a.labels[0]?.span.start ?? 0) - (b.labels[0]?.span.start ?? 0));
  if (hasErrors(problems)) return { source: named, problems };
  return { source: named, problems, program: createProgram(checked.program, named) };
}

export function createProgram(core: CoreProgram, source: Source): Program {
  return { core, source, model: (name) => chooseModel(core, name) };
}

/** The standard library, as text that is part of the package. */
function library(): File[] {
  return Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);
}

function chooseModel(core: CoreProgram, name: string | undefined): CoreModel {
  const names = core.models.map((model) => model.name).join(", ");
  if (name === undefined && core.models.length === 1) return core.models[0];
  const found = core.models.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new ProblemError([
    {
      code: core.models.length === 0 ? "no-model" : name === undefined ? "which-model" : "unknown-model",
      severity: "error",
      message:
        core.models.length === 0
          ? "the program declares no model"
          : name === undefined
            ? "the program declares several models"
            : `the program has no model \`${name}\``,
      labels: [],
      ...(core.models.length > 0 && { notes: [`models here: ${names}`] }),
      help: core.models.length === 0 ? "declare one: model Name { … }" : "choose one with --model NAME",
    },
  ]);
}
