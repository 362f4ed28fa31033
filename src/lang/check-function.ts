/** Definitions and nets: signatures, bodies, and the order in which they are checked. */

import type { Span } from "../base/span.ts";
import { checkExpression } from "./check-expression.ts";
import { checkLearn } from "./check-learn.ts";
import type { CheckFacts } from "./check-problem.ts";
import {
  type Binding,
  bindError,
  errorExpression,
  type FunctionSignature,
  type FunctionTable,
  type Scope,
  takenBy,
} from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { ascribe, bindingItems } from "./check-statement.ts";
import { checkType, fits } from "./check-type.ts";
import type { CoreExpression, CoreFunction, CoreStatement } from "./core.ts";
import type { DefDeclaration, NetDeclaration, Statement } from "./tree.ts";
import { errorType, type Type } from "./type.ts";

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

/** A table that checks each function once, when it is first called; calls back into itself are reported as recursion. */
export function functionTable(
  declarations: ReadonlyMap<string, FunctionDeclaration>,
  report: (facts: CheckFacts) => void,
): Functions {
  const done = new Map<string, CheckedFunction>();
  const open: string[] = [];
  const checked = (name: string, use: Span): CheckedFunction | undefined => {
    const known = done.get(name);
    const declaration = declarations.get(name);
    if (known !== undefined || declaration === undefined) return known;
    if (open.includes(name)) {
      report({ code: "recursive-function", cycle: [...open.slice(open.indexOf(name)), name], span: use });
      return undefined;
    }
    open.push(name);
    const result = checkFunction(table, declaration, report);
    open.pop();
    done.set(name, result);
    return result;
  };
  const table: Functions = {
    names: [...declarations.keys()],
    kindOf: (name) => declarations.get(name)?.kind,
    signature: (name, use) => checked(name, use)?.signature,
    checkAll: (names) => {
      for (const name of names) {
        const declaration = declarations.get(name);
        if (declaration !== undefined) checked(name, declaration.name.span);
      }
    },
    reached: (from) => {
      const found: Record<string, CoreFunction> = {};
      const visit = (name: string): void => {
        const each = done.get(name);
        if (each === undefined || Object.hasOwn(found, name)) return;
        found[name] = each.core;
        for (const next of each.called) visit(next);
      };
      for (const name of from) visit(name);
      return found;
    },
  };
  return table;
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
    indices: new Map(),
    axes: [],
    branch: [],
    netCalls: 0,
    used: new Set(),
    called: new Set(),
  };
  for (const size of declaration.sizes) if (size.default !== undefined) checkSize(scope, size.default);
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

function forbid(scope: Scope, statement: Exclude<Statement, { readonly kind: "let" | "error" }>): void {
  const what = `\`${statement.kind === "draw" ? "~" : statement.kind}\``;
  const where = `inside a \`${scope.where}\``;
  const help = "a function holds bindings `name = …` and its value";
  scope.report({ code: "not-allowed-here", what, where, span: statement.span, help });
  if (statement.kind === "draw") bindError(scope, statement.target.name);
  if (statement.kind === "learn") bindError(scope, statement.name);
}
