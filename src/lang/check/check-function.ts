/** Definitions and nets: signatures, bodies, and the order in which they are checked. */

import type { Span } from "../../base/span.ts";
import type { CoreExpression, CoreFunction, CoreStatement } from "../core.ts";
import type { DefDeclaration, NetDeclaration, Statement } from "../tree.ts";
import { errorType, type Type } from "../type.ts";
import { checkExpression } from "./check-expression.ts";
import type { CheckFacts } from "./check-facts.ts";
import { checkLearn } from "./check-learn.ts";
import {
  type Binding,
  bindError,
  errorExpression,
  type FunctionSignature,
  type FunctionTable,
  type Scope,
  takenBy,
} from "./check-scope.ts";
import { ascribe, bindingItems } from "./check-statement.ts";
import { checkType, fits } from "./check-type.ts";

export type FunctionDeclaration = DefDeclaration | NetDeclaration;

interface CheckedFunction {
  readonly signature: FunctionSignature;
  readonly core: CoreFunction;
  readonly called: ReadonlySet<string>;
}

export interface Functions extends FunctionTable {
  /** Checks what no one has called, for its problems. */
  readonly checkAll: (names: readonly string[]) => void;
  /** The functions that these reach, by name. */
  readonly reached: (from: Iterable<string>) => Record<string, CoreFunction>;
}

/**
 * A table that checks each function once, before its callers: a depth-first walk with a stack of its own, so that long
 * chains of functions need no deep recursion. A call of a function that is still open is reported as recursion.
 */
