/** `learn` statements: parameters with initial values, and nets given parameters of their own. */

import type { CoreStatement, Initializer } from "../core.ts";
import { formatType } from "../format-type.ts";
import { equalRanges } from "../range.ts";
import type { Size } from "../size.ts";
import type { Expression, LearnStatement } from "../tree.ts";
import { errorType, type NumberType, numberType, realLine, type Type } from "../type.ts";
import { bracketSizes, substituteType } from "./check-apply.ts";
import { checkExpression } from "./check-expression.ts";
import { type FunctionSignature, type Scope, takenBy } from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { declaredSupport, startsInside } from "./check-support.ts";
import { checkType } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";

/** Binds the name and gives the statement's Core, or nothing when it did not check. */
export function checkLearn(scope: Scope, statement: LearnStatement): CoreStatement[] {
  const { name, span } = statement;
  if (statement.member && scope.where !== "family")
    scope.report({
      code: "not-allowed-here",
      what: "`member learn`",
      where: `in a ${scope.where}`,
      span,
      help: scope.where === "model" ? "write `family` in place of `model`, or `learn`" : "write `learn`",
    });
  const taken = takenBy(scope, name.text);
  if (taken !== undefined) {
    scope.report({ code: "name-taken", name, ...taken });
    return [];
  }
  const bind = (type: Type): void => {
    scope.bindings.set(name.text, { kind: "value", origin: "learn", type, span: name.span, unknown: true });
  };
  const net = netName(statement.value);
  const isNet = statement.type === undefined && net !== undefined && scope.functions.kindOf(net) === "net";
  const learned = isNet ? checkLearnNet(scope, statement, net) : checkParameter(scope, statement);
  bind(learned?.type ?? errorType);
  return learned === undefined ? [] : [learned.core];
}

interface Learned {
  readonly type: Type;
  readonly core: CoreStatement;
}

/** The net's name in `decoder`, `decoder[Z, D]` or `dense[I](O: 5)`. */
function netName(value: Expression): string | undefined {
  if (value.kind === "name") return value.text;
  if (value.kind === "index") return netName(value.base);
  return value.kind === "call" ? netName(value.callee) : undefined;
}

function checkLearnNet(scope: Scope, statement: LearnStatement, net: string): Learned | undefined {
  const { value, span } = statement;
  if (scope.where === "net" || scope.where === "def") {
    const help = `call \`${net}(…)\` directly; each call in a net has its own parameters`;
    scope.report({ code: "not-allowed-here", what: "learning a net", where: "inside a net", span, help });
    return undefined;
  }
  const signature = scope.functions.signature(net, value.span);
  if (signature === undefined) return undefined;
  const callee = value.kind === "call" ? value.callee : value;
  const indices = callee.kind === "index" ? callee.indices : [];
  const brackets = indices.flatMap((index) => (index.kind === "at" ? [index.value] : []));
  const sizes = bracketSizes(scope, signature, brackets, value.span);
  if (sizes === undefined || !sizeArguments(scope, signature, value, sizes)) return undefined;
  const parameters = signature.parameters.flatMap(({ type }) =>
    type === "size" ? [] : [substituteType(type, sizes)],
  );
  const result = substituteType(signature.result, sizes);
  scope.called.add(net);
  return {
    type: { kind: "net", net, parameters, result },
    core: {
      kind: "learnNet",
      name: statement.name.text,
      net,
      sizes: Object.fromEntries(sizes),
      ...memberMark(statement),
      span,
    },
  };
}

