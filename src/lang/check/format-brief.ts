/** An expression on one line for messages and suggestions; long parts become `…`. The formatter proper is `format.ts`. */
import type { BinaryOperator, Expression, Index } from "../tree.ts";

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
      return (
        expression.operator +
        (expression.operand.kind === "binary" ? `(${brief(expression.operand)})` : brief(expression.operand))
      );
    case "binary":
      return `${operand(expression.left, expression.operator, "left")} ${expression.operator} ${operand(expression.right, expression.operator, "right")}`;
    case "if":
      return `if ${brief(expression.condition)} { … } else { … }`;
    case "match":
      return `match ${brief(expression.subject)} { … }`;
    case "array":
      return `[${expression.items.map(brief).join(", ")}]`;
    case "comprehension":
      return `[${brief(expression.body)} for ${expression.index.text} in …]`;
    case "tuple":
      return `(${expression.items.map((item, at) => (expression.names ? `${expression.names[at].text}: ` : "") + brief(item)).join(", ")})`;
    case "field":
      return `${brief(expression.base)}.${expression.name.text}`;
    case "pipe":
      return `${brief(expression.value)} |> ${brief(expression.into)}`;
    case "cast":
      return `${brief(expression.value)} as ${expression.type.name.text}`;
    case "error":
      return "…";
  }
}

/** Binding strength, as the grammar has it. */
function strength(operator: BinaryOperator): number {
  return [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "@"], ["^"]].findIndex(
    (each) => each.includes(operator),
  );
}

function operand(expression: Expression, operator: BinaryOperator, side: "left" | "right"): string {
  const text = brief(expression);
  if (expression.kind === "if" || expression.kind === "match" || expression.kind === "pipe")
    return `(${text})`;
  if (expression.kind !== "binary") return text;
  const inner = strength(expression.operator);
  const outer = strength(operator);
  const leansOther = operator === "^" ? side === "left" : side === "right";
  return inner < outer || (inner === outer && leansOther) ? `(${text})` : text;
}

function index(each: Index): string {
  if (each.kind === "at") return brief(each.value);
  const end = (side: Expression | undefined): string => (side === undefined ? "" : brief(side));
  return `${end(each.from)}..${end(each.to)}`;
}
