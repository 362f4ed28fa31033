/** Whatever stands in a file while somebody types: parser and checker answer, with problems that can be shown. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderProblem } from "../../../src/base/render-problem.ts";
import { checkProgram } from "../../../src/lang/check/check-program.ts";
import { format } from "../../../src/lang/format/format.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import { discretePrograms } from "../../compiler/lower/discrete-programs.ts";
import { samplePrograms } from "../../compiler/lower/programs.ts";
import { runs } from "../../runs.ts";
import { cases } from "../check/check-cases.ts";
import { programs } from "../programs.ts";
import { typedProgram } from "./typed-program.ts";

const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

const texts = [
  ...Object.values(programs),
  ...[...samplePrograms, ...discretePrograms].map(({ text }) => text),
  ...Object.values(cases).flatMap((each) => Object.values(each)),
];

/** Parses, checks, formats and shows `text`. */
function answer(text: string): void {
  const source = { name: "typed.ppl", text };
  const { file, problems: syntax } = parse(source);
  const { problems: meaning } = checkProgram(file, { library });
  for (const problem of [...syntax, ...meaning]) {
    const shown = [problem.message, problem.help ?? "", ...(problem.notes ?? [])].join("\n");
    expect(shown, text).not.toMatch(/undefined|\[object |NaN|Keyword_|``(?!`)/);
    for (const { span } of problem.labels) {
      if (span.source !== source.name) continue;
      expect(span.start, text).toBeGreaterThanOrEqual(0);
      expect(span.end, text).toBeGreaterThanOrEqual(span.start);
      expect(span.end, text).toBeLessThanOrEqual(text.length);
    }
    expect(renderProblem(problem, [source], { color: false }), text).toContain(problem.code);
  }
  if (syntax.length === 0) expect(format(source).text, text).toBeDefined();
}

function lawful(text: string): void {
  try {
    answer(text);
  } catch (error) {
    throw new Error(`${JSON.stringify(text)}\n${error instanceof Error ? error.stack : error}`);
  }
}

/** What hands and editors put into a text. */
const slips = [
  ..."()[]{}~=:,;.\"'`#$%&|?!_@^<>\\-+/*0",
  ..."\t\r\n\ufeff\u00a0\u2028\0",
  ...["μ", "σ²", "θ₁", "变量", "é", "e\u0301", "😀", "\ud800", "½"],
  ...["//", "/*", "*/", "///", "..", "|>", "=>", "->", "1e999", "1.", ".5", "0x1F", "1_000"],
  ...["model", "family", "def", "net", "guide", "dist", "import", "plate", "for", "in", "on", "if", "else"],
  ...["then", "match", "observe", "learn", "member", "vary", "factor", "via", "as", "true", "marginal"],
  ...["Real", "Size", "Normal", "Flat()", "x", "x[0]", "[n]", "~ Normal(0, 1)", "= 1", "N", "-1", "pi"],
];

const keywords = new Set(["vary", "observe", "plate", "for", "learn", "member", "model", "family", "net"]);

interface Slip {
  readonly place: number;
  /** Characters taken away. */
  readonly gone: number;
  readonly put: string;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  place: fc.nat(),
  gone: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 6 }), fc.nat({ max: 60 })),
  put: fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    fc.constantFrom(...slips),
    fc.constantFrom(...slips).map((each) => ` ${each} `),
  ),
});

function apply(text: string, { place, gone, put }: Slip): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + put + text.slice(at + gone);
}

/** One token exchanged for another of the same program, or left out, or doubled. */
function exchange(text: string, [from, to]: readonly [number, number]): string {
  const words = text.split(/(\s+|\b)/);
  const other = words[to % words.length];
  return words.map((word, at) => (at === from % words.length ? other : word)).join("");
}

