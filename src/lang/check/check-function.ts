/** Definitions and nets: signatures and bodies. Which are checked when is decided in `function-table.ts`. */
import type { Span } from "../../base/span.ts";
import type { CoreFunction } from "../core.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { CoreStatement } from "../core-statement.ts";
import { type Size, sizeNames } from "../size.ts";
import type {
  DefDeclaration,
  NetDeclaration,
  Parameter,
  SizeParameter,
  Statement,
  TypeExpression,
} from "../tree.ts";
import { errorType, type Type } from "../type.ts";
import { checkExpression } from "./check-expression.ts";
import type { CheckFacts } from "./check-facts.ts";
import { checkLearn } from "./check-learn.ts";
import {
  bindError,
  closedScope,
  emptyScope,
  errorExpression,
  type FunctionHeader,
  type FunctionOutline,
  type FunctionSignature,
  type FunctionTable,
  type Scope,
  takenBy,
} from "./check-scope.ts";
import { ascribe, bindingItems } from "./check-statement.ts";
import { checkStatic } from "./check-static.ts";
import { checkType, fits, staticRoles } from "./check-type.ts";
import { asParameters, type StaticArguments, staticSizes } from "./static-argument.ts";

export type FunctionDeclaration = DefDeclaration | NetDeclaration;

export interface CheckedFunction {
  readonly kind: "function";
  readonly header: FunctionHeader;
  readonly signature: FunctionSignature;
  readonly core: CoreFunction;
  readonly called: ReadonlySet<string>;
}

type SignatureParameter = FunctionSignature["parameters"][number];

/** The `Sizes`, `Function` and `Initializer` arguments that make an instance of a function, and what Core calls the instance. */
export interface Instance {
  readonly id: string;
  readonly statics: StaticArguments;
  /** Its sizes in terms of the caller's, where it is for one call. */
  readonly known?: ReadonlyMap<string, Size>;
}

export function headerOf({ kind, name, sizes, parameters }: FunctionDeclaration): FunctionHeader {
  return {
    kind,
    name: name.text,
    bracketSizes: sizes.map((size) => size.name.text),
    parameters: parameters.map(({ name, type, default: value }) => ({
      name: name.text,
      role: roleOf(type),
      ...(value && { default: value }),
    })),
  };
}

function roleOf({ name: { text } }: TypeExpression): FunctionHeader["parameters"][number]["role"] {
  return Object.hasOwn(staticRoles, text) ? staticRoles[text] : "value";
}

/** The scope of a function's body, with its parameters in it. */
export function openFunction(
  functions: FunctionTable,
  declaration: FunctionDeclaration,
  report: (facts: CheckFacts) => void,
  { statics, known }: Omit<Instance, "id">,
): { scope: Scope; outline: FunctionOutline } {
  const sizes = new Map<string, Span>();
  const sizeParameters = declaration.parameters.filter(({ type }) => roleOf(type) === "size");
  for (const { name } of [...declaration.sizes, ...sizeParameters]) {
    const first = sizes.get(name.text);
    if (first !== undefined) report({ code: "name-taken", name, what: "a size", first });
    sizes.set(name.text, name.span);
  }
  for (const [name] of staticSizes(statics)) sizes.set(name, declaration.name.span);
  const empty = { ...emptyScope(functions, declaration.kind, report), sizes };
  const scope: Scope = known ? { ...empty, statics, known } : { ...empty, statics: asParameters(statics) };
  refuseDefaults(scope, declaration.sizes, "on a function");
  const parameters = declaration.parameters.flatMap((each) => checkParameter(scope, each));
  return { scope, outline: { name: declaration.name.text, sizes: [...sizes.keys()], parameters } };
}

/** Checks a function, or with `instance` one instance of it. */
export function checkFunction(
  functions: FunctionTable,
  declaration: FunctionDeclaration,
  report: (facts: CheckFacts) => void,
  instance: Instance = { id: declaration.name.text, statics: new Map() },
): CheckedFunction {
  const { id, known } = instance;
  const { scope, outline } = openFunction(functions, declaration, report, instance);
  const bindings = declaration.bindings.flatMap((statement) => checkBinding(scope, statement));
  const value = checkExpression(scope, declaration.value);
  const result = checkResult(scope, declaration, value);
  const { kind, span } = declaration;
  const { name, parameters } = outline;
  const sizes = known ? [...new Set([...known.values()].flatMap(sizeNames))] : outline.sizes;
  return {
    kind: "function",
    header: headerOf(declaration),
    signature: { kind, id, name, sizes, parameters, result, span: declaration.name.span },
    core: {
      kind,
      name,
      sizes,
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

export function refuseDefaults(scope: Scope, sizes: readonly SizeParameter[], where: string): void {
  for (const { name, default: value } of sizes) {
    if (value === undefined) continue;
    const help = `remove it; \`${name.text}\` follows from the arguments`;
    scope.report({ code: "not-allowed-here", what: "a default size", where, span: value.span, help });
  }
}

function checkParameter(scope: Scope, parameter: Parameter): SignatureParameter[] {
  const { name, type: written, default: value } = parameter;
  const role = roleOf(written);
  const closed = { ...closedScope(scope), report: scope.report };
  if (role !== "value") {
    if (value !== undefined) checkStatic(role, closed, value);
    return role === "size" ? [{ name: name.text, type: "size", span: name.span }] : [];
  }
  const taken = takenBy(scope, name.text);
  if (taken !== undefined) scope.report({ code: "name-taken", name, ...taken });
  const type = checkType(scope, written, checkExpression)?.type ?? errorType;
  if (value !== undefined && type.kind === "number") {
    const because = { text: `the type of \`${name.text}\``, span: written.span };
    fits(scope, checkExpression(closed, value), value, type, because);
  }
  scope.bindings.set(name.text, {
    kind: "value",
    origin: "parameter",
    type,
    span: name.span,
    unknown: false,
  });
  return [{ name: name.text, type, span: written.span }];
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

/** `let` statements, and in a net `learn`. */
export function checkBinding(scope: Scope, statement: Statement): CoreStatement[] {
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
