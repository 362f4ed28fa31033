/** Numbers that stand in Core without standing in the program. */
import type { Span } from "../../base/span.ts";
import type { CoreExpression } from "../core-expression.ts";
import { exactly } from "../range.ts";
import { numberType } from "../type.ts";

export function literalNumber(value: number, span: Span | undefined): CoreExpression {
  const place = span ?? { source: "", start: 0, end: 0 };
  return { kind: "literal", value, type: numberType("real", exactly(value)), span: place };
}
