/**
 * Judges lowered graphs by a scalar interpreter of Core, on random data and positions: the constrained log density, the
 * unconstrained one with its Jacobian, bindings, gradients against finite differences, and prior draws.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import type { LearnedParameter, LoweringInput } from "../../../src/compiler/lower/lower-model.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { eliminateDeadCode } from "../../../src/compiler/passes/eliminate-dead-code.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import type { BoundValue } from "../../../src/data/bind-data.ts";
import { inferredValues } from "../../../src/driver/density/imputed-values.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import type { CoreExpression } from "../../../src/lang/core-expression.ts";
import { evaluateNumber, flatten, interpret, type Meaning, nest } from "./interpret.ts";
import { type LoadedModel, loadProgram } from "./load-model.ts";
import { logDeterminant } from "./log-determinant.ts";
import type { SampleProgram } from "./programs.ts";
import { normals, type SampleData, type Sizes, sampleData } from "./sample-data.ts";

export type Arrays = Readonly<Record<string, Float64Array>>;

export function onlyNeeded(graph: Graph, inputs: Arrays): Arrays {
  return Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, inputs[name]]));
}

export function runner(graph: Graph): (inputs: Arrays) => Arrays {
  const executable = referenceEngine.compile(graph);
  return (inputs) => executable.run(onlyNeeded(graph, inputs)) as Arrays;
}

function run(graph: Graph, inputs: Arrays): Arrays {
  return runner(graph)(inputs);
}

export function prefixed(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [prefix + name, values]));
}

/** The density with its gradient, for other engines to run: what they are given, and what the reference makes of it. */
export interface Judged {
  readonly graph: Graph;
  readonly inputs: Arrays;
  readonly results: Arrays;
}

/** What lowering takes, with missing values inferred where other lines compute with them. */
export function inputWith(
  loaded: LoadedModel,
  { sizes }: SampleProgram,
  { flat, shapes, present, knowns }: SampleData,
): LoweringInput {
  const values = Object.entries(flat).map(([name, each]): [string, BoundValue] => {
    const origin = { kind: "key" } as const;
    return [
      name,
      { shape: shapes[name], values: each, origin, ...(present[name] && { present: present[name] }) },
    ];
  });
  const bound = { sizes, knowns, values: Object.fromEntries(values), observed: [], ignored: [] };
  const { model, imputed } = inferredValues(loaded, loaded.model, bound);
  return { ...loaded, model, sizes, knowns, incomplete: Object.keys(present), imputed };
}

