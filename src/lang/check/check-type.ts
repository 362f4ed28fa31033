/** Type expressions, and whether a value fits a type. */

import type { CoreExpression } from "../core-expression.ts";
import { formatShape, formatType } from "../format-type.ts";
import { disjoint, hull, rangeOf, within } from "../range.ts";
import { equalSizes, type Size } from "../size.ts";
import type { Expression, TypeExpression } from "../tree.ts";
import {
  type Base,
  isMatrixStructure,
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Structure,
  structureWithin,
  type Type,
  unitRange,
} from "../type.ts";
import type { Because } from "./check-facts.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import { checkDimension } from "./check-size.ts";
import { formatBrief } from "./format-brief.ts";
import { nearTypes } from "./other-names.ts";

interface NamedType {
  readonly base: Base;
  readonly range: Range;
  readonly structure: Structure;
}

const namedTypes: Readonly<Record<string, NamedType>> = {
  Real: { base: "real", range: realLine, structure: "plain" },
  Positive: { base: "real", range: positiveRange, structure: "plain" },
  NonNegative: { base: "real", range: nonNegativeRange, structure: "plain" },
  Unit: { base: "real", range: unitRange, structure: "plain" },
  Int: { base: "int", range: realLine, structure: "plain" },
  Nat: { base: "int", range: nonNegativeRange, structure: "plain" },
  Bool: { base: "bool", range: unitRange, structure: "plain" },
  Simplex: { base: "real", range: unitRange, structure: "simplex" },
  Ordered: { base: "real", range: realLine, structure: "ordered" },
  PositiveOrdered: { base: "real", range: positiveRange, structure: "ordered" },
  Corr: { base: "real", range: rangeOf(-1, 1), structure: "corr" },
  CholeskyCorr: { base: "real", range: rangeOf(-1, 1), structure: "choleskyCorr" },
  Covariance: { base: "real", range: realLine, structure: "covariance" },
  CholeskyCov: { base: "real", range: realLine, structure: "choleskyCov" },
};

/** Types of parameters that are known when compiling. */
export const staticRoles: Readonly<Record<string, "size" | "sizes" | "function" | "initializer">> = {
  Size: "size",
  Sizes: "sizes",
  Function: "function",
  Initializer: "initializer",
};

/** A declared type; interval types keep their bounds as expressions. */
export interface DeclaredType {
  readonly type: NumberType;
  readonly bounds?: { readonly low: CoreExpression; readonly high: CoreExpression };
  readonly expression: TypeExpression;
}

/** Resolves a type expression; a cast may leave the shape out. Reports and returns `undefined` when it names no type. */
export function checkType(
  scope: Scope,
  expression: TypeExpression,
  check: CheckExpression,
  use: "declaration" | "cast" = "declaration",
): DeclaredType | undefined {
  const { text, span } = expression.name;
  if (!Object.hasOwn(namedTypes, text)) {
    if (Object.hasOwn(staticRoles, text)) {
      const help =
        text === "Size"
          ? "declare a size in the brackets of the header"
          : "only a parameter of a `def` or net has this type";
      scope.report({ code: "not-allowed-here", what: `\`${text}\``, where: "here", span, help });
    } else
      scope.report({
        code: "unknown-type",
        name: { text, span },
        near: nearTypes(text, Object.keys(namedTypes)),
      });
    return undefined;
  }
  if (expression.optional) {
    scope.report({
      code: "not-allowed-here",
      what: "`?`",
      where: "here: only observed variables may have missing values",
      span: expression.span,
      help: "remove `?`, or draw the variable with `observe`",
    });
    return undefined;
  }
  const named = namedTypes[text];
  const written = expression.dimensions.map((dimension) => checkDimension(scope, dimension));
  if (!written.every((dimension) => dimension !== undefined)) return undefined;
  // `Corr[N, K]` is N matrices of K rows and columns.
  const dimensions = isMatrixStructure(named.structure) ? [...written, ...written.slice(-1)] : written;
  if (named.structure !== "plain" && dimensions.length === 0 && use !== "cast") {
    scope.report({
      code: "not-allowed-here",
      what: `\`${text}\` without a size`,
      where: "as a type",
      span,
      help: `write \`${text}[K]\``,
    });
    return undefined;
  }
  if (expression.bounds.length === 0) {
    return { type: numberType(named.base, named.range, dimensions, named.structure), expression };
  }
  return checkInterval(scope, expression, dimensions, check);
}

function checkInterval(
  scope: Scope,
  expression: TypeExpression,
  dimensions: readonly Size[],
  check: CheckExpression,
): DeclaredType | undefined {
  const { text } = expression.name;
  if ((text !== "Real" && text !== "Int") || expression.bounds.length !== 2) {
    const what = expression.bounds.length === 2 ? `\`${text}\` with bounds` : "a type with one bound";
    scope.report({
      code: "not-allowed-here",
      what,
      where: "as a type",
      span: expression.span,
      help: "write `Real(low, high)`",
    });
    return undefined;
  }
  const because = { text: "a bound of a type" };
  const [low, high] = expression.bounds.map((bound) => checkNumber(scope, bound, because, check));
  if (low.type.kind !== "number" || high.type.kind !== "number") return undefined;
  if (high.type.range.high <= low.type.range.low) {
    const [lowText, highText] = expression.bounds.map(formatBrief);
    scope.report({
      code: "empty-interval",
      value: { text: formatBrief(expression.bounds[0]), span: expression.span },
      low: lowText,
      high: highText,
    });
    return undefined;
  }
  const range = rangeOf(low.type.range.low, high.type.range.high);
  return {
    type: numberType(text === "Int" ? "int" : "real", range, dimensions),
    bounds: { low, high },
    expression,
  };
}

