/** Size expressions: the compile-time integers of headers, types, plates and `ones(K)`. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import {
  addSizes,
  constantSize,
  constantValue,
  formatSize,
  multiplySizes,
  namedSize,
  type Size,
  subtractSizes,
} from "../size.ts";
import type { Expression } from "../tree.ts";
import type { CheckFacts } from "./check-facts.ts";
import { formatBrief } from "./format-brief.ts";
import { upperBound } from "./size-bounds.ts";
import type { StaticArguments } from "./static-argument.ts";

export interface SizeScope {
  readonly report: (facts: CheckFacts) => void;
  readonly sizes: ReadonlyMap<string, Span>;
  readonly known?: ReadonlyMap<string, Size>;
  readonly used: Set<string>;
  readonly statics?: StaticArguments;
  /** Names that are something else than a size: for a better message. */
  readonly bindings: ReadonlyMap<string, unknown>;
}

/** The size an expression stands for. Reports and returns `undefined` when it is none. */
export function checkSize(scope: SizeScope, expression: Expression): Size | undefined {
  switch (expression.kind) {
    case "number":
      if (expression.integer && expression.value >= 0) return constantSize(expression.value);
      return notASize(scope, expression);
    case "name":
      if (scope.sizes.has(expression.text)) {
        scope.used.add(expression.text);
        return sizeCalled(scope, expression.text);
      }
      if (scope.bindings.has(expression.text)) return notASize(scope, expression, inHeader);
      scope.report({
        code: "unknown-size",
        name: { text: expression.text, span: expression.span },
        near: nearMisses(expression.text, scope.sizes.keys()),
      });
      return undefined;
    case "binary": {
      const left = checkSize(scope, expression.left);
      if (expression.operator === "/" || left === undefined)
        return left && notASize(scope, expression, divided(expression));
      const right = checkSize(scope, expression.right);
      if (right === undefined) return undefined;
      if (expression.operator === "+") return addSizes(left, right);
      if (expression.operator === "-") return subtractSizes(left, right);
      if (expression.operator === "*") return product(left, right) ?? notASize(scope, expression, tooLarge);
      if (expression.operator === "^") return powerOf(left, right) ?? notASize(scope, expression, tooLarge);
      return notASize(scope, expression);
    }
    case "index":
      return sizeOfList(scope, expression) ?? notASize(scope, expression);
    case "error":
      return undefined;
    case "call": {
      const isRange =
        expression.callee.kind === "name" && ["range", "seq", "seq_len"].includes(expression.callee.text);
      return notASize(
        scope,
        expression,
        isRange ? "`N` alone runs over 0, …, N - 1; `a..b` over a, …, b - 1" : undefined,
      );
    }
    default:
      return notASize(scope, expression);
  }
}

/** The size that has this name in the scope. */
export function sizeCalled({ known }: Pick<SizeScope, "known">, name: string): Size {
  return known?.get(name) ?? namedSize(name);
}

/** `hidden[0]` of a `Sizes` parameter. */
export function sizeOfList(
  { statics }: SizeScope,
  { base, indices }: Extract<Expression, { readonly kind: "index" }>,
): Size | undefined {
  const list = base.kind === "name" ? statics?.get(base.text) : undefined;
  const [index] = indices;
  if (list?.kind !== "sizes" || indices.length !== 1 || index.kind !== "at") return undefined;
  return index.value.kind === "number" ? list.sizes[index.value.value] : undefined;
}

/** The size of a dimension: as `checkSize`, and not negative whatever its names stand for. */
export function checkDimension(scope: SizeScope, expression: Expression): Size | undefined {
  const size = checkSize(scope, expression);
  if (size === undefined || upperBound(size) >= 0) return size;
  scope.report({
    code: "not-a-size",
    value: { text: formatBrief(expression), span: expression.span },
    help: `a dimension cannot be ${formatSize(size)}; give a size of at least 1`,
  });
  return undefined;
}

/** Terms of a size at most: products of sums grow fast, and no program needs more. */
const mostTerms = 64;

/** Nothing where it has too many terms. */
export function product(left: Size, right: Size): Size | undefined {
  return left.terms.length * right.terms.length > mostTerms ? undefined : multiplySizes(left, right);
}

function powerOf(base: Size, exponent: Size): Size | undefined {
  const count = constantValue(exponent);
  if (count === undefined || count > 16) return undefined;
  let result: Size | undefined = constantSize(1);
  for (let i = 0; i < count && result !== undefined; i++) result = product(result, base);
  return result;
}

const inHeader =
  "sizes stand in brackets in the header, as in `model M[N]`; inputs, indices and variables are none";

function divided({ left, right }: Extract<Expression, { kind: "binary" }>): string {
  const [whole, part] = [formatBrief(left), formatBrief(right)];
  return `declare the quotient in the header, as \`H\`, and write \`${part} * H\` where \`${whole}\` stands`;
}

const tooLarge = "declare a size of its own for it in the header";

function notASize(scope: SizeScope, expression: Expression, help?: string): undefined {
  const value = { text: formatBrief(expression), span: expression.span };
  scope.report({ code: "not-a-size", value, ...(help === undefined ? {} : { help }) });
  return undefined;
}
