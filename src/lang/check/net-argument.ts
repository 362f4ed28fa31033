/** What a learned net is given: a truth value counts as 1 or 0, and where it takes or gives a vector of one, a number will do. */
import type { CoreExpression } from "../core-expression.ts";
import { constantSize, constantValue } from "../size.ts";
import { type NumberType, numberType, type Type, unitRange } from "../type.ts";

/** The argument as the parameter wants it, where only these conversions are missing; otherwise as it is. */
export function asNetArgument(value: CoreExpression, parameter: Type): CoreExpression {
  if (value.type.kind !== "number" || parameter.kind !== "number") return value;
  const number =
    value.type.base === "bool" && parameter.base === "real" ? zeroOrOne(value, value.type) : value;
  return standsForVector(value, parameter) ? vectorOfOne(number) : number;
}

/** Whether the value is a number where the parameter is a vector of one. */
export function standsForVector(value: CoreExpression, parameter: Type): boolean {
  return isNumber(value.type) && isVectorOfOne(parameter);
}

/** The result of a call in which some number stands for a vector of one: then a result of one number is a number too. */
export function asNetResult(call: CoreExpression): CoreExpression {
  const { type, span } = call;
  if (type.kind !== "number" || !isVectorOfOne(type)) return call;
  const first = { kind: "literal", value: 0, type: numberType("int"), span } as const;
  const number: NumberType = { ...type, dimensions: [] };
  return { kind: "index", base: call, indices: [{ kind: "at", value: first }], type: number, span };
}

function isNumber(type: Type): boolean {
  return type.kind === "number" && type.dimensions.length === 0;
}

function isVectorOfOne(type: Type): boolean {
  return type.kind === "number" && type.dimensions.length === 1 && constantValue(type.dimensions[0]) === 1;
}

function zeroOrOne(value: CoreExpression, { dimensions }: NumberType): CoreExpression {
  const { span } = value;
  const [one, zero] = [1, 0].map(
    (each) => ({ kind: "literal", value: each, type: numberType("real"), span }) as const,
  );
  const type = numberType("real", unitRange, dimensions);
  return { kind: "call", function: "where", arguments: [value, one, zero], sizes: [], type, span };
}

function vectorOfOne(value: CoreExpression): CoreExpression {
  if (value.type.kind !== "number") return value;
  const type = { ...value.type, dimensions: [constantSize(1)] };
  return { kind: "array", items: [value], type, span: value.span };
}
