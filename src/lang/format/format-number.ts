/** Numbers as the user spelt them. */
import type { Span } from "../../base/span.ts";
import { isFrom, type Origin } from "./origin.ts";

export function formatNumber(
  origin: Origin,
  { value, integer, span }: { readonly value: number; readonly integer: boolean; readonly span: Span },
): string {
  const written = isFrom(origin, span) ? origin.source.text.slice(span.start, span.end) : "";
  const [spelling] = /\d[\d.eE+-]*/.exec(written) ?? [];
  if (spelling !== undefined && Number(spelling) === value && /^\d+$/.test(spelling) === integer)
    return spelling;
  const text = String(value);
  return integer || /[.e]/.test(text) ? text : `${text}.0`;
}
