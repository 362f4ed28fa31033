/** How tightly operators bind. */
import type { BinaryOperator } from "../tree.ts";

/** Higher binds tighter. All are left associative but `^`; comparisons do not chain. */
export const precedence: Readonly<Record<BinaryOperator | "|>", number>> = {
  "|>": 1,
  "||": 2,
  "&&": 3,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "@": 6,
  "^": 9,
};
/** `a * b as T` is `a * (b as T)`; `-x as T` is `(-x) as T`. */
export const castPrecedence = 7;
/** `-x ^ 2` is `-(x ^ 2)`. */
export const prefixPrecedence = 8;
