/** Whether two expressions of one scope have the same value because they say the same. */
import type { CoreExpression } from "./core-expression.ts";

/** Places, types and the names of their own index variables aside. Two calls of nets with parameters of their own differ. */
export function sameExpression(a: CoreExpression, b: CoreExpression): boolean {
  return same(a, b, new Map());
}

/** `renamed`: index variables of `a` and what they are called in `b`. */
function same(a: unknown, b: unknown, renamed: ReadonlyMap<unknown, unknown>): boolean {
  if (typeof a === "string") return (renamed.get(a) ?? a) === b;
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const own = ownNames.filter((key) => typeof a[key] === "string");
  const inside =
    own.length === 0 ? renamed : new Map([...renamed, ...own.map((key) => [a[key], b[key]] as const)]);
  return keys.every((key) => key === "span" || key === "type" || same(a[key], b[key], inside));
}

/** Where a comprehension and a scan name what their body reads. */
const ownNames = ["index", "state", "row"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
