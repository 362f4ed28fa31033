/** `fold(x, f, [a, b])` means `f(f(x, a), b)`: a function applied once per size of a list known when compiling. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { Argument, Expression } from "../tree.ts";
import type { Scope } from "./check-scope.ts";
import { checkSizeList } from "./check-static.ts";

type CallExpression = Extract<Expression, { readonly kind: "call" }>;

/** The calls that a `fold` stands for. Reports and gives `undefined` where it stands for none. */
export function foldToCalls(scope: Scope, call: CallExpression): Expression | undefined {
  const args = positionalArguments(scope, call, "fold", ["x", "f", "sizes"]);
  if (args === undefined) return undefined;
  const [start, step, list] = args;
  const count = checkSizeList(scope, list)?.length;
  if (count === undefined) return undefined;
  let result = start;
  for (let position = 0; position < count; position++)
    result = callWith(step, [{ value: result }, { value: itemOf(list, position) }], call.span);
  return result;
}

/** As many arguments as parameters, without names. Reports and gives `undefined` otherwise. */
export function positionalArguments(
  scope: Scope,
  { arguments: args, span }: CallExpression,
  name: string,
  parameters: readonly string[],
): readonly Expression[] | undefined {
  const about = { of: `\`${name}\``, signature: `\`${name}(${parameters.join(", ")})\``, span };
  const named = args.find((each) => each.name !== undefined)?.name;
  if (named !== undefined) {
    const near = nearMisses(named.text, parameters);
    scope.report({ code: "unknown-argument", name: named, of: about.of, known: [], near });
    return undefined;
  }
  if (args.length > parameters.length) {
    scope.report({ code: "too-many-arguments", ...about, most: parameters.length, found: args.length });
    return undefined;
  }
  if (args.length < parameters.length) {
    scope.report({ code: "missing-argument", ...about, parameter: parameters[args.length] });
    return undefined;
  }
  return args.map(({ value }) => value);
}

/** One size of the list: as written, or `hidden[0]` of a parameter. */
function itemOf(list: Expression, position: number): Expression {
  if (list.kind === "array") return list.items[position];
  const { span } = list;
  const value: Expression = { kind: "number", value: position, integer: true, span };
  return { kind: "index", base: list, indices: [{ kind: "at", value }], span };
}

/** `f` called with these, in front of what is given to it already: `f(k: 2)` becomes `f(x, a, k: 2)`. */
export function callWith(step: Expression, args: readonly Argument[], span: Span): Expression {
  if (step.kind !== "call") return { kind: "call", callee: step, arguments: args, span };
  return { ...step, arguments: [...args, ...step.arguments], span };
}
