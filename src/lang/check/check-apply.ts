/** Calls of user and library functions: arguments to parameters, sizes solved from shapes. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { CoreExpression } from "../core.ts";
import { namedSize, type Size, substituteSizes } from "../size.ts";
import type { Argument, Expression } from "../tree.ts";
import type { NetType, Type } from "../type.ts";
import { type CheckExpression, errorExpression, type FunctionSignature, type Scope } from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { fits } from "./check-type.ts";
import { solveSize } from "./size-bounds.ts";

interface ParameterSlot {
  readonly name: string;
  readonly type: Type | "size";
  readonly span?: Span;
}

/** "logistic(x, k)", "dense[I](x, O)" */
export function signatureText(
  name: string,
  parameters: readonly { readonly name: string }[],
  sizes: readonly string[] = [],
): string {
  const brackets = sizes.length > 0 ? `[${sizes.join(", ")}]` : "";
  return `\`${name}${brackets}(${parameters.map((parameter) => parameter.name).join(", ")})\``;
}

/** Puts arguments in parameter order: positional first, then named. Reports and gives `undefined` on a misfit. */
function matchArguments(
  scope: Scope,
  of: string,
  parameters: readonly { readonly name: string }[],
  args: readonly Argument[],
  span: Span,
): readonly Expression[] | undefined {
  const signature = signatureText(of, parameters);
  if (args.length > parameters.length && args.every((each) => each.name === undefined)) {
    scope.report({
      code: "too-many-arguments",
      of: `\`${of}\``,
      most: parameters.length,
      found: args.length,
      signature,
      span,
    });
    return undefined;
  }
  const slots = new Map<string, Expression>();
  let position = 0;
  for (const { name, value } of args) {
    const parameter =
      name === undefined ? parameters[position++] : parameters.find((each) => each.name === name.text);
    if (parameter === undefined || slots.has(parameter.name)) {
      if (name === undefined || parameter !== undefined) {
        const most = parameters.length;
        scope.report({
          code: "too-many-arguments",
          of: `\`${of}\``,
          most,
          found: args.length,
          signature,
          span: value.span,
        });
      } else {
        const known = parameters.map((each) => each.name);
        const near = nearMisses(name.text, known);
        scope.report({ code: "unknown-argument", name, of: `\`${of}\``, known, near });
      }
      return undefined;
    }
    slots.set(parameter.name, value);
  }
  const ordered: Expression[] = [];
  for (const { name } of parameters) {
    const value = slots.get(name);
    if (value === undefined) {
      scope.report({ code: "missing-argument", of: `\`${of}\``, parameter: name, signature, span });
      return undefined;
    }
    ordered.push(value);
  }
  return ordered;
}

/** `f(x)`, `dense[I](x, 200)`: a call of a def, or of a net inside a net. */
export function checkApply(
  scope: Scope,
  signature: FunctionSignature,
  brackets: readonly Expression[] | undefined,
  args: readonly Argument[],
  span: Span,
  check: CheckExpression,
): CoreExpression {
  const ordered = matchArguments(scope, signature.name, signature.parameters, args, span);
  const sizes = bracketSizes(scope, signature, brackets, span);
  if (ordered === undefined || sizes === undefined) return errorExpression(span);
  const values: { value: CoreExpression; expression: Expression; slot: ParameterSlot }[] = [];
  for (const [position, slot] of signature.parameters.entries()) {
    const expression = ordered[position];
    if (slot.type === "size") {
      const size = checkSize(scope, expression);
      if (size === undefined) return errorExpression(span);
      sizes.set(slot.name, size);
    } else values.push({ value: check(scope, expression), expression, slot });
  }
  if (values.some(({ value }) => value.type.kind === "error")) return errorExpression(span);
  const pairs = values.flatMap(({ value, slot }) =>
    slot.type !== "size" && slot.type.kind === "number" && value.type.kind === "number"
      ? [{ pattern: slot.type.dimensions, target: value.type.dimensions }]
      : [],
  );
  solveAll(signature.sizes, pairs, sizes);
  const open = signature.sizes.find((name) => !sizes.has(name));
  if (open !== undefined && pairs.every(({ pattern, target }) => pattern.length === target.length)) {
    const help = `give it: \`${signature.name}[${signature.bracketSizes.join(", ")}](…)\``;
    scope.report({ code: "size-not-inferred", name: open, call: { text: signature.name, span }, help });
    return errorExpression(span);
  }
  const good = values.map(({ value, expression, slot }) =>
    argumentFits(scope, value, expression, slot, sizes, signature.name),
  );
  if (!good.every((each) => each)) return errorExpression(span);
  const record = Object.fromEntries(signature.sizes.flatMap((name) => namedEntry(sizes, name)));
  const call = signature.kind === "net" ? { call: scope.netCalls++ } : {};
  scope.called.add(signature.name);
  const type = substituteType(signature.result, sizes);
  return {
    kind: "apply",
    function: signature.name,
    sizes: record,
    arguments: values.map(({ value }) => value),
    ...call,
    type,
    span,
  };
}

