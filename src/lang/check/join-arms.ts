/** Several distributions to choose from: their draws must be of one kind. */
import type { CoreDistribution, CoreSupport } from "../core-distribution.ts";
import { formatType } from "../format-type.ts";
import { hull } from "../range.ts";
import { equalSizes } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { Scope } from "./check-scope.ts";
import { equalShapes } from "./check-type.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";

export function joinArms(
  scope: Scope,
  arms: readonly CheckedDistribution[],
  core: CoreDistribution,
  what = `the arms of this \`${core.kind === "if" ? "if" : "match"}\``,
): CheckedDistribution | undefined {
  const [first, ...others] = arms;
  const kind = core.kind === "if" ? "if" : core.kind === "mixture" ? "Mixture" : "match";
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
  const [left, right] = [a.element.range, b.element.range];
  if (a.support.kind !== b.support.kind || left.low !== right.low || left.high !== right.high) return false;
  return [...supportBounds(a.support), ...supportBounds(b.support)].every(
    (bound) => bound.kind === "literal",
  );
}

function joinCounts(a: CoreSupport, b: CoreSupport): CoreSupport {
  if (a.kind !== "discrete" || b.kind !== "discrete") return a;
  const same = a.count !== undefined && b.count !== undefined && equalSizes(a.count, b.count);
  return same ? a : { kind: "discrete" };
}
