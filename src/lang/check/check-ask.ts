/** `logpdf(D, x)`, `quantile(D, p)`, `mean(D)` and their like: what an expression asks of a distribution. */
import type { Asked, CoreAsk, CoreExpression } from "../core-expression.ts";
import { hasCumulative } from "../cumulative.ts";
import { formatType } from "../format-type.ts";
import { hasQuantile, whyNoMoment } from "../moments.ts";
import { rangeOf } from "../range.ts";
import { equalSizes } from "../size.ts";
import type { Expression } from "../tree.ts";
import { type NumberType, nonNegativeRange, numberType, unitRange } from "../type.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import { fits } from "./check-type.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { distributionsIn } from "./distributions-in.ts";
import { formatBrief } from "./format-brief.ts";

type Call = Extract<Expression, { readonly kind: "call" }>;

interface AskRule {
  /** What is asked about. */
  readonly takes: "a draw" | "a probability" | "nothing";
  readonly gives: (distribution: CheckedDistribution) => NumberType;
  readonly example: string;
}

const gives = (type: NumberType) => (): NumberType => type;
const logarithm = gives(numberType("real", rangeOf(-Infinity, 0)));

const rules: Readonly<Record<Asked, AskRule>> = {
  logpdf: { takes: "a draw", gives: gives(numberType("real")), example: "logpdf(Normal(0, 1), x)" },
  logpmf: { takes: "a draw", gives: gives(numberType("real")), example: "logpmf(Poisson(3), k)" },
  cdf: { takes: "a draw", gives: gives(numberType("real", unitRange)), example: "cdf(Normal(0, 1), x)" },
  logcdf: { takes: "a draw", gives: logarithm, example: "logcdf(Normal(0, 1), x)" },
  logsurvival: { takes: "a draw", gives: logarithm, example: "logsurvival(Weibull(2, 1), x)" },
  quantile: { takes: "a probability", gives: ({ element }) => element, example: "quantile(Normal(0, 1), p)" },
  mean: { takes: "nothing", gives: meanType, example: "mean(Gamma(2, 1))" },
  variance: { takes: "nothing", gives: spreadType, example: "variance(Gamma(2, 1))" },
  sd: { takes: "nothing", gives: spreadType, example: "sd(Gamma(2, 1))" },
};

/** The mean lies where draws do. */
function meanType({ element: { range }, draw }: CheckedDistribution): NumberType {
  return numberType("real", range, draw);
}

function spreadType({ draw }: CheckedDistribution): NumberType {
  return numberType("real", nonNegativeRange, draw);
}

export function checkAsk(scope: Scope, asked: Asked, call: Call, check: CheckExpression): CoreExpression {
  const { span, arguments: args } = call;
  const rule = rules[asked];
  if (!rightArguments(scope, asked, call)) return errorExpression(span);
  if (asked === "variance" && distributionsIn(scope, args[0].value).length === 0) {
    const quote = { text: formatBrief(args[0].value), span: args[0].value.span };
    const help = `of the elements of an array: \`var(${quote.text})\``;
    scope.report({ code: "cannot-ask", asked, distribution: quote, reason: "it is no distribution", help });
    return errorExpression(span);
  }
  const distribution = scope.functions.draw(scope, args[0].value);
  const at = args.at(1) && check(scope, args[1].value);
  if (distribution === undefined || at?.type.kind === "error") return errorExpression(span);
  const reason = whyNot(asked, distribution);
  if (reason !== undefined) {
    scope.report({ code: "cannot-ask", asked, distribution: distribution.quote, ...reason });
    return errorExpression(span);
  }
  const type = rule.gives(distribution);
  if (at !== undefined && !fitsAsk(scope, asked, args[1].value, at, distribution))
    return errorExpression(span);
  const core: CoreAsk = {
    kind: "ask",
    asked,
    distribution: distribution.core,
    ...(at && { at }),
    type,
    span,
  };
  return core;
}

function rightArguments(scope: Scope, asked: Asked, { span, arguments: args }: Call): boolean {
  const { takes, example } = rules[asked];
  const signature = `\`${example}\``;
  const most = takes === "nothing" ? 1 : 2;
  const stranger = args.find(({ name }) => name !== undefined);
  if (stranger?.name !== undefined) {
    const of = `\`${asked}\``;
    const { name } = stranger;
    const help = `its arguments have no names: write ${signature}`;
    scope.report({ code: "unknown-argument", name, of, known: [], near: [], help });
  } else if (args.length > most)
    scope.report({
      code: "too-many-arguments",
      of: `\`${asked}\``,
      most,
      found: args.length,
      signature,
      span,
    });
  else if (args.length < most)
    scope.report({
      code: "missing-argument",
      of: asked,
      parameter: args.length === 0 ? "a distribution" : takes === "a draw" ? "x" : "p",
      signature,
      span,
    });
  return stranger === undefined && args.length === most;
}

function fitsAsk(
  scope: Scope,
  asked: Asked,
  expression: Expression,
  at: CoreExpression,
  distribution: CheckedDistribution,
): boolean {
  if (rules[asked].takes === "a probability") {
    const because = { text: `the probability that \`${asked}\` takes` };
    return fits(scope, at, expression, numberType("real", unitRange), because);
  }
  if (fitsDraw(at, distribution)) return true;
  const value = { text: formatBrief(expression), span: expression.span };
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
  return false;
}

/** What stands behind the distribution. */
const others = { "a draw": ", x[n]", "a probability": ", p", nothing: "" } as const;

interface Refusal {
  readonly reason: string;
  readonly help: string;
}

function whyNot(asked: Asked, { core, batch, draw, element }: CheckedDistribution): Refusal | undefined {
  if (batch.length > 0)
    return {
      reason: "its arguments are arrays, so it is several distributions",
      help: `ask each of them: \`[${asked}(Normal(m[n], 1)${others[rules[asked].takes]}) for n in N]\``,
    };
  if (asked === "logpdf" || asked === "logpmf") {
    const name = element.base === "real" ? "logpdf" : "logpmf";
    if (name === asked) return undefined;
    const drawn = element.base === "real" ? "real numbers" : "whole numbers or Bool";
    return { reason: `it draws ${drawn}`, help: `write \`${name}\`` };
  }
  if (element.base === "bool" || (draw.length > 0 && rules[asked].takes !== "nothing"))
    return { reason: "its draws are no numbers", help: "`logpdf` or `logpmf` can be asked" };
  if (rules[asked].takes === "nothing") return whyNoMoments(asked, core);
  if (asked === "quantile" ? hasQuantile(core) : hasCumulative(core)) return undefined;
  return {
    reason: "it has no distribution function",
    help: "ask one with a `cdf`, or give one to a `dist` of your own",
  };
}

function whyNoMoments(asked: Asked, core: CheckedDistribution["core"]): Refusal | undefined {
  const reason = whyNoMoment(core, asked === "mean" ? "mean" : "variance");
  const help = "give a `dist` of your own a `mean` and a `variance`, or write what you know of them";
  return reason === undefined ? undefined : { reason, help };
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
