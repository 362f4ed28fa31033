/** Statements, one to a line. */
import type {
  Annotation,
  DrawStatement,
  Expression,
  IfStatement,
  LetStatement,
  Statement,
  Target,
} from "../tree.ts";
import { type Doc, group, join } from "./doc.ts";
import {
  argumentItem,
  formatExpression,
  formatIndex,
  formatRange,
  formatType,
  formatValue,
} from "./format-expression.ts";
import { formatList } from "./format-list.ts";
import { closingBrace, formatBlock, type Unit } from "./format-sequence.ts";
import { find, isFrom, type Origin } from "./origin.ts";

export function statementUnits(origin: Origin, body: readonly Statement[]): Unit[] {
  return body.map((statement) => ({
    span: statement.span,
    print: () => formatStatement(origin, statement),
  }));
}

function formatStatement(origin: Origin, statement: Statement): Doc {
  switch (statement.kind) {
    case "draw":
      return formatDraw(origin, statement);
    case "let":
      return [
        formatTargets(origin, statement),
        formatAscription(origin, statement),
        formatDefinition(origin, "=", statement.value),
      ];
    case "factor":
      return ["factor ", formatExpression(origin, statement.value)];
    case "plate":
    case "for": {
      const { kind, index, range, body, span } = statement;
      const head = [`${kind} ${index.text} in `, formatRange(origin, range)];
      const known = isFrom(origin, range.span);
      const units = statementUnits(origin, body);
      const close = isFrom(origin, span) ? span.end - 1 : undefined;
      return group([...head, formatBlock(origin, units, known ? range.span.end : undefined, close)]);
    }
    case "if":
      return group(formatIfStatement(origin, statement));
    case "learn":
      return [
        `${statement.member ? "member " : ""}learn ${statement.name.text}`,
        formatAscription(origin, statement),
        formatDefinition(origin, "=", statement.value),
      ];
    case "vary":
      return [
        `vary ${statement.target.name.text}`,
        formatAscription(origin, statement),
        formatDefinition(origin, "~", statement.distribution),
      ];
    case "choice": {
      const { target, options } = statement;
      const items = options.map((each) => argumentItem(origin, each));
      const end = isFrom(origin, target.span) ? target.span.end : undefined;
      return [`vary ${target.name.text} in `, formatList(origin, ["{", "}"], items, end, { spaced: true })];
    }
    case "error":
      return origin.source.text.slice(statement.span.start, statement.span.end);
  }
}

function formatDraw(origin: Origin, statement: DrawStatement): Doc {
  const { observed, target, distribution, annotations } = statement;
  return [
    observed ? "observe " : "",
    formatTarget(origin, target),
    formatAscription(origin, statement),
    formatDefinition(origin, "~", distribution),
    ...annotations.map((each) => formatAnnotation(origin, each)),
  ];
}

/** `marginal`, `enumerate`, `score` and `relaxed(…)` stand alone. */
function formatAnnotation(origin: Origin, { text, argument }: Annotation): Doc {
  if (argument !== undefined) return [` ${text}(`, formatExpression(origin, argument), ")"];
  return text === "marginal" || text === "enumerate" || text === "score" ? ` ${text}` : ` via ${text}`;
}

function formatTargets(origin: Origin, { targets }: LetStatement): Doc {
  const docs = targets.map((target) => formatTarget(origin, target));
  return docs.length === 1 ? docs : ["(", join(docs, ", "), ")"];
}

function formatTarget(origin: Origin, { name, indices }: Target): Doc {
  if (indices.length === 0) return name.text;
  const items = indices.map((index) => ({ span: index.span, print: () => formatIndex(origin, index) }));
  const end = isFrom(origin, name.span) ? name.span.end : undefined;
  return [name.text, formatList(origin, ["[", "]"], items, end)];
}

function formatAscription(origin: Origin, { type }: Pick<LetStatement, "type">): Doc {
  return type === undefined ? "" : [": ", formatType(origin, type)];
}

export function formatDefinition(origin: Origin, symbol: "=" | "~", value: Expression): Doc {
  return [` ${symbol}`, formatValue(origin, value)];
}

function formatIfStatement(origin: Origin, statement: IfStatement): Doc {
  const { condition, then, else: otherwise } = statement;
  const conditionDoc = formatExpression(origin, condition);
  const end = isFrom(origin, condition.span) ? condition.span.end : undefined;
  const units = statementUnits(origin, then);
  const open = end === undefined ? undefined : find(origin, end, "{") + 1;
  const closed = closingBrace(origin, units, open);
  const head = ["if ", conditionDoc, formatBlock(origin, units, end, closed)];
  const [only] = otherwise;
  if (only === undefined) return head;
  if (otherwise.length === 1 && only.kind === "if")
    return [...head, " else ", formatIfStatement(origin, only)];
  return [...head, " else", formatBlock(origin, statementUnits(origin, otherwise), closed)];
}
