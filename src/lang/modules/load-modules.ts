/**
 * What a file imports, from files it names and from those that these name, as declarations that can stand beside its own.
 * Where texts come from is the caller's business.
 */
import { nearMisses } from "../../base/near-miss.ts";
import type { Problem } from "../../base/problem.ts";
import type { Source } from "../../base/span.ts";
import { isUsed, type UsedDeclaration } from "../check/function-table.ts";
import { parse } from "../parse/parse.ts";
import type { File, ImportDeclaration } from "../tree.ts";
import { explainModule } from "./explain-module.ts";
import { linkModules, type Module } from "./link-modules.ts";

/** The text that a path in the text called `from` names, under a name of its own. */
export type Resolve = (path: string, from: string) => Source | undefined;

export interface Modules {
  /** Defs, nets and distributions of all modules: those that the file imports under their names, others under names of no program. */
  readonly declarations: readonly UsedDeclaration[];
  /** Texts of the modules, each once. */
  readonly sources: readonly Source[];
  /** In parsing modules and in what they import; those inside declarations are for the checker. */
  readonly problems: readonly Problem[];
  /** Names that were not to be had: what else is said of them follows from that. */
  readonly missing: ReadonlySet<string>;
}

export const noModules: Modules = { declarations: [], sources: [], problems: [], missing: new Set() };

export function loadModules(main: File, library: readonly File[], resolve: Resolve): Modules {
  const modules = new Map<string, Module>();
  const sources: Source[] = [];
  const problems: Problem[] = [];
  const missing = new Set<string>();

  const visit = (file: File, path: readonly string[]): Module => {
    const name = file.span.source;
    const imports = new Map<string, string>();
    const module: Module = { name, file, imports };
    for (const declaration of file.declarations) {
      if (declaration.kind !== "import") continue;
      const target = targetOf(declaration, path);
      if (target === undefined) for (const { text } of declaration.names) missing.add(text);
      if (target === undefined) continue;
      for (const each of checkNames(declaration, target.file, problems)) missing.add(each);
      if (target.name !== undefined) for (const { text } of declaration.names) imports.set(text, target.name);
    }
    return module;
  };

  /** The file meant; without a name for one of the library, whose declarations are everywhere. */
  const targetOf = (
    { name: path }: ImportDeclaration,
    open: readonly string[],
  ): { readonly file: File; readonly name?: string } | undefined => {
    if (path.text === "") return undefined;
    const own = ofLibrary(library, path.text);
    if (own !== undefined) return { file: own };
    const source = /^\.\.?\//.test(path.text) ? resolve(path.text, open[open.length - 1]) : undefined;
    if (source === undefined) {
      problems.push(
        explainModule({ code: "unknown-module", path, near: nearMisses(path.text, libraryModules(library)) }),
      );
      return undefined;
    }
    if (open.includes(source.name)) {
      const cycle = [...open.slice(open.indexOf(source.name)), source.name];
      problems.push(explainModule({ code: "import-cycle", cycle, span: path.span }));
      return undefined;
    }
    const known = modules.get(source.name);
    if (known !== undefined) return { file: known.file, name: source.name };
    const parsed = parse(source);
    problems.push(...parsed.problems);
    sources.push(source);
    const module = visit(parsed.file, [...open, source.name]);
    modules.set(source.name, module);
    return { file: module.file, name: source.name };
  };

  const top = visit(main, [main.span.source]);
  const names = library.flatMap((file) => file.declarations.map(({ name }) => name.text));
  return { declarations: linkModules(top, modules, new Set(names)), sources, problems, missing };
}

/** A file of the library, or all those in a folder of it. */
function ofLibrary(library: readonly File[], path: string): File | undefined {
  const files = library.filter(({ span: { source } }) => source === path || source.startsWith(`${path}/`));
  if (files.length === 0) return undefined;
  return { ...files[0], declarations: files.flatMap(({ declarations }) => declarations) };
}

/** `std/nets`; a folder is one module, whatever the files in it. */
function libraryModules(library: readonly File[]): readonly string[] {
  return [...new Set(library.map(({ span }) => span.source.split("/").slice(0, 2).join("/")))];
}

/** Leaves out what follows from a failed import. */
export function withoutMissing(problems: readonly Problem[], { missing }: Modules): readonly Problem[] {
  const isMissing = ({ code, facts }: Problem): boolean =>
    code.startsWith("unknown-") && typeof facts?.name === "string" && missing.has(facts.name.split(" (")[0]);
  return problems.filter((problem) => !isMissing(problem));
}

/** Reports, and gives, the names that the file lacks. */
function checkNames({ names, name: path }: ImportDeclaration, file: File, problems: Problem[]): string[] {
  const lacking: string[] = [];
  const known = file.declarations.filter(isUsed).map(({ name }) => name.text);
  for (const name of names) {
    if (known.includes(name.text) || name.text === "") continue;
    const other = file.declarations.find((each) => each.kind !== "import" && each.name.text === name.text);
    lacking.push(name.text);
    const near = other === undefined ? nearMisses(name.text, known) : [];
    const what = other === undefined ? {} : { what: other.kind };
    problems.push(explainModule({ code: "unknown-import", name, path: path.text, ...what, known, near }));
  }
  return lacking;
}
