/**
 * Discrete latents are summed out plate by plate, so only terms inside all plates of such a variable may depend on it,
 * directly or through bindings.
 */

import type { CoreDistribution, CoreExpression, CoreSupport } from "../core.ts";
import { coreChildren } from "../core-children.ts";
import type { Scope, Variable } from "./check-scope.ts";
import { supportBounds } from "./support-bounds.ts";

/** The summed-out variables that `expressions` depend on; reports those whose plates are not open here. */
export function checkMarginalUse(
  scope: Scope,
  expressions: readonly CoreExpression[],
): ReadonlySet<Variable> {
  const found = new Set<Variable>();
  const work = [...expressions];
  for (let each = work.pop(); each !== undefined; each = work.pop()) {
    work.push(...coreChildren(each));
    const binding = each.kind === "variable" ? scope.bindings.get(each.name) : undefined;
    if (binding?.kind !== "variable") continue;
    for (const variable of [...(binding.marginal ? [binding] : []), ...binding.through]) {
      if (found.has(variable)) continue;
      found.add(variable);
      if (!isOpen(scope, variable)) reportOutside(scope, variable, binding, each);
    }
  }
  return found;
}

/** Bounds of a support choose a bijector, which cannot differ between the values that are summed over. */
export function checkMarginalBounds(scope: Scope, name: string, support: CoreSupport): void {
  for (const bound of supportBounds(support)) {
    const [variable] = checkMarginalUse(scope, [bound]);
    if (variable === undefined) continue;
    scope.report({
      code: "cannot-sum-out",
      target: { text: variable.name, span: bound.span },
      reason: `the bounds of \`${name}\` depend on it`,
      help: `draw \`${name}\` between fixed bounds, and scale it in a binding`,
    });
  }
}

/** Everything that a distribution computes with. */
export function distributionExpressions(distribution: CoreDistribution): readonly CoreExpression[] {
  switch (distribution.kind) {
    case "distribution":
      return Object.values(distribution.arguments);
    case "if":
      return [
        distribution.condition,
        ...distributionExpressions(distribution.then),
        ...distributionExpressions(distribution.else),
      ];
    case "match":
      return [
        distribution.subject,
        ...distribution.arms.flatMap(({ value }) => distributionExpressions(value)),
      ];
  }
}

function isOpen(scope: Scope, variable: Variable): boolean {
  return variable.pieces
    .filter((piece) => variable.bound.has(piece))
    .every((piece) =>
      piece.places.every((place) => place.kind === "constant" || scope.axes.includes(place.axis)),
    );
}

function reportOutside(scope: Scope, variable: Variable, read: Variable, use: CoreExpression): void {
  const through = read === variable ? "it" : `\`${read.name}\`, which depends on it,`;
  scope.report({
    code: "cannot-sum-out",
    target: { text: variable.name, span: use.span },
    reason: `${through} is used outside its plate`,
    help: `move this statement into the plate of \`${variable.name}\``,
  });
}
