/** Values of expressions over sizes and scalar inputs that are known before anything runs. */
import { bug } from "../../base/bug.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { evaluateSize } from "../../lang/size.ts";

/** Booleans are 0 and 1. The checker has made sure that nothing else occurs. */
export function evaluateKnown(
  expression: CoreExpression,
  knowns: Readonly<Record<string, number>>,
  sizes: Readonly<Record<string, number>>,
): number {
  const recurse = (each: CoreExpression): number => evaluateKnown(each, knowns, sizes);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "size":
      return evaluateSize(expression.size, sizes) ?? bug("a size without a value in a condition");
    case "variable":
      return knowns[expression.name] ?? bug(`${expression.name} is not known before running`);
    case "if":
      return recurse(expression.condition) !== 0 ? recurse(expression.then) : recurse(expression.else);
    case "call": {
      const [x, y] = expression.arguments.map(recurse);
      const row = operations[expression.function];
      return row === undefined ? bug(`${expression.function} in a condition`) : Number(row(x, y));
    }
    default:
      return bug(`a ${expression.kind} in a condition`);
  }
}

const operations: Readonly<Record<string, (x: number, y: number) => number | boolean>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  neg: (x) => -x,
  min: Math.min,
  max: Math.max,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  and: (x, y) => x !== 0 && y !== 0,
  or: (x, y) => x !== 0 || y !== 0,
  not: (x) => x === 0,
};
