/**
 * Checks a file again after some of its declarations changed. A declaration is the same when it is the same object. Checked
 * again are those that changed, those that mention a name that changed, directly or through others, and with them what they
 * mention; the others keep their problems and their Core.
 *
 * The result is that of `checkProgram` on the whole file. Where that cannot be told from the parts, as when a problem shows up in
 * a declaration that did not change, the whole file is checked.
 */
import { nearMisses } from "../../base/near-miss.ts";
import type { Problem } from "../../base/problem.ts";
import type { CoreFunction, CoreModel } from "../core.ts";
import type { Declaration, File } from "../tree.ts";
import {
  type CheckedProgram,
  type CheckOptions,
  checkProgram,
  namesOf,
  withoutHidden,
} from "./check-program.ts";

export interface Rechecked extends CheckedProgram {
  readonly file: File;
  /** What is known of each declaration; absent when some problem lies in none. */
  readonly known?: ReadonlyMap<Declaration, Known>;
  /** The declarations that were checked for this. */
  readonly checked: readonly Declaration[];
}

interface Known {
  readonly found: readonly Problem[];
  readonly model?: CoreModel;
  readonly mentions: ReadonlySet<string>;
}

export function recheck(file: File, options: CheckOptions = {}, previous?: Rechecked): Rechecked {
  const old = previous?.known;
  if (old === undefined || previous === undefined || !sameNames(file, previous.file, options))
    return checkWhole(file, options, old);
  const mentions = new Map(
    file.declarations.map((each) => [each, old.get(each)?.mentions ?? mentionsOf(each)]),
  );
  const removed = [...old.keys()].filter((each) => !mentions.has(each));
  const affected = affectedBy(file, old, removed, mentions);
  if (affected.size === 0 && removed.length === 0) return { ...previous, file, checked: [] };
  const roots = [...affected, ...removed];
  const mentionsOfRoots = new Set(
    roots.flatMap((each) => [...(mentions.get(each) ?? old.get(each)?.mentions ?? [])]),
  );
  let part = closure(file, mentions, affected, mentionsOfRoots);
  const whole = { ...options, names: namesOf(file) };
  let checked = checkProgram(partOf(file, part), whole);
  const unknown = checked.found.flatMap(({ code, facts }) =>
    code.includes("unknown-") && typeof facts?.name === "string" ? [facts.name] : [],
  );
  // What is suggested for a misspelt name may be declared elsewhere.
  const near = file.declarations.filter(
    (each) => !part.has(each) && unknown.some((name) => nearMisses(name, [each.name.text]).length > 0),
  );
  if (near.length > 0) {
    part = closure(file, mentions, new Set([...affected, ...near]), mentionsOfRoots);
    checked = checkProgram(partOf(file, part), whole);
  }
  const known = place(partOf(file, part), checked, mentions);
  if (known === undefined) return checkWhole(file, options, old);
  for (const [declaration, { found }] of known)
    if (!affected.has(declaration) && !sameProblems(found, old.get(declaration)?.found ?? []))
      return checkWhole(file, options, old);
  return join(file, old, known, affected, previous, checked);
}

/** Whether both files have the same names of the library's: these decide how the library's functions are called in Core. */
function sameNames(file: File, before: File, { library = [] }: CheckOptions): boolean {
  const [own, earlier] = [namesOf(file), namesOf(before)];
  return library.every(({ declarations }) =>
    declarations.every(({ name }) => own.has(name.text) === earlier.has(name.text)),
  );
}

function checkWhole(file: File, options: CheckOptions, old: Rechecked["known"]): Rechecked {
  const checked = checkProgram(file, options);
  const mentions = new Map(
    file.declarations.map((each) => [each, old?.get(each)?.mentions ?? mentionsOf(each)]),
  );
  const known = place(file, checked, mentions);
  return { ...checked, file, checked: file.declarations, ...(known && { known }) };
}

