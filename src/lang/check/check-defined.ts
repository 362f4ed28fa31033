/** Uses of distributions that a `dist` defines: arguments to parameters, sizes, what the draws are. */
import type { Span } from "../../base/span.ts";
import type { CoreDefinedDistribution, CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { formatType } from "../format-type.ts";
import { mapCoreChildren, mapSupport } from "../map-core.ts";
import { rangeOf } from "../range.ts";
import { addSizes, constantSize, type Size, substituteSizes } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { Argument, Expression } from "../tree.ts";
import { type NumberType, type Range, realLine } from "../type.ts";
import { bracketSizes, solveAll } from "./check-apply.ts";
import { checkExpression } from "./check-expression.ts";
import type { Because, Quote } from "./check-facts.ts";
import { closedScope, type DistSignature, type Scope } from "./check-scope.ts";
import { commonShape } from "./check-shape.ts";
import { fits } from "./check-type.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { chooseForm, formsOf } from "./choose-form.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { formatBrief } from "./format-brief.ts";
import { matchArguments, signatureText } from "./match-arguments.ts";
import { substituteType } from "./substitute-type.ts";
import { symbolicIndex } from "./symbolic-index.ts";

interface FilledParameter {
  readonly parameter: DistSignature["parameters"][number];
  readonly expression: Expression;
  readonly value: CoreExpression;
  readonly type: NumberType;
  /** Dimensions besides the parameter's own: independent draws. */
  readonly batch: readonly Size[];
  readonly quote: Quote;
}

/** A call of a `dist`, perhaps with sizes in brackets. */
export function checkUse(
  scope: Scope,
  { callee, arguments: args, span }: Extract<Expression, { readonly kind: "call" }>,
): CheckedDistribution | undefined {
  const name = callee.kind === "index" ? callee.base : callee;
  if (name.kind !== "name") return undefined;
  const forms = formsOf(scope, { text: name.text, span: name.span });
  const signature = chooseForm(scope, name.text, forms, args);
  if (signature === undefined) {
    for (const argument of args) checkExpression(scope, argument.value);
    return undefined;
  }
  const brackets =
    callee.kind === "index"
      ? callee.indices.flatMap((each) => (each.kind === "at" ? [each.value] : []))
      : undefined;
  const written = forms.map((each) => signatureText(name.text, each.parameters)).join(" or ");
  return checkDefined(scope, signature, brackets, args, { text: name.text, span: name.span }, span, written);
}

function checkDefined(
  scope: Scope,
  signature: DistSignature,
  brackets: readonly Expression[] | undefined,
  args: readonly Argument[],
  name: Quote,
  span: Span,
  written: string,
): CheckedDistribution | undefined {
  const filled = fillParameters(scope, signature, args, span, written);
  const sizes = bracketSizes(scope, { ...signature, bracketSizes: signature.sizes }, brackets, span);
  if (filled === undefined || sizes === undefined) return undefined;
  solveAll(
    signature.sizes,
    filled.map(({ parameter, type, batch }) => ({
      pattern: parameter.type.dimensions,
      target: type.dimensions.slice(batch.length),
    })),
    sizes,
  );
  const open = signature.sizes.find((each) => !sizes.has(each));
  if (open !== undefined) {
    const help = `give it: \`${signature.name}[${signature.sizes.join(", ")}](…)\``;
    scope.report({ code: "size-not-inferred", name: open, call: name, help });
    return undefined;
  }
  const good = filled.map(({ parameter, expression, value, batch }) => {
    const dimensions = parameter.type.dimensions.map((size) => substituteSizes(size, sizes));
    const expected = { ...parameter.type, dimensions: [...batch, ...dimensions] };
    const because = reasonOf(signature.name, parameter);
    return fits(scope, value, expression, expected, because);
  });
  if (!good.every((each) => each)) return undefined;
  const batch = commonShape(
    scope,
    `the arguments of ${signature.name}`,
    filled.map((each) => ({ quote: each.quote, type: { ...each.type, dimensions: each.batch } })),
  );
  if (batch === undefined) return undefined;
  for (const each of signature.called) scope.called.add(each);
  return describe(scope, signature, filled, sizes, batch, name, span);
}

/** Where a parameter is declared is shown of programs, whose text is at hand. */
function reasonOf(of: string, { name, span }: DistSignature["parameters"][number]): Because {
  const text = `the argument ${name} of ${of}`;
  return span.source.startsWith("std/") ? { text } : { text, span };
}

function fillParameters(
  scope: Scope,
  { name, parameters }: DistSignature,
  args: readonly Argument[],
  span: Span,
  written: string,
): readonly FilledParameter[] | undefined {
  const signature = signatureText(name, parameters);
  const found = matchArguments(scope, name, parameters, args, span, signature, written);
  if (found === undefined) return undefined;
  const filled = parameters.map((parameter): FilledParameter | undefined => {
    const written = found.get(parameter.name);
    const expression = written ?? parameter.default;
    if (expression === undefined) return undefined;
    const value = checkExpression(written === undefined ? closedScope(scope) : scope, expression);
    const { type } = value;
    if (type.kind === "error") return undefined;
    const quote = { text: formatBrief(expression), span: expression.span };
    const rank = parameter.type.dimensions.length;
    if (type.kind !== "number") {
      fits(scope, value, expression, parameter.type, { text: `the argument ${parameter.name} of ${name}` });
      return undefined;
    }
    const depth = type.dimensions.length - rank;
    if (depth < 0) {
      scope.report({
        code: "type-mismatch",
        value: quote,
        found: type,
        expected: formatType(parameter.type),
        because: reasonOf(name, parameter),
        help: "write the numbers as `[a, b, c]`",
      });
      return undefined;
    }
    return { parameter, expression, value, type, batch: type.dimensions.slice(0, depth), quote };
  });
  return filled.every((each) => each !== undefined) ? filled : undefined;
}

function describe(
  scope: Scope,
  signature: DistSignature,
  filled: readonly FilledParameter[],
  sizes: ReadonlyMap<string, Size>,
  batch: readonly Size[],
  name: Quote,
  span: Span,
): CheckedDistribution | undefined {
  const { definition } = signature;
  const given = new Map(filled.map(({ parameter, value }) => [parameter.name, value]));
  const argued = (expression: CoreExpression): CoreExpression => substitute(expression, given, sizes);
  const bounds = signature.bounds && {
    low: argued(signature.bounds.low),
    high: argued(signature.bounds.high),
  };
  const support = withCount(mapSupport(signature.support, argued), definition.event, bounds);
  const array = [...supportBounds(support), ...(bounds ? [bounds.low, bounds.high] : [])].find(
    ({ type }) => type.kind === "number" && type.dimensions.length > 0,
  );
  if (array !== undefined && support.kind !== "discrete") {
    scope.report({
      code: "not-supported-yet",
      feature: `arrays as bounds of ${signature.name} are`,
      span: array.span,
      help: "draw each element inside a plate",
    });
    return undefined;
  }
  const event = substituteType(definition.event, sizes);
  if (event.kind !== "number") return undefined;
  const range = narrowed(event.range, bounds ?? (support.kind === "interval" ? support : undefined));
  const core: CoreDefinedDistribution = {
    kind: "defined",
    definition,
    sizes: Object.fromEntries(sizes),
    arguments: Object.fromEntries(given),
    support,
    ...(bounds && { bounds }),
    span,
  };
  return {
    core,
    quote: name,
    name: undefined,
    batch,
    draw: event.dimensions,
    element: { ...event, dimensions: [], range },
    support,
    known: !filled.some(({ value }) => dependsOnUnknown(scope, value)),
  };
}

/** The range between these ends; the declared one where they do not say more. */
function narrowed(
  declared: Range,
  ends: { readonly low: CoreExpression; readonly high: CoreExpression } | undefined,
): Range {
  if (ends === undefined) return declared;
  const [low, high] = [ends.low, ends.high].map(({ type }) =>
    type.kind === "number" ? type.range : realLine,
  );
  return rangeOf(low.low, high.high);
}

/** Whole numbers from 0 to a size have a number of values. */
function withCount(support: CoreSupport, event: NumberType, bounds: DistSignature["bounds"]): CoreSupport {
  if (support.kind !== "discrete") return support;
  if (event.base === "bool") return { kind: "discrete", count: constantSize(2) };
  const high = bounds && symbolicIndex(bounds.high, new Map());
  const fromZero = bounds?.low.kind === "literal" && bounds.low.value === 0;
  return high !== undefined && fromZero
    ? { kind: "discrete", count: addSizes(high, constantSize(1)) }
    : support;
}

/** The expression with arguments for parameters. */
function substitute(
  expression: CoreExpression,
  given: ReadonlyMap<string, CoreExpression>,
  sizes: ReadonlyMap<string, Size>,
): CoreExpression {
  if (expression.kind === "variable") return given.get(expression.name) ?? expression;
  if (expression.kind === "size") return { ...expression, size: substituteSizes(expression.size, sizes) };
  return mapCoreChildren(expression, (each) => substitute(each, given, sizes));
}
