/** Calls: builtins, user and library functions, learned nets. */

import { isAsk } from "../asked.ts";
import { type BuiltinName, sizeArguments } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { Size } from "../size.ts";
import type { Expression } from "../tree.ts";
import { type Callee, checkApply, isNetNotLearned, reportNotLearned } from "./check-apply.ts";
import { checkAsk } from "./check-ask.ts";
import {
  builtinArity,
  builtinParameters,
  builtinSignature,
  checkBuiltin,
  filledArray,
} from "./check-builtin.ts";
import { foldToCalls } from "./check-fold.ts";
import { isBuiltin, reportUnknownFunction } from "./check-name.ts";
import { checkOde } from "./check-ode.ts";
import { checkScan } from "./check-scan.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import { checkDimension } from "./check-size.ts";
import { distributionsIn } from "./distributions-in.ts";
import { formatBrief } from "./format-brief.ts";
import { upperBound } from "./size-bounds.ts";

type CallExpression = Extract<Expression, { readonly kind: "call" }>;

export function checkCall(scope: Scope, call: CallExpression, check: CheckExpression): CoreExpression {
  const { callee, span } = call;
  const brackets = bracketsOf(callee);
  const name = callee.kind === "index" ? callee.base : callee;
  if (name.kind !== "name") {
    if (name.kind !== "error") {
      const value = { text: formatBrief(callee), span: callee.span };
      scope.report({
        code: "not-allowed-here",
        what: `calling \`${value.text}\``,
        where: "here",
        span: value.span,
        help: methodHelp(call),
      });
    }
    return errorExpression(span);
  }
  const binding = scope.bindings.get(name.text);
  if (binding?.kind === "value" && binding.type.kind === "net" && brackets === undefined) {
    scope.used.add(name.text);
    const callee: Callee = { ...binding.type, learned: name.text };
    return checkApply(scope, callee, undefined, call.arguments, span, check);
  }
  if (binding !== undefined) return reportCalledValue(scope, call, name, check);
  const passed = scope.statics.get(name.text);
  if (passed?.kind === "sizes" || passed?.kind === "initializer") {
    scope.report({ code: "not-a-function", value: name });
    return errorExpression(span);
  }
  const target: Callee = passed?.kind === "function" ? passed : { name: name.text, given: new Map() };
  return checkNamedCall(scope, target, brackets, call, name, check);
}

function checkNamedCall(
  scope: Scope,
  callee: Callee,
  brackets: readonly Expression[] | undefined,
  call: CallExpression,
  written: Extract<Expression, { readonly kind: "name" }>,
  check: CheckExpression,
): CoreExpression {
  const { name } = callee;
  const { span } = call;
  // `mean(Gamma(2, 1))`, where `mean(x)` is that of an array.
  const isOfDistribution = (): boolean =>
    call.arguments.some(({ value }) => distributionsIn(scope, value).length > 0);
  if (brackets === undefined && name === "var" && isOfDistribution()) return reportVariance(scope, call);
  if (brackets === undefined && isBuiltin(name) && !(isAsk(name) && isOfDistribution()))
    return checkBuiltinCall(scope, name, call, check);
  if (brackets === undefined && name === "fold") {
    const calls = foldToCalls(scope, call);
    return calls === undefined ? errorExpression(span) : check(scope, calls);
  }
  if (brackets === undefined && name === "ode") return checkOde(scope, call, check);
  if (brackets === undefined && name === "scan") return checkScan(scope, call, check);
  const kind = scope.functions.kindOf(name);
  if (brackets === undefined && kind === undefined && isAsk(name)) return checkAsk(scope, name, call, check);
  if (kind === undefined || kind === "dist") {
    for (const { value } of call.arguments) if (!isFunctionName(scope, value)) check(scope, value);
    reportUnknownFunction(scope, written);
    return errorExpression(span);
  }
  if (isNetNotLearned(scope, callee)) {
    reportNotLearned(scope, name, written);
    return errorExpression(span);
  }
  return checkApply(scope, callee, brackets, call.arguments, span, check);
}

