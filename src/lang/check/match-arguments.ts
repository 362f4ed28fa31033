/** Arguments to parameters, by position and by name. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { Argument, Expression } from "../tree.ts";
import type { Scope } from "./check-scope.ts";

export interface MatchableParameter {
  readonly name: string;
  readonly default?: Expression;
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

/**
 * The argument of each parameter: positional first, then named. What has a default may be absent. Reports and gives
 * `undefined` on a misfit. Messages call it `of`; it may be written in other ways.
 */
export function matchArguments(
  scope: Scope,
  of: string,
  parameters: readonly MatchableParameter[],
  args: readonly Argument[],
  span: Span,
  signature: string,
  allSignatures = signature,
): ReadonlyMap<string, Expression> | undefined {
  const tooMany = (at: Span): undefined => {
    const most = parameters.length;
    scope.report({
      code: "too-many-arguments",
      of,
      most,
      found: args.length,
      signature: allSignatures,
      span: at,
    });
  };
  if (args.length > parameters.length && args.every((each) => each.name === undefined)) return tooMany(span);
  const known = parameters.map((each) => each.name);
  const strangers = args.flatMap(({ name }) =>
    name === undefined || known.includes(name.text) ? [] : [name],
  );
  for (const name of strangers)
    scope.report({ code: "unknown-argument", name, of, known, near: nearMisses(name.text, known) });
  if (strangers.length > 0) return undefined;
  const slots = new Map<string, Expression>();
  let position = 0;
  for (const { name, value } of args) {
    const parameter =
      name === undefined ? parameters[position++] : parameters.find((each) => each.name === name.text);
    if (parameter === undefined || slots.has(parameter.name)) return tooMany(value.span);
    slots.set(parameter.name, value);
  }
  const missing = parameters.find((each) => each.default === undefined && !slots.has(each.name));
  if (missing === undefined) return slots;
  scope.report({ code: "missing-argument", of, parameter: missing.name, signature, span });
  return undefined;
}
