/**
 * Problems as text for people: a heading, the source lines with their marks, then what was expected, found and can be
 * done. Columns count code points; tabs go to multiples of four; control and bidirectional-override characters are
 * made visible, so that no program can disguise its own lines.
 */
import type { Label, Problem } from "./problem.ts";
import type { Source } from "./span.ts";

export interface RenderOptions {
  /** Whether to write ANSI colours. */
  readonly color: boolean;
}

/** Columns of source text shown at most; longer lines are cut around what is marked. */
const maximumColumns = 100;
const tabStop = 4;

type Paint = (style: keyof typeof styles, text: string) => string;
const styles = {
  error: "1;31",
  warning: "1;33",
  strong: "1",
  gutter: "34",
  secondary: "34",
  help: "36",
} as const;

/** Several problems with a blank line between them, and how many there are. */
export function renderProblems(
  problems: readonly Problem[],
  sources: readonly Source[],
  options: RenderOptions,
): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const counts = [count(errors, "error"), count(problems.length - errors, "warning")];
  const rendered = problems.map((problem) => renderProblem(problem, sources, options));
  return [...rendered, counts.filter((text) => text !== "").join(", ")]
    .filter((text) => text !== "")
    .join("\n\n");
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** `sources` holds the texts that the labels point into; a label into another source shows its name alone. */
export function renderProblem(problem: Problem, sources: readonly Source[], options: RenderOptions): string {
  const paint: Paint = (style, text) =>
    options.color && text !== "" ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
  const heading = `${paint(problem.severity, `${problem.severity}[${problem.code}]`)}${paint("strong", `: ${visible(problem.message)}`)}`;
  const excerpts = excerptsOf(problem.labels, sources);
  const numberWidth = Math.max(
    1,
    ...excerpts.flatMap((one) => one.lines.map((line) => `${line.number}`.length)),
  );
  const lines = [heading];
  if (problem.place !== undefined)
    lines.push(`${" ".repeat(numberWidth)}${paint("gutter", "-->")} ${visible(problem.place)}`);
  for (const excerpt of excerpts) lines.push(...renderExcerpt(excerpt, numberWidth, problem.severity, paint));
  lines.push(...renderFacts(problem, numberWidth, paint));
  return lines.join("\n");
}

function renderFacts(problem: Problem, numberWidth: number, paint: Paint): string[] {
  const facts: [string, string][] = [];
  if (problem.expected !== undefined) facts.push(["expected", problem.expected]);
  if (problem.found !== undefined) facts.push([problem.expected ? "   found" : "found", problem.found]);
  for (const note of problem.notes ?? []) facts.push(["note", note]);
  if (problem.help !== undefined) facts.push(["help", problem.help]);
  const indent = " ".repeat(numberWidth + 1);
  return facts.map(([title, text]) => {
    const [first = "", ...more] = text.split("\n").map(visible);
    const further = more.map((line) => `\n${indent}${" ".repeat(title.length + 4)}${line}`).join("");
    const painted = title === "help" ? paint("help", title) : paint("strong", title);
    return `${indent}${paint("gutter", "=")} ${painted}: ${first}${further}`;
  });
}

/** Marked lines of one source. */
interface Excerpt {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly primary: boolean;
  readonly lines: readonly MarkedLine[];
}

interface MarkedLine {
  readonly number: number;
  readonly start: number;
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** Offsets are within the line. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly primary: boolean;
}

/** One excerpt per source, the primary label's first. */
function excerptsOf(labels: readonly Label[], sources: readonly Source[]): Excerpt[] {
  const names = [...new Set(labels.map((label) => label.span.source))];
  return names.map((name, position) => {
    const own = labels.filter((label) => label.span.source === name);
    const source = sources.find((one) => one.name === name);
    if (source === undefined) return { name, line: 0, column: 0, primary: position === 0, lines: [] };
    const lines = new Map<number, MarkedLine>();
    for (const label of own)
      for (const { line, mark } of marksOf(source, label, label === labels[0])) {
        const known = lines.get(line.number);
        lines.set(line.number, { ...line, marks: [...(known?.marks ?? []), mark] });
      }
    return {
      name,
      ...lineAndColumn(source, own[0].span.start),
      primary: position === 0,
      lines: [...lines.values()].sort((a, b) => a.number - b.number),
    };
  });
}

/** A label within a line gives one mark; one over several lines marks the first and the last. */
function marksOf(
  source: Source,
  label: Label,
  primary: boolean,
): { readonly line: Omit<MarkedLine, "marks">; readonly mark: Mark }[] {
  const { start, end } = label.span;
  const first = lineAt(source.text, start);
  const last = lineAt(source.text, Math.max(start, end - 1));
  const mark = (from: number, to: number, text: string): Mark => ({ from, to, text, primary });
  if (first.number === last.number)
    return [{ line: first, mark: mark(start - first.start, end - first.start, label.text) }];
  const margin = last.text.length - last.text.trimStart().length;
  return [
    { line: first, mark: mark(start - first.start, first.text.length, "") },
    { line: last, mark: mark(Math.min(margin, end - last.start - 1), end - last.start, label.text) },
  ];
}