export function judgeDensity(program: SampleProgram, seed: number): Judged {
  const text = loadProgram(program);
  const data = sampleData(text, program.sizes, program.indexBounds ?? {}, seed);
  const input = inputWith(text, program, data);
  const loaded: LoadedModel = input;
  const lowered = lowerLogDensity(input, { scale: "unconstrained" });
  const weights = sampleLearned(lowered.learned, loaded, program.sizes, seed);
  const fixed = {
    ...prefixed("data/", data.flat),
    ...prefixed("present/", data.present),
    ...weights.inputs,
  };
  const position = normals(lowered.dimension, seed, 0.8);
  const inputsAt = (q: Float64Array): Arrays => ({
    ...fixed,
    ...Object.fromEntries(
      lowered.coordinates.map(({ input: name, offset, length }) => [name, q.slice(offset, offset + length)]),
    ),
  });
  const outputs = run(lowered.graph, inputsAt(position));

  const latents: Record<string, Float64Array> = {};
  const meanings: Record<string, Meaning> = {};
  for (const [name, values] of Object.entries(data.flat)) meanings[name] = nest(values, data.shapes[name]);
  for (const [name, there] of Object.entries(data.present))
    meanings[name] = nest(
      data.flat[name].map((each, at) => (there[at] === 1 ? each : Number.NaN)),
      data.shapes[name],
    );
  for (const [name, id] of Object.entries(lowered.graph.outputs)) {
    if (!name.startsWith("variable/")) continue;
    latents[name.slice(9)] = outputs[name];
    meanings[name.slice(9)] = nest(outputs[name], lowered.graph.nodes[id].type.shape);
  }
  const judged = interpret(loaded, program.sizes, meanings, weights.meanings);
  fc.pre(!Number.isNaN(judged.logDensity)); // beyond doubles: a scale that underflows to 0, for one. Fails if that is all that is drawn.

  // The joint density as the model states it.
  const constrained = lowerLogDensity(input, { scale: "constrained" });
  const given = { ...fixed, ...prefixed("value/", latents) };
  expectClose(run(constrained.graph, given).logDensity[0], judged.logDensity, 1e-9);

  // On the unconstrained scale: the same plus log |det| of the map to what is free in the latents.
  const isLatent = (name: string): boolean => name.startsWith("variable/");
  const { nodes } = lowered.graph;
  const latentsAt = runner(eliminateDeadCode(selectOutputs(lowered.graph, isLatent)));
  const free = (q: Float64Array): number[] =>
    freeValues(
      latentsAt(inputsAt(q)),
      input,
      (name) => nodes[lowered.graph.outputs[`variable/${name}`]].type.shape,
    );
  const jacobian = logDeterminant(free, position);
  expectClose(outputs.logDensity[0], judged.logDensity + jacobian, 1e-6);

  for (const [name, value] of Object.entries(judged.bindings)) {
    if (!Object.hasOwn(outputs, `binding/${name}`)) continue;
    const expected = flatten(value);
    outputs[`binding/${name}`].forEach((each, at) => {
      expectClose(each, expected[at], 1e-9, name);
    });
  }

  // Optimised, with a gradient.
  const wrt = [...lowered.coordinates, ...lowered.learned].map((block) => block.input);
  const density = selectOutputs(lowered.graph, (name) => name === "logDensity");
  const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const inputs = inputsAt(position);
  const results = run(graph, inputs);
  expectClose(results.logDensity[0], outputs.logDensity[0], 1e-10);
  const densityAt = runner(eliminateDeadCode(selectOutputs(graph, (name) => name === "logDensity")));
  const step = 1e-5;
  for (const name of wrt)
    inputs[name]?.forEach((_, at) => {
      const moved = (by: number): number => {
        const values = inputs[name].slice();
        values[at] += by;
        return densityAt({ ...inputs, [name]: values }).logDensity[0];
      };
      const slope = (moved(step) - moved(-step)) / (2 * step);
      expectClose(
        results[`gradient/${name}`][at],
        slope,
        1e-5 * Math.max(1, Math.abs(judged.logDensity)),
        name,
      );
    });
  return { graph, inputs: onlyNeeded(graph, inputs), results };
}

export function selectOutputs(graph: Graph, isWanted: (name: string) => boolean): Graph {
  return {
    ...graph,
    outputs: Object.fromEntries(Object.entries(graph.outputs).filter(([name]) => isWanted(name))),
  };
}

export interface Learned {
  readonly inputs: Arrays;
  readonly meanings: Readonly<Record<string, Meaning>>;
}

/** Random values of what is learned: as graph inputs, and as they are meant, by the formulas of the Stan Reference Manual. */
export function sampleLearned(
  learned: readonly LearnedParameter[],
  loaded: LoadedModel,
  sizes: Sizes,
  seed: number,
): Learned {
  const inputs: Record<string, Float64Array> = {};
  const meanings: Record<string, Meaning> = {};
  learned.forEach(({ path, input, shape, learn: { support } }, position) => {
    const values = normals(elementCount(shape), seed + 31 * (position + 1), 0.8);
    inputs[input] = values;
    const numberOf = (expression: CoreExpression): number => evaluateNumber(expression, loaded, sizes);
    const mean = (u: number): number => {
      if (support.kind === "real") return u;
      if (support.kind === "lower") return numberOf(support.low) + Math.exp(u);
      if (support.kind !== "interval") throw new Error(`what is learned is ${support.kind}`);
      const [low, high] = [numberOf(support.low), numberOf(support.high)];
      return low + (high - low) / (1 + Math.exp(-u));
    };
    meanings[path] = nest(values.map(mean), shape);
  });
  return { inputs, meanings };
}

