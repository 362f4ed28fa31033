/** Uses of builtin distributions: arguments to parameters, shapes. */

import type { Span } from "../../base/span.ts";
import type { CoreDistribution } from "../core-distribution.ts";
import {
  type DistributionName,
  type DistributionParameter,
  type DistributionSignature,
  distributions,
} from "../distributions.ts";
import { formatType } from "../format-type.ts";
import type { Argument, Expression } from "../tree.ts";
import { numberType } from "../type.ts";
import { argumentShapes } from "./check-argument-shapes.ts";
import { checkExpression } from "./check-expression.ts";
import type { Scope } from "./check-scope.ts";
import { baseFits, supportFits } from "./check-type.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { type CheckedParameter, describeDraws } from "./describe-draws.ts";
import { formatBrief } from "./format-brief.ts";
import { signatureText } from "./match-arguments.ts";
import { nearParameters } from "./other-names.ts";

export function checkBuiltinDistribution(
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
  const strangers = args.flatMap((each) =>
    each.name === undefined || known.includes(each.name.text) ? [] : [each.name],
  );
  for (const stranger of strangers) {
    const near = nearParameters(stranger.text, known);
    scope.report({ code: "unknown-argument", name: stranger, of: name, known, near });
  }
  if (strangers.length > 0) return undefined;
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

export function checkParameter(
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
