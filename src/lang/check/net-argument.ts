/** What a learned net is given: a truth value counts as 1 or 0, and where it takes or gives a vector of one, a number will do. */
import type { CoreExpression } from "../core.ts";
import { constantSize, constantValue } from "../size.ts";
import { type NumberType, numberType, type Type, unitRange } from "../type.ts";

/** The argument as the parameter wants it, where only these conversions are missing; otherwise as it is. */
export function asNetArgument(value: CoreExpression, parameter: Type): CoreExpression {
  if (value.type.kind !== "number" || parameter.kind !== "number") return value;
  const number =
    value.type.base === "bool" && parameter.base === "real" ? zeroOrOne(value, value.type) : value;
  return isNumber(value.type) && isVectorOfOne(parameter) ? vectorOfOne(number) : number;
}

/** The result of a call in which some number stands for a vector of one: then a result of one number is a number too. */
export function asNetResult(
  call: CoreExpression,
  values: readonly CoreExpression[],
  parameters: readonly Type[],
): CoreExpression {
  const { type, span } = call;
  const tookNumber = values.some((value, at) => isNumber(value.type) && isVectorOfOne(parameters[at]));
  if (!tookNumber || type.kind !== "number" || !isVectorOfOne(type)) return call;
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
