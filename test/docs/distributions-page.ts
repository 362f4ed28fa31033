/** `docs/distributions.md`, from the table of distributions and what lowering can do with each. */
import { distributionRows } from "../../src/compiler/lower/distributions.ts";
import {
  type DistributionName,
  type DistributionParameter,
  type DistributionSignature,
  distributions,
} from "../../src/lang/distributions.ts";
import { formatType } from "../../src/lang/format-type.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import type { DistDeclaration, TypeExpression } from "../../src/lang/tree.ts";
import { numberType } from "../../src/lang/type.ts";

export function distributionsPage(): string {
  const rows = (Object.keys(distributions) as DistributionName[]).map(row);
  return `# Distributions

Made from \`src/lang/distributions.ts\` and \`stdlib/distributions.ppl\`; \`npm run accept\` writes it anew.

Arguments are given in this order, or by name. Where there is a second form, its names choose it:
\`Bernoulli(logits: x)\`.

## Builtin

The densities and the method of each draw are in \`src/compiler/lower/distributions.ts\`.

| distribution | arguments | draws | |
|---|---|---|---|
${rows.join("\n")}

\`via noncentered\` goes with ${withLocationScale().join(", ")}. A scale is a standard deviation or its like, never a variance or
a precision, but for the scale matrix of Wishart; a rate is an inverse scale. The density of \`Ordered[K]\` and of a variable that a declared type cuts down is not
renormalised.

## In the library

These are [written in the language](language.md#distributions-of-ones-own), in \`stdlib/distributions.ppl\`; nothing needs to be
imported. Those with a distribution function are renormalised where a declared type cuts them down.
[Their definitions](reference/distributions.md) are a page of their own.

| distribution | arguments | draws | |
|---|---|---|---|
${libraryRows().join("\n")}
`;
}

/** `docs/reference/distributions.md`: all of each definition, with its documentation. */
export function distributionReference(): string {
  const all = library()
    .map((each) => {
      const { source, start, end } = each.span;
      const body = stdlibSources[source].slice(start, end);
      return `### ${each.name.text}(${each.parameters.map(({ name }) => name.text).join(", ")})

${each.doc.replaceAll("\n", " ")}

\`\`\`text
${body}
\`\`\`
`;
    })
    .join("\n");
  return `# Distributions of the library

Made from \`stdlib/distributions.ppl\`; \`npm run accept\` writes it anew. [Distributions](../distributions.md) has the table of all,
[the language](../language.md#distributions-of-ones-own) what the entries mean.

${all}`;
}

function library(): DistDeclaration[] {
  const source = { name: "std/distributions", text: stdlibSources["std/distributions"] };
  return parse(source).file.declarations.flatMap((each) => (each.kind === "dist" ? [each] : []));
}

function libraryRows(): string[] {
  return library().map(({ name, sizes, parameters, support, doc }) => {
    const list = sizes.length === 0 ? "" : `[${sizes.map((each) => each.name.text).join(", ")}]`;
    const names = parameters.map((each) => each.name.text);
    const given = parameters.map((each) => `\`${each.name.text}\`: \`${textOf(each.type)}\``);
    const head = `\`${name.text}${sizes.length > 0 && parameters.every((each) => each.type.dimensions.length === 0) ? list : ""}(${names.join(", ")})\``;
    return `| ${head} | ${given.join("; ")} | \`${textOf(support)}\` | ${doc.replaceAll("\n", " ")} |`;
  });
}

function textOf({ span }: TypeExpression): string {
  return stdlibSources[span.source].slice(span.start, span.end);
}

function row(name: DistributionName): string {
  const signature: DistributionSignature = distributions[name];
  const forms = signature.forms.map(
    (form) =>
      `\`${name}(${form.map((parameter, at) => (isNamed(signature, at, form) ? `${parameter.name}: ` : "") + (isNamed(signature, at, form) ? "x" : parameter.name)).join(", ")})\``,
  );
  const known = new Map(signature.forms.flat().map((parameter) => [parameter.name, describe(parameter)]));
  const parameters = [...known].map(([parameter, text]) => `\`${parameter}\`: ${text}`);
  const doc = signature.proper ? signature.doc : `${signature.doc} Has no draws.`;
  return `| ${forms.join(" or ")} | ${parameters.join("; ")} | ${draws(signature)} | ${doc} |`;
}

/** A parameter that the first form does not have at that place is given by name. */
function isNamed(
  signature: DistributionSignature,
  at: number,
  form: readonly DistributionParameter[],
): boolean {
  return form !== signature.forms[0] && signature.forms[0][at]?.name !== form[at].name;
}

function describe({ base, range, rank, structure, orNumber }: DistributionParameter): string {
  const element = formatType(numberType(base, range, [], structure));
  return `\`${element}${rank === 0 ? "" : "[K]"}\`${orNumber ? ` or \`${element}\`` : ""}`;
}

function draws({ support, eventRank }: DistributionSignature): string {
  switch (support) {
    case "real":
      return eventRank === 1 ? "`Real[K]`" : "`Real`";
    case "positive":
      return "`Positive`";
    case "unit":
      return "`Unit`";
    case "corr":
      return "`Corr[K]`";
    case "choleskyCorr":
      return "`CholeskyCorr[K]`";
    case "covariance":
      return "`Covariance[K]`";
    case "simplex":
      return eventRank === 1 ? "`Simplex[K]`" : "`Simplex`";
    case "interval":
      return "`Real(low, high)`";
    case "bool":
      return "`Bool`";
    case "category":
      return "`Int`, 0 … K−1";
    case "count":
      return "`Nat`";
    case "countTo":
      return "`Int`, 0 … n";
  }
}

function withLocationScale(): string[] {
  return (Object.keys(distributionRows) as DistributionName[])
    .filter((name) => "locationScale" in distributionRows[name])
    .map((name) => `\`${name}\``);
}
