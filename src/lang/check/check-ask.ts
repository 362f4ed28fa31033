/** `logpdf(D, x)`, `cdf(D, x)` and their like: what an expression asks of a distribution. */
import type { Asked, CoreAsk, CoreExpression } from "../core.ts";
import { hasCumulative } from "../cumulative.ts";
import { formatType } from "../format-type.ts";
import { rangeOf } from "../range.ts";
import { equalSizes } from "../size.ts";
import type { Expression } from "../tree.ts";
import { type NumberType, numberType, unitRange } from "../type.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { formatBrief } from "./format-brief.ts";

type Call = Extract<Expression, { readonly kind: "call" }>;

const logarithm = numberType("real", rangeOf(-Infinity, 0));

const asks: Readonly<Record<Asked, { readonly result: NumberType; readonly example: string }>> = {
  logpdf: { result: numberType("real"), example: "logpdf(Normal(0, 1), x)" },
  logpmf: { result: numberType("real"), example: "logpmf(Poisson(3), k)" },
  cdf: { result: numberType("real", unitRange), example: "cdf(Normal(0, 1), x)" },
  logcdf: { result: logarithm, example: "logcdf(Normal(0, 1), x)" },
  logsurvival: { result: logarithm, example: "logsurvival(Weibull(2, 1), x)" },
};

export function isAsk(name: string): name is Asked {
  return Object.hasOwn(asks, name);
}

export function checkAsk(scope: Scope, asked: Asked, call: Call, check: CheckExpression): CoreExpression {
  const { span, arguments: args } = call;
  const { result, example } = asks[asked];
  const signature = `\`${example}\``;
  const stranger = args.find(({ name }) => name !== undefined);
  if (stranger?.name !== undefined) {
    scope.report({ code: "unknown-argument", name: stranger.name, of: `\`${asked}\``, known: [], near: [] });
    return errorExpression(span);
  }
  if (args.length > 2)
    scope.report({
      code: "too-many-arguments",
      of: `\`${asked}\``,
      most: 2,
      found: args.length,
      signature,
      span,
    });
  else if (args.length < 2)
    scope.report({
      code: "missing-argument",
      of: asked,
      parameter: args.length === 0 ? "a distribution" : "x",
      signature,
      span,
    });
  if (args.length !== 2) return errorExpression(span);
  const distribution = scope.functions.draw(scope, args[0].value);
  const at = check(scope, args[1].value);
  if (distribution === undefined || at.type.kind === "error") return errorExpression(span);
  const reason = whyNot(asked, distribution);
  if (reason !== undefined) {
    scope.report({ code: "cannot-ask", asked, distribution: distribution.quote, ...reason });
    return errorExpression(span);
  }
  if (!fitsDraw(at, distribution)) {
    const value = { text: formatBrief(args[1].value), span: args[1].value.span };
    const expected = `\`${formatType({ ...distribution.element, dimensions: distribution.draw })}\``;
    const because = { text: "what the distribution draws", span: distribution.quote.span };
    scope.report({
      code: "type-mismatch",
      value,
      found: at.type,
      expected,
      because,
      ...(isArrayOfDraws(at, distribution) && {
        help: `ask for each element: \`[${asked}(…, x[n]) for n in N]\``,
      }),
    });
    return errorExpression(span);
  }
  const core: CoreAsk = { kind: "ask", asked, distribution: distribution.core, at, type: result, span };
  return core;
}

function whyNot(
  asked: Asked,
  { core, batch, draw, element }: CheckedDistribution,
): { readonly reason: string; readonly help: string } | undefined {
  if (batch.length > 0)
    return {
      reason: "its arguments are arrays, so it is several distributions",
      help: "ask each of them: `[cdf(Normal(m[n], 1), x[n]) for n in N]`",
    };
  if (asked === "logpdf" || asked === "logpmf") {
    const name = element.base === "real" ? "logpdf" : "logpmf";
    if (name === asked) return undefined;
    const drawn = element.base === "real" ? "real numbers" : "whole numbers or Bool";
    return { reason: `it draws ${drawn}`, help: `write \`${name}\`` };
  }
  if (draw.length > 0 || element.base === "bool")
    return { reason: "its draws are no numbers", help: "`logpdf` or `logpmf` can be asked" };
  if (hasCumulative(core)) return undefined;
  return {
    reason: "it has no distribution function",
    help: "ask one with a `cdf`, or give one to a `dist` of your own",
  };
}

function isArrayOfDraws({ type }: CoreExpression, { draw }: CheckedDistribution): boolean {
  return type.kind === "number" && type.dimensions.length > draw.length;
}

function fitsDraw({ type }: CoreExpression, { draw, element }: CheckedDistribution): boolean {
  if (type.kind !== "number" || type.dimensions.length !== draw.length) return false;
  if (!type.dimensions.every((size, at) => equalSizes(size, draw[at]))) return false;
  if (element.base === "bool") return type.base === "bool";
  return type.base !== "bool" && (element.base === "real" || type.base === "int");
}
