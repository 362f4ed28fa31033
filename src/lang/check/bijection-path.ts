/** How a number gets from a draw to the value of an expression: the functions on its way, innermost first. */
import type { Span } from "../../base/span.ts";
import type { BuiltinName } from "../builtins.ts";
import type { CoreFunction } from "../core.ts";
import { findExpression } from "../core-children.ts";
import type { CoreExpression } from "../core-expression.ts";
import { mapCoreChildren } from "../map-core.ts";
import { within } from "../range.ts";

/** One function of it, with what it takes beside it. */
export interface PathStep {
  readonly function: BuiltinName;
  /** The draw's place among the arguments. */
  readonly position: number;
  readonly operand?: CoreExpression;
  readonly span: Span;
}

/** What stands in the way of such a path. */
export interface Obstacle {
  readonly reason: string;
  readonly span: Span;
}

export type BijectionPath = readonly PathStep[] | Obstacle;

/** The path from the variable `draw`. Functions of the program are looked into, which `bodyOf` gives. */
export function bijectionPath(
  expression: CoreExpression,
  draw: string,
  bodyOf: (id: string) => CoreFunction | undefined,
): BijectionPath {
  const steps: PathStep[] = [];
  let rest = expression;
  while (rest.kind !== "variable") {
    const found = stepInto(rest, draw, bodyOf);
    if ("reason" in found) return found;
    if (found.step !== undefined) steps.unshift(found.step);
    rest = found.inside;
  }
  return steps;
}

function stepInto(
  expression: CoreExpression,
  draw: string,
  bodyOf: (id: string) => CoreFunction | undefined,
): { readonly step?: PathStep; readonly inside: CoreExpression } | Obstacle {
  const { span } = expression;
  switch (expression.kind) {
    case "call": {
      const args = expression.arguments;
      const position = args.findIndex((each) => mentions(each, draw));
      const others = args.filter((_, at) => at !== position);
      if (others.some((each) => mentions(each, draw)))
        return { reason: "the draw comes in more than once", span };
      const [operand] = others;
      const step = { function: expression.function, position, ...(operand && { operand }), span };
      return { step, inside: args[position] };
    }
    case "apply": {
      const called = bodyOf(expression.function);
      const isPlain = called?.kind === "def" && called.sizes.length === 0;
      return isPlain
        ? { inside: inlined(called, expression.arguments) }
        : { reason: "what it goes through is not a function of a number", span };
    }
    case "cast": {
      const { value, type } = expression;
      const isWithin = value.type.kind === "number" && within(value.type.range, type.range);
      return isWithin ? { inside: value } : { reason: "`as` cannot cut down what it draws", span };
    }
    case "if":
    case "match":
      return { reason: `it goes through \`${expression.kind}\``, span };
    default:
      return { reason: "it becomes a part of an array or a tuple", span };
  }
}

/** The value of a function of these arguments. */
function inlined(
  { parameters, bindings, value }: CoreFunction,
  given: readonly CoreExpression[],
): CoreExpression {
  const meanings = new Map(parameters.map(({ name }, position) => [name, given[position]]));
  const replace = (each: CoreExpression): CoreExpression =>
    (each.kind === "variable" ? meanings.get(each.name) : undefined) ?? mapCoreChildren(each, replace);
  for (const each of bindings) if (each.kind === "let") meanings.set(each.name, replace(each.value));
  return replace(value);
}

export function mentions(expression: CoreExpression, name: string): boolean {
  return findExpression(expression, (each) => each.kind === "variable" && each.name === name) !== undefined;
}
