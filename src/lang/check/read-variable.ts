/** A variable by its name: as a whole, or, of a local binding, its own element. */
import type { CoreExpression, CoreIndex } from "../core-expression.ts";
import { errorType, numberType, type Type } from "../type.ts";
import { readItems } from "./bound-items.ts";
import { checkAccess } from "./check-access.ts";
import type { Quote } from "./check-facts.ts";
import { lookBackTypes, relevantPieces } from "./check-piece.ts";
import {
  type Axis,
  type CheckExpression,
  errorExpression,
  isLocal,
  type Piece,
  type Scope,
  type Variable,
} from "./check-scope.ts";
import { joinTypes } from "./check-type.ts";

/** `theta` as a whole: every element must be bound and no axis of it open. */
export function readWhole(
  scope: Scope,
  variable: Variable,
  use: Quote,
  check: CheckExpression,
): CoreExpression {
  const { span } = use;
  if (!checkAccess(scope, variable, [], use)) return errorExpression(span);
  return readItems(variable.name, wholeType(scope, variable, check), span, (name, type) => {
    return { kind: "variable", name, type, span };
  });
}

/** A local binding inside its axes: its own element. `undefined` for other variables; reports a use outside the axes. */
export function readLocal(
  scope: Scope,
  variable: Variable,
  use: Quote,
  check: CheckExpression,
): CoreExpression | undefined {
  const axesOf = (piece: Piece): Axis[] =>
    piece.places.flatMap((place) => (place.kind === "axis" ? [place.axis] : []));
  const isOpen = (piece: Piece): boolean => axesOf(piece).every((axis) => scope.axes.includes(axis));
  const [first] = variable.pieces;
  if (first === undefined || !isLocal(first)) return undefined;
  const axes = axesOf(variable.pieces.find(isOpen) ?? first);
  if (!variable.pieces.some(isOpen)) {
    const list = axes.map((axis) => axis.name).join(", ");
    scope.report({
      code: "local-outside",
      use,
      indexed: `${variable.name}[${list}]`,
      axis: axes[axes.length - 1].span,
    });
    return errorExpression(use.span);
  }
  if (!relevantPieces(scope, variable).some((piece) => variable.bound.has(piece))) {
    scope.report({ code: "use-before-bound", use, name: variable.name, bound: variable.span });
    return errorExpression(use.span);
  }
  const { joined } = variable;
  const { span } = use;
  if (wholeType(scope, variable, check).kind === "error") return errorExpression(span);
  const indices = axes.map(({ index }): CoreIndex => {
    return { kind: "at", value: { kind: "variable", name: index, type: numberType("int"), span } };
  });
  return readItems(variable.name, joined, span, (name, type) => {
    if (type.kind !== "number") return errorExpression(span);
    const whole = { ...type, dimensions: [...variable.axes, ...type.dimensions] };
    const base: CoreExpression = { kind: "variable", name, type: whole, span };
    return { kind: "index", base, indices, type, span };
  });
}

/** The type from outside all plates: the axes, then the element. */
export function wholeType(scope: Scope, variable: Variable, check: CheckExpression): Type {
  const types = lookBackTypes(scope, variable, check);
  // Where pieces differ, that is reported when the second is bound.
  const joined = types.reduce<Type>((sum, type) => joinTypes(sum, type) ?? sum, errorType);
  if (variable.axes.length === 0 || joined.kind !== "number") return joined;
  return { ...joined, dimensions: [...variable.axes, ...joined.dimensions] };
}
