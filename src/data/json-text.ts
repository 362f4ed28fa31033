/**
 * What `JSON.parse` does not tell: where a text stops being JSON, and which keys its top-level object has, twice or not.
 * Both are plain scans, used on texts that failed (the first) or succeeded (the second) to parse.
 */

export interface JsonError {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly detail: string;
  readonly help?: string;
}

type Expected = "value" | "value or ]" | "key or }" | "key" | ":" | ", or }" | ", or ]" | "end";

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|[[\]{},:]|(?:true|false|null)\b/y;
const space = /[ \t\n\r]*/y;
const word = /[\w.+-]+|[\s\S]/y;

/** The first place where `text` is not JSON (RFC 8259). The text must be one that `JSON.parse` refuses. */
export function findJsonError(text: string): JsonError {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let position = 0;
  for (;;) {
    space.lastIndex = position;
    space.test(text);
    position = space.lastIndex;
    if (position >= text.length)
      return errorAt(text, text.length, `the text ends where ${spell(expected)} should be`);
    const found = tokenAt(text, position);
    if (found === undefined) return unknownToken(text, position, expected);
    const next = advance(expected, found, open);
    if (next === undefined)
      return errorAt(
        text,
        position,
        `unexpected ${clip(found)} where ${spell(expected)} should be`,
        helpFor(found, expected),
      );
    expected = next;
    position += found.length;
  }
}

/** The JSON token that starts at `position`, if one does. */
function tokenAt(text: string, position: number): string | undefined {
  if (text[position] !== '"') {
    scalar.lastIndex = position;
    return scalar.exec(text)?.[0];
  }
  for (let i = position + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 32) return undefined;
    if (unit === 34) return text.slice(position, i + 1);
    if (unit !== 92) continue;
    i++;
    if (text[i] === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4;
    else if (!'"\\/bfnrt'.includes(text[i] ?? " ")) return undefined;
  }
  return undefined;
}

/** What may follow `found`, or `undefined` when it may not stand here. Keeps `open`, the open brackets, up to date. */
function advance(expected: Expected, found: string, open: ("{" | "[")[]): Expected | undefined {
  const afterValue = (): Expected => (open.length === 0 ? "end" : open.at(-1) === "{" ? ", or }" : ", or ]");
  const mayClose =
    expected === ", or }" || expected === "key or }"
      ? "}"
      : expected === ", or ]" || expected === "value or ]"
        ? "]"
        : "";
  if (found === mayClose) {
    open.pop();
    return afterValue();
  }
  switch (expected) {
    case "value":
    case "value or ]":
      if (found === "{" || found === "[") {
        open.push(found);
        return found === "{" ? "key or }" : "value or ]";
      }
      return /^[\]},:]/.test(found) ? undefined : afterValue();
    case "key":
    case "key or }":
      return found.startsWith('"') ? ":" : undefined;
    case ":":
      return found === ":" ? "value" : undefined;
    case ", or }":
      return found === "," ? "key" : undefined;
    case ", or ]":
      return found === "," ? "value" : undefined;
    case "end":
      return undefined;
  }
}

function unknownToken(text: string, position: number, expected: Expected): JsonError {
  if (text[position] === '"')
    return errorAt(text, position, "this text in quotes is not closed on its line or holds a bad escape");
  word.lastIndex = position;
  const found = word.exec(text)?.[0] ?? "";
  const notFinite = /^[+-]?(?:nan|na|inf|infinity|none|undefined)$/i.test(found);
  return errorAt(
    text,
    position,
    notFinite ? `JSON has no ${clip(found)}` : `unexpected ${clip(found)} where ${spell(expected)} should be`,
    notFinite
      ? "leave out the rows with missing values, or write `null` and declare the variable with `?`"
      : helpFor(found, expected),
  );
}

function helpFor(found: string, expected: Expected): string | undefined {
  if (found === "'") return 'JSON quotes with "';
  if (found === "/" || found === "#") return "JSON has no comments";
  if ((found === "]" && expected === "value") || (found === "}" && expected === "key"))
    return "remove the comma before it";
  if (expected.startsWith("key") && /^\w/.test(found)) return `names are in quotes: "${found}"`;
  if (expected === "value" || expected === "value or ]") {
    if (/^[+.]|^-?0\d|\.$/.test(found)) return "numbers are written like 0.5, 1 and -2e3";
    if (/^(?:true|false)$/i.test(found)) return `write ${found.toLowerCase()}`;
  }
  return undefined;
}

function spell(expected: Expected): string {
  switch (expected) {
    case "value":
      return "a value";
    case "value or ]":
      return "a value or `]`";
    case "key or }":
      return 'a name in "quotes" or `}`';
    case "key":
      return 'a name in "quotes"';
    case ":":
      return "`:`";
    case ", or }":
      return "`,` or `}`";
    case ", or ]":
      return "`,` or `]`";
    case "end":
      return "the end of the text";
  }
}

function clip(found: string): string {
  return `\`${found.length > 30 ? `${found.slice(0, 30)}…` : found}\``;
}

function errorAt(text: string, position: number, detail: string, help?: string): JsonError {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  const column = position - before.lastIndexOf("\n");
  return help === undefined ? { line, column, detail } : { line, column, detail, help };
}

/** Keys of the outermost object with their lines, in order, repeated ones too. The text must be valid JSON of an object. */
export function topLevelKeys(text: string): { readonly key: string; readonly line: number }[] {
  const keys: { key: string; line: number }[] = [];
  let depth = 0;
  let line = 1;
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 10:
        line++;
        break;
      case 34: {
        const start = i++;
        while (text.charCodeAt(i) !== 34) i += text.charCodeAt(i) === 92 ? 2 : 1;
        if (depth === 1 && expectKey) {
          keys.push({ key: String(JSON.parse(text.slice(start, i + 1))), line });
          expectKey = false;
        }
        break;
      }
      case 123:
      case 91:
        depth++;
        expectKey = depth === 1;
        break;
      case 125:
      case 93:
        depth--;
        break;
      case 44:
        if (depth === 1) expectKey = true;
        break;
    }
  }
  return keys;
}
