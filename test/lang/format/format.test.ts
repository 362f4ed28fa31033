import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format, formatFile } from "../../../src/lang/format/format.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { tokenize } from "../../../src/lang/parse/tokens.ts";
import { runs } from "../../runs.ts";
import { parsed, shape } from "../parse/shape.ts";
import { programs } from "../programs.ts";
import { surfaceFile } from "../surface-program.ts";

const root = join(import.meta.dirname, "../../..");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ppl") && !/(^|\/)(node_modules|dist|\.\w+)\//.test(path))
  .sort();

function formatted(text: string): string {
  const result = format({ name: "test.ppl", text });
  if (result.text === undefined) throw new Error(`${text}\n${JSON.stringify(result.problems, undefined, 2)}`);
  return result.text;
}

function commentsOf(text: string): string[] {
  const { docs, lineComments, blockComments } = tokenize(text);
  return [...docs, ...lineComments, ...blockComments]
    .sort((a, b) => a.startOffset - b.startOffset)
    .map((comment) => comment.image.trimEnd());
}

/** Formatting keeps tree and comments, and formatting again changes nothing. */
function expectLawful(text: string): void {
  const once = formatted(text);
  expect(shape(parsed(once).declarations)).toEqual(shape(parsed(text).declarations));
  expect(commentsOf(once)).toEqual(commentsOf(text));
  expect(formatted(once)).toBe(once);
}

describe("laws", () => {
  test("a random tree parses back from its text, in any width", () => {
    fc.assert(
      fc.property(surfaceFile, fc.constantFrom(1, 20, 60, 100), (file, width) => {
        const text = formatFile(file, undefined, width);
        const { file: again, problems } = parse({ name: "test.ppl", text });
        expect(problems, text).toEqual([]);
        expect(shape(again.declarations), text).toEqual(shape(file.declarations));
      }),
      runs(200, 10_000),
    );
  });

  test("formatting a text keeps its tree; formatting again changes nothing", () => {
    fc.assert(
      fc.property(surfaceFile, fc.constantFrom(10, 40, 100), (file, width) => {
        expectLawful(formatFile(file, undefined, width));
      }),
      runs(150, 10_000),
    );
  });

  test("comments anywhere stay, in their order", () => {
    const comments = ["// after", "/* in between */", "/* over\n   lines */", "/// doc", "//"];
    fc.assert(
      fc.property(
        surfaceFile,
        fc.constantFrom(10, 40, 100),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...comments)), { minLength: 1, maxLength: 6 }),
        (file, width, added) => {
          const text = formatFile(file, undefined, width);
          const commented = withComments(text, added);
          // A comment over lines is a line break, which may end a statement.
          fc.pre(parse({ name: "test.ppl", text: commented }).problems.length === 0);
          expectLawful(commented);
        },
      ),
      runs(150, 10_000),
    );
  });

  /** Comments between tokens; those of a whole line where a line ends. */
  function withComments(text: string, added: readonly (readonly [number, string])[]): string {
    const { tokens } = tokenize(text);
    const places = tokens.map((token) => (token.endOffset ?? 0) + 1);
    const lineEnds = [...text.matchAll(/\n/g)].map((match) => match.index);
    const inserts = added.map(([at, comment]) => {
      const among = comment.startsWith("/*") ? places : lineEnds;
      return { place: among[at % among.length], comment };
    });
    inserts.sort((a, b) => b.place - a.place);
    let made = text;
    const taken = new Set<number>();
    for (const { place, comment } of inserts) {
      if (taken.has(place)) continue;
      taken.add(place);
      made = `${made.slice(0, place)} ${comment}${comment.startsWith("/*") ? " " : ""}${made.slice(place)}`;
    }
    return made;
  }

  test.each(Object.entries(programs))("%s", (_, text) => expectLawful(text));

  test("lines break around short brackets, not in them", () => {
    const text = `def eliminated[N, M](rows: Real[N, N + M]): Real[N, N + M] = scan(rows, eliminate, [k for k in N])[N-1]

def kernel[N](x: Real[N], scale: Positive, length: Positive, period: Positive): Covariance[N] = between(x, x, scale, period)
`;
    expect(formatted(text)).toBe(`def eliminated[N, M](rows: Real[N, N + M]): Real[N, N + M] = scan(
  rows,
  eliminate,
  [k for k in N]
)[N-1]

def kernel[N](
  x: Real[N],
  scale: Positive,
  length: Positive,
  period: Positive
): Covariance[N] = between(x, x, scale, period)
`);
  });

  test("line ends, tabs and a byte order mark are made one", () => {
    const text = Object.values(programs).join("\n");
    const expected = formatted(text);
    for (const other of [text.replaceAll("\n", "\r\n"), text.replaceAll(" = ", "\t=\t"), `\ufeff${text}`])
      expect(formatted(other)).toBe(expected);
  });
});

describe("the project's programs", () => {
  test("there are some", () => expect(files.length).toBeGreaterThan(30));

  test.each(files)("%s is formatted", (path) => {
    const text = readFileSync(join(root, path), "utf8");
    expect(formatted(text)).toBe(text);
    expect(relative(root, join(root, path))).toBe(path);
  });
});
