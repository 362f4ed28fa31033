/** What stands behind `~`: a distribution by name, or several to choose from. */

import { type DistributionSignature, distributions } from "../distributions.ts";
import type { ChoiceStatement, Expression } from "../tree.ts";
import { checkBuiltinDistribution } from "./check-builtin-distribution.ts";
import { checkCensored, isCensored } from "./check-censored.ts";
import { checkUse } from "./check-defined.ts";
import { checkCondition, checkExpression } from "./check-expression.ts";
import { checkPatterns } from "./check-match.ts";
import { checkMixture, isMixture } from "./check-mixture.ts";
import { distributionNames, isBuiltin, isDistribution } from "./check-name.ts";
import type { Scope } from "./check-scope.ts";
import { checkTransformed } from "./check-transformed.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { distributionsIn } from "./distributions-in.ts";
import { formatBrief } from "./format-brief.ts";
import { joinArms } from "./join-arms.ts";
import { literalNumber } from "./literal-number.ts";
import { signatureText } from "./match-arguments.ts";
import { nearDistributions } from "./other-names.ts";

/** Checks what stands behind `~`. Reports and gives `undefined` when it is no proper distribution. */
export function checkDistribution(scope: Scope, expression: Expression): CheckedDistribution | undefined {
  switch (expression.kind) {
    case "call":
      if (isDefined(scope, expression.callee)) return checkUse(scope, expression);
      if (isCensored(expression)) return checkCensored(scope, expression, checkDistribution);
      if (isMixture(expression)) return checkMixture(scope, expression, checkDistribution);
      if (expression.callee.kind !== "name" || !isDistribution(expression.callee.text)) {
        const inside = distributionsIn(scope, expression);
        if (inside.includes(expression)) return refuseSizes(scope, expression);
        if (inside.length > 0) return checkTransformed(scope, expression, inside, checkDistribution);
        break;
      }
      return checkBuiltinDistribution(
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
    case "unary":
    case "binary":
    case "pipe":
    case "cast": {
      const inside = distributionsIn(scope, expression);
      if (inside.length > 0) return checkTransformed(scope, expression, inside, checkDistribution);
      break;
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

/** `Normal[3](0, 1)`: of what the language has, only a `dist` of the library may have sizes in brackets. */
function refuseSizes(scope: Scope, call: Extract<Expression, { readonly kind: "call" }>): undefined {
  const { callee, span } = call;
  const plain = formatBrief(callee.kind === "index" ? { ...call, callee: callee.base } : call);
  scope.report({
    code: "not-a-distribution",
    value: { text: formatBrief(call), span },
    help: `write \`${plain}\`; plates and the declared type, \`x: Real[3] ~ …\`, say how many numbers are drawn`,
  });
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
    const near = nearDistributions(name.text, distributionNames(scope));
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
