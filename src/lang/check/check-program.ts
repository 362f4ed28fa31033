/**
 * The checker: names, sizes, types, ranges, supports and places of a parsed file, and its Core. `check-model.ts`,
 * `check-function.ts` and `check-dist.ts` do one declaration each; this file decides what the declarations see of each other.
 */
import { nearMisses } from "../../base/near-miss.ts";
import { hasErrors, type Problem } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import type { CoreModel, CoreProgram } from "../core.ts";
import type { Declaration, DistDeclaration, File, GuideDeclaration } from "../tree.ts";
import type { CheckFacts } from "./check-facts.ts";
import { checkGuide } from "./check-guide.ts";
import { checkModel } from "./check-model.ts";
import { combinators, isDistribution, isReserved } from "./check-name.ts";
import { explain } from "./check-problem.ts";
import { declarationKeys, functionTable, isUsed, type UsedDeclaration } from "./function-table.ts";
import { setLibraryApart } from "./set-library-apart.ts";

export interface CheckOptions {
  /** Parsed library files: their functions and distributions are visible everywhere, a file's own come first. */
  readonly library?: readonly File[];
  /** What the file imports, with all that this needs: `load-modules.ts`. */
  readonly modules?: readonly UsedDeclaration[];
  /** What the whole file declares, where only a part of it is checked. */
  readonly names?: ReadonlySet<string>;
}

export interface CheckedProgram {
  /** Complete only when no problem is an error; otherwise it lacks what did not check. */
  readonly program: CoreProgram;
  /** In order of the source. */
  readonly problems: readonly Problem[];
  /** The same before `withoutHidden`. */
  readonly found: readonly Problem[];
}

/** What an error hides may be the use that a warning misses. */
export function withoutHidden(found: readonly Problem[]): readonly Problem[] {
  return hasErrors(found) ? found.filter(({ severity }) => severity === "error") : found;
}

/** The names of a file's functions and distributions, and of those that it imports: where a library has the same, it means its own. */
export function namesOf({ declarations }: File): Set<string> {
  const imported = declarations.flatMap((each) =>
    each.kind === "import" && !each.name.text.startsWith("std/") ? each.names.map(({ text }) => text) : [],
  );
  return new Set([...declarations.filter(isUsed).map(({ name }) => name.text), ...imported]);
}

/** Checks a parsed file and elaborates it to Core. Never throws on what a user wrote; collects all problems. */
export function checkProgram(file: File, options: CheckOptions = {}): CheckedProgram {
  const facts: CheckFacts[] = [];
  const report = (each: CheckFacts): void => {
    if (!isAboutNothing(each)) facts.push(each);
  };
  const own = ownDeclarations(file, report);
  const ownUsed = own.filter(isUsed);
  const library = setLibraryApart(
    (options.library ?? []).flatMap((each) => each.declarations.filter(isUsed)),
    options.names ?? namesOf(file),
  );
  const modules = options.modules ?? [];
  const declarations = declarationKeys([...library, ...modules, ...ownUsed]);
  const functions = functionTable(declarations, new Set(library), report);
  for (const { name } of modules) functions.checkAll(functions.forms(name.text));
  const models: CoreModel[] = [];
  const called = new Set<string>();
  const faulty = new Set<string>();
  for (const declaration of own) {
    if (declaration.kind === "model" || declaration.kind === "family") {
      const before = facts.length;
      const checked = checkModel(functions, declaration, report);
      models.push(checked.model);
      for (const name of checked.called) called.add(name);
      if (facts.length > before && facts.slice(before).some(isError)) faulty.add(declaration.name.text);
    } else if (isUsed(declaration)) functions.checkAll(functions.forms(declaration.name.text));
  }
  const guides = new Map<string, CoreModel>();
  const usedByGuides = new Set<Span>();
  for (const declaration of own) {
    if (declaration.kind !== "guide") continue;
    const model = guidedModel(declaration, models, guides, report);
    // What is wrong with its model would be told again.
    if (model === undefined || faulty.has(model.name)) continue;
    const checked = checkGuide(functions, declaration, model, report);
    for (const input of model.inputs) if (checked.used.has(input.name)) usedByGuides.add(input.span);
    guides.set(model.name, checked.guide);
    for (const name of checked.called) called.add(name);
  }
  const isUnused = (each: CheckFacts): boolean =>
    each.code !== "unused-input" || !usedByGuides.has(each.name.span);
  const found = onceEach(facts.filter(isUnused).map(explain)).sort((a, b) => startOf(a) - startOf(b));
  const guided = models.map((model) => {
    const guide = guides.get(model.name);
    return guide === undefined ? model : { ...model, guide };
  });
  const program = { models: guided, functions: functions.reached(called) };
  return { program, problems: withoutHidden(found), found };
}

function isError(facts: CheckFacts): boolean {
  return explain(facts).severity === "error";
}

/** The model of a guide; reports where there is none, or where it has a guide already. */
function guidedModel(
  { name }: GuideDeclaration,
  models: readonly CoreModel[],
  guides: ReadonlyMap<string, CoreModel>,
  report: (facts: CheckFacts) => void,
): CoreModel | undefined {
  const model = models.find((each) => each.name === name.text);
  const first = guides.get(name.text);
  if (model === undefined) {
    // The one without a name may be meant.
    if (models.some((each) => each.name === "")) return undefined;
    const near = nearMisses(
      name.text,
      models.map((each) => each.name),
    );
    report({ code: "guide-unknown-model", name, near });
  } else if (first !== undefined) {
    report({ code: "guide-twice", name, first: first.span });
  } else return model;
  return undefined;
}

/** About a name or an expression that is missing: the parser has reported it, and given it the text "". */
function isAboutNothing(facts: CheckFacts): boolean {
  if ("inside" in facts && isAboutNothing(facts.inside)) return true;
  if ("parameter" in facts && facts.parameter === "") return true;
  if (facts.code === "read-inside-plate" && /\[,|, ,|, ?\]|\[\]/.test(facts.expected)) return true;
  return Object.values(facts).some((each) => typeof each === "object" && "text" in each && each.text === "");
}

/** A mistake may be met on several ways. */
function onceEach(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function startOf(problem: Problem): number {
  return problem.labels[0]?.span.start ?? 0;
}

/** A `dist` may be declared once more with other parameters. */
function isOtherForm(first: Declaration, second: Declaration): boolean {
  if (first.kind !== "dist" || second.kind !== "dist") return false;
  const names = (each: DistDeclaration): string => each.parameters.map(({ name }) => name.text).join();
  return names(first) !== names(second);
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
    const taken = declaration.kind === "import" ? declaration.names : [name];
    const clash = taken.find((each) => {
      const first = seen.get(each.text);
      return first !== undefined && !isOtherForm(first, declaration);
    });
    const first = clash && seen.get(clash.text);
    if (clash !== undefined && first !== undefined) {
      const what = first.kind === "import" ? "imported" : `the name of a ${first.kind}`;
      report({ code: "name-taken", name: clash, what, first: first.name.span });
      continue;
    }
    for (const each of taken) seen.set(each.text, declaration);
    if (declaration.kind === "import") continue;
    if (isDistribution(name.text) || (isUsed(declaration) && combinators.includes(name.text)))
      report({ code: "name-taken", name, what: "a distribution" });
    else if (isUsed(declaration) && isReserved(name.text))
      report({ code: "name-taken", name, what: "a builtin function" });
    else kept.push(declaration);
  }
  return kept;
}