/** What changed, and what mentions it. */
function affectedBy(
  file: File,
  old: ReadonlyMap<Declaration, Known>,
  removed: readonly Declaration[],
  mentions: ReadonlyMap<Declaration, ReadonlySet<string>>,
): Set<Declaration> {
  const affected = new Set(file.declarations.filter((each) => !old.has(each)));
  const names = new Set([...affected, ...removed].map(({ name }) => name.text));
  const before = new Set([...old.keys()].map(({ name }) => name.text));
  const namesChanged =
    file.declarations.some(({ name }) => !before.has(name.text)) ||
    removed.some(({ name }) => !file.declarations.some((each) => each.name.text === name.text));
  for (let grown = true; grown; ) {
    grown = false;
    for (const declaration of file.declarations) {
      if (affected.has(declaration)) continue;
      const { name } = declaration;
      const own = mentions.get(declaration) ?? new Set();
      const isHit = names.has(name.text) || [...names].some((each) => own.has(each));
      // Suggestions depend on what names there are.
      const isSuggested = namesChanged && (old.get(declaration)?.found.length ?? 0) > 0;
      if (!isHit && !isSuggested) continue;
      affected.add(declaration);
      names.add(name.text);
      grown = true;
    }
  }
  return affected;
}

/** With all that these mention, directly or through others, and what has the same name as one of them. */
function closure(
  { declarations }: File,
  mentions: ReadonlyMap<Declaration, ReadonlySet<string>>,
  from: ReadonlySet<Declaration>,
  alsoNamed: ReadonlySet<string>,
): Set<Declaration> {
  const found = new Set<Declaration>();
  const names = new Set([...from].map(({ name }) => name.text));
  for (const name of alsoNamed) names.add(name);
  for (let grown = true; grown; ) {
    grown = false;
    for (const declaration of declarations) {
      if (found.has(declaration) || !names.has(declaration.name.text)) continue;
      found.add(declaration);
      for (const name of mentions.get(declaration) ?? []) names.add(name);
      grown = true;
    }
  }
  return found;
}

function partOf(file: File, part: ReadonlySet<Declaration>): File {
  return { ...file, declarations: file.declarations.filter((each) => part.has(each)) };
}

/** Every text in the declaration: all names that it can mean are among them. */
function mentionsOf(declaration: Declaration): Set<string> {
  const names = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("text" in value && typeof value.text === "string") names.add(value.text);
    for (const key in value) if (key !== "span") walk(value[key as keyof typeof value]);
  };
  walk(declaration);
  return names;
}

/** Gives each problem to the declaration that it lies in; `undefined` when one lies in none. */
function place(
  { declarations }: File,
  { program, found }: CheckedProgram,
  mentions: ReadonlyMap<Declaration, ReadonlySet<string>>,
): Map<Declaration, Known> | undefined {
  const problems = new Map<Declaration, Problem[]>(declarations.map((each) => [each, []]));
  for (const problem of found) {
    const span = problem.labels[0]?.span;
    const owner = declarations.find(
      (each) =>
        each.span.source === span?.source && each.span.start <= span.start && span.start <= each.span.end,
    );
    if (owner === undefined) return undefined;
    problems.get(owner)?.push(problem);
  }
  return new Map(
    declarations.map((each) => {
      const model =
        each.kind === "model" || each.kind === "family"
          ? program.models.find(({ name, span }) => name === each.name.text && span === each.span)
          : undefined;
      const own = { found: problems.get(each) ?? [], mentions: mentions.get(each) ?? new Set<string>() };
      return [each, model === undefined ? own : { ...own, model }];
    }),
  );
}

function sameProblems(a: readonly Problem[], b: readonly Problem[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

/** New of what is affected, old of the rest. */
function join(
  file: File,
  old: ReadonlyMap<Declaration, Known>,
  checked: ReadonlyMap<Declaration, Known>,
  affected: ReadonlySet<Declaration>,
  previous: Rechecked,
  { program }: CheckedProgram,
): Rechecked {
  const known = new Map<Declaration, Known>();
  for (const each of file.declarations) {
    const own = affected.has(each) ? checked.get(each) : old.get(each);
    if (own !== undefined) known.set(each, own);
  }
  const kept = new Set(file.declarations.filter((each) => !affected.has(each)).map(({ name }) => name.text));
  const gone = new Set(
    [...old.keys()].filter((each) => !known.has(each) || affected.has(each)).map(({ name }) => name.text),
  );
  const isKept = ([key, { name }]: [string, CoreFunction]): boolean =>
    kept.has(name) || !(gone.has(name) || gone.has(key));
  const functions = {
    ...program.functions,
    ...Object.fromEntries(Object.entries(previous.program.functions).filter(isKept)),
  };
  const found = [...known.values()].flatMap((each) => each.found);
  const models = [...known.values()].flatMap(({ model }) => (model === undefined ? [] : [model]));
  return {
    program: { models, functions },
    found,
    problems: withoutHidden(found),
    file,
    known,
    checked: [...checked.keys()],
  };
}
