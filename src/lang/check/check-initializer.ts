/** Starting values of what is learned: what is written, and whether it goes with a type. */
import type { Initializer } from "../core-statement.ts";
import { formatType } from "../format-type.ts";
import { equalRanges } from "../range.ts";
import type { Expression } from "../tree.ts";
import { isMatrixStructure, type NumberType, realLine } from "../type.ts";
import type { Scope } from "./check-scope.ts";
import { startsInside } from "./check-support.ts";
import { formatBrief } from "./format-brief.ts";

/** The starting value of a parameter of this type. Reports and gives `undefined` where it is none, or none for the type. */
export function checkInitializer(scope: Scope, value: Expression, type: NumberType): Initializer | undefined {
  const initializer = readInitializer(scope, value, type);
  return initializer && fitsType(scope, initializer, value, type) ? initializer : undefined;
}

const plain: Readonly<Record<string, Initializer>> = {
  zeros: { kind: "constant", value: 0 },
  ones: { kind: "constant", value: 1 },
  glorot: { kind: "glorot" },
  he: { kind: "he" },
  orthogonal: { kind: "orthogonal" },
  eye: { kind: "identity" },
};

/** What is written: a number, `glorot()`, `normal(0.1)`, or the name of an `Initializer` parameter. The type makes the help better. */
export function readInitializer(scope: Scope, value: Expression, type?: NumberType): Initializer | undefined {
  const number = literalValue(value);
  if (number !== undefined) return { kind: "constant", value: number };
  if (value.kind === "error") return undefined;
  if (value.kind === "name") {
    const passedOn = scope.statics.get(value.text);
    if (passedOn?.kind === "initializer") return passedOn.initializer;
    if (Object.hasOwn(plain, value.text))
      return refuse(scope, value, "its parentheses are missing", `write \`${value.text}()\``);
  }
  const name = value.kind === "call" && value.callee.kind === "name" ? value.callee.text : "";
  const args = value.kind === "call" ? value.arguments : [];
  if (args.length === 0 && Object.hasOwn(plain, name)) return plain[name];
  if (name === "normal" && args.length === 1) {
    const sd = literalValue(args[0].value);
    if (sd !== undefined && sd > 0) return { kind: "normal", sd };
    return refuse(scope, value, "its standard deviation must be a positive number", "write `normal(0.1)`");
  }
  if (type !== undefined && isMatrixStructure(type.structure))
    return refuse(scope, value, `it is no ${formatType(type)} to start from`, "write `eye()`");
  const help = "write `glorot()`, `zeros()`, `ones()`, `normal(0.1)` or a number";
  return refuse(scope, value, "it is no initial value", help);
}

function fitsType(scope: Scope, initializer: Initializer, value: Expression, type: NumberType): boolean {
  const isMatrix = isMatrixStructure(type.structure);
  const no = (reason: string, help: string): boolean => refuse(scope, value, reason, help) !== undefined;
  switch (initializer.kind) {
    case "identity":
      if (isMatrix) return true;
      return no(`${formatType(type)} is no unit matrix`, "declare `Covariance[K]` or `CholeskyCov[K]`");
    case "constant":
      if (type.structure === "plain" && startsInside(type, initializer.value)) return true;
      return no(
        `${initializer.value} is not inside ${formatType(type)}`,
        isMatrix ? "write `eye()`" : "start with a value inside the type, such as `normal(0.1)` for Real",
      );
    case "normal":
    case "glorot":
    case "he":
    case "orthogonal":
      if (!equalRanges(type.range, realLine) || isMatrix)
        return no(
          `it may start outside ${formatType(type)}`,
          isMatrix ? "write `eye()`" : "start with a number inside the type, such as `1`",
        );
      if (initializer.kind === "normal" || type.dimensions.length >= 2) return true;
      return no(`${initializer.kind}() needs a matrix`, "write `normal(0.1)` or `zeros()`");
  }
}

function refuse(scope: Scope, value: Expression, reason: string, help: string): undefined {
  const quote = { text: formatBrief(value), span: value.span };
  scope.report({ code: "bad-initializer", value: quote, reason, help });
}

function literalValue(value: Expression): number | undefined {
  if (value.kind === "number") return value.value;
  const negative = value.kind === "unary" && value.operator === "-" ? literalValue(value.operand) : undefined;
  return negative === undefined ? undefined : -negative;
}
