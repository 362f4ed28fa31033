/** The functions and distributions of a program: which is checked when, and the instances of those that take sizes in lists and functions. */
import type { Span } from "../../base/span.ts";
import type { CoreFunction } from "../core.ts";
import { formatSize, namedSize } from "../size.ts";
import type { Declaration, DistDeclaration, Name, Statement } from "../tree.ts";
import { type CheckedDist, checkDist } from "./check-dist.ts";
import { checkDistribution } from "./check-distribution.ts";
import type { CheckFacts } from "./check-facts.ts";
import {
  type CheckedFunction,
  checkFunction,
  type FunctionDeclaration,
  headerOf,
  type Instance,
  openFunction,
} from "./check-function.ts";
import { closedScope, emptyScope, type FunctionHeader, type FunctionTable } from "./check-scope.ts";
import { checkStatic } from "./check-static.ts";
import {
  describeArguments,
  instanceKey,
  type StaticArgument,
  type StaticArguments,
} from "./static-argument.ts";

export interface Functions extends FunctionTable {
  /** Checks what no one has called, for its problems. */
  readonly checkAll: (names: readonly string[]) => void;
  /** The functions that these reach, by id. */
  readonly reached: (from: Iterable<string>) => Record<string, CoreFunction>;
}

export type UsedDeclaration = FunctionDeclaration | DistDeclaration;
type Checked = CheckedFunction | CheckedDist;

/** What models and functions can call or draw from. */
export function isUsed(declaration: Declaration): declaration is UsedDeclaration {
  return declaration.kind === "def" || declaration.kind === "net" || declaration.kind === "dist";
}

type Report = (facts: CheckFacts) => void;

/**
 * What is found of the library's declarations, once for a process: it depends on nothing but the library, of which a program that mentions one
 * has all that this mentions.
 */
const known = new WeakMap<UsedDeclaration, Checked>();

/** Instances that one is made inside of, at most: what needs more goes on for ever. */
const deepestInstances = 50;

/**
 * A table that checks each function once, before its callers: a depth-first walk with a stack of its own, so that long
 * chains of functions need no deep recursion. A call of a function that is still open is reported as recursion. A function
 * with `Sizes`, `Function` or `Initializer` parameters is checked once for each instance that is called.
 */
