/** Calls of user and library functions: arguments to parameters, sizes solved from shapes. */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import type { CoreExpression } from "../core-expression.ts";
import { constantSize, namedSize, type Size, sizeNames, substituteSizes } from "../size.ts";
import type { Argument, Expression, Name } from "../tree.ts";
import type { Type } from "../type.ts";
import { outlineOf, signatureFor } from "./call-signature.ts";
import {
  type CheckExpression,
  closedScope,
  errorExpression,
  type FunctionHeader,
  type Scope,
} from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { checkStatic } from "./check-static.ts";
import { fits } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { matchArguments, signatureText } from "./match-arguments.ts";
import { asNetArgument, asNetResult, standsForVector } from "./net-argument.ts";
import { solveSize, upperBound } from "./size-bounds.ts";
import {
  type FunctionArgument,
  learnedNets,
  type StaticArgument,
  type StaticArguments,
  staticSizes,
} from "./static-argument.ts";
import { substituteType } from "./substitute-type.ts";

interface ParameterSlot {
  readonly name: string;
  readonly type: Type | "size";
  readonly span?: Span;
}

interface Passed {
  readonly value: CoreExpression;
  readonly expression: Expression;
  readonly slot: ParameterSlot;
  /** A number in place of a vector of one. */
  readonly isNumber?: boolean;
}

/** What a call calls: a function by its name, with what was given along with it where it was an argument itself. */
export type Callee = Omit<FunctionArgument, "kind">;

/** `f(x)`, `dense[I](x, 200)`, `mlp[I, O](x, hidden: [40])`, `decode(z)`: a call of a def, of a net inside a net, or of a learned net. */
export function checkApply(
  scope: Scope,
  { name, given, learned }: Callee,
  brackets: readonly Expression[] | undefined,
  args: readonly Argument[],
  span: Span,
  check: CheckExpression,
): CoreExpression {
  const header = scope.functions.header(name) ?? bug(`no function ${name}`);
  const asked = header.parameters.filter((parameter) => !given.has(parameter.name));
  const called = learned ?? name;
  const found = matchArguments(scope, `\`${called}\``, asked, args, span, signatureText(called, asked));
  const sizes = bracketSizes(scope, header, brackets, span);
  if (found === undefined || sizes === undefined) return errorExpression(span);
  for (const [each, argument] of given)
    if (argument.kind === "size" && !sizes.has(each)) sizes.set(each, argument.size);
  const statics = staticArguments(scope, header, given, found);
  if (statics === undefined) return errorExpression(span);
  const outline = outlineOf(scope, name, statics, span);
  if (outline === undefined) return errorExpression(span);
  for (const [each, size] of staticSizes(statics)) sizes.set(each, size);
  const values: Passed[] = [];
  for (const slot of outline.parameters) {
    if (slot.type === "size" && sizes.has(slot.name)) continue;
    const [from, expression] = argumentOf(scope, header, found, slot.name);
    if (slot.type === "size") {
      const size = checkSize(from, expression);
      if (size === undefined) return errorExpression(span);
      sizes.set(slot.name, size);
    } else {
      const value = check(from, expression);
      values.push(
        learned === undefined
          ? { value, expression, slot }
          : toLearned(value, expression, slot, sizes, slot.type),
      );
    }
  }
  if (values.some(({ value }) => value.type.kind === "error")) return errorExpression(span);
  const pairs = values.flatMap(({ value, slot }) =>
    slot.type !== "size" && slot.type.kind === "number" && value.type.kind === "number"
      ? [{ pattern: slot.type.dimensions, target: value.type.dimensions }]
      : [],
  );
  solveAll(outline.sizes, pairs, sizes);
  if (outline.sizes.some((each) => isNegative(scope, each, values, sizes, learned ?? outline.name)))
    return errorExpression(span);
  const open = outline.sizes.find((each) => !sizes.has(each));
  if (open !== undefined && pairs.every(({ pattern, target }) => pattern.length === target.length)) {
    const help = `give it: \`${outline.name}[${header.bracketSizes.join(", ")}](…)\``;
    scope.report({ code: "size-not-inferred", name: open, call: { text: outline.name, span }, help });
    return errorExpression(span);
  }
  const good = values.map(({ value, expression, slot }) =>
    argumentFits(scope, value, expression, slot, sizes, learned ?? outline.name),
  );
  if (!good.every((each) => each)) return errorExpression(span);
  const signature = signatureFor(scope, name, statics, outline, sizes, span);
  if (signature === undefined) return errorExpression(span);
  const nets = learnedNets(statics);
  scope.called.add(signature.id);
  const applied: CoreExpression = {
    kind: "apply",
    function: signature.id,
    sizes: signature.sizes,
    arguments: values.map(({ value }) => value),
    ...(signature.kind === "net" && weightsOf(scope, learned)),
    ...(nets.length > 0 && { nets }),
    type: signature.result,
    span,
  };
  return values.some(({ isNumber }) => isNumber) ? asNetResult(applied) : applied;
}

/** Outside of nets a net is called by the name that it was learned under: there are its parameters. */
export function isNetNotLearned(scope: Scope, { name, learned }: Callee): boolean {
  return scope.functions.kindOf(name) === "net" && learned === undefined && scope.where !== "net";
}

export function reportNotLearned(scope: Scope, name: string, written: Name): undefined {
  const help = `write \`learn f = ${name}[…]\` in the model, then call \`f(…)\``;
  scope.report({ code: "net-not-learned", net: { text: written.text, span: written.span }, help });
}

