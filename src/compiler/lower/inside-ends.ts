/** Whether values lie between the ends of a support, where these are more than the numbers that types show. */
import type { CoreSupport } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import type { Support } from "./bijector.ts";
import type { ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import type { Value } from "./value.ts";

/** `undefined` where the checker and the data's own check have seen to it. */
export function insideEnds(support: CoreSupport, x: Value, context: ModelContext): Value | undefined {
  if (support.kind === "ordered" || supportBounds(support).every(isFixed)) return undefined;
  return between(lowerSupport(support, context), x, context);
}

/** Whether values lie between the ends of a support, wherever it has some. */
export function between(ends: Support, x: Value, { algebra }: ModelContext): Value {
  const checks = [
    ...("low" in ends && ends.low !== undefined ? [algebra.binary("lessEqual", ends.low, x)] : []),
    ...("high" in ends ? [algebra.binary("lessEqual", x, ends.high)] : []),
  ];
  return checks.reduce((all, each) => algebra.binary("and", all, each));
}

function isFixed({ kind }: CoreExpression): boolean {
  return kind === "literal" || kind === "size";
}
