/** Declarations: a head and a body. */
import type {
  Declaration,
  DefDeclaration,
  DistDeclaration,
  DistEntry,
  EntryParameter,
  Expression,
  ImportDeclaration,
  ModelDeclaration,
  NetDeclaration,
  Parameter,
  SizeParameter,
} from "../tree.ts";
import { type Doc, group } from "./doc.ts";
import { formatExpression, formatType } from "./format-expression.ts";
import { formatList, type Item } from "./format-list.ts";
import { formatBlock, type Unit } from "./format-sequence.ts";
import { formatDefinition, statementUnits } from "./format-statement.ts";
import { isFrom, type Origin } from "./origin.ts";

type WithHead = ModelDeclaration | DefDeclaration | NetDeclaration | DistDeclaration;

export function formatDeclaration(origin: Origin, declaration: Declaration): Doc {
  const close = isFrom(origin, declaration.span) ? declaration.span.end - 1 : undefined;
  switch (declaration.kind) {
    case "guide": {
      const { name, body } = declaration;
      const nameEnd = isFrom(origin, name.span) ? name.span.end : undefined;
      return group([
        `guide for ${name.text}`,
        formatBlock(origin, statementUnits(origin, body), nameEnd, close),
      ]);
    }
    case "model":
    case "family":
      return group([
        formatHead(origin, declaration),
        formatBlock(origin, statementUnits(origin, declaration.body), headEnd(origin, declaration), close),
      ]);
    case "import": {
      const { name, names } = declaration;
      const items = names.map(({ text, span }) => ({ span, print: () => text }));
      const list = formatList(origin, ["{", "}"], items, headStart(origin, declaration), { spaced: true });
      return ["import ", list, ` from "${name.text}"`];
    }
    case "dist": {
      const { support, entries } = declaration;
      const units = entries.map((each) => ({ span: each.span, print: () => formatEntry(origin, each) }));
      const end = isFrom(origin, support.span) ? support.span.end : undefined;
      return group([
        formatHead(origin, declaration),
        " on ",
        formatType(origin, support),
        formatBlock(origin, units, end, close),
      ]);
    }
    case "def":
    case "net": {
      const { kind, result, value, bindings } = declaration;
      const arrow = kind === "net" ? " -> " : ": ";
      const head = [
        formatHead(origin, declaration),
        result === undefined ? "" : [arrow, formatType(origin, result)],
      ];
      if (!hasBody(origin, declaration)) return [...head, formatDefinition(origin, "=", value)];
      const units = [...statementUnits(origin, bindings), valueUnit(origin, value)];
      return group([...head, formatBlock(origin, units, headEnd(origin, declaration), close)]);
    }
  }
}

/** Where the braces of an `import` may begin. */
function headStart(origin: Origin, { span }: ImportDeclaration): number | undefined {
  return isFrom(origin, span) ? span.start + "import".length : undefined;
}

/** `logpdf(x) = …`, `mean = …`, `draw { … }` */
function formatEntry(origin: Origin, entry: DistEntry): Doc {
  const { name, parameters, bindings, value, span } = entry;
  const nameEnd = isFrom(origin, name.span) ? name.span.end : undefined;
  const items = parameters.map((each) => entryParameterItem(origin, each));
  const head = [name.text, items.length === 0 ? "" : formatList(origin, ["(", ")"], items, nameEnd)];
  if (!hasBody(origin, entry)) return [...head, formatDefinition(origin, "=", value)];
  const close = isFrom(origin, span) ? span.end - 1 : undefined;
  const last = parameters.at(-1);
  const end = last === undefined ? name.span.end : entryParameterEnd(origin, last);
  const units = [...statementUnits(origin, bindings), valueUnit(origin, value)];
  return group([...head, formatBlock(origin, units, nameEnd === undefined ? undefined : end, close)]);
}

function entryParameterItem(origin: Origin, parameter: EntryParameter): Item {
  const { name, type } = parameter;
  return {
    span: { ...name.span, end: entryParameterEnd(origin, parameter) },
    print: () => (type === undefined ? name.text : [`${name.text}: `, formatType(origin, type)]),
  };
}

function entryParameterEnd(origin: Origin, { name, type }: EntryParameter): number {
  return type !== undefined && isFrom(origin, type.span) ? type.span.end : name.span.end;
}

/** `model Name[sizes](parameters)` */
function formatHead(origin: Origin, declaration: WithHead): Doc {
  const { kind, name, sizes, parameters } = declaration;
  const nameEnd = isFrom(origin, name.span) ? name.span.end : undefined;
  const brackets = (open: "[" | "(", items: readonly Item[], from: number | undefined): Doc =>
    formatList(origin, open === "[" ? ["[", "]"] : ["(", ")"], items, from);
  const sizesDoc =
    sizes.length === 0
      ? ""
      : brackets(
          "[",
          sizes.map((each) => sizeItem(origin, each)),
          nameEnd,
        );
  const needsParameters = parameters.length > 0 || kind === "def" || kind === "net";
  const parametersDoc = needsParameters
    ? brackets(
        "(",
        parameters.map((each) => parameterItem(origin, each)),
        sizesEnd(origin, declaration),
      )
    : "";
  return [`${kind} ${name.text}`, sizesDoc, parametersDoc];
}

function sizeItem(origin: Origin, { name, default: value }: SizeParameter): Item {
  const end = value && isFrom(origin, value.span) ? value.span.end : name.span.end;
  return {
    span: { ...name.span, end },
    print: () => (value === undefined ? name.text : [`${name.text} = `, formatExpression(origin, value)]),
  };
}

function parameterItem(origin: Origin, { name, type, default: value }: Parameter): Item {
  const last = value?.span ?? type.span;
  const end = isFrom(origin, last) ? last.end : name.span.end;
  const defaultDoc = value === undefined ? "" : [" = ", formatExpression(origin, value)];
  return {
    span: { ...name.span, end },
    print: () => [`${name.text}: `, formatType(origin, type), defaultDoc],
  };
}

/** Where the head's sizes end, without their bracket. */
function sizesEnd(origin: Origin, { name, sizes }: WithHead): number | undefined {
  const last = sizes.at(-1);
  const span = last?.default?.span ?? last?.name.span ?? name.span;
  return isFrom(origin, span) ? span.end : undefined;
}

/** Where the head ends, without the last bracket. */
function headEnd(origin: Origin, declaration: WithHead): number | undefined {
  const isFunction = declaration.kind === "def" || declaration.kind === "net";
  const result = isFunction ? declaration.result : undefined;
  const last = declaration.parameters.at(-1);
  const span = result?.span ?? last?.default?.span ?? last?.type.span;
  if (span === undefined) return sizesEnd(origin, declaration);
  return isFrom(origin, span) ? span.end : undefined;
}

/** Whether the value stands in a `{ … }` body. */
function hasBody(
  origin: Origin,
  { bindings, value, span }: DefDeclaration | NetDeclaration | DistEntry,
): boolean {
  if (bindings.length > 0) return true;
  if (!isFrom(origin, span) || !isFrom(origin, value.span)) return false;
  return value.span.end < span.end && origin.source.text[span.end - 1] === "}";
}

function valueUnit(origin: Origin, value: Expression): Unit {
  return { span: value.span, print: () => formatExpression(origin, value) };
}
