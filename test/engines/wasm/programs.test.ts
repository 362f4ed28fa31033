/** Densities, gradients and what is reported, of many programs: as the reference computes them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import type { LoweringInput } from "../../../src/compiler/lower/lower-model.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { splitInvariant } from "../../../src/compiler/split-invariant.ts";
import type { Executable } from "../../../src/engines/engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { loadModel } from "../../compiler/lower/load-model.ts";
import { type SampleProgram, samplePrograms } from "../../compiler/lower/programs.ts";
import { normals, sampleData } from "../../compiler/lower/sample-data.ts";

type Arrays = Readonly<Record<string, Float64Array>>;

const root = new URL("../../..", import.meta.url);
const fromFile = (path: string, ...sizes: Readonly<Record<string, number>>[]): SampleProgram[] =>
  sizes.map((each) => ({
    name: `${path} ${JSON.stringify(each)}`,
    text: readFileSync(new URL(path, root), "utf8"),
    sizes: each,
  }));

/** Sizes that fit into straight-line code, and that do not. */
const programs: readonly SampleProgram[] = [
  ...fromFile("examples/autoregression/autoregression.ppl", { T: 9, K: 2 }, { T: 83, K: 5 }),
  ...fromFile("examples/eight-schools/eight-schools-centred.ppl", { J: 8 }, { J: 51 }),
  ...fromFile("examples/eight-schools/eight-schools.ppl", { J: 8 }, { J: 51 }),
  ...fromFile("examples/factor-model/factor-model.ppl", { N: 4, D: 5, Z: 2 }, { N: 43, D: 9, Z: 3 }),
  ...fromFile("examples/gaussian-mixture/gaussian-mixture.ppl", { N: 7 }, { N: 101 }),
  ...fromFile("examples/kidiq/kidiq.ppl", { N: 6 }, { N: 97 }),
  ...fromFile("examples/local-level/local-level.ppl", { T: 7 }, { T: 66 }),
  ...fromFile("examples/local-level/local-level-filtered.ppl", { T: 7 }, { T: 66 }),
  ...fromFile("examples/vae/vae.ppl", { N: 3, D: 4, Z: 2 }, { N: 19, D: 16, Z: 3 }),
  ...fromFile("examples/wells/wells.ppl", { N: 6 }, { N: 97 }),
  ...fromFile("examples/posteriordb/GLM_Poisson_model.ppl", { N: 6 }, { N: 45 }),
  ...fromFile(
    "examples/posteriordb/radon_hierarchical_intercept_noncentered.ppl",
    { N: 12, J: 4 },
    { N: 91, J: 35 },
  ),
  ...fromFile("examples/posteriordb/rats_model.ppl", { N: 4, Npts: 9 }, { N: 31, Npts: 81 }),
  ...fromFile("examples/posteriordb/surgical_model.ppl", { N: 6 }, { N: 47 }),
  ...fromFile("test/lang/programs/arma.ppl", { T: 6 }, { T: 70 }),
  ...fromFile("test/lang/programs/auto-regression.ppl", { T: 9, K: 3 }, { T: 70, K: 4 }),
  ...fromFile("test/lang/programs/dogs.ppl", { D: 3, T: 5 }, { D: 30, T: 25 }),
  ...fromFile("test/lang/programs/eight-schools.ppl", { J: 8 }, { J: 51 }),
  ...fromFile("test/lang/programs/factor-model.ppl", { N: 4, D: 5, Z: 2 }, { N: 43, D: 9, Z: 3 }),
  ...fromFile("test/lang/programs/garch.ppl", { T: 6 }, { T: 70 }),
  ...fromFile("test/lang/programs/horseshoe.ppl", { N: 5, D: 3 }, { N: 41, D: 33 }),
  ...fromFile("test/lang/programs/logistic-regression.ppl", { N: 6 }, { N: 97 }),
  ...fromFile("test/lang/programs/networks.ppl", { N: 2, T: 5, D: 3 }, { N: 3, T: 40, D: 2 }),
  ...fromFile("test/lang/programs/regression.ppl", { N: 6 }, { N: 97 }),
  ...fromFile("test/lang/programs/stochastic-volatility.ppl", { T: 6 }, { T: 70 }),
  ...samplePrograms,
];
/** Added to sampled data, by model and name: positions there count from 1, and there are no more events than trials. */
const raised: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Radon: { county_idx: 1 },
  Rats: { rat: 1 },
  Surgical: { n: 5 },
};
const engine = await createWasmEngine();

/** One result, as a copy. */
function run(executable: Executable, graph: Graph, inputs: Arrays): Arrays {
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, inputs[name]]));
  const results = Object.entries(executable.run(needed));
  return Object.fromEntries(results.map(([name, values]) => [name, Float64Array.from(values)]));
}

/** An array's error counts relative to its largest number: smaller ones may be what is left of those. */
function expectClose(actual: Arrays, expected: Arrays): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const largest = values.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    for (const [at, value] of values.entries())
      if (!Object.is(actual[name][at], value) && !(Math.abs(actual[name][at] - value) <= 1e-10 * largest))
        expect.fail(`${name}[${at}] is ${actual[name][at]}, expected ${value}`);
  }
}

/** Seeds 1, 2 and 1 again: what was in memory before must not matter. */
function agree(graph: Graph, inputsOf: (seed: number) => Arrays): void {
  const [ours, reference] = [engine.compile(graph), referenceEngine.compile(graph)];
  for (const seed of [1, 2, 1]) {
    const inputs = inputsOf(seed);
    expectClose(run(ours, graph, inputs), run(reference, graph, inputs));
  }
}

describe("the log density, its gradient and what is reported", () => {
  test.each(programs)("$name", ({ text, sizes, indexBounds }) => {
    const loaded = loadModel(text);
    const data = sampleData(loaded, sizes, indexBounds ?? {}, 5);
    for (const [name, more] of Object.entries(raised[loaded.model.name] ?? {}))
      data.flat[name].forEach((value, at) => {
        data.flat[name][at] = value + more;
      });
    const input: LoweringInput = { ...loaded, sizes, knowns: data.knowns };
    const { graph, coordinates } = lowerLogDensity(input, { scale: "unconstrained" });
    const latents = coordinates.map((block) => block.input);
    const others = Object.keys(graph.inputs).filter((name) => name.startsWith("learn/"));
    const inputsOf = (seed: number): Arrays =>
      Object.fromEntries(
        Object.entries(graph.inputs).map(([name, id], number) => [
          name,
          data.flat[name.replace(/^data\//, "")] ??
            normals(elementCount(graph.nodes[id].type.shape), 100 * seed + number, 0.7),
        ]),
      );
    agree(optimize(graph), inputsOf);
    const density = { ...graph, outputs: { logDensity: graph.outputs.logDensity } };
    const wrt = [...latents, ...others];
    const gradient = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
    agree(gradient, inputsOf);
    const { once, each } = splitInvariant(gradient, (name) => wrt.includes(name));
    const inputs = inputsOf(3);
    const expected = run(referenceEngine.compile(gradient), gradient, inputs);
    expect(expected.logDensity[0]).toSatisfy(Number.isFinite);
    const made = run(engine.compile(once), once, inputs);
    expectClose(run(engine.compile(each), each, { ...inputs, ...made }), expected);
  });
});
