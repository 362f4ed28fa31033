/** Distribution expressions: arguments to parameters, shapes, and what the draws are. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { CoreDistribution, CoreExpression, CoreSupport } from "../core.ts";
import {
  type DistributionName,
  type DistributionParameter,
  type DistributionSignature,
  distributions,
} from "../distributions.ts";
import { formatType } from "../format-type.ts";
import { equalRanges, hull, rangeOf } from "../range.ts";
import { addSizes, constantSize, constantValue, equalSizes, type Size } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { Argument, ChoiceStatement, Expression } from "../tree.ts";
import { type NumberType, numberType } from "../type.ts";
import { argumentShapes, type ShapedArgument } from "./check-argument-shapes.ts";
import { checkDefined } from "./check-defined.ts";
import { checkCondition, checkExpression } from "./check-expression.ts";
import type { Quote } from "./check-facts.ts";
import { dependsOnUnknown } from "./check-index.ts";
import { checkPatterns } from "./check-match.ts";
import { distributionNames, isBuiltin, isDistribution } from "./check-name.ts";
import { supportType } from "./check-piece.ts";
import type { DistSignature, Scope } from "./check-scope.ts";
import { baseFits, equalShapes, supportFits } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { literalNumber } from "./literal-number.ts";
import { signatureText } from "./match-arguments.ts";
import { symbolicIndex } from "./symbolic-index.ts";

export interface CheckedDistribution {
  readonly core: CoreDistribution;
  /** The name in messages, with its place. */
  readonly quote: Quote;
  /** `undefined` for an `if` or `match` of distributions, and for one that a `dist` defines. */
  readonly name: DistributionName | undefined;
  /** Shape of the arguments together: independent draws, one per element. */
  readonly batch: readonly Size[];
  /** Shape of one draw. */
  readonly draw: readonly Size[];
  /** What one element of a draw is, dimensions aside. */
  readonly element: NumberType;
  readonly support: CoreSupport;
  /** No argument depends on what is inferred. */
  readonly known: boolean;
}

interface CheckedParameter extends ShapedArgument {
  readonly value: CoreExpression;
}

/** Checks what stands behind `~`. Reports and gives `undefined` when it is no proper distribution. */
export function checkDistribution(scope: Scope, expression: Expression): CheckedDistribution | undefined {
  switch (expression.kind) {
    case "call":
      if (isDefined(scope, expression.callee)) return checkUse(scope, expression);
      if (expression.callee.kind !== "name" || !isDistribution(expression.callee.text)) break;
      return checkNamed(
        scope,
        expression.callee.text,
        expression.callee.span,
        expression.arguments,
        expression.span,
      );
    case "if": {
      const condition = checkCondition(scope, expression.condition);
      const first = checkDistribution(scope, expression.then);
      const second = checkDistribution(scope, expression.else);
      if (first === undefined || second === undefined || condition.type.kind === "error") return undefined;
      const [then, otherwise] = [first.core, second.core];
      return joinArms(scope, [first, second], {
        kind: "if",
        condition,
        then,
        else: otherwise,
        span: expression.span,
      });
    }
    case "match": {
      const subject = checkExpression(scope, expression.subject);
      const patterns = checkPatterns(scope, expression, subject);
      const values = expression.arms.map((arm) => checkDistribution(scope, arm.value));
      if (patterns === undefined || !values.every((value) => value !== undefined)) return undefined;
      const arms = values.map(({ core }, position) => ({ pattern: patterns[position], value: core }));
      return joinArms(scope, values, { kind: "match", subject, arms, span: expression.span });
    }
    case "name": {
      const choice = scope.choices.get(expression.text);
      if (choice === undefined) break;
      const subject = checkExpression(scope, expression);
      // Its own faults were told where it stands.
      const joined = checkChoice({ ...scope, report: () => {} }, choice);
      if (joined === undefined || subject.type.kind === "error") return undefined;
      const { span } = expression;
      const arms = joined.core.kind === "match" ? joined.core.arms : [];
      const quote = { text: expression.text, span };
      return { ...joined, core: { kind: "match", subject, arms, span }, known: false, quote };
    }
    case "error":
      return undefined;
    default:
      break;
  }
  reportNoDistribution(scope, expression);
  return undefined;
}