describe("typing never crashes parser or checker", () => {
  test.each([
    ["a backtick", " ` "],
    [
      "a size without a name",
      "net f[A,, B](x: Real[A]) -> Real[B] = x |> dense(B)\nmodel M { learn g = f[2] }",
    ],
    ["a guide of a model without a name", "model {\n  p ~ Normal(0, 1)\n}\nguide for M { p ~ Normal(0, 1) }"],
    [
      "a type without a name, where functions are given",
      "def f(x: , g: Function): Real = f(x, f(g: g))\nmodel M { observe y ~ Normal(f(1, exp), 1) }",
    ],
    [
      "a plate whose index has no name",
      "model M[I, T] {\n  plate in I {\n    x[i, 0] ~ Normal(0, 1)\n    for t in 1..T { x[i, t] ~ Normal(x[i, t-1], 1) }\n  }\n}\n",
    ],
    [
      "a parameter without a name, where others are misspelt",
      "def grow(x: Real, : Real = 1): Real = x\nmodel M { y ~ Normal(grow(1, f: 2), 1) }\n",
    ],
    [
      "a plate whose index has no name, and a whole array in it",
      "model M[N](x: Real[N]) {\n  a ~ Normal(0, 1)\n  plate  in N { observe y[n] ~ Normal(a * x, 1) }\n}",
    ],
    ["characters that end in a backtick", "model M {\n  z ~ Normal(0, 0.`, 1)\n}"],
    ["a choice without a name", "family F {\n  vary in { }\n  b ~ Normal(0, 1)\n}"],
    [
      "a plate without a body, closed by the brace of its model",
      "model M[I] {\n  plate i in I\n    a[i] ~ Normal(0, 1)\n}\n",
    ],
    ["sizes behind a distribution that has none", "model M[N] {\n  y ~ exp(Normal[N](0, 1))\n}\n"],
  ])("%s", (_, text) => lawful(text));

  test("every beginning of a program", () => {
    const { numRuns, first } = runs(4, texts.length);
    const stride = Math.max(1, Math.floor(texts.length / numRuns));
    for (let index = first; index < texts.length; index += stride)
      for (let end = 0; end <= texts[index].length; end++) lawful(texts[index].slice(0, end));
  });

  test("every ending of a program, and every single character left out", () => {
    const { numRuns, first } = runs(2, texts.length);
    const stride = Math.max(1, Math.floor(texts.length / numRuns));
    for (let index = first; index < texts.length; index += stride)
      for (let at = 0; at < texts[index].length; at++) {
        lawful(texts[index].slice(at));
        lawful(texts[index].slice(0, at) + texts[index].slice(at + 1));
      }
  });

  test("characters and words put in and taken away", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(slip, { minLength: 1, maxLength: 4 }), (text, some) => {
        lawful(some.reduce(apply, text));
      }),
      runs(700, 40_000),
    );
  });

  test("generated programs, half typed and with slips", () => {
    fc.assert(
      fc.property(
        typedProgram,
        fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
        fc.array(slip, { minLength: 1, maxLength: 2 }),
        ({ text }, ends, some) => {
          for (const end of ends) lawful(text.slice(0, end % (text.length + 1)));
          lawful(some.reduce(apply, text));
        },
      ),
      runs(60, 10_000),
    );
  });

  test("words exchanged", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }),
        (text, some) => lawful(some.reduce(exchange, text)),
      ),
      runs(700, 40_000),
    );
  });

  test("pieces of several programs", () => {
    const piece = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 200 }))
      .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => lawful(pieces.join(""))),
      runs(400, 20_000),
    );
  });

  test("line ends, tabs, a byte order mark and names of any script", () => {
    const names = fc.constantFrom("μ", "σ_1", "变量", "ñandú", "Ωμέγα", "член", "x\u0301");
    const codes = (text: string): string[] => {
      const { file, problems } = parse({ name: "typed.ppl", text });
      return [...problems, ...checkProgram(file, { library }).problems].map(({ code }) => code);
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(programs)), names, fc.nat(), (text, name, which) => {
        const drawn = [...text.matchAll(/^ *([a-z]\w*)[^~\n]*~/gm)]
          .map(([, own]) => own)
          .filter((own) => !keywords.has(own));
        const renamed =
          drawn.length === 0
            ? text
            : text.replaceAll(new RegExp(`\\b${drawn[which % drawn.length]}\\b`, "g"), name);
        for (const other of [
          renamed,
          renamed.replaceAll("\n", "\r\n"),
          renamed.replaceAll("\n  ", "\n\t"),
          `\ufeff${renamed}`,
        ]) {
          lawful(other);
          expect(codes(other), other).toEqual(codes(text));
        }
      }),
      runs(30, 10_000),
    );
  });
});
