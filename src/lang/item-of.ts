/** Items of tuple-valued expressions. */
import type { Span } from "../base/span.ts";
import type { CoreExpression } from "./core-expression.ts";
import { errorType } from "./type.ts";

/** One item of a tuple, taken inside of what chooses it, so that it depends on no other item. */
export function itemOf(value: CoreExpression, position: number, span: Span): CoreExpression {
  const type = (value.type.kind === "tuple" && value.type.items[position]) || errorType;
  switch (value.kind) {
    case "tuple":
      return value.items[position];
    case "if": {
      const then = itemOf(value.then, position, span);
      return { ...value, then, else: itemOf(value.else, position, span), type };
    }
    case "match": {
      const arms = value.arms.map((arm) => ({ ...arm, value: itemOf(arm.value, position, span) }));
      return { ...value, arms, type };
    }
    default:
      return { kind: "item", base: value, position, type, span };
  }
}