/** The options of a `vary` statement that are distributions, as arms; reports them where their draws differ in kind. */
export function checkChoice(
  scope: Scope,
  { options, span }: ChoiceStatement,
): CheckedDistribution | undefined {
  const values = options.map(({ value }) => checkDistribution(scope, value));
  if (!values.every((value) => value !== undefined)) return undefined;
  const arms = values.map(({ core }, pattern) => ({ pattern, value: core }));
  const subject = literalNumber(0, span);
  return joinArms(scope, values, { kind: "match", subject, arms, span }, "the options of this `vary`");
}

function reportNoDistribution(scope: Scope, expression: Expression): void {
  const value = { text: formatBrief(expression), span: expression.span };
  const name = expression.kind === "call" ? expression.callee : expression;
  if (name.kind === "name" && isDistribution(name.text)) {
    const [form] = distributions[name.text].forms as DistributionSignature["forms"];
    scope.report({ code: "not-a-distribution", value, help: `write ${signatureText(name.text, form)}` });
    return;
  }
  if (name.kind === "name" && scope.functions.kindOf(name.text) === "dist") {
    const signature = scope.functions.distribution(name.text, name.span);
    const help = signature && `write ${signatureText(name.text, signature.parameters)}`;
    if (help !== undefined) scope.report({ code: "not-a-distribution", value, help });
    return;
  }
  const isFunction =
    name.kind === "name" && (isBuiltin(name.text) || scope.functions.kindOf(name.text) !== undefined);
  if (expression.kind === "call" && name.kind === "name" && !isFunction && !scope.bindings.has(name.text)) {
    const near = nearMisses(name.text, distributionNames(scope));
    scope.report({ code: "unknown-distribution", name: { text: name.text, span: name.span }, near });
    return;
  }
  const checked = checkExpression(scope, expression);
  if (checked.type.kind === "error") return;
  scope.report({
    code: "not-a-distribution",
    value,
    help: `bind a value with \`=\` instead of \`~\`, or write \`Normal(${value.text}, 1)\``,
  });
}

/** A name of a `dist`, perhaps with sizes in brackets. */
function isDefined(scope: Scope, callee: Expression): boolean {
  const name = callee.kind === "index" ? callee.base : callee;
  return name.kind === "name" && scope.functions.kindOf(name.text) === "dist";
}

function checkUse(
  scope: Scope,
  { callee, arguments: args, span }: Extract<Expression, { readonly kind: "call" }>,
): CheckedDistribution | undefined {
  const name = callee.kind === "index" ? callee.base : callee;
  if (name.kind !== "name") return undefined;
  const signature = formFor(scope, { text: name.text, span: name.span }, args);
  if (signature === undefined) {
    for (const argument of args) checkExpression(scope, argument.value);
    return undefined;
  }
  const brackets =
    callee.kind === "index"
      ? callee.indices.flatMap((each) => (each.kind === "at" ? [each.value] : []))
      : undefined;
  return checkDefined(scope, signature, brackets, args, { text: name.text, span: name.span }, span);
}

/** The first form that takes these arguments; the first of all where none does. */
function formFor(scope: Scope, name: Quote, args: readonly Argument[]): DistSignature | undefined {
  const forms = scope.functions.forms(name.text).map((form) => scope.functions.distribution(form, name.span));
  const suiting = forms.find((form) => {
    const names = new Set(form?.parameters.map((each) => each.name));
    const required = form?.parameters.filter((each) => each.default === undefined).length ?? 0;
    const isKnown = args.every((each) => each.name === undefined || names.has(each.name.text));
    return isKnown && args.length >= required && args.length <= names.size;
  });
  return suiting ?? forms[0];
}

function checkNamed(
  scope: Scope,
  name: DistributionName,
  nameSpan: Span,
  args: readonly Argument[],
  span: Span,
): CheckedDistribution | undefined {
  const row: DistributionSignature = distributions[name];
  const form = chooseForm(scope, name, row, args, span);
  if (form === undefined) {
    for (const argument of args) checkExpression(scope, argument.value);
    return undefined;
  }
  const checked = form.map(({ parameter, expression }) => checkParameter(scope, name, parameter, expression));
  if (!checked.every((each) => each !== undefined)) return undefined;
  const shapes = argumentShapes(scope, name, checked);
  if (shapes === undefined) return undefined;
  const { batch, length } = shapes;
  const described = describeDraws(scope, name, row, checked, length);
  if (described === undefined) return undefined;
  const core: CoreDistribution = {
    kind: "distribution",
    name,
    arguments: Object.fromEntries(checked.map(({ parameter, value }) => [parameter.name, value])),
    span,
  };
  const draw = length === undefined ? [] : Array.from({ length: row.eventRank }, () => length);
  const known = !checked.some(({ value }) => dependsOnUnknown(scope, value));
  return { core, quote: { text: name, span: nameSpan }, name, batch, draw, known, ...described };
}