/** `var` is of arrays only. */
function reportVariance(scope: Scope, { span, arguments: args }: CallExpression): CoreExpression {
  const distribution = { text: formatBrief(args[0].value), span: args[0].value.span };
  const help = `write \`variance(${distribution.text})\``;
  const reason = "`var` is of the elements of an array";
  scope.report({ code: "cannot-ask", asked: "var", distribution, reason, help });
  return errorExpression(span);
}

function isFunctionName(scope: Scope, value: Expression): boolean {
  return value.kind === "name" && (isBuiltin(value.text) || scope.functions.kindOf(value.text) !== undefined);
}

function bracketsOf(callee: Expression): readonly Expression[] | undefined {
  if (callee.kind !== "index") return undefined;
  return callee.indices.flatMap((index) => (index.kind === "at" ? [index.value] : []));
}

/** `mu(3)`: most likely an index was meant. */
function reportCalledValue(
  scope: Scope,
  call: CallExpression,
  name: { readonly text: string; readonly span: Expression["span"] },
  check: CheckExpression,
): CoreExpression {
  const value = check(scope, call.callee);
  const list = call.arguments.map((argument) => formatBrief(argument.value)).join(", ");
  if (value.type.kind !== "error")
    scope.report({
      code: "type-mismatch",
      value: { text: name.text, span: name.span },
      found: value.type,
      expected: "a function",
      because: { text: "what is called" },
      help: `index it with brackets: \`${name.text}[${list}]\``,
    });
  return errorExpression(call.span);
}

function checkBuiltinCall(
  scope: Scope,
  name: BuiltinName,
  call: CallExpression,
  check: CheckExpression,
): CoreExpression {
  const { span } = call;
  const [only] = call.arguments;
  if ((name === "max" || name === "min") && call.arguments.length === 1 && only.name === undefined)
    return checkBuiltinCall(scope, `${name}_of`, call, check);
  const named = call.arguments.find((argument) => argument.name !== undefined);
  if (named?.name !== undefined) {
    scope.report({ code: "unknown-argument", name: named.name, of: `\`${name}\``, known: [], near: [] });
    return errorExpression(span);
  }
  if (name === "ones" || name === "zeros") {
    const sizes = call.arguments.map((argument) => checkDimension(scope, argument.value));
    return sizes.every((size) => size !== undefined) ? filledArray(name, sizes, span) : errorExpression(span);
  }
  const positions = sizeArguments[name] ?? [];
  const isSize = (position: number): boolean =>
    positions === "others" ? position > 0 : positions !== "all" && positions.includes(position);
  const least = builtinArity(name);
  const most = positions === "others" ? Infinity : least;
  const signature = builtinSignature(name);
  const count = call.arguments.length;
  if (count > most) {
    scope.report({
      code: "too-many-arguments",
      of: `\`${name}\``,
      most,
      found: count,
      signature,
      span,
    });
    return errorExpression(span);
  }
  if (count < least) {
    const parameter = builtinParameters(name)[count];
    scope.report({ code: "missing-argument", of: `\`${name}\``, parameter, signature, span });
    return errorExpression(span);
  }
  const sizes = call.arguments.flatMap(({ value }, at) => (isSize(at) ? [sizeAboveZero(scope, value)] : []));
  const args = call.arguments.flatMap(({ value }, at) =>
    isSize(at) ? [] : [{ value: check(scope, value), expression: value }],
  );
  if (!sizes.every((size) => size !== undefined)) return errorExpression(span);
  return name === "eye" ? filledArray(name, sizes, span) : checkBuiltin(scope, name, args, span, sizes);
}

function sizeAboveZero(scope: Scope, expression: Expression): Size | undefined {
  const size = checkDimension(scope, expression);
  if (size === undefined || upperBound(size) > 0) return size;
  const value = { text: formatBrief(expression), span: expression.span };
  scope.report({ code: "not-a-size", value, help: "give a size of at least 1" });
  return undefined;
}

/** `x.mean()` is `mean(x)`, `np.sqrt(2)` is `sqrt(2)`. */
function methodHelp({ callee, arguments: args }: CallExpression): string {
  if (callee.kind !== "field" || !isBuiltin(callee.name.text)) return "call a function by its name";
  const given = args.length > 0 ? args.map(({ value }) => formatBrief(value)) : [formatBrief(callee.base)];
  return `write \`${callee.name.text}(${given.join(", ")})\``;
}
