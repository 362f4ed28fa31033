/** `vary` statements: what describes a member of a family. */

import { coreChildren } from "../core-children.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { CoreStatement } from "../core-statement.ts";
import { distributionExpressions } from "../program-expressions.ts";
import type { ChoiceStatement, VaryStatement } from "../tree.ts";
import { bindPiece } from "./check-bind.ts";
import { checkChoice } from "./check-distribution.ts";
import { checkDraw, type ModelParts } from "./check-draw.ts";
import { isDistribution } from "./check-name.ts";
import { asDraw } from "./check-places.ts";
import { bindError, type Scope } from "./check-scope.ts";
import { formatBrief } from "./format-brief.ts";

/** The draw that stands for the description where it is not given, or nothing when it did not check. */
export function checkVary(
  scope: Scope,
  parts: ModelParts,
  statement: VaryStatement | ChoiceStatement,
): CoreStatement[] {
  const { target, span } = statement;
  const inside = scope.axes.length > 0 || scope.branch.length > 0;
  if (scope.where !== "family" || inside) {
    scope.report({
      code: "not-allowed-here",
      what: "`vary`",
      where: inside ? "inside a plate, `for` or `if`" : `in a ${scope.where}`,
      span,
      help: inside ? "move it to the top of the family" : "write `family` in place of `model`",
    });
    if (inside) bindError(scope, target.name);
  }
  if (statement.kind === "choice") return checkOptions(scope, parts, statement);
  const checked = checkDraw(scope, parts, asDraw(statement));
  const site = checked.length > 0 ? parts.sites.at(-1) : undefined;
  if (site !== undefined) refuseUnknown(scope, target.name.text, distributionExpressions(site.distribution));
  return checked;
}

function checkOptions(scope: Scope, parts: ModelParts, statement: ChoiceStatement): CoreStatement[] {
  const { name } = statement.target;
  const options = optionNames(scope, statement);
  if (options === undefined) {
    const variable = scope.bindings.get(name.text);
    const piece = parts.places.pieces.get(statement.target);
    if (variable?.kind === "variable" && piece !== undefined)
      bindPiece(scope, variable, piece, { kind: "error" }, true);
    return [];
  }
  const checked = checkDraw(scope, parts, asDraw(statement));
  const variable = scope.bindings.get(name.text);
  const piece = parts.places.pieces.get(statement.target);
  if (variable?.kind !== "variable" || piece === undefined || checked.length === 0) return [];
  variable.joined = { kind: "enumeration", options };
  variable.bound.set(piece, variable.joined);
  return checked;
}

/**
 * The names of the options: their own, or those of the distributions. Reports faults. Options that are distributions are
 * noted in the scope, so that the name may stand behind `~`.
 */
export function optionNames(scope: Scope, statement: ChoiceStatement): readonly string[] | undefined {
  const { options, target } = statement;
  const refuse = (text: string, span: ChoiceStatement["span"], reason: string, help: string): undefined => {
    scope.report({ code: "bad-option", value: { text, span }, reason, help });
  };
  const [first] = options;
  if (first === undefined)
    return refuse(
      target.name.text,
      target.span,
      "there is nothing to choose from",
      `write \`vary ${target.name.text} in { first, second }\``,
    );
  const isName = ({ name, value }: ChoiceStatement["options"][number]): boolean =>
    name === undefined &&
    value.kind === "name" &&
    !isDistribution(value.text) &&
    scope.functions.kindOf(value.text) !== "dist";
  const areNames = isName(first);
  const names: string[] = [];
  for (const option of options) {
    const { value } = option;
    const text = formatBrief(value);
    const own = option.name?.text ?? distributionName(option);
    const name = isName(option) ? text : own;
    if (isName(option) !== areNames)
      return refuse(
        text,
        value.span,
        areNames ? "the first option is a name, not a distribution" : "the first option is a distribution",
        "give names only, or distributions only",
      );
    if (name === undefined)
      return refuse(
        text,
        value.span,
        "it is neither a name nor a distribution",
        "write a name, or `Normal(0, 1)`",
      );
    if (names.includes(name))
      return refuse(
        text,
        value.span,
        `there is another \`${name}\``,
        areNames ? "choose another name" : `give it a name: \`other: ${text}\``,
      );
    names.push(name);
  }
  if (areNames) return names;
  scope.choices.set(target.name.text, statement);
  return checkChoice(scope, statement) === undefined ? undefined : names;
}

function distributionName({ value }: ChoiceStatement["options"][number]): string | undefined {
  if (value.kind !== "call") return undefined;
  const name = value.callee.kind === "index" ? value.callee.base : value.callee;
  return name.kind === "name" ? name.text : undefined;
}

/** Reports what the description depends on and is not known before the member. */
function refuseUnknown(scope: Scope, name: string, expressions: readonly CoreExpression[]): void {
  const work = [...expressions];
  for (let each = work.pop(); each !== undefined; each = work.pop()) {
    work.push(...coreChildren(each));
    if (each.kind !== "variable") continue;
    const binding = scope.bindings.get(each.name);
    const unknown =
      binding?.kind === "variable"
        ? binding.unknown && !binding.varies
        : binding?.kind === "value" && binding.unknown;
    if (!unknown) continue;
    scope.report({ code: "vary-not-known", name, use: { text: each.name, span: each.span } });
    return;
  }
}