interface FilledParameter {
  readonly parameter: DistributionParameter;
  readonly expression: Expression;
}

/** The first way to write the distribution that takes these arguments. Reports when none does. */
function chooseForm(
  scope: Scope,
  name: DistributionName,
  row: DistributionSignature,
  args: readonly Argument[],
  span: Span,
): readonly FilledParameter[] | undefined {
  const known = [...new Set(row.forms.flatMap((form) => form.map((each) => each.name)))];
  const stranger = args.find((each) => each.name !== undefined && !known.includes(each.name.text));
  if (stranger?.name !== undefined) {
    const near = nearMisses(stranger.name.text, known);
    scope.report({ code: "unknown-argument", name: stranger.name, of: name, known, near });
    return undefined;
  }
  const named = args.flatMap((each) => (each.name === undefined ? [] : [each.name.text]));
  const suiting = row.forms.filter((form) =>
    named.every((each) => form.some((parameter) => parameter.name === each)),
  );
  const form = suiting[0] ?? row.forms[0];
  const filled = new Map<string, Expression>();
  const positions = form.filter((parameter) => !named.includes(parameter.name));
  let next = 0;
  for (const argument of args) {
    const target = argument.name?.text ?? positions[next++]?.name;
    if (target === undefined || filled.has(target) || suiting.length === 0) {
      scope.report({
        code: "too-many-arguments",
        of: name,
        most: form.length,
        found: args.length,
        signature: row.forms.map((each) => signatureText(name, each)).join(" or "),
        span,
      });
      return undefined;
    }
    filled.set(target, argument.value);
  }
  const pairs: FilledParameter[] = [];
  for (const parameter of form) {
    const expression = filled.get(parameter.name);
    if (expression === undefined) {
      const signature = signatureText(name, form);
      scope.report({ code: "missing-argument", of: name, parameter: parameter.name, signature, span });
      return undefined;
    }
    pairs.push({ parameter, expression });
  }
  return pairs;
}

function checkParameter(
  scope: Scope,
  name: string,
  parameter: DistributionParameter,
  expression: Expression,
): CheckedParameter | undefined {
  const value = checkExpression(scope, expression);
  const { type } = value;
  if (type.kind === "error") return undefined;
  const quote = { text: formatBrief(expression), span: expression.span };
  const because = { text: `the argument ${parameter.name} of ${name}` };
  const expected = numberType(parameter.base, parameter.range, [], parameter.structure);
  const mismatch = (what: string, help: string): undefined => {
    scope.report({ code: "type-mismatch", value: quote, found: type, expected: what, because, help });
  };
  if (type.kind !== "number") return mismatch(formatType(expected), "give a number");
  if (!baseFits(type.base, parameter.base)) {
    const help =
      type.base === "bool"
        ? `write \`if ${quote.text} { 1 } else { 0 }\``
        : "give an Int; a Real is not rounded silently";
    return mismatch(formatType(expected), help);
  }
  const isNumber = parameter.orNumber === true && type.dimensions.length === 0;
  if (type.dimensions.length < parameter.rank && !isNumber)
    return parameter.rank === 1
      ? mismatch("a vector", "write the numbers as `[a, b, c]`")
      : mismatch("a matrix", "write its rows as `[[a, b], [c, d]]`");
  if (!supportFits(scope, type, quote, expected, because)) return undefined;
  return { parameter, value, type, quote };
}

type Described = Pick<CheckedDistribution, "element" | "support">;