function namedEntry(sizes: ReadonlyMap<string, Size>, name: string): [string, Size][] {
  const size = sizes.get(name);
  return size === undefined ? [] : [[name, size]];
}

/** `decode(z)`: a call of a learned net. */
export function checkInstance(
  scope: Scope,
  instance: string,
  net: NetType,
  names: readonly string[],
  args: readonly Argument[],
  span: Span,
  check: CheckExpression,
): CoreExpression {
  const slots = net.parameters.map(
    (type, position): ParameterSlot => ({ name: names[position] ?? "x", type }),
  );
  const ordered = matchArguments(scope, instance, slots, args, span);
  if (ordered === undefined) return errorExpression(span);
  const values = ordered.map((expression) => check(scope, expression));
  const good = values.map((value, position) =>
    argumentFits(scope, value, ordered[position], slots[position], new Map(), instance),
  );
  if (!good.every((each) => each)) return errorExpression(span);
  return { kind: "apply", function: net.net, sizes: {}, arguments: values, instance, type: net.result, span };
}

function argumentFits(
  scope: Scope,
  value: CoreExpression,
  expression: Expression,
  slot: ParameterSlot,
  sizes: ReadonlyMap<string, Size>,
  name: string,
): boolean {
  if (slot.type === "size" || value.type.kind === "error") return value.type.kind !== "error";
  const expected = substituteType(slot.type, sizes);
  const because = {
    text: `the argument ${slot.name} of ${name}`,
    ...(slot.span === undefined ? {} : { span: slot.span }),
  };
  // Parameters are numbers or arrays; anything else failed where it was declared.
  return expected.kind !== "number" || fits(scope, value, expression, expected, because);
}

/** Sizes given in brackets, in order: none, or all of them. */
export function bracketSizes(
  scope: Scope,
  signature: FunctionSignature,
  brackets: readonly Expression[] | undefined,
  span: Span,
): Map<string, Size> | undefined {
  const sizes = new Map<string, Size>();
  if (brackets === undefined) return sizes;
  const names = signature.bracketSizes;
  if (brackets.length !== names.length) {
    const written = `\`${signature.name}[${names.join(", ")}]\``;
    if (brackets.length > names.length)
      scope.report({
        code: "too-many-arguments",
        of: `\`${signature.name}[…]\``,
        most: names.length,
        found: brackets.length,
        signature: written,
        span,
      });
    else
      scope.report({
        code: "missing-argument",
        of: `\`${signature.name}[…]\``,
        parameter: names[brackets.length],
        signature: written,
        span,
      });
    return undefined;
  }
  for (const [position, expression] of brackets.entries()) {
    const size = checkSize(scope, expression);
    if (size === undefined) return undefined;
    sizes.set(names[position], size);
  }
  return sizes;
}

/**
 * Solves what is still open among `names`, each solution feeding the next. The function's names are marked apart while
 * solving, since the caller may use the same ones.
 */
function solveAll(
  names: readonly string[],
  pairs: readonly { readonly pattern: readonly Size[]; readonly target: readonly Size[] }[],
  sizes: Map<string, Size>,
): void {
  const marked = new Map(names.map((name) => [name, namedSize(`?${name}`)]));
  const equations = pairs.flatMap(({ pattern, target }) =>
    pattern.flatMap((size, position) =>
      position < target.length ? [{ size: substituteSizes(size, marked), target: target[position] }] : [],
    ),
  );
  for (let progress = true; progress; ) {
    progress = false;
    const known = new Map([...sizes].map(([name, size]) => [`?${name}`, size]));
    const open = new Set(names.filter((name) => !sizes.has(name)).map((name) => `?${name}`));
    for (const { size, target } of equations) {
      const solved = solveSize(substituteSizes(size, known), target, open);
      if (solved === undefined) continue;
      sizes.set(solved.name.slice(1), solved.value);
      progress = true;
      break;
    }
  }
}

export function substituteType(type: Type, sizes: ReadonlyMap<string, Size>): Type {
  switch (type.kind) {
    case "number":
      return { ...type, dimensions: type.dimensions.map((size) => substituteSizes(size, sizes)) };
    case "tuple":
      return { ...type, items: type.items.map((item) => substituteType(item, sizes)) };
    case "enumeration":
    case "net":
    case "error":
      return type;
  }
}
