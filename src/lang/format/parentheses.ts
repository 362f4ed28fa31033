/** Where an expression needs parentheses, by the precedences of the grammar. */
import { castPrecedence, precedence, prefixPrecedence } from "../parse/precedence.ts";
import type { Expression } from "../tree.ts";

/** The place of an operand. */
export type Side =
  /** Before the brackets of a call or an index. */
  | "callee"
  /** After `-` or `!`. */
  | "prefix"
  /** Before `as`. */
  | "cast"
  /** Of an `if`, or the subject of a `match`: a `{` or `then` follows. */
  | "condition"
  /** An end of a range or slice. */
  | "end"
  | {
      readonly of: Extract<Expression, { readonly kind: "binary" | "pipe" }>;
      readonly side: "left" | "right";
    };

/** Names, numbers, `true` and `false`. */
export function isAtom({ kind }: Expression): boolean {
  return kind === "name" || kind === "number" || kind === "bool";
}

export function precedenceOf(operation: Extract<Expression, { readonly kind: "binary" | "pipe" }>): number {
  return precedence[operation.kind === "pipe" ? "|>" : operation.operator];
}

export function needsParentheses(expression: Expression, place: Side): boolean {
  switch (expression.kind) {
    case "number":
    case "bool":
    case "name":
    case "call":
    case "index":
    case "array":
    case "comprehension":
    case "tuple":
    case "field":
    case "error":
      return false;
    case "if":
    case "match":
      return true;
    case "cast":
      return place === "callee" || place === "prefix" || bindsTighter(place, castPrecedence);
    case "unary":
      return (
        place === "callee" ||
        (typeof place === "object" && place.side === "left" && bindsTighter(place, prefixPrecedence))
      );
    case "binary":
      return isLoose(precedenceOf(expression), place, expression.operator === "^");
    case "pipe":
      return isLoose(precedenceOf(expression), place, false);
  }
}

/** Whether an operation of this precedence would fall apart in that place. */
function isLoose(own: number, place: Side, isPower: boolean): boolean {
  switch (place) {
    case "callee":
      return true;
    case "prefix":
      return own <= prefixPrecedence;
    case "cast":
      return own <= castPrecedence;
    case "end":
    case "condition":
      return own === precedence["|>"];
  }
  const outer = precedenceOf(place.of);
  if (own !== outer) return own < outer;
  if (own === precedence["=="]) return true;
  return isPower ? place.side === "left" : place.side === "right";
}

function bindsTighter(place: Side, own: number): boolean {
  return typeof place === "object" && precedenceOf(place.of) > own;
}
