/**
 * The checker: names, sizes, types, ranges, supports and places of a parsed file, and its Core. `check-model.ts` and
 * `check-function.ts` do one declaration each; this file decides what the declarations see of each other.
 */
import { hasErrors, type Problem } from "../../base/problem.ts";
import type { CoreModel, CoreProgram } from "../core.ts";
import type { Declaration, File } from "../tree.ts";
import type { CheckFacts } from "./check-facts.ts";
import { type FunctionDeclaration, functionTable } from "./check-function.ts";
import { checkModel } from "./check-model.ts";
import { isBuiltin, isDistribution } from "./check-name.ts";
import { explain } from "./check-problem.ts";

export interface CheckOptions {
  /** Parsed library files: their defs and nets are visible everywhere, a file's own come first. */
  readonly library?: readonly File[];
}

export interface CheckedProgram {
  /** Complete only when no problem is an error; otherwise it lacks what did not check. */
  readonly program: CoreProgram;
  /** In order of the source. */
  readonly problems: readonly Problem[];
}

/** Checks a parsed file and elaborates it to Core. Never throws on what a user wrote; collects all problems. */
export function checkProgram(file: File, options: CheckOptions = {}): CheckedProgram {
  const facts: CheckFacts[] = [];
  const report = (each: CheckFacts): void => {
    // The parser gives a name that is missing the text "", and has reported it.
    if (!("name" in each && typeof each.name === "object" && each.name.text === "")) facts.push(each);
  };
  const library = (options.library ?? []).flatMap((each) => each.declarations.filter(isFunction));
  const own = ownDeclarations(file, report);
  const declarations = new Map([...library, ...own.filter(isFunction)].map((each) => [each.name.text, each]));
  const functions = functionTable(declarations, report);
  const models: CoreModel[] = [];
  const called = new Set<string>();
  for (const declaration of own) {
    if (declaration.kind === "model" || declaration.kind === "family") {
      const checked = checkModel(functions, declaration, report);
      models.push(checked.model);
      for (const name of checked.called) called.add(name);
    } else if (isFunction(declaration)) functions.checkAll([declaration.name.text]);
    else
      report({
        code: "not-supported-yet",
        feature: "guides are",
        span: declaration.name.span,
        help: "leave it out: a guide is derived from the model",
      });
  }
  const all = facts.map(explain).sort((a, b) => startOf(a) - startOf(b));
  // What an error hides may be the use that a warning misses.
  const problems = hasErrors(all) ? all.filter(({ severity }) => severity === "error") : all;
  return { program: { models, functions: functions.reached(called) }, problems };
}

function isFunction(declaration: Declaration): declaration is FunctionDeclaration {
  return declaration.kind === "def" || declaration.kind === "net";
}

function startOf(problem: Problem): number {
  return problem.labels[0]?.span.start ?? 0;
}

/** The declarations whose names are free; reports the others. */
function ownDeclarations(file: File, report: (facts: CheckFacts) => void): Declaration[] {
  const seen = new Map<string, Declaration>();
  const kept: Declaration[] = [];
  for (const declaration of file.declarations) {
    const { name } = declaration;
    if (declaration.kind === "guide") {
      kept.push(declaration);
      continue;
    }
    const first = seen.get(name.text);
    if (first !== undefined) {
      report({ code: "name-taken", name, what: `the name of a ${first.kind}`, first: first.name.span });
      continue;
    }
    seen.set(name.text, declaration);
    if (isDistribution(name.text)) report({ code: "name-taken", name, what: "a distribution" });
    else if (isFunction(declaration) && isBuiltin(name.text))
      report({ code: "name-taken", name, what: "a builtin function" });
    else kept.push(declaration);
  }
  return kept;
}
