/** `docs/reference/nets.md`, from the doc comments and heads of `stdlib/nets.ppl`. */
import { parse } from "../../src/lang/parse/parse.ts";
import type { DefDeclaration, NetDeclaration, Statement } from "../../src/lang/tree.ts";

export function netsPage(text: string): string {
  const { file } = parse({ name: "std/nets", text });
  const of = (kind: "net" | "def"): string =>
    file.declarations
      .flatMap((each) => (each.kind === kind ? [entry(each as NetDeclaration | DefDeclaration, text)] : []))
      .join("\n");
  return `# Networks

Made from \`stdlib/nets.ppl\`; \`npm run accept\` writes it anew.

These nets and functions are part of the language: programs use them by name. In a model a net is given weights of its own by \`learn\`, with the
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

## Nets

${of("net")}
## Functions

${of("def")}`;
}

function entry({ name, doc, kind, result, bindings }: NetDeclaration | DefDeclaration, text: string): string {
  const head = text.slice(name.span.start, result?.span.end ?? name.span.end);
  const learned = bindings.flatMap((statement) => weight(statement, text));
  const weights = learned.length === 0 ? "" : `\nLearns ${learned.join(", ")}.\n`;
  return `### ${name.text}

\`\`\`text
${kind} ${head.replace(/\s+/g, " ").replaceAll("( ", "(").replaceAll(", )", ")").replaceAll(" )", ")")}
\`\`\`

${doc.replaceAll("\n", " ")}
${weights}`;
}

function weight(statement: Statement, text: string): string[] {
  if (statement.kind !== "learn") return [];
  return [`\`${text.slice(statement.name.span.start, statement.span.end)}\``];
}
