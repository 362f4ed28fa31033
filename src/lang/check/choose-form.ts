/** A `dist` may be declared in several forms, each with parameters of its own: which one a call means. */
import type { Argument } from "../tree.ts";
import type { Quote } from "./check-facts.ts";
import type { DistSignature, Scope } from "./check-scope.ts";
import { nearParameters } from "./other-names.ts";

/** Of a name, those that check. */
export function formsOf(scope: Scope, name: Quote): readonly DistSignature[] {
  const { forms, distribution } = scope.functions;
  return forms(name.text).flatMap((form) => distribution(form, name.span) ?? []);
}

/** The first form that takes these arguments; the first of all where none does. Reports a name that is in no form. */
export function chooseForm(
  scope: Scope,
  of: string,
  forms: readonly DistSignature[],
  args: readonly Argument[],
): DistSignature | undefined {
  const known = [...new Set(forms.flatMap(({ parameters }) => parameters.map((each) => each.name)))];
  const strangers = args.flatMap(({ name }) =>
    name === undefined || known.includes(name.text) ? [] : [name],
  );
  if (strangers.length > 0 && forms.length > 0) {
    for (const name of strangers)
      scope.report({ code: "unknown-argument", name, of, known, near: nearParameters(name.text, known) });
    return undefined;
  }
  const suiting = forms.find(({ parameters }) => {
    const names = new Set(parameters.map((each) => each.name));
    const required = parameters.filter((each) => each.default === undefined).length;
    const isKnown = args.every((each) => each.name === undefined || names.has(each.name.text));
    return isKnown && args.length >= required && args.length <= names.size;
  });
  return suiting ?? forms[0];
}