/** Checks an expression that must be one real number. */
function checkNumber(
  scope: Scope,
  expression: Expression,
  because: Because,
  check: CheckExpression,
): CoreExpression {
  const value = check(scope, expression);
  if (value.type.kind === "error") return value;
  return fits(scope, value, expression, numberType("real"), because)
    ? value
    : errorExpression(expression.span);
}

/** Whether `value` may stand where `expected` is wanted; reports why not. An error fits everything. */
export function fits(
  scope: Scope,
  value: CoreExpression,
  expression: Expression,
  expected: NumberType,
  because: Because,
): boolean {
  const found = value.type;
  if (found.kind === "error") return true;
  const quote = { text: formatBrief(expression), span: expression.span };
  if (found.kind !== "number" || !baseFits(found.base, expected.base)) {
    scope.report({
      code: "type-mismatch",
      value: quote,
      found,
      expected: formatType(expected),
      because,
      help: wholeDivision(expression) ?? castHelp(found, expected, quote.text),
    });
    return false;
  }
  if (!equalShapes(found.dimensions, expected.dimensions)) {
    const elementHelp =
      expected.dimensions.length === 0
        ? `index it inside a plate: \`${quote.text}[n]\``
        : `give it the shape ${formatShape(expected.dimensions)}`;
    scope.report({
      code: "size-mismatch",
      what: `\`${quote.text}\` has the wrong shape for ${because.text}`,
      left: { ...quote, shape: found.dimensions },
      right: { text: because.text, span: because.span ?? quote.span, shape: expected.dimensions },
      help: elementHelp,
    });
    return false;
  }
  return supportFits(scope, found, quote, expected, because);
}

/** The part of `fits` about values: range and structure, shapes aside. */
export function supportFits(
  scope: Scope,
  found: NumberType,
  quote: { readonly text: string; readonly span: Expression["span"] },
  expected: NumberType,
  because: Because,
): boolean {
  if (structureWithin(found.structure, expected.structure) && within(found.range, expected.range))
    return true;
  const code = disjoint(found.range, expected.range) ? "outside-support" : "support-not-proven";
  const declaration = betterDeclaration(scope, quote.text, expected);
  scope.report({ code, value: quote, found, expected, because, ...(declaration && { declaration }) });
  return false;
}

/** The declaration by which a name, or an element of one, would be what is expected. */
function betterDeclaration(scope: Scope, text: string, expected: NumberType): string | undefined {
  const name = text.replace(/\[.*\]$/, "");
  const binding = scope.bindings.get(name);
  if (binding === undefined || expected.structure !== "plain") return undefined;
  const declared = (target: string, { dimensions }: NumberType): string =>
    `${target}: ${formatType({ ...expected, dimensions })}`;
  if (binding.kind === "value" && (binding.origin === "input" || binding.origin === "parameter"))
    return binding.type.kind === "number" ? declared(name, binding.type) : undefined;
  if (binding.kind !== "variable" || binding.origin !== "draw" || binding.joined.kind !== "number")
    return undefined;
  const [{ target }] = binding.pieces;
  const indices = target.indices.length === 0 ? "" : `[${target.indices.map(formatBrief).join(", ")}]`;
  return `${declared(name + indices, binding.joined)} ~ …`;
}

/** Bool stands alone; Int is a Real. */
export function baseFits(found: Base, expected: Base): boolean {
  return found === expected || (found === "int" && expected === "real");
}

/** What to write for `a / b` where a whole number is wanted. */
export function wholeDivision(expression: Expression): string | undefined {
  if (expression.kind !== "binary" || expression.operator !== "/") return undefined;
  const [left, right] = [formatBrief(expression.left), formatBrief(expression.right)];
  return `\`/\` gives a Real: write \`quotient(${left}, ${right})\` to divide without a remainder`;
}

function castHelp(found: Type, expected: NumberType, text: string): string {
  if (found.kind === "net") return `call it: \`${text}(…)\``;
  if (found.kind === "enumeration")
    return `choose by it: \`match ${text} { ${found.options[0]} => …, _ => … }\``;
  if (found.kind !== "number") return "bind its items: `(a, b) = …`, and use one of them";
  if (found.base === "bool") return `write \`if ${text} { 1 } else { 0 }\``;
  return expected.base === "bool"
    ? `write a comparison, such as \`${text} > 0\``
    : "use a `Nat` or `Int` value; a Real is not rounded silently";
}

export function equalShapes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, position) => equalSizes(size, b[position]));
}

function joinStructures(a: Structure, b: Structure): Structure {
  if (structureWithin(a, b)) return b;
  return structureWithin(b, a) ? a : "plain";
}

/** The smallest type that holds both, for arms and pieces; `undefined` when shapes or kinds differ. */
export function joinTypes(a: Type, b: Type): Type | undefined {
  if (a.kind === "error") return b;
  if (b.kind === "error") return a;
  if (a.kind === "tuple" && b.kind === "tuple" && a.items.length === b.items.length) {
    if (a.names?.join() !== b.names?.join()) return undefined;
    const items = a.items.map((item, position) => joinTypes(item, b.items[position]));
    return items.every((item) => item !== undefined) ? { ...a, items } : undefined;
  }
  if (a.kind === "enumeration" && b.kind === "enumeration" && a.options.join() === b.options.join()) return a;
  if (a.kind !== "number" || b.kind !== "number" || !equalShapes(a.dimensions, b.dimensions))
    return undefined;
  if (a.base !== b.base && (a.base === "bool" || b.base === "bool")) return undefined;
  const base = a.base === b.base ? a.base : "real";
  return numberType(base, hull(a.range, b.range), a.dimensions, joinStructures(a.structure, b.structure));
}
