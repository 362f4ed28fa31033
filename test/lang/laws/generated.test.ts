/** Generated programs that are right: nothing behind the checker may fail, and everything that gives numbers agrees. */
import fc from "fast-check";
import { describe, test } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { expectClose, type Judged, judgeDensity, judgeSimulation } from "../../compiler/lower/judge.ts";
import { judgeGuide } from "../../compiler/lower/judge-guide.ts";
import { patience, runs } from "../../runs.ts";
import { shown } from "./shown.ts";
import { flowProgram } from "./typed-flow.ts";
import { guidedProgram, typedProgram } from "./typed-program.ts";

const seeds = fc.nat({ max: 1_000_000 });

function judgeEngine(engine: Engine, { graph, inputs, results }: Judged): void {
  const executable = engine.compile(graph);
  const outputs = executable.run(inputs) as Readonly<Record<string, Float64Array>>;
  for (const [name, expected] of Object.entries(results))
    expected.forEach((value, at) => {
      expectClose(outputs[name][at], value, 1e-8, name);
    });
  executable.dispose();
}

describe("generated programs", () => {
  test(
    "have the densities and gradients that an interpreter and finite differences give, also on wasm",
    async () => {
      const wasm = await createWasmEngine();
      fc.assert(
        fc.property(typedProgram, seeds, (program, seed) => {
          shown(program.text, () => judgeEngine(wasm, judgeDensity(program, seed)));
        }),
        runs(40, 10_000),
      );
    },
    patience(),
  );

  test(
    "have solutions of differential equations by tolerance as by many small steps",
    async () => {
      const wasm = await createWasmEngine();
      fc.assert(
        fc.property(flowProgram, seeds, (program, seed) => {
          shown(program.text, () => judgeEngine(wasm, judgeDensity(program, seed)));
        }),
        runs(4, 1000),
      );
    },
    patience(),
  );

  test(
    "have guides whose density is that of their draws",
    async () => {
      const wasm = await createWasmEngine();
      fc.assert(
        fc.property(guidedProgram, seeds, (program, seed) => {
          fc.pre(program.text.includes("guide for"));
          shown(program.text, () => judgeEngine(wasm, judgeGuide(program, seed)));
        }),
        runs(40, 10_000),
      );
    },
    patience(),
  );

  test(
    "have prior draws and predictions",
    () => {
      fc.assert(
        fc.property(typedProgram, seeds, (program, seed) => {
          // Weights that round to 0 or 1 have no density; what is flat has no draws.
          fc.pre(!/factor|relaxed|Flat/.test(program.text));
          shown(program.text, () => judgeSimulation(program, seed));
        }),
        runs(40, 10_000),
      );
    },
    patience(),
  );
});
