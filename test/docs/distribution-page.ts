/** `docs/reference/distributions/NAME.md`: all that is known of one distribution. */
import { distributionRows } from "../../src/compiler/lower/distributions.ts";
import { distributionDocs } from "../../src/lang/distribution-docs.ts";
import type { DistributionName } from "../../src/lang/distributions.ts";
import type { DistDeclaration } from "../../src/lang/tree.ts";
import { argumentsOf, builtinNames, drawsOf, usesOf } from "./builtin-signature.ts";
import { examplesText, readDoc } from "./doc-comment.ts";
import { fileOf, headOf, libraryDists, textOf } from "./library-dists.ts";

/** Name → text of its page. */
export function distributionPages(): Map<string, string> {
  const library = [...libraryDists()].map(([name, forms]): [string, string] => [
    name,
    libraryPage(name, forms),
  ]);
  return new Map([...builtinNames.map((name): [string, string] => [name, builtinPage(name)]), ...library]);
}

interface Parts {
  readonly name: string;
  readonly doc: string;
  readonly signature: string;
  readonly arguments: readonly (readonly [string, string])[];
  readonly support: string;
  readonly draws: string;
  readonly definition: string;
  readonly source: string;
}

function builtinPage(name: DistributionName): string {
  const row = distributionRows[name];
  const noncentered = row.place === undefined ? "" : " `via noncentered` takes its noise for coordinates.";
  return page({
    name,
    doc: distributionDocs[name],
    signature: usesOf(name).join("\n"),
    arguments: argumentsOf(name),
    support: drawsOf(name),
    draws: row.draw === undefined ? "It has none." : `A function of random numbers.${noncentered}`,
    definition: "Builtin: density and draws are in `src/compiler/lower/distributions.ts`.",
    source: "src/lang/distribution-docs.ts",
  });
}

function libraryPage(name: string, forms: readonly DistDeclaration[]): string {
  const given = new Map(
    forms.flatMap((form) => form.parameters.map((each) => [each.name.text, `\`${textOf(each.type)}\``])),
  );
  return page({
    name,
    doc: forms.map((each) => each.doc).join("\n\n"),
    signature: forms.map(headOf).join("\n"),
    arguments: [...given],
    support: `\`${textOf(forms[0].support)}\``,
    draws: [...new Set(forms.map(drawsBy))].join(" "),
    definition: forms.map((form) => `\`\`\`text\n${textOf(form)}\n\`\`\``).join("\n\n"),
    source: fileOf(forms[0]),
  });
}

/** How lowering draws: `src/compiler/lower/draw-from.ts`. */
function drawsBy({ entries, sizes }: DistDeclaration): string {
  const has = (entry: string): boolean => entries.some(({ name }) => name.text === entry);
  if (has("draw")) return "As `draw` says.";
  if (has("quantile")) return "The quantile at a uniform number.";
  return has("logpmf") && sizes.length === 0
    ? "By inverting the sum of the probabilities."
    : "It has none yet, so its variables must be observed or inferred.";
}

function page(parts: Parts): string {
  const { paragraphs, examples, also } = readDoc(parts.doc);
  const rows = parts.arguments.map(([name, type]) => `| \`${name}\` | ${type} |`);
  const table = rows.length === 0 ? "" : `| argument | |\n|---|---|\n${rows.join("\n")}\n\n`;
  return `# ${parts.name}

Made from \`${parts.source}\`; \`npm run accept\` writes it anew.

\`\`\`text
${parts.signature}
\`\`\`

${paragraphs.join("\n\n")}

${table}**Support**: ${parts.support}. **Draws**: ${parts.draws}

## Examples

\`\`\`text
${examplesText(examples)}
\`\`\`

[How to read them](../../distributions.md#examples).

## Definition

${parts.definition}

## See also

${also.map((name) => `[${name}](${name}.md)`).join(", ")}, [all distributions](../../distributions.md)
`;
}