export function functionTable(
  declarations: ReadonlyMap<string, UsedDeclaration>,
  library: ReadonlySet<UsedDeclaration>,
  report: Report,
): Functions {
  const headers = new Map(
    [...declarations].flatMap(([name, declaration]) =>
      declaration.kind === "dist" ? [] : [[name, headerOf(declaration)]],
    ),
  );
  /** By id; nothing for an instance that did not check, nor for a function that is only checked as instances. */
  const done = new Map<string, Checked | undefined>();
  const path: string[] = [];
  const open = new Set<string>();
  let instancesOpen = 0;
  /** Where problems go now: inside an instance, to who makes it. */
  let reportHere = report;

  const checkDeclaration = (declaration: UsedDeclaration): Checked | undefined => {
    const before = library.has(declaration) ? known.get(declaration) : undefined;
    if (before !== undefined) return before;
    const found = checkedNow(declaration);
    if (found !== undefined && library.has(declaration) && [...calledBy(found)].every(isKnown))
      known.set(declaration, found);
    return found;
  };

  const checkedNow = (declaration: UsedDeclaration): Checked | undefined => {
    if (declaration.kind === "dist") return checkDist(table, declaration, report);
    return isGeneric(declaration) ? undefined : checkFunction(table, declaration, report);
  };

  /** Instances are made anew for each program. */
  const isKnown = (id: string): boolean => {
    const declaration = declarations.get(id);
    return declaration !== undefined && known.has(declaration);
  };

  const ensure = (wanted: string): void => {
    const work = [wanted];
    for (let name = work.at(-1); name !== undefined; name = work.at(-1)) {
      const declaration = declarations.get(name);
      if (declaration !== undefined && path.at(-1) === name) {
        done.set(name, checkDeclaration(declaration));
        path.pop();
        open.delete(name);
      } else if (declaration !== undefined && !done.has(name) && !open.has(name)) {
        path.push(name);
        open.add(name);
        work.push(
          ...[...mentionedNames(declaration)].filter((each) => !done.has(each) && declarations.has(each)),
        );
        continue;
      }
      work.pop();
    }
  };

  /** What is checked under that id, made on first use. */
  const checked = (id: string, use: Span, make: () => void): Checked | undefined => {
    if (!open.has(id) && instancesOpen <= deepestInstances) {
      if (!done.has(id)) make();
      return done.get(id);
    }
    const cycle = open.has(id) ? [...path.slice(path.indexOf(id)), id] : [id, id];
    const isDist = declarations.get(id)?.kind === "dist";
    const help = isDist ? { help: `write out what \`${id}\` stands for here` } : {};
    reportHere({ code: "recursive-function", cycle: cycle.map(declaredName), span: use, ...help });
    return undefined;
  };

  /** Checks an instance and calls it done; gives what was found. */
  const makeInstance = (
    declaration: FunctionDeclaration,
    id: string,
    instance: Omit<Instance, "id">,
  ): CheckFacts[] => {
    const found: CheckFacts[] = [];
    path.push(id);
    open.add(id);
    instancesOpen++;
    const outside = reportHere;
    reportHere = (facts) => found.push(facts);
    const made = checkFunction(table, declaration, reportHere, { id, ...instance });
    reportHere = outside;
    instancesOpen--;
    open.delete(id);
    path.pop();
    done.set(id, found.length === 0 ? made : undefined);
    return found;
  };

  /** Whether the function checks with sizes that stand for any, and its default functions. Reports what is wrong once. */
  const checksInGeneral = (declaration: FunctionDeclaration): boolean => {
    const statics = generalArguments(table, headerOf(declaration));
    const id = `${declaration.name.text}{…}`;
    if (statics === undefined || open.has(id)) return true;
    if (!done.has(id)) for (const facts of makeInstance(declaration, id, { statics })) report(facts);
    return done.get(id) !== undefined;
  };

  const ensureInstance = (
    declaration: FunctionDeclaration,
    { id, ...instance }: Instance,
    use: Span,
  ): void => {
    ensure(declaration.name.text);
    if (!checksInGeneral(declaration)) return;
    const [first] = makeInstance(declaration, id, instance);
    if (first !== undefined) reportHere(aboutInstance(first, declaration.name.text, instance.statics, use));
  };

  const table: Functions = {
    names: [...declarations.keys()].filter((name) => !name.includes("#")),
    forms: (name) => [...declarations.keys()].filter((each) => each === name || each.startsWith(`${name}#`)),
    draw: checkDistribution,
    kindOf: (name) => declarations.get(name)?.kind,
    header: (id) => headers.get(id) ?? functionOf(done.get(id))?.header,
    signature: (name, use, statics = new Map(), known?) => {
      const declaration = declarations.get(name);
      if (declaration === undefined || declaration.kind === "dist") return undefined;
      if (statics.size === 0) return functionOf(checked(name, use, () => ensure(name)))?.signature;
      const sizes = [...(known ?? [])].map(([each, size]) => `${each} = ${formatSize(size)}`);
      const id = `${name}{${[instanceKey(statics), ...sizes].join(", ")}}`;
      const instance = { id, statics, ...(known && { known }) };
      return functionOf(checked(id, use, () => ensureInstance(declaration, instance, use)))?.signature;
    },
    outline: (name, statics) => {
      const declaration = declarations.get(name);
      if (declaration === undefined || declaration.kind === "dist") return undefined;
      return openFunction(table, declaration, () => {}, { statics }).outline;
    },
    core: (id) => functionOf(done.get(id))?.core,
    distribution: (name, use) => {
      const found = checked(name, use, () => ensure(name));
      return found?.kind === "dist" ? found.signature : undefined;
    },
    checkAll: (names) => {
      for (const name of names) {
        if (!done.has(name)) ensure(name);
        const declaration = declarations.get(name);
        if (declaration !== undefined && declaration.kind !== "dist" && isGeneric(declaration))
          checksInGeneral(declaration);
      }
    },
    reached: (from) => {
      const found: Record<string, CoreFunction> = {};
      const work = [...from];
      for (let name = work.pop(); name !== undefined; name = work.pop()) {
        const each = functionOf(done.get(name));
        if (each === undefined || Object.hasOwn(found, name)) continue;
        found[name] = each.core;
        work.push(...each.called);
      }
      return found;
    },
  };
  return table;
}

