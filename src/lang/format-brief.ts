/** An expression on one line for messages and suggestions; long parts become `…`. The formatter proper is `format.ts`. */
import type { Expression, Index } from "./tree.ts";

export function formatBrief(expression: Expression): string {
  const text = brief(expression);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function brief(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "bool":
      return String(expression.value);
    case "name":
      return expression.text;
    case "call": {
      const list = expression.arguments.map(
        ({ name, value }) => (name === undefined ? "" : `${name.text}: `) + brief(value),
      );
      return `${brief(expression.callee)}(${list.join(", ")})`;
    }
    case "index":
      return `${brief(expression.base)}[${expression.indices.map(index).join(", ")}]`;
    case "unary":
      return expression.operator + brief(expression.operand);
    case "binary":
      return `${brief(expression.left)} ${expression.operator} ${brief(expression.right)}`;
    case "if":
      return `if ${brief(expression.condition)} { … } else { … }`;
    case "match":
      return `match ${brief(expression.subject)} { … }`;
    case "array":
      return `[${expression.items.map(brief).join(", ")}]`;
    case "comprehension":
      return `[${brief(expression.body)} for ${expression.index.text} in …]`;
    case "tuple":
      return `(${expression.items.map(brief).join(", ")})`;
    case "pipe":
      return `${brief(expression.value)} |> ${brief(expression.into)}`;
    case "cast":
      return `${brief(expression.value)} as ${expression.type.name.text}`;
    case "error":
      return "…";
  }
}

function index(each: Index): string {
  if (each.kind === "at") return brief(each.value);
  const end = (side: Expression | undefined): string => (side === undefined ? "" : brief(side));
  return `${end(each.from)}..${end(each.to)}`;
}
