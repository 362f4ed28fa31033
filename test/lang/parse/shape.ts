import { parse } from "../../../src/lang/parse/parse.ts";
import type { Arm, Expression, File } from "../../../src/lang/tree.ts";

/** A tree without its places, to compare trees of different texts. */
export function shape(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) => (key === "span" || key === "operatorSpan" ? undefined : value)),
  );
}

/** The tree of a text that must parse. */
export function parsed(text: string): File {
  const { file, problems } = parse({ name: "test.ppl", text });
  if (problems.length > 0) throw new Error(`${text}\n${JSON.stringify(problems, undefined, 2)}`);
  return file;
}

/** The value of `text` as the right side of a binding. */
export function expression(text: string): Expression {
  const [model] = parsed(`model M { it = ${text}\n}`).declarations;
  const [statement] = model.kind === "model" ? model.body : [];
  if (statement?.kind !== "let") throw new Error(`not a binding: ${text}`);
  return statement.value;
}

function patternText(pattern: Arm["pattern"]): string {
  if (pattern.kind === "wildcard") return "_";
  return pattern.kind === "name" ? pattern.text : String(pattern.value);
}

/** With parentheses around every operation, so that grouping can be read off. */
export function grouped(tree: Expression): string {
  switch (tree.kind) {
    case "name":
      return tree.text;
    case "number":
      return String(tree.value);
    case "bool":
      return String(tree.value);
    case "unary":
      return `(${tree.operator}${grouped(tree.operand)})`;
    case "binary":
      return `(${grouped(tree.left)} ${tree.operator} ${grouped(tree.right)})`;
    case "pipe":
      return `(${grouped(tree.value)} |> ${grouped(tree.into)})`;
    case "cast":
      return `(${grouped(tree.value)} as ${tree.type.name.text})`;
    case "call":
      return `${grouped(tree.callee)}(${tree.arguments.map((one) => (one.name ? `${one.name.text}: ` : "") + grouped(one.value)).join(", ")})`;
    case "index":
      return `${grouped(tree.base)}[${tree.indices
        .map((one) =>
          one.kind === "at"
            ? grouped(one.value)
            : `${one.from ? grouped(one.from) : ""}..${one.to ? grouped(one.to) : ""}`,
        )
        .join(", ")}]`;
    case "if":
      return `(if ${grouped(tree.condition)} then ${grouped(tree.then)} else ${grouped(tree.else)})`;
    case "match":
      return `match ${grouped(tree.subject)} { ${tree.arms.map((arm) => `${patternText(arm.pattern)} => ${grouped(arm.value)}`).join(", ")} }`;
    case "array":
      return `[${tree.items.map(grouped).join(", ")}]`;
    case "tuple":
      return `(${tree.items.map((item, at) => (tree.names ? `${tree.names[at].text}: ` : "") + grouped(item)).join(", ")})`;
    case "field":
      return `${grouped(tree.base)}.${tree.name.text}`;
    case "comprehension": {
      const from = tree.range.from ? `${grouped(tree.range.from)}..` : "";
      return `[${grouped(tree.body)} for ${tree.index.text} in ${from}${grouped(tree.range.to)}]`;
    }
    case "error":
      return "<error>";
  }
}