/** An argument of a learned net. */
function toLearned(
  value: CoreExpression,
  expression: Expression,
  { name, type }: ParameterSlot,
  sizes: ReadonlyMap<string, Size>,
  written: Type,
): Passed {
  const wanted = substituteType(written, sizes);
  return {
    value: asNetArgument(value, wanted),
    expression,
    slot: { name, type },
    isNumber: standsForVector(value, wanted),
  };
}

/** The parameters of a net: those learned under a name, or in a net its own for each call. */
function weightsOf(
  scope: Scope,
  learned: string | undefined,
): { readonly instance: string } | { readonly call: number } {
  return learned === undefined ? { call: scope.netCalls++ } : { instance: learned };
}

/** The argument of a parameter, and the scope that it stands in: a default sees nothing of the caller's. */
export function argumentOf(
  scope: Scope,
  header: FunctionHeader,
  found: ReadonlyMap<string, Expression>,
  name: string,
): [Scope, Expression] {
  const written = found.get(name);
  if (written !== undefined) return [scope, written];
  const parameter = header.parameters.find((each) => each.name === name);
  return [closedScope(scope), parameter?.default ?? bug(`no argument ${name}`)];
}

/** The `Sizes`, `Function` and `Initializer` parameters in order. Reports and gives `undefined` where one is neither. */
export function staticArguments(
  scope: Scope,
  header: FunctionHeader,
  given: StaticArguments,
  found: ReadonlyMap<string, Expression>,
): StaticArguments | undefined {
  const statics = new Map<string, StaticArgument>();
  for (const { name, role } of header.parameters) {
    if (role === "value" || role === "size") continue;
    const argument = given.get(name) ?? checkStatic(role, ...argumentOf(scope, header, found, name));
    if (argument === undefined) return undefined;
    statics.set(name, argument);
  }
  return statics;
}

function argumentFits(
  scope: Scope,
  value: CoreExpression,
  expression: Expression,
  slot: ParameterSlot,
  sizes: ReadonlyMap<string, Size>,
  name: string,
): boolean {
  if (slot.type === "size" || value.type.kind === "error") return value.type.kind !== "error";
  const expected = substituteType(slot.type, sizes);
  const because = {
    text: `the argument ${slot.name} of ${name}`,
    ...(slot.span === undefined ? {} : { span: slot.span }),
  };
  // Parameters are numbers or arrays; anything else failed where it was declared.
  return expected.kind !== "number" || fits(scope, value, expression, expected, because);
}

/** A size that was solved from an argument and is below 0 whatever the names in it stand for; reported. */
function isNegative(
  scope: Scope,
  name: string,
  values: readonly Passed[],
  sizes: ReadonlyMap<string, Size>,
  call: string,
): boolean {
  const value = sizes.get(name);
  if (value === undefined || upperBound(value) >= 0) return false;
  for (const { value: argument, expression, slot } of values) {
    if (slot.type === "size" || slot.type.kind !== "number" || argument.type.kind !== "number") continue;
    const shape = slot.type.dimensions;
    if (!shape.some((size) => sizeNames(size).includes(name))) continue;
    const quote = { text: formatBrief(expression), span: expression.span, shape: argument.type.dimensions };
    const zero = new Map(sizes).set(name, constantSize(0));
    const least = shape.map((size) => substituteSizes(size, zero));
    const wanted = { shape, ...(slot.span && { span: slot.span }) };
    scope.report({ code: "negative-size", name, value, argument: quote, wanted, least, call });
    return true;
  }
  return false;
}

/** Sizes given in brackets, in order: none, or all of them. */
export function bracketSizes(
  scope: Scope,
  signature: Pick<FunctionHeader, "name" | "bracketSizes">,
  brackets: readonly Expression[] | undefined,
  span: Span,
): Map<string, Size> | undefined {
  const sizes = new Map<string, Size>();
  if (brackets === undefined) return sizes;
  const names = signature.bracketSizes;
  if (brackets.length !== names.length) {
    const written =
      names.length > 0 ? `\`${signature.name}[${names.join(", ")}]\`` : `\`${signature.name}(…)\``;
    if (brackets.length > names.length)
      scope.report({
        code: "too-many-arguments",
        of: `\`${signature.name}[…]\``,
        most: names.length,
        found: brackets.length,
        signature: written,
        span,
      });
    else
      scope.report({
        code: "missing-argument",
        of: `\`${signature.name}[…]\``,
        parameter: names[brackets.length],
        signature: written,
        span,
      });
    return undefined;
  }
  for (const [position, expression] of brackets.entries()) {
    const size = checkSize(scope, expression);
    if (size === undefined) return undefined;
    sizes.set(names[position], size);
  }
  return sizes;
}

/**
 * Solves what is still open among `names`, each solution feeding the next. The function's names are marked apart while
 * solving, since the caller may use the same ones.
 */
export function solveAll(
  names: readonly string[],
  pairs: readonly { readonly pattern: readonly Size[]; readonly target: readonly Size[] }[],
  sizes: Map<string, Size>,
): void {
  const marked = new Map(names.map((name) => [name, namedSize(`?${name}`)]));
  const equations = pairs.flatMap(({ pattern, target }) =>
    pattern.flatMap((size, position) =>
      position < target.length ? [{ size: substituteSizes(size, marked), target: target[position] }] : [],
    ),
  );
  for (let progress = true; progress; ) {
    progress = false;
    const known = new Map([...sizes].map(([name, size]) => [`?${name}`, size]));
    const open = new Set(names.filter((name) => !sizes.has(name)).map((name) => `?${name}`));
    for (const { size, target } of equations) {
      const solved = solveSize(substituteSizes(size, known), target, open);
      if (solved === undefined) continue;
      sizes.set(solved.name.slice(1), solved.value);
      progress = true;
      break;
    }
  }
}
