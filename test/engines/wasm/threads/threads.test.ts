import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { differentiate } from "../../../../src/compiler/differentiate.ts";
import { elementCount, type Graph } from "../../../../src/compiler/graph.ts";
import type { Values } from "../../../../src/engines/engine.ts";
import { referenceEngine } from "../../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine, type WasmEngine } from "../../../../src/engines/wasm/wasm-engine.ts";
import { randomGraphs } from "../../../compiler/random-graph.ts";
import { floatInputs, type Tolerance } from "../../compared.ts";
import { expectClose, testEngineAgainstReference } from "../../conformance.ts";
import { allCases } from "../../op-cases.ts";
import { pooledThreads } from "./pooled-threads.ts";

const threads = pooledThreads(3);
afterAll(() => threads.end());
const alone = { count: 1, start: () => expect.fail("one thread starts no worker") };

/** Everything is split that can be, into as many chunks as there can be. */
const splitLimits = { worth: 0, chunk: 0 };
const looping = { straight: 1, components: 1 };
const tolerances = {
  f64: { relative: 1e-13, absolute: 1e-13 },
  f32: { relative: 5e-5, absolute: 5e-5 },
} as const;

const engines = {
  f64: await createWasmEngine({ threads, splitLimits }),
  f32: await createWasmEngine({ threads, splitLimits, precision: "f32" }),
};
const loopingEngines = {
  f64: [
    await createWasmEngine({ threads, splitLimits, limits: looping }),
    await createWasmEngine({ threads, splitLimits, limits: { straight: 4, components: 2 }, relaxed: false }),
  ],
  f32: [
    await createWasmEngine({
      threads,
      splitLimits,
      limits: { straight: 1, components: 3 },
      precision: "f32",
    }),
  ],
};
const aloneEngine = await createWasmEngine({ threads: alone, splitLimits, limits: looping });

/** Outputs of a graph, run several times. */
function results(
  engine: WasmEngine,
  graph: Graph,
  inputs: Readonly<Record<string, Values>>,
): Record<string, number[]> {
  const executable = engine.compile(graph);
  try {
    const outputs = executable.run(inputs);
    // Again with all workers there.
    threads.assemble();
    executable.runMany(30);
    return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [...values]]));
  } finally {
    executable.dispose();
  }
}

function agree(
  engine: WasmEngine,
  graph: Graph,
  inputs: Readonly<Record<string, Values>>,
  tolerance: Tolerance,
): void {
  const expected = referenceEngine.compile(graph).run(inputs);
  const actual = results(engine, graph, inputs);
  for (const name of Object.keys(graph.outputs)) expectClose(actual[name], expected[name], tolerance, name);
}

for (const precision of ["f64", "f32"] as const) {
  describe(`conformance, everything split, ${precision}`, () =>
    testEngineAgainstReference(engines[precision], tolerances[precision]));

  describe(`each op in loops, everything split, ${precision}`, () => {
    test.each(allCases())("$label", ({ graph, kink, sample }) => {
      for (const engine of loopingEngines[precision]) {
        agree(engine, graph, sample(1), tolerances[precision]);
        if (kink || floatInputs(graph).length === 0 || graph.nodes[graph.outputs.y].type.dtype !== "float")
          continue;
        const gradient = differentiate(graph, { of: "y", wrt: floatInputs(graph), prefix: "gradient/" });
        agree(engine, gradient, sample(3), tolerances[precision]);
      }
    });
  });
}

describe("random graphs, everything split", () => {
  const cases = [engines.f64, ...loopingEngines.f64].flatMap((engine, number) =>
    (["any", "smooth", "moving"] as const).map((kind) => ({ engine, number, kind })),
  );
  test.each(cases)("agree with the reference: limits $number, $kind", ({ engine, kind }) => {
    fc.assert(
      fc.property(randomGraphs({ kind }), ({ graph, inputs }) =>
        agree(engine, graph, inputs, { relative: 1e-10, absolute: 1e-10 }),
      ),
      { numRuns: 60 },
    );
  });

  test("and so do their gradients", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "smooth" }), ({ graph, inputs }) => {
        const of = Object.entries(graph.outputs).find(([, id]) => {
          const { dtype, shape } = graph.nodes[id].type;
          return dtype === "float" && elementCount(shape) === 1 && shape.length === 0;
        });
        if (of === undefined) return;
        const gradient = differentiate(graph, { of: of[0], wrt: ["x1", "x2", "x4"], prefix: "d/" });
        for (const engine of loopingEngines.f64)
          agree(engine, gradient, inputs, { relative: 1e-9, absolute: 1e-9 });
      }),
      { numRuns: 80 },
    );
  });

  test("give the same bits with one thread and with three", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "any" }), ({ graph, inputs }) => {
        expect(results(loopingEngines.f64[0], graph, inputs)).toEqual(results(aloneEngine, graph, inputs));
      }),
      { numRuns: 60 },
    );
  });
});