function describeDraws(
  scope: Scope,
  name: DistributionName,
  row: DistributionSignature,
  checked: readonly CheckedParameter[],
  length: Size | undefined,
): Described | undefined {
  const element = supportType(row.support);
  const { span } = checked[0]?.quote ?? { span: undefined };
  const argument = (wanted: string): CheckedParameter | undefined =>
    checked.find((each) => each.parameter.name === wanted);
  switch (row.support) {
    case "real":
      return { element, support: { kind: "real" } };
    case "simplex":
      return { element, support: { kind: "simplex" } };
    case "corr":
    case "choleskyCorr":
    case "covariance":
      return { element, support: { kind: "matrix", structure: row.support } };
    case "positive":
      return { element, support: { kind: "lower", low: literalNumber(0, span) } };
    case "unit":
      return {
        element,
        support: { kind: "interval", low: literalNumber(0, span), high: literalNumber(1, span) },
      };
    case "interval": {
      const low = argument("low");
      const high = argument("high");
      return low && high && describeInterval(scope, name, low, high);
    }
    case "bool":
      return { element, support: { kind: "discrete", count: constantSize(2) } };
    case "category": {
      if (length === undefined) return { element, support: { kind: "discrete" } };
      const count = constantValue(length);
      const range = rangeOf(0, count === undefined ? Infinity : count - 1);
      return { element: numberType("int", range), support: { kind: "discrete", count: length } };
    }
    case "count":
      return { element, support: { kind: "discrete" } };
    case "countTo": {
      const trials = argument("n");
      if (trials === undefined) return undefined;
      const places = symbolicIndex(trials.value, new Map());
      const range = rangeOf(0, trials.type.range.high);
      const count = places === undefined ? {} : { count: addSizes(places, constantSize(1)) };
      return { element: numberType("int", range), support: { kind: "discrete", ...count } };
    }
  }
}

function describeInterval(
  scope: Scope,
  name: string,
  low: CheckedParameter,
  high: CheckedParameter,
): Described | undefined {
  const array = [low, high].find(({ type }) => type.dimensions.length > 0);
  if (array !== undefined) {
    const { span } = array.quote;
    scope.report({
      code: "not-supported-yet",
      feature: `arrays as bounds of ${name} are`,
      span,
      help: "draw each element inside a plate",
    });
    return undefined;
  }
  if (high.type.range.high <= low.type.range.low) {
    scope.report({ code: "empty-interval", value: high.quote, low: low.quote.text, high: high.quote.text });
    return undefined;
  }
  return {
    element: numberType("real", rangeOf(low.type.range.low, high.type.range.high)),
    support: { kind: "interval", low: low.value, high: high.value },
  };
}

function joinArms(
  scope: Scope,
  arms: readonly CheckedDistribution[],
  core: CoreDistribution,
  what = `the arms of this \`${core.kind === "if" ? "if" : "match"}\``,
): CheckedDistribution | undefined {
  const [first, ...others] = arms;
  const kind = core.kind === "if" ? "if" : "match";
  let joined = first;
  for (const arm of others) {
    const shapesAgree =
      arm.batch.length === 0 || joined.batch.length === 0 || equalShapes(arm.batch, joined.batch);
    if (!sameDraws(joined, arm) || !shapesAgree || !equalShapes(arm.draw, joined.draw)) {
      const text = (each: CheckedDistribution): string =>
        formatType({ ...each.element, dimensions: [...each.batch, ...each.draw] });
      scope.report({
        code: "arms-disagree",
        what,
        left: first.quote,
        right: arm.quote,
        leftType: `draws of ${text(joined)}`,
        rightType: `draws of ${text(arm)}`,
      });
      return undefined;
    }
    joined = {
      ...joined,
      batch: arm.batch.length === 0 ? joined.batch : arm.batch,
      element: { ...joined.element, range: hull(joined.element.range, arm.element.range) },
      support: joinCounts(joined.support, arm.support),
    };
  }
  const subject = core.kind === "if" ? core.condition : core.kind === "match" ? core.subject : undefined;
  const known =
    arms.every((arm) => arm.known) && (subject === undefined || !dependsOnUnknown(scope, subject));
  const quote = { text: `this \`${kind}\``, span: core.span };
  return { ...joined, core, name: undefined, known, quote };
}

function sameDraws(a: CheckedDistribution, b: CheckedDistribution): boolean {
  if (a.element.base !== b.element.base || a.element.structure !== b.element.structure) return false;
  if (a.support.kind === "discrete" && b.support.kind === "discrete") return true;
  if (a.support.kind !== b.support.kind || !equalRanges(a.element.range, b.element.range)) return false;
  return [...supportBounds(a.support), ...supportBounds(b.support)].every(
    (bound) => bound.kind === "literal",
  );
}

function joinCounts(a: CoreSupport, b: CoreSupport): CoreSupport {
  if (a.kind !== "discrete" || b.kind !== "discrete") return a;
  const same = a.count !== undefined && b.count !== undefined && equalSizes(a.count, b.count);
  return same ? a : { kind: "discrete" };
}
