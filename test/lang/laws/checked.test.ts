/** Generated programs that are right: they check, are the same when formatted, and mean the same when a part of them is imported. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/driver/compile.ts";
import { format } from "../../../src/lang/format/format.ts";
import { loadModel } from "../../compiler/lower/load-model.ts";
import { patience, runs } from "../../runs.ts";
import { parsed } from "../parse/shape.ts";
import { shown } from "./shown.ts";
import { typedProgram } from "./typed-program.ts";

describe("generated programs", () => {
  test(
    "check, and are the same when formatted",
    () => {
      fc.assert(
        fc.property(typedProgram, ({ text }) => {
          shown(text, () => {
            const { model } = loadModel(text);
            const { text: formatted } = format({ name: "generated.ppl", text });
            if (formatted === undefined) throw new Error("is not formatted");
            expect(meaning(parsed(formatted).declarations)).toBe(meaning(parsed(text).declarations));
            expect(meaning(loadModel(formatted).model)).toBe(meaning(model));
            expect(format({ name: "generated.ppl", text: formatted }).text).toBe(formatted);
          });
        }),
        runs(150, 10_000),
      );
    },
    patience(),
  );

  test(
    "mean the same when declarations are imported",
    async () => {
      await fc.assert(
        fc.asyncProperty(typedProgram, fc.nat(), async ({ text, imports, declarations }, cut) => {
          fc.pre(declarations.length > 0);
          const count = 1 + (cut % declarations.length);
          const moved = declarations.slice(0, count);
          const names = moved.map((each) => /^\w+ (\w+)/.exec(each)?.[1]);
          const rest = text.slice([...imports, ...moved].join("\n\n").length);
          const main = `${[`import { ${names.join(", ")} } from "./lib.ppl"`, ...imports].join("\n")}\n${rest}`;
          const whole = await compile(text);
          const split = await compile({
            name: "main.ppl",
            text: main,
            modules: [{ name: "lib.ppl", text: `${moved.join("\n\n")}\n` }],
          });
          shown(`${moved.join("\n\n")}\n----\n${main}`, () => {
            expect(split.problems).toEqual([]);
            expect(meaning(split.program?.core.models)).toBe(meaning(whole.program?.core.models));
          });
        }),
        runs(40, 10_000),
      );
    },
    patience(),
  );
});

/** What is said, without places in the source. */
function meaning(tree: unknown): string {
  const isPlace = (key: string): boolean => key === "span" || key === "operatorSpan";
  return JSON.stringify(tree, (key, value: unknown) => (isPlace(key) ? undefined : value)) ?? "nothing";
}
