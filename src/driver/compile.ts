/** The whole compiler on one screen: text → tree → Core. Graphs are made when data give the sizes: `density-plan.ts`. */
import { nearMisses } from "../base/near-miss.ts";
import { hasErrors, type Problem, ProblemError } from "../base/problem.ts";
import type { Source } from "../base/span.ts";
import { joinProblems } from "../lang/check/join-problems.ts";
import { recheck } from "../lang/check/recheck.ts";
import type { CoreModel, CoreProgram } from "../lang/core.ts";
import { loadModules, noModules, type Resolve, withoutMissing } from "../lang/modules/load-modules.ts";
import { modulePath } from "../lang/modules/module-path.ts";
import { parse } from "../lang/parse/parse.ts";
import type { Compilation, CompileOptions, Program } from "./api-types.ts";
import { type Edition, firstEdition } from "./edit/edition.ts";
import { library, libraryFor } from "./library.ts";

/**
 * Never rejects for what is wrong with the program: that is in `problems`. What it imports is among `source.modules`, or
 * `resolve` finds it.
 */
export async function compile(
  source: Source | string,
  { resolve = resolverOf(source) }: CompileOptions = {},
): Promise<Compilation> {
  const named: Source = typeof source === "string" ? { name: "model.ppl", text: source } : source;
  const parsed = parse(named);
  const imports = parsed.file.declarations.some(({ kind }) => kind === "import");
  const modules = imports ? loadModules(parsed.file, library(), resolve) : noModules;
  const used = imports ? undefined : recheck(parsed.file, { library: libraryFor(named.text) });
  // With a mistake in it: the whole library has names to suggest.
  const checked =
    used === undefined || hasErrors(used.problems)
      ? recheck(parsed.file, { library: library(), modules: modules.declarations })
      : used;
  const told = [...modules.problems, ...withoutMissing(checked.problems, modules)];
  const problems = joinProblems(parsed.problems, told);
  const { sources } = modules;
  if (hasErrors(problems)) return { source: named, sources: [named, ...sources], problems };
  const whole = sources.length === 0 ? named : { ...named, modules: sources };
  return compiled(firstEdition(checked, whole, modules), problems);
}

/** Finds modules among those that came with the text. */
export function resolverOf(source: Source | string): Resolve {
  const modules = typeof source === "string" ? [] : (source.modules ?? []);
  return (path, from) => modules.find(({ name }) => name === modulePath(from, path));
}

/** Of an edition without errors. */
export function compiled(
  edition: Edition,
  problems: readonly Problem[],
): Compilation & { readonly program: Program } {
  const [source] = edition.sources;
  const core = edition.checked.program;
  const program: Program = { core, source, edition, model: (name) => chooseModel(core, source, name) };
  return { source, sources: edition.sources, problems, program };
}

function chooseModel(core: CoreProgram, source: Source, name: string | undefined): CoreModel {
  const names = core.models.map((model) => model.name);
  if (name === undefined && core.models.length === 1) return core.models[0];
  const found = core.models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const common = { severity: "error", labels: [], place: source.name } as const;
  if (names.length === 0)
    throw new ProblemError([
      {
        ...common,
        code: "no-model",
        message: "the program declares no model",
        help: "model Coin { p ~ Uniform(0, 1); observe heads ~ Bernoulli(p) }",
      },
    ]);
  const [suggestion] = [...(name === undefined ? [] : nearMisses(name, names)), ...names];
  throw new ProblemError([
    {
      ...common,
      code: name === undefined ? "which-model" : "unknown-model",
      message:
        name === undefined ? "the program declares several models" : `the program has no model \`${name}\``,
      notes: [`models here: ${names.join(", ")}`],
      help: `choose one by its name: --model ${suggestion}`,
    },
  ]);
}
