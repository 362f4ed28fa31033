/** `docs/distributions.md`, from the table of distributions and what lowering can do with each. */
import { distributionRows } from "../../src/compiler/lower/distributions.ts";
import {
  type DistributionName,
  type DistributionParameter,
  type DistributionSignature,
  distributions,
} from "../../src/lang/distributions.ts";
import { formatType } from "../../src/lang/format-type.ts";
import { numberType } from "../../src/lang/type.ts";

export function distributionsPage(): string {
  const rows = (Object.keys(distributions) as DistributionName[]).map(row);
  return `# Distributions

Made from \`src/lang/distributions.ts\`; \`npm run accept\` writes it anew.

Arguments are given in this order, or by name. Where there is a second form, its names choose it:
\`Bernoulli(logits: x)\`. The densities and the method of each draw are in \`src/compiler/lower/distributions.ts\`.

| distribution | arguments | draws | |
|---|---|---|---|
${rows.join("\n")}

\`via noncentered\` goes with ${withLocationScale().join(", ")}. A scale is a standard deviation or its like, never a variance or
a precision; a rate is an inverse scale. The density of \`Ordered[K]\` and of a variable that a declared type cuts down is not
renormalised.
`;
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
