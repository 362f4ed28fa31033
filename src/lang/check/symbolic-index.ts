/** Integer expressions in sizes and index variables as polynomials, so that bounds can be reasoned about. */
import type { CoreExpression } from "../core-expression.ts";
import {
  addSizes,
  constantSize,
  multiplySizes,
  namedSize,
  type Size,
  scaleSize,
  subtractSizes,
} from "../size.ts";

/** The polynomial an expression stands for; `undefined` for anything else (data, latents, division). */
export function symbolicIndex(
  expression: CoreExpression,
  indices: ReadonlyMap<string, unknown>,
): Size | undefined {
  switch (expression.kind) {
    case "literal":
      return Number.isInteger(expression.value) && expression.type.base === "int"
        ? constantSize(expression.value)
        : undefined;
    case "size":
      return expression.size;
    case "variable":
      return indices.has(expression.name) ? namedSize(expression.name) : undefined;
    case "call": {
      const parts = expression.arguments.map((each) => symbolicIndex(each, indices));
      if (!parts.every((part) => part !== undefined)) return undefined;
      const [first, second] = parts;
      if (expression.function === "neg") return scaleSize(first, -1);
      if (expression.function === "add") return addSizes(first, second);
      if (expression.function === "sub") return subtractSizes(first, second);
      return expression.function === "mul" ? multiplySizes(first, second) : undefined;
    }
    default:
      return undefined;
  }
}