function functionOf(checked: Checked | undefined): CheckedFunction | undefined {
  return checked?.kind === "function" ? checked : undefined;
}

function calledBy(checked: Checked): ReadonlySet<string> {
  return (checked.kind === "dist" ? checked.signature?.called : checked.called) ?? new Set();
}

function isGeneric(declaration: FunctionDeclaration): boolean {
  return headerOf(declaration).parameters.some(({ role }) => role !== "value" && role !== "size");
}

/** Two sizes in each list, and the default functions and starting values; nothing where one has no default. */
function generalArguments(functions: FunctionTable, header: FunctionHeader): StaticArguments | undefined {
  const scope = closedScope(emptyScope(functions, header.kind, () => {}));
  const statics = new Map<string, StaticArgument>();
  for (const { name, role, default: value } of header.parameters) {
    if (role === "sizes")
      statics.set(name, { kind: "sizes", sizes: [namedSize(`${name}[0]`), namedSize(`${name}[1]`)] });
    if (role !== "function" && role !== "initializer") continue;
    const argument = value && checkStatic(role, scope, value);
    if (argument === undefined) return undefined;
    statics.set(name, argument);
  }
  return statics;
}

/** What is wrong inside an instance, told to who made it. */
function aboutInstance(inside: CheckFacts, name: string, statics: StaticArguments, span: Span): CheckFacts {
  if (inside.code === "recursive-function") return inside;
  const blame = inside.code === "bad-initializer" ? "initializer" : "function";
  const of = { function: name, arguments: describeArguments(statics, blame), span };
  if (inside.code === "does-not-work-with") return { ...inside, ...of };
  return { code: "does-not-work-with", ...of, where: name, inside };
}

function declaredName(id: string): string {
  return id.split(/[{#]/)[0];
}

/** Declarations under the names that the table knows them by: the second `dist` of a name is another form of it, `Name#2`. */
export function declarationKeys(declarations: readonly UsedDeclaration[]): Map<string, UsedDeclaration> {
  const keys = new Map<string, UsedDeclaration>();
  for (const declaration of declarations) {
    const { text } = declaration.name;
    let key = text;
    for (let form = 2; keys.has(key); form++) key = `${text}#${form}`;
    keys.set(key, declaration);
  }
  return keys;
}

const mentioned = new WeakMap<UsedDeclaration, ReadonlySet<string>>();

/** Every name in the declaration that it does not bind itself: all that it can use is among them. */
function mentionedNames(declaration: UsedDeclaration): ReadonlySet<string> {
  const found = mentioned.get(declaration) ?? namesMentioned(declaration);
  mentioned.set(declaration, found);
  return found;
}

function namesMentioned(declaration: UsedDeclaration): Set<string> {
  const { parameters } = declaration;
  const bodies = declaration.kind === "dist" ? declaration.entries : [declaration];
  const names = bodies.flatMap((body) => [
    ...namesIn([body.bindings, body.value], [...parameters, ...body.parameters], body.bindings),
  ]);
  return new Set([
    ...names,
    ...namesIn(
      parameters.map((each) => each.default),
      parameters,
      [],
    ),
  ]);
}

function namesIn(
  parts: readonly unknown[],
  parameters: readonly { readonly name: Name }[],
  bindings: readonly Statement[],
): Set<string> {
  const names = new Set<string>();
  const work = [...parts];
  while (work.length > 0) {
    const each = work.pop();
    if (typeof each !== "object" || each === null) continue;
    if ("kind" in each && each.kind === "name" && "text" in each && typeof each.text === "string")
      names.add(each.text);
    work.push(...Object.values(each));
  }
  const targets = bindings.flatMap((each) =>
    each.kind === "let" ? each.targets.map(({ name }) => name) : [],
  );
  for (const { text } of [...parameters.map(({ name }) => name), ...targets]) names.delete(text);
  return names;
}
