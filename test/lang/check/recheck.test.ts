/** Checking again what changed gives what checking everything gives. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkProgram } from "../../../src/lang/check/check-program.ts";
import { type Rechecked, recheck } from "../../../src/lang/check/recheck.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import type { Declaration, File } from "../../../src/lang/tree.ts";
import { runs } from "../../runs.ts";
import { programs } from "../programs.ts";
import { cases } from "./check-cases.ts";

const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

/** Declarations that call each other, with and without mistakes, some of one name. */
const texts = [
  ...Object.values(programs),
  ...Object.values(cases).flatMap((each) => Object.values(each)),
  "def f(x: Real): Real = x + 1",
  "def f(x: Real, y: Real): Real = x + y",
  "def f(x: Positive): Positive = sqrt(x)",
  "def f(x: Real): Real = g(x)",
  "def g(x: Real): Real = f(x) * 2",
  "def g(x: Real): Real = ff(x)",
  "model Uses { a ~ Normal(f(1), 1) }",
  "model UsesBoth { a ~ Normal(f(1) + g(2), 1) }",
  "model Misspells { a ~ Normal(ff(1), 1) }",
  "net f[I](x: Real[I]) -> Real[2] = x |> dense(2)",
  "net dense[I](x: Real[I], O: Size, k: Real = 2) -> Real[O] { learn w: Real[I, O] = zeros() ; k * x @ w }",
  "model Layers { learn h = mlp[3, 2](hidden: [4], activation: f) ; a: Real[3] ~ Normal(0, 1) ; observe y: Real[2] ~ Normal(h(a), 1) }",
  "model Learns { learn h = f[3] ; a: Real[3] ~ Normal(0, 1) ; observe y: Real[2] ~ Normal(h(a), 1) }",
];
let count = 0;
const pool: readonly Declaration[] = texts.flatMap((text) => {
  const name = `piece${count++}.ppl`;
  return parse({ name, text }).file.declarations;
});
const span = { source: "", start: 0, end: 0 };

test("after any change", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.nat({ max: pool.length - 1 }), { minLength: 1, maxLength: 6 }), {
        minLength: 2,
        maxLength: 4,
      }),
      fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
      (choices, ends) => {
        let before: Rechecked | undefined;
        for (const [step, choice] of choices.entries()) {
          // The last of the pool use each other; most files should hold some of them.
          const own = [...choice, ...ends.map((end) => pool.length - 1 - ((end + step) % 13))];
          const file: File = { declarations: [...new Set(own)].map((each) => pool[each]), span };
          const now = recheck(file, { library }, before);
          const whole = checkProgram(file, { library });
          const sorted = (problems: typeof whole.found): string[] =>
            problems.map((each) => JSON.stringify(each)).sort();
          expect(sorted(now.problems)).toEqual(sorted(whole.problems));
          expect(now.program.models).toEqual(whole.program.models);
          expect(now.program.functions).toMatchObject(whole.program.functions);
          before = now;
        }
      },
    ),
    runs(300, 20_000),
  );
});

test("only what changed and what uses it", () => {
  const declared = (text: string, name: string): readonly Declaration[] =>
    parse({ name, text }).file.declarations;
  const f = declared("def f(x: Real): Real = x + 1", "f");
  const g = declared("def g(x: Real): Real = x * 2", "g");
  const uses = declared(
    "model F { a ~ Normal(f(1), 1) }\nmodel G { a ~ Normal(g(1), 1) }\nmodel Neither { a ~ Normal(0, 1) }",
    "m",
  );
  const checkedNames = ({ checked }: Rechecked): string[] => checked.map(({ name }) => name.text);
  const first = recheck({ declarations: [...f, ...g, ...uses], span });
  expect(checkedNames(first)).toEqual(["f", "g", "F", "G", "Neither"]);
  const other = declared("def f(x: Real): Real = x + 2", "f2");
  const second = recheck({ declarations: [...other, ...g, ...uses], span }, {}, first);
  expect(checkedNames(second)).toEqual(["f", "F"]);
  expect(second.program.models[1]).toBe(first.program.models[1]);
  expect(second.program.functions.g).toBe(first.program.functions.g);
  expect(second.program.functions.f).not.toBe(first.program.functions.f);
  expect(recheck({ declarations: [...other, ...g, ...uses], span }, {}, second).program).toBe(second.program);
});
