/** The bound expressions of a support. */
import type { CoreSupport } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";

export function supportBounds(support: CoreSupport): readonly CoreExpression[] {
  switch (support.kind) {
    case "lower":
      return [support.low];
    case "upper":
      return [support.high];
    case "interval":
      return [support.low, support.high];
    case "ordered":
      return support.low === undefined ? [] : [support.low];
    case "real":
    case "simplex":
    case "matrix":
      return [];
    case "discrete":
      return [support.low, support.high].filter((bound) => bound !== undefined);
  }
}
