import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Label, Problem } from "../../src/base/problem.ts";
import { lineAndColumn, renderProblem, renderProblems } from "../../src/base/render-problem.ts";
import type { Source } from "../../src/base/span.ts";
import { golden } from "../golden.ts";

const plain = { color: false };

function label(source: Source, marked: string, text = "", from = 0): Label {
  const start = source.text.indexOf(marked, from);
  return { span: { source: source.name, start, end: start + marked.length }, text };
}

function problem(labels: readonly Label[], rest: Partial<Problem> = {}): Problem {
  return { code: "example", severity: "error", message: "an example", labels, ...rest };
}

/** Each marked text as the marks below it cover it in the rendered lines. */
function markedTexts(rendered: string): string[] {
  const lines = rendered.split("\n");
  return lines.flatMap((line, index) => {
    const marks = /^ *\| ( *)([-^]+)( |$)/.exec(line);
    if (!marks) return [];
    const from = line.indexOf("|") + 2 + marks[1].length;
    let above = index - 1;
    while (/^ *\| +[-^]/.test(lines[above])) above--;
    return [lines[above].slice(from, from + marks[2].length)];
  });
}

describe("layout", () => {
  const schools: Source = {
    name: "schools.ppl",
    text: "model A[J](sigma: Positive[J]) {\n  mu ~ Normal(0, 5)\n  tau ~ HalfCauchy(5)\n\n\n\n\n\n  y ~ Normal(taau, sigma)\n}\n",
  };
  const data: Source = { name: "schools.csv", text: "y,sigma\n28,15\n8,10\n" };

  test("golden", async () => {
    const one = problem(
      [
        label(schools, "taau", "not bound"),
        label(schools, "tau", "this is near"),
        label(schools, "sigma)", "used here"),
        label(data, "28,15\n8,10", "two rows"),
      ],
      {
        expected: "Real[J]",
        found: "Real[J - 1]",
        notes: ["Sizes are unified across the program.", "One fact\nin two lines."],
        help: "did you mean `tau`?",
      },
    );
    const elsewhere = problem([], {
      severity: "warning",
      place: "schools.csv, row 3, column y",
      found: "NA",
    });
    const cut: Source = { name: "long.ppl", text: `x = ${"a + ".repeat(100)}oops${" + b".repeat(100)}` };
    const tabs: Source = { name: "tabs.ppl", text: "\t变量\t=\t\u001b[31m ~ x\u202e" };
    await golden("base/render-problem.txt", {
      plain: renderProblems([one, elsewhere], [schools, data], plain),
      "in color": renderProblem(one, [schools, data], { color: true }).replaceAll("\u001b", "␛"),
      "a long line": renderProblem(problem([label(cut, "oops", "here")]), [cut], plain),
      "tabs, wide and control characters": renderProblem(
        problem([label(tabs, "变量", "wide"), label(tabs, "x", "after an override")]),
        [tabs],
        plain,
      ),
    });
  });

  test("marks cover what they mark", () => {
    const line = fc.string({
      unit: fc.constantFrom("a", "b", "é", "μ", " ", "(", "~"),
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (lines, at, from, length) => {
          const row = at % lines.length;
          const column = from % lines[row].length;
          const marked = lines[row].slice(
            column,
            column + 1 + (length % Math.min(60, lines[row].length - column)),
          );
          const start = lines.slice(0, row).join("\n").length + (row > 0 ? 1 : 0) + column;
          const source = { name: "a.ppl", text: lines.join("\n") };
          const span = { source: "a.ppl", start, end: start + marked.length };
          const rendered = renderProblem(problem([{ span, text: "mark" }]), [source], plain);
          expect(markedTexts(rendered).map((text) => text.trimEnd())).toEqual([marked.trimEnd()]);
          expect(rendered).toContain(`a.ppl:${row + 1}:${column + 1}\n`);
          for (const shown of rendered.split("\n")) expect(shown.length).toBeLessThanOrEqual(120);
        },
      ),
    );
  });

  test("nothing in a source reaches the terminal as a command", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.nat(60), fc.nat(60), (text, a, b) => {
        const span = { source: "a", start: Math.min(a, b), end: Math.max(a, b) };
        const rendered = renderProblem(
          problem([{ span, text }], { message: text, help: text, notes: [text], place: text }),
          [{ name: "a", text }],
          plain,
        );
        expect(rendered.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  test("colour adds nothing but colour", () => {
    const one = problem([label(schools, "taau", "not bound")], { help: "tau", expected: "a", found: "b" });
    const colored = renderProblem(one, [schools], { color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    expect(colored.replace(/\u001b\[[\d;]*m/g, "")).toBe(renderProblem(one, [schools], plain));
    expect(colored).not.toBe(renderProblem(one, [schools], plain));
  });

  test("a label into an unknown source shows its name", () => {
    const rendered = renderProblem(problem([label(schools, "mu")]), [], plain);
    expect(rendered).toBe("error[example]: an example\n --> schools.ppl");
  });

  test("counts", () => {
    const warning = problem([], { severity: "warning" });
    expect(
      renderProblems([problem([]), warning, warning], [], plain)
        .split("\n")
        .at(-1),
    ).toBe("1 error, 2 warnings");
    expect(renderProblems([], [], plain)).toBe("");
  });
});

describe("lines and columns", () => {
  test("agree with splitting the text", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "😀", "\t", "\n", "\r\n", "\r"), maxLength: 40 });
    fc.assert(
      fc.property(text, (text) => {
        const source = { name: "a", text };
        const lines = text.split(/\r\n?|\n/);
        let offset = 0;
        for (const [row, line] of lines.entries()) {
          const points = [...line];
          for (let column = 0; column <= points.length; column++) {
            const at = offset + points.slice(0, column).join("").length;
            expect(lineAndColumn(source, at)).toEqual({ line: row + 1, column: column + 1 });
          }
          offset += line.length;
          offset += text.startsWith("\r\n", offset) ? 2 : 1;
        }
      }),
    );
  });

  test("beyond the text is its end", () => {
    const source = { name: "a", text: "x\ny" };
    expect(lineAndColumn(source, 99)).toEqual({ line: 2, column: 2 });
    expect(lineAndColumn(source, -1)).toEqual({ line: 1, column: 1 });
  });
});
