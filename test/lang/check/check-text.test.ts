/** Checking a text while it changes gives what checking it from the start gives. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkProgram } from "../../../src/lang/check/check-program.ts";
import { type CheckedText, checkText } from "../../../src/lang/check/check-text.ts";
import { cutText } from "../../../src/lang/parse/cut-text.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import { runs } from "../../runs.ts";
import { programs } from "../programs.ts";
import { cases } from "./check-cases.ts";

const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

const texts = [
  ...Object.values(programs),
  ...Object.values(cases).flatMap((each) => Object.values(each)),
  "// above\n/* and */ def f(x: Real): Real = x + 1 // beside\n\n// below\n",
  "def g(x: Real): Real = f(x)",
  "model Uses { a ~ Normal(f(1), 1) }",
];

/** What the compiler says of the text. */
function whole(text: string): {
  readonly codes: string[];
  readonly problems: readonly unknown[];
  readonly models: readonly unknown[];
} {
  const { file, problems } = parse({ name: "typed.ppl", text });
  const checked = checkProgram(file, { library });
  const all = [...problems, ...checked.problems];
  return { codes: problems.map(({ code }) => code), problems: all, models: checked.program.models };
}

test("pieces are the text, and are cut where declarations begin", () => {
  const text = `// first\nmodel A { a = 1 }\n\n/// Doc.\n// and more\ndef f(x: Real): Real = x // trailing\nmodel B {\n  net = 1\n  b = 2\n}\n`;
  expect(cutText(text)).toEqual([
    "// first\nmodel A { a = 1 }\n",
    "\n/// Doc.\n// and more\ndef f(x: Real): Real = x // trailing\n",
    "model B {\n  net = 1\n  b = 2\n}\n",
  ]);
  expect(cutText("")).toEqual([""]);
});

test("a text that changes: declarations come, go, move and are edited", () => {
  const change = fc.record({
    at: fc.nat(),
    gone: fc.nat({ max: 2 }),
    put: fc.option(fc.constantFrom(...texts), { nil: undefined }),
  });
  const slip = fc.record({
    at: fc.nat(),
    put: fc.constantFrom("", " ", "x", "\n", "}", "(", "μ", "// a\n", "~", "1"),
  });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 5 }),
      fc.array(fc.oneof(change, slip), { minLength: 1, maxLength: 5 }),
      (parts, changes) => {
        let pieces = parts;
        let text = parts.join("\n");
        let before: CheckedText | undefined;
        const verify = (): void => {
          const now = checkText({ name: "typed.ppl", text }, { library }, before);
          const expected = whole(text);
          for (const { labels } of now.problems)
            for (const { span } of labels)
              if (span.source === "typed.ppl") expect(span.end).toBeLessThanOrEqual(text.length);
          // Of a text that does not parse, the parts may say a little more or less than the whole.
          expect(
            now.problems.some(({ severity }) => severity === "error"),
            text,
          ).toBe((expected.problems as typeof now.problems).some(({ severity }) => severity === "error"));
          if (expected.codes.length === 0) {
            const sorted = (problems: readonly unknown[]): string[] =>
              problems.map((each) => JSON.stringify(each)).sort();
            expect(sorted(now.problems), text).toEqual(sorted(expected.problems));
            const program = now.program();
            if (program !== undefined) expect(program.models).toEqual(expected.models);
          }
          before = now;
        };
        verify();
        for (const each of changes) {
          if ("gone" in each) {
            const at = each.at % (pieces.length + 1);
            pieces = [
              ...pieces.slice(0, at),
              ...(each.put === undefined ? [] : [each.put]),
              ...pieces.slice(at + each.gone),
            ];
            text = pieces.join("\n");
          } else {
            const at = each.at % (text.length + 1);
            text = text.slice(0, at) + each.put + text.slice(at + (each.put === "" ? 1 : 0));
          }
          verify();
        }
      },
    ),
    runs(150, 10_000),
  );
});

test("only what changed is parsed and checked again", () => {
  const text = "def f(x: Real): Real = x\nmodel A { a ~ Normal(0, 1) }\nmodel B { b ~ Normal(f(1), 1) }\n";
  const first = checkText({ name: "m.ppl", text });
  const changed = text.replace("model A { a ~ Normal(0, 1) }", "// wider\nmodel A { a ~ Normal(0, 10) }");
  const second = checkText({ name: "m.ppl", text: changed }, {}, first);
  expect(second.checked?.checked.map(({ name }) => name.text)).toEqual(["A"]);
  expect(second.pieces[2]).toBe(first.pieces[2]);
  const start = changed.indexOf("model B");
  expect(second.program()?.models[1].span).toEqual({ source: "m.ppl", start, end: changed.length - 1 });
});