/** The `Size`-typed parameters, given by position or name in `dense[I](5)`. */
function sizeArguments(
  scope: Scope,
  signature: FunctionSignature,
  value: Expression,
  sizes: Map<string, Size>,
): boolean {
  const names = signature.parameters.flatMap(({ name, type }) => (type === "size" ? [name] : []));
  const args = value.kind === "call" ? value.arguments : [];
  const written = `\`learn f = ${signature.name}[${signature.bracketSizes.join(", ")}]${names.length > 0 ? `(${names.map((name) => `${name}: 10`).join(", ")})` : ""}\``;
  const of = `\`${signature.name}\``;
  const { span } = value;
  for (const [position, argument] of args.entries()) {
    const name = argument.name === undefined ? names[position] : argument.name.text;
    if (name === undefined || !names.includes(name) || sizes.has(name)) {
      scope.report({
        code: "too-many-arguments",
        of,
        most: names.length,
        found: args.length,
        signature: written,
        span,
      });
      return false;
    }
    const size = checkSize(scope, argument.value);
    if (size === undefined) return false;
    sizes.set(name, size);
  }
  const missing = names.find((name) => !sizes.has(name));
  if (missing === undefined) return true;
  scope.report({ code: "missing-argument", of, parameter: missing, signature: written, span });
  return false;
}

function checkParameter(scope: Scope, statement: LearnStatement): Learned | undefined {
  const { name, value, span } = statement;
  const declared = statement.type && checkType(scope, statement.type, checkExpression);
  if (statement.type !== undefined && declared === undefined) return undefined;
  const type = declared?.type ?? numberType("real");
  if (type.base !== "real") {
    const reason = `${formatType(type)} is not continuous`;
    const quote = { text: name.text, span: name.span };
    scope.report({ code: "bad-initializer", value: quote, reason, help: `declare \`${name.text}: Real\`` });
    return undefined;
  }
  const initializer = checkInitializer(scope, value, type);
  if (initializer === undefined) return undefined;
  const support = declared === undefined ? ({ kind: "real" } as const) : declaredSupport(declared);
  const core = {
    kind: "learn",
    name: name.text,
    type,
    support,
    initializer,
    ...memberMark(statement),
    span,
  } as const;
  return { type, core };
}

function memberMark({ member }: LearnStatement): { member?: true } {
  return member ? { member } : {};
}

function checkInitializer(scope: Scope, value: Expression, type: NumberType): Initializer | undefined {
  const quote = { text: formatBrief(value), span: value.span };
  const refuse = (reason: string, help: string): undefined => {
    scope.report({ code: "bad-initializer", value: quote, reason, help });
  };
  const constant = (start: number): Initializer | undefined => {
    const inside = type.structure === "plain" && startsInside(type, start);
    if (inside) return { kind: "constant", value: start };
    return refuse(
      `${start} is not inside ${formatType(type)}`,
      "start with a value inside the type, such as `normal(0.1)` for Real",
    );
  };
  const number = literalValue(value);
  if (number !== undefined) return constant(number);
  const name = value.kind === "call" && value.callee.kind === "name" ? value.callee.text : undefined;
  const args = value.kind === "call" ? value.arguments : [];
  const [first] = args;
  if ((name === "normal" || name === "glorot") && !equalRanges(type.range, realLine)) {
    return refuse(
      `it may start outside ${formatType(type)}`,
      "start with a number inside the type, such as `1`",
    );
  }
  if (name === "normal" && args.length === 1) {
    const sd = literalValue(first.value);
    if (sd === undefined || sd <= 0)
      return refuse("its standard deviation must be a positive number", "write `normal(0.1)`");
    return { kind: "normal", sd };
  }
  if (args.length === 0 && name === "zeros") return constant(0);
  if (args.length === 0 && name === "ones") return constant(1);
  if (args.length === 0 && name === "glorot") {
    if (type.dimensions.length >= 2) return { kind: "glorot" };
    return refuse("glorot() needs a matrix", "write `normal(0.1)` or `zeros()`");
  }
  if (value.kind === "error") return undefined;
  return refuse("it is no initial value", "write `glorot()`, `zeros()`, `ones()`, `normal(0.1)` or a number");
}

function literalValue(value: Expression): number | undefined {
  if (value.kind === "number") return value.value;
  const negative = value.kind === "unary" && value.operator === "-" ? literalValue(value.operand) : undefined;
  return negative === undefined ? undefined : -negative;
}