export function functionTable(
  declarations: ReadonlyMap<string, FunctionDeclaration>,
  report: (facts: CheckFacts) => void,
): Functions {
  const done = new Map<string, CheckedFunction>();
  const path: string[] = [];
  const open = new Set<string>();
  const ensure = (wanted: string): void => {
    const work = [wanted];
    for (let name = work.at(-1); name !== undefined; name = work.at(-1)) {
      const declaration = declarations.get(name);
      if (declaration !== undefined && path.at(-1) === name) {
        done.set(name, checkFunction(table, declaration, report));
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
  const checked = (name: string, use: Span): CheckedFunction | undefined => {
    if (open.has(name)) {
      report({ code: "recursive-function", cycle: [...path.slice(path.indexOf(name)), name], span: use });
      return undefined;
    }
    if (!done.has(name)) ensure(name);
    return done.get(name);
  };
  const table: Functions = {
    names: [...declarations.keys()],
    kindOf: (name) => declarations.get(name)?.kind,
    signature: (name, use) => checked(name, use)?.signature,
    checkAll: (names) => {
      for (const name of names) if (!done.has(name)) ensure(name);
    },
    reached: (from) => {
      const found: Record<string, CoreFunction> = {};
      const work = [...from];
      for (let name = work.pop(); name !== undefined; name = work.pop()) {
        const each = done.get(name);
        if (each === undefined || Object.hasOwn(found, name)) continue;
        found[name] = each.core;
        work.push(...each.called);
      }
      return found;
    },
  };
  return table;
}

/** Every name in the declaration that it does not bind itself: all functions it can call are among them. */
function mentionedNames(declaration: FunctionDeclaration): Set<string> {
  const names = new Set<string>();
  const work: unknown[] = [declaration.bindings, declaration.value];
  for (let each = work.pop(); work.length > 0 || each !== undefined; each = work.pop()) {
    if (typeof each !== "object" || each === null) continue;
    if ("kind" in each && each.kind === "name" && "text" in each && typeof each.text === "string")
      names.add(each.text);
    work.push(...Object.values(each));
  }
  const targets = declaration.bindings.flatMap((each) =>
    each.kind === "let" ? each.targets.map(({ name }) => name) : [],
  );
  for (const { text } of [...declaration.parameters.map(({ name }) => name), ...targets]) names.delete(text);
  return names;
}

type SignatureParameter = FunctionSignature["parameters"][number];

function checkFunction(
  functions: FunctionTable,
  declaration: FunctionDeclaration,
  report: (facts: CheckFacts) => void,
): CheckedFunction {
  const bracketSizes = declaration.sizes.map(({ name }) => name.text);
  const sizeParameters = declaration.parameters.filter(({ type }) => type.name.text === "Size");
  const sizes = new Map<string, Span>();
  for (const { name } of [...declaration.sizes, ...sizeParameters]) {
    const first = sizes.get(name.text);
    if (first !== undefined) report({ code: "name-taken", name, what: "a size", first });
    sizes.set(name.text, name.span);
  }
  const scope: Scope = {
    where: declaration.kind,
    report,
    functions,
    sizes,
    bindings: new Map<string, Binding>(),
    choices: new Map(),
    indices: new Map(),
    axes: [],
    branch: [],
    netCalls: 0,
    used: new Set(),
    called: new Set(),
  };
  for (const { name, default: value } of declaration.sizes) {
    if (value === undefined) continue;
    const help = `remove it; \`${name.text}\` follows from the arguments`;
    report({
      code: "not-allowed-here",
      what: "a default size",
      where: "on a function",
      span: value.span,
      help,
    });
  }
  const parameters = declaration.parameters.map((parameter): SignatureParameter => {
    const { name } = parameter;
    if (parameter.type.name.text === "Size") return { name: name.text, type: "size", span: name.span };
    const taken = takenBy(scope, name.text);
    if (taken !== undefined) report({ code: "name-taken", name, ...taken });
    const type = checkType(scope, parameter.type, checkExpression)?.type ?? errorType;
    scope.bindings.set(name.text, {
      kind: "value",
      origin: "parameter",
      type,
      span: name.span,
      unknown: false,
    });
    return { name: name.text, type, span: parameter.type.span };
  });
  const bindings = declaration.bindings.flatMap((statement) => checkBinding(scope, statement));
  const value = checkExpression(scope, declaration.value);
  const result = checkResult(scope, declaration, value);
  const name = declaration.name.text;
  const { kind, span } = declaration;
  const all = [...sizes.keys()];
  return {
    signature: { kind, name, sizes: all, bracketSizes, parameters, result, span: declaration.name.span },
    core: {
      kind,
      name,
      sizes: all,
      parameters: parameters.flatMap((each) =>
        each.type === "size" ? [] : [{ name: each.name, type: each.type }],
      ),
      bindings,
      value,
      span,
    },
    called: scope.called,
  };
}

/** The declared result, once the body fits it; the body's own type where none is declared. */
function checkResult(
  scope: Scope,
  { result, value: expression }: FunctionDeclaration,
  value: CoreExpression,
): Type {
  if (result === undefined) return value.type;
  const declared = checkType(scope, result, checkExpression);
  if (declared === undefined) return errorType;
  fits(scope, value, expression, declared.type, { text: "the declared result", span: result.span });
  return declared.type;
}

function checkBinding(scope: Scope, statement: Statement): CoreStatement[] {
  if (statement.kind === "error") return [];
  if (statement.kind === "learn" && scope.where === "net") return checkLearn(scope, statement);
  if (statement.kind !== "let") {
    forbid(scope, statement);
    return [];
  }
  const value = checkExpression(scope, statement.value);
  const items = bindingItems(scope, statement, value);
  return statement.targets.flatMap((target, position): CoreStatement[] => {
    const { name } = target;
    const taken = takenBy(scope, name.text);
    if (taken !== undefined) scope.report({ code: "name-taken", name, ...taken });
    if (target.indices.length > 0) {
      const help = `write \`${name.text} = [… for n in N]\``;
      scope.report({
        code: "not-allowed-here",
        what: "an index on a binding",
        where: "inside a function",
        span: target.span,
        help,
      });
    }
    const item = items?.[position] ?? errorExpression(target.span);
    const type = items?.length === 1 ? ascribe(scope, statement, item) : item.type;
    if (taken !== undefined) return [];
    scope.bindings.set(name.text, { kind: "value", origin: "let", type, span: name.span, unknown: false });
    return type.kind === "error"
      ? []
      : [{ kind: "let", name: name.text, place: [], value: item, span: statement.span }];
  });
}

const statementWords: Readonly<Record<Exclude<Statement["kind"], "let" | "error">, string>> = {
  draw: "~",
  factor: "factor",
  plate: "plate",
  for: "for",
  if: "if",
  learn: "learn",
  vary: "vary",
  choice: "vary",
};

function forbid(scope: Scope, statement: Exclude<Statement, { readonly kind: "let" | "error" }>): void {
  const what = `\`${statementWords[statement.kind]}\``;
  const where = `inside a \`${scope.where}\``;
  const help = "a function holds bindings `name = …` and its value";
  scope.report({ code: "not-allowed-here", what, where, span: statement.span, help });
  if (statement.kind === "draw" || statement.kind === "vary" || statement.kind === "choice")
    bindError(scope, statement.target.name);
  if (statement.kind === "learn") bindError(scope, statement.name);
}
