/** Indexing: what `base[i, from..to]` is. */
import type { CoreExpression } from "../core-expression.ts";
import { subtractSizes } from "../size.ts";
import type { Expression } from "../tree.ts";
import { isMatrixStructure, type NumberType, numberType } from "../type.ts";
import { checkAccess } from "./check-access.ts";
import { checkBounds } from "./check-index-bounds.ts";
import { lookBackTypes } from "./check-piece.ts";
import { type CheckExpression, errorExpression, type Scope, type Variable } from "./check-scope.ts";
import { type CheckedIndex, checkOneIndex } from "./checked-index.ts";
import { formatBrief } from "./format-brief.ts";
import { readLocal, wholeType } from "./read-variable.ts";
import { mixedIndex } from "./relaxed-draw.ts";

type IndexExpression = Extract<Expression, { readonly kind: "index" }>;

export function checkIndex(
  scope: Scope,
  expression: IndexExpression,
  check: CheckExpression,
): CoreExpression {
  const mixed = mixedIndex(scope, expression);
  if (mixed !== undefined) return check(scope, mixed);
  const base = checkBase(scope, expression.base, check);
  const quote = { text: formatBrief(expression.base), span: expression.base.span };
  const type = base.core.type;
  const dimensions = type.kind === "number" ? type.dimensions : [];
  const indices = expression.indices.map((index, position) =>
    checkOneIndex(scope, quote.text, index, dimensions[position], check),
  );
  if (type.kind === "error" || !indices.every((index) => index !== undefined))
    return errorExpression(expression.span);
  if (type.kind !== "number" || indices.length > dimensions.length) {
    scope.report({ code: "too-many-indices", base: quote, type, count: indices.length });
    return errorExpression(expression.span);
  }
  const use = { text: formatBrief(expression), span: expression.span };
  const readable = base.variable === undefined || checkAccess(scope, base.variable, indices, use);
  const good = indices.every(
    (index, position) => readable && checkBounds(scope, index, dimensions[position], quote),
  );
  if (!good) return errorExpression(expression.span);
  return {
    kind: "index",
    base: base.core,
    indices: indices.map(({ core }) => core),
    type: indexedType(type, indices),
    span: expression.span,
  };
}

function checkBase(
  scope: Scope,
  base: Expression,
  check: CheckExpression,
): { core: CoreExpression; variable?: Variable } {
  const binding = base.kind === "name" ? scope.bindings.get(base.text) : undefined;
  if (binding?.kind !== "variable") return { core: check(scope, base) };
  scope.used.add(binding.name);
  const local = readLocal(scope, binding, { text: binding.name, span: base.span }, check);
  if (local !== undefined) return { core: local };
  if (binding.bound.size === 0 && lookBackTypes(scope, binding, check).length === 0) {
    const use = { text: binding.name, span: base.span };
    scope.report({ code: "use-before-bound", use, name: binding.name, bound: binding.span });
    return { core: errorExpression(base.span) };
  }
  const type = wholeType(scope, binding, check);
  return { core: { kind: "variable", name: binding.name, type, span: base.span }, variable: binding };
}

function indexedType(type: NumberType, indices: readonly CheckedIndex[]): NumberType {
  const kept = indices.flatMap(({ core }) =>
    core.kind === "slice" ? [subtractSizes(core.to, core.from)] : [],
  );
  const dimensions = [...kept, ...type.dimensions.slice(indices.length)];
  const last = indices.length < type.dimensions.length ? "whole" : (indices.at(-1)?.core.kind ?? "whole");
  const keeps = isMatrixStructure(type.structure)
    ? indices.length + 2 <= type.dimensions.length
    : last === "whole" || (last === "slice" && type.structure === "ordered");
  return numberType(type.base, type.range, dimensions, keeps ? type.structure : "plain");
}