function renderExcerpt(
  excerpt: Excerpt,
  numberWidth: number,
  severity: Problem["severity"],
  paint: Paint,
): string[] {
  const margin = " ".repeat(numberWidth);
  const place = excerpt.line > 0 ? `:${excerpt.line}:${excerpt.column}` : "";
  const arrow = paint("gutter", excerpt.primary ? "-->" : ":::");
  const rendered = [`${margin}${arrow} ${visible(excerpt.name)}${place}`];
  if (excerpt.lines.length > 0) rendered.push(`${margin} ${paint("gutter", "|")}`);
  let before: number | undefined;
  for (const line of excerpt.lines) {
    if (before !== undefined && line.number > before + 1) rendered.push(paint("gutter", "..."));
    before = line.number;
    const { text, marks } = layOutLine(line);
    const gutter = paint("gutter", `${`${line.number}`.padStart(numberWidth)} |`);
    rendered.push(`${gutter} ${text}`.trimEnd());
    for (const mark of marks) {
      const underline = (mark.primary ? "^" : "-").repeat(Math.max(1, mark.to - mark.from));
      const remark = mark.text === "" ? "" : ` ${visible(mark.text)}`;
      const painted = paint(mark.primary ? severity : "secondary", `${underline}${remark}`);
      rendered.push(`${margin} ${paint("gutter", "|")} ${" ".repeat(mark.from)}${painted}`);
    }
  }
  return rendered;
}

/** The line as shown, with its marks in columns of that. */
function layOutLine(line: MarkedLine): { readonly text: string; readonly marks: Mark[] } {
  const cells: { readonly shown: string; readonly column: number }[] = [];
  const columns: number[] = [];
  let column = 0;
  for (const point of line.text) {
    const shown = point === "\t" ? " ".repeat(tabStop - (column % tabStop)) : visible(point);
    for (let unit = 0; unit < point.length; unit++) columns.push(column);
    cells.push({ shown, column });
    column += point === "\t" ? shown.length : widthOf(shown);
  }
  const columnAt = (offset: number): number =>
    offset < columns.length ? columns[Math.max(0, offset)] : column + (offset > columns.length ? 1 : 0);
  const marks = line.marks.map((mark) => ({ ...mark, from: columnAt(mark.from), to: columnAt(mark.to) }));
  if (column <= maximumColumns) return { text: cells.map((cell) => cell.shown).join(""), marks };
  const focus = marks.find((mark) => mark.primary) ?? marks[0];
  const room = maximumColumns - Math.min(maximumColumns, focus.to - focus.from);
  const low = Math.max(0, Math.min(focus.from - Math.floor(room / 2), column - maximumColumns));
  const high = low + maximumColumns;
  const within = cells.filter((cell) => cell.column >= low && cell.column < high);
  const left = low > 0 ? "…" : "";
  const shift = (at: number): number => Math.max(low, Math.min(at, high)) - low + left.length;
  return {
    text: `${left}${within.map((cell) => cell.shown).join("")}${high < column ? "…" : ""}`,
    marks: marks.map((mark) => ({ ...mark, from: shift(mark.from), to: shift(mark.to) })),
  };
}

/** Control characters as their pictures, other invisible and direction-changing ones as replacement characters. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (point) => {
    const code = point.charCodeAt(0);
    return code < 32 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}

/** Terminal columns: marks that combine take none, East Asian wide characters and emoji two. */
function widthOf(point: string): number {
  if (/^\p{M}/u.test(point)) return 0;
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    point,
  )
    ? 2
    : 1;
}

function lineAt(text: string, offset: number): { number: number; start: number; text: string } {
  const breaks = /\r\n?|\n/g;
  let number = 1;
  let start = 0;
  for (let found = breaks.exec(text); found; found = breaks.exec(text)) {
    const next = found.index + found[0].length;
    if (offset < next) return { number, start, text: text.slice(start, found.index) };
    number++;
    start = next;
  }
  return { number, start, text: text.slice(start) };
}

/** Both from 1; the column counts code points. An offset beyond the text is taken as its end. */
export function lineAndColumn(source: Source, offset: number): { line: number; column: number } {
  const at = Math.max(0, Math.min(offset, source.text.length));
  const line = lineAt(source.text, at);
  return { line: line.number, column: [...source.text.slice(line.start, at)].length + 1 };
}
