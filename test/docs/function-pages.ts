/** Pages of the library's nets and functions, from their doc comments and heads, and the index of each. */
import { type BuiltinDoc, builtinDocs } from "../../src/lang/builtin-docs.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import type { DefDeclaration, NetDeclaration, Statement } from "../../src/lang/tree.ts";
import { examplesText, readDoc } from "./doc-comment.ts";
import { fileOf } from "./library-dists.ts";

type FunctionDeclaration = NetDeclaration | DefDeclaration;

export function declaredFunctions(kind: FunctionDeclaration["kind"]): FunctionDeclaration[] {
  return Object.entries(stdlibSources).flatMap(([name, text]) =>
    parse({ name, text }).file.declarations.flatMap((each) =>
      (each.kind === "net" || each.kind === "def") && each.kind === kind ? [each] : [],
    ),
  );
}

/** Name → text of its page, in `docs/reference/nets` or `docs/reference/functions`. */
export function functionPages(kind: FunctionDeclaration["kind"]): Map<string, string> {
  return new Map(declaredFunctions(kind).map((each) => [each.name.text, functionPage(each)]));
}

function functionPage(declaration: FunctionDeclaration): string {
  const { name, doc, kind, bindings, span } = declaration;
  const { paragraphs, examples } = readDoc(doc);
  const learned = bindings.flatMap(weight);
  const weights = learned.length === 0 ? "" : `\nLearns ${learned.join(", ")}.\n`;
  const index = kind === "net" ? "nets" : "functions";
  return `# ${name.text}

Made from \`${fileOf(declaration)}\`; \`npm run accept\` writes it anew.

\`\`\`text
${headOf(declaration)}
\`\`\`

${paragraphs.join("\n\n")}
${weights}
## Examples

\`\`\`text
${examplesText(examples)}
\`\`\`

${kind === "net" ? "What is learned starts at random, so the example gives the type of the result.\n" : "The result has six digits.\n"}
## Definition

\`\`\`text
${stdlibSources[span.source].slice(span.start, span.end)}
\`\`\`

[All ${index}](../${index}.md)
`;
}

function headOf({ kind, name, parameters, result }: FunctionDeclaration): string {
  const text = stdlibSources[name.span.source];
  const closing = text.indexOf(")", (parameters.at(-1) ?? { name }).name.span.end);
  const head = text.slice(name.span.start, result?.span.end ?? closing + 1).replace(/\s+/g, " ");
  return `${kind} ${head.replaceAll("( ", "(").replaceAll(", )", ")").replaceAll(" )", ")")}`;
}

function weight(statement: Statement): string[] {
  if (statement.kind !== "learn") return [];
  const text = stdlibSources[statement.span.source];
  return [`\`${text.slice(statement.name.span.start, statement.span.end)}\``];
}

/** A row for each in the table of an index. */
export function indexRows(kind: FunctionDeclaration["kind"]): string[] {
  const folder = kind === "net" ? "nets" : "functions";
  return declaredFunctions(kind).map(({ name: { text }, doc }) => {
    const [first] = readDoc(doc).paragraphs;
    return `| [\`${text}\`](${folder}/${text}.md) | ${first} |`;
  });
}

export function netsPage(): string {
  return `# Networks

Made from \`stdlib/nets.ppl\`; \`npm run accept\` writes it anew. [Functions](functions.md) are another page.

These nets are part of the language: programs use them by name. In a model a net is given weights of its own by \`learn\`, with the
sizes in brackets and what is no value in parentheses; then it is called with the values:

\`\`\`ppl
model Regression[N, D](x: Real[N, D]) {
  learn f = mlp[D, 1](hidden: [40, 40])
  learn noise: Positive = 1
  plate n in N { observe y[n] ~ Normal(f(x[n])[0], noise) }
}
\`\`\`

In a net they are called at once, each call with weights of its own. [Nets and learn](../language.md#nets-and-learn) has the rules,
[declarations](../language.md#declarations) say what \`Sizes\` and \`Function\` are. Nets take one item; \`[f(x[n]) for n in N]\` applies
one to each row, with one set of weights.

| net | |
|---|---|
${indexRows("net").join("\n")}
`;
}

export function functionsPage(): string {
  return `# Functions

Made from \`stdlib\` and \`src/lang/builtin-docs.ts\`; \`npm run accept\` writes it anew. [Networks](nets.md) are another page.

## In the library

These are written in the language; programs use them by name.

| function | |
|---|---|
${indexRows("def").join("\n")}

## Builtin

\`T\` stands for any type of numbers. Functions of numbers work element by element on arrays. Those of vectors work over the last dimension,
and [linear algebra](../language.md#builtin-functions) on each matrix of an array. The examples are run as tests; results have six digits.

| function | | example |
|---|---|---|
${Object.values(builtinDocs).map(builtinRow).join("\n")}
`;
}

function builtinRow({ signature, doc }: BuiltinDoc): string {
  const { paragraphs, examples } = readDoc(doc);
  const shown = examples.map(
    ({ statements, expression, result }) => `\`${[...statements, expression].join("; ")}\` is \`${result}\``,
  );
  return `| \`${signature}\` | ${paragraphs.join(" ")} | ${shown.join(", ")} |`;
}
