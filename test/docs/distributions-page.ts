/** `docs/distributions.md`: all distributions, each with a page of its own. */
import { distributionRows } from "../../src/compiler/lower/distributions.ts";
import { distributionDocs } from "../../src/lang/distribution-docs.ts";
import type { DistributionName } from "../../src/lang/distributions.ts";
import type { DistDeclaration } from "../../src/lang/tree.ts";
import { argumentsOf, builtinNames, drawsOf, usesOf } from "./builtin-signature.ts";
import { readDoc } from "./doc-comment.ts";
import { libraryDists, textOf, useOf } from "./library-dists.ts";

export function distributionsPage(): string {
  const library = [...libraryDists().values()].flatMap((forms) => forms.map(libraryRow));
  return `# Distributions

Made from \`stdlib/distributions\`, \`src/lang/distributions.ts\` and \`src/lang/distribution-docs.ts\`; \`npm run accept\` writes it anew.

Arguments are given in this order, or by name. Where there is a second form, its names choose it:
\`Bernoulli(logits: x)\`. Each distribution has a page with examples and its definition.

A scale is a standard deviation or its like, never a variance or a precision, but for the scale matrix of Wishart; a rate is an inverse
scale.

## In the library

These are [written in the language](language.md#distributions-of-ones-own), in \`stdlib/distributions\`; nothing needs to be
imported. Those with a distribution function are renormalised where a declared type cuts them down.

| distribution | arguments | draws | |
|---|---|---|---|
${library.join("\n")}

## Builtin

The densities and the method of each draw are in \`src/compiler/lower/distributions.ts\`.

| distribution | arguments | draws | |
|---|---|---|---|
${builtinNames.map(builtinRow).join("\n")}

\`via noncentered\` goes with ${withLocationScale().join(", ")}, and in the library with what has a location \`loc\` and a scale \`scale\` on the whole
line or is drawn from one normal number, as LogNormal is. The density of \`Ordered[K]\` and of a variable that a declared type cuts down is not
renormalised where the distribution has no [distribution function](language.md#types). Whatever draws one number has one, but \`Flat\`, which is
improper, and what is \`Censored\`; \`Bernoulli\` draws true and false, and vectors and matrices have no order. [Why these are builtin](../ARCHITECTURE.md#distributions).

## Examples

The examples of the pages are run as tests. \`logpdf(D, x)\` is the log density of the distribution D at x, \`logpmf(D, k)\` the log probability of k;
\`cdf(D, x)\`, \`quantile(D, p)\`, \`mean(D)\` and \`variance(D)\` are what they say. Programs ask them [in the same
way](language.md#statements). Results have six digits.
`;
}

function libraryRow(declaration: DistDeclaration): string {
  const { name, parameters, support, doc } = declaration;
  const given = parameters.map((each) => `\`${each.name.text}\`: \`${textOf(each.type)}\``);
  return row(name.text, [useOf(declaration)], given, `\`${textOf(support)}\``, doc);
}

function builtinRow(name: DistributionName): string {
  const given = argumentsOf(name).map(([parameter, type]) => `\`${parameter}\`: ${type}`);
  return row(name, usesOf(name), given, drawsOf(name), distributionDocs[name]);
}

function row(
  name: string,
  uses: readonly string[],
  given: readonly string[],
  draws: string,
  doc: string,
): string {
  const links = uses.map((use) => `[\`${use}\`](reference/distributions/${name}.md)`);
  return `| ${links.join(" or ")} | ${given.join("; ")} | ${draws} | ${readDoc(doc).paragraphs[0]} |`;
}

function withLocationScale(): string[] {
  return builtinNames
    .filter((name) => distributionRows[name].place !== undefined)
    .map((name) => `\`${name}\``);
}
