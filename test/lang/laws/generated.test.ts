/** Generated programs that are right: nothing behind the parser may fail, and everything that gives numbers agrees. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { format } from "../../../src/lang/format/format.ts";
import { expectClose, judgeDensity, judgeSimulation } from "../../compiler/lower/judge.ts";
import { loadModel } from "../../compiler/lower/load-model.ts";
import { runs } from "../../runs.ts";
import { parsed, shape } from "../parse/shape.ts";
import { typedProgram } from "./typed-program.ts";

/** The program with the failure, so that it can be read, and kept as a test. */
function shown(text: string, law: () => void): void {
  try {
    law();
  } catch (error) {
    throw new Error(`${text}\n${error instanceof Error ? error.stack : error}`);
  }
}

describe("generated programs", () => {
  test("check, and are the same when formatted", () => {
    fc.assert(
      fc.property(typedProgram, ({ text }) => {
        shown(text, () => {
          const { model } = loadModel(text);
          const { text: formatted } = format({ name: "generated.ppl", text });
          if (formatted === undefined) throw new Error("is not formatted");
          expect(shape(parsed(formatted).declarations)).toEqual(shape(parsed(text).declarations));
          expect(loadModel(formatted).model.sites.map(({ id }) => id)).toEqual(
            model.sites.map(({ id }) => id),
          );
          expect(format({ name: "generated.ppl", text: formatted }).text).toBe(formatted);
        });
      }),
      runs(200, 10_000),
    );
  });

  test("have the densities and gradients that an interpreter and finite differences give, on all engines", async () => {
    const wasm = await createWasmEngine();
    fc.assert(
      fc.property(typedProgram, fc.nat({ max: 1_000_000 }), (program, seed) => {
        shown(program.text, () => {
          const { graph, inputs, results } = judgeDensity(program, seed);
          const executable = wasm.compile(graph);
          const outputs = executable.run(inputs) as Readonly<Record<string, Float64Array>>;
          for (const [name, expected] of Object.entries(results))
            expected.forEach((value, at) => {
              expectClose(outputs[name][at], value, 1e-8, name);
            });
          executable.dispose();
        });
      }),
      runs(100, 10_000),
    );
  }, 240_000);

  test("have prior draws", () => {
    fc.assert(
      fc.property(typedProgram, fc.nat({ max: 1_000_000 }), (program, seed) => {
        fc.pre(!/factor|b\d+.*: /.test(program.text));
        shown(program.text, () => judgeSimulation(program, seed));
      }),
      runs(50, 10_000),
    );
  });
});