/** All real latents without what follows from the rest: the last element of a simplex, the upper triangles of matrices. */
export function freeValues(
  outputs: Arrays,
  { model, imputed = {} }: Pick<LoweringInput, "model" | "imputed">,
  outputShape: (variable: string) => readonly number[],
): number[] {
  return model.sites.flatMap((site) => {
    const variable = model.variables.find(({ name }) => name === site.variable);
    const values = outputs[`variable/${site.variable}`];
    if (site.score || values === undefined || variable?.sites[0] !== site.id) return [];
    if (site.observed) return (imputed[site.variable] ?? []).map((at) => values[at]);
    if (site.support.kind === "matrix") {
      const shape = outputShape(site.variable);
      const n = shape[shape.length - 1];
      const diagonal =
        site.support.structure === "covariance" || site.support.structure === "choleskyCov" ? 1 : 0;
      return [...values].filter((_, at) => at % n < (Math.floor(at / n) % n) + diagonal);
    }
    if (site.support.kind !== "simplex") return [...values];
    let total = 0;
    return [...values].filter((each) => {
      total += each;
      const last = Math.abs(total - 1) < 1e-12;
      if (last) total = 0;
      return !last;
    });
  });
}

export function expectClose(actual: number, expected: number, tolerance: number, what = ""): void {
  if (actual === expected) return;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  expect(error, `${what} is ${actual}, expected ${expected}`).toBeLessThan(tolerance);
}

/**
 * Draws from the prior: bindings are those of the drawn values, and the density of what is drawn is finite. With all that is inferred given,
 * the same of what is drawn for it: predictions.
 */
export function judgeSimulation(program: SampleProgram, seed: number): void {
  const loaded = loadProgram(program);
  const { drawn, weights } = judgeDraws(loaded, program, seed, {});
  const latents = loaded.model.variables.filter(({ type, observed }) => type.base === "real" && !observed);
  const given = Object.fromEntries(latents.map(({ name }) => [name, drawn[`variable/${name}`]]));
  const { drawn: predicted } = judgeDraws(loaded, program, seed, given, weights);
  for (const { name } of latents)
    expect([...predicted[`variable/${name}`]]).toEqual([...drawn[`variable/${name}`]]);
}

/** `weights`: of all that is learned, where draws that are given need only some. */
function judgeDraws(
  loaded: LoadedModel,
  program: SampleProgram,
  seed: number,
  given: Arrays,
  weights?: Learned,
): { readonly drawn: Arrays; readonly weights: Learned } {
  const { model } = loaded;
  const data = sampleData(loaded, program.sizes, program.indexBounds ?? {}, seed);
  const { graph, noise, learned } = lowerSimulate(
    { ...loaded, sizes: program.sizes, knowns: data.knowns },
    { given: Object.keys(given) },
  );
  const all = weights ?? sampleLearned(learned, loaded, program.sizes, seed);
  const random = randomSource({ seed, stream: 9 }, Object.keys(given).length);
  const inputs: Record<string, Float64Array> = {
    ...prefixed("data/", data.flat),
    ...prefixed("value/", given),
    ...all.inputs,
  };
  for (const { input, kind, shape } of noise) {
    const values = new Float64Array(elementCount(shape));
    if (kind === "normal") random.fillNormal(values);
    else random.fillUniform(values);
    inputs[input] = values;
  }
  const outputs = run(graph, inputs);
  const meanings: Record<string, Meaning> = {};
  for (const { name } of model.inputs) meanings[name] = nest(data.flat[name], data.shapes[name]);
  for (const { name } of model.variables) {
    const { shape } = graph.nodes[graph.outputs[`variable/${name}`]].type;
    meanings[name] = nest(outputs[`variable/${name}`], shape);
  }
  const discrete = model.variables.filter(({ type, observed }) => type.base !== "real" && !observed);
  const known = {
    ...model,
    variables: model.variables.map((each) => (discrete.includes(each) ? { ...each, observed: true } : each)),
  };
  // What is given may depend on what is predicted, and be impossible beside it.
  const isDrawn = (variable: string): boolean => !Object.hasOwn(given, variable);
  const judged = interpret({ ...loaded, model: known }, program.sizes, meanings, all.meanings, isDrawn);
  // Beyond doubles: series may grow without bound, and shares of a simplex may underflow to 0.
  const overflows = Object.values(outputs).some((values) =>
    values.some((each) => Math.abs(each) === Infinity),
  );
  fc.pre(!overflows && judged.logDensity !== Infinity);
  expect(judged.logDensity).toSatisfy(Number.isFinite);
  for (const [name, value] of Object.entries(judged.bindings)) {
    const expected = flatten(value);
    outputs[`binding/${name}`]?.forEach((each, at) => {
      expectClose(each, expected[at], 1e-9, name);
    });
  }
  return { drawn: outputs, weights: all };
}
