/** Shapes of builtin arguments: ranks, and the one shape of scalars and equal arrays together. */
import type { BuiltinName } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import { describeShape } from "../format-type.ts";
import type { Size } from "../size.ts";
import type { NumberType } from "../type.ts";
import type { Quote } from "./check-facts.ts";
import type { Scope } from "./check-scope.ts";
import { equalShapes } from "./check-type.ts";

/** An argument whose type is a number or an array. */
export interface NumberArgument {
  readonly value: CoreExpression;
  readonly type: NumberType;
  readonly quote: Quote;
}

export function hasRank(
  scope: Scope,
  name: BuiltinName,
  argument: NumberArgument,
  rank: 0 | 1 | 2 | 3 | 4,
  how: "exactly" | "at least",
): boolean {
  const found = argument.type.dimensions.length;
  if (how === "exactly" ? found === rank : found >= rank) return true;
  scope.report({
    code: "type-mismatch",
    value: argument.quote,
    found: argument.type,
    expected: rank === 1 && how === "at least" ? "an array" : shapeNames[rank],
    because: { text: `an argument of \`${name === "matmul" ? "@" : name}\`` },
    help:
      found < rank
        ? "collect numbers with a comprehension: `[f(n) for n in N]`"
        : `index it first: \`${argument.quote.text}[n]\``,
  });
  return false;
}

const shapeNames = [
  "a number",
  "a vector",
  "a matrix",
  "an array of three dimensions",
  "an array of four dimensions",
];

/** The shape of scalars and equal arrays together. Nothing else broadcasts. */
export function commonShape(
  scope: Scope,
  what: string,
  args: readonly { readonly type: NumberType; readonly quote: Quote }[],
): readonly Size[] | undefined {
  const arrays = args.filter(({ type }) => type.dimensions.length > 0);
  const [first] = arrays;
  if (first === undefined) return [];
  const other = arrays.find(({ type }) => !equalShapes(type.dimensions, first.type.dimensions));
  if (other === undefined) return first.type.dimensions;
  scope.report({
    code: "size-mismatch",
    what: `${what} have different shapes: ${describeShape(first.type.dimensions)} and ${describeShape(other.type.dimensions)}`,
    left: { ...first.quote, shape: first.type.dimensions },
    right: { ...other.quote, shape: other.type.dimensions },
  });
  return undefined;
}
