/**
 * What is said of discrete variables that were summed out against all their joint assignments, one by one, with the densities that
 * the scalar interpreter gives: probabilities, the most probable assignment, and draws.
 */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { elementCount } from "../../../src/compiler/graph.ts";
import { lowerConditionals } from "../../../src/compiler/lower/conditionals.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { summedVariables } from "../../../src/lang/discrete-dependents.ts";
import { discretePrograms } from "./discrete-programs.ts";
import { gatheredPrograms } from "./gathered-programs.ts";
import { interpret, type Meaning, nest } from "./interpret.ts";
import { loadModel } from "./load-model.ts";
import { type SampleProgram, samplePrograms } from "./programs.ts";
import { normals, sampleData } from "./sample-data.ts";

const draws = 400;

function check(program: SampleProgram, seed: number): void {
  const loaded = loadModel(program.text);
  const data = sampleData(loaded, program.sizes, program.indexBounds ?? {}, seed);
  const input = { ...loaded, sizes: program.sizes, knowns: data.knowns };
  const { graph, variables, noise } = lowerConditionals(input);
  const executable = referenceEngine.compile(optimize(graph));

  const density = lowerLogDensity(input, { scale: "unconstrained" });
  const position = normals(density.dimension, seed, 0.8);
  const inputs: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(data.flat)) inputs[`data/${name}`] = values;
  for (const { input: name, offset, length } of density.coordinates)
    inputs[name] = position.slice(offset, offset + length);
  const needed = (from: typeof graph) =>
    Object.fromEntries(Object.keys(from.inputs).map((name) => [name, inputs[name]]));
  const known: Record<string, Meaning> = {};
  for (const [name, values] of Object.entries(data.flat)) known[name] = nest(values, data.shapes[name]);
  const latents = referenceEngine.compile(density.graph).run(needed(density.graph));
  for (const [output, values] of Object.entries(latents)) {
    if (!output.startsWith("variable/")) continue;
    const name = output.slice(9);
    inputs[`value/${name}`] = Float64Array.from(values);
    known[name] = nest(values, density.graph.nodes[density.graph.outputs[output]].type.shape);
  }

  const elements = variables.flatMap(({ name, shape, count }) =>
    Array.from({ length: elementCount(shape) }, (_, at) => ({ name, at, count })),
  );
  const all = elements.reduce((product, { count }) => product * count, 1);
  const model = {
    ...loaded.model,
    variables: loaded.model.variables.map((each) =>
      summedVariables(loaded.model).has(each.name) ? { ...each, observed: true } : each,
    ),
  };
  const valuesOf = (assignment: number): number[] => {
    let rest = assignment;
    return elements.map(({ count }) => {
      const value = rest % count;
      rest = Math.floor(rest / count);
      return value;
    });
  };
  const logWeights = Float64Array.from({ length: all }, (_, assignment) => {
    const values = valuesOf(assignment);
    const given: Record<string, Meaning> = { ...known };
    for (const { name, shape } of variables)
      given[name] = nest(
        values.filter((__, at) => elements[at].name === name),
        shape,
      );
    return interpret({ ...loaded, model }, program.sizes, given).logDensity;
  });
  const top = Math.max(...logWeights);
  const weights = logWeights.map((each) => Math.exp(each - top));
  const total = weights.reduce((sum, each) => sum + each, 0);
  const expected = elements.map(({ count }) => new Float64Array(count));
  weights.forEach((weight, assignment) => {
    valuesOf(assignment).forEach((value, at) => {
      expected[at][value] += weight / total;
    });
  });

  const random = randomSource({ seed, stream: 3 }, 0);
  for (const { name, shape, count } of variables)
    inputs[`probe/${name}`] = new Float64Array(elementCount(shape) * count);
  const found = elements.map(({ count }) => new Float64Array(count));
  let meanLogWeight = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (const { input: name, shape } of noise) {
      inputs[name] = new Float64Array(elementCount(shape));
      random.fillUniform(inputs[name]);
    }
    const outputs = executable.run(needed(graph));
    const drawn = elements.map(({ name, at }) => outputs[`draw/${name}`][at]);
    drawn.forEach((value, at) => {
      expect(Number.isInteger(value)).toBe(true);
      found[at][value] += 1 / draws;
    });
    let assignment = 0;
    for (let at = elements.length - 1; at >= 0; at--)
      assignment = assignment * elements[at].count + drawn[at];
    meanLogWeight += logWeights[assignment] / draws;
    if (draw > 0) continue;
    const best = elements.map(({ name, at }) => outputs[`best/${name}`][at]);
    expect(best).toEqual(valuesOf(logWeights.indexOf(top)));
    elements.forEach(({ name, at, count }, element) => {
      const own = outputs[`probability/${name}`].slice(at * count, (at + 1) * count);
      for (let value = 0; value < count; value++) expect(own[value]).toBeCloseTo(expected[element][value], 9);
    });
  }
  expected.forEach((probabilities, at) => {
    probabilities.forEach((probability, value) => {
      const spread = Math.sqrt((probability * (1 - probability)) / draws);
      expect(Math.abs(found[at][value] - probability)).toBeLessThanOrEqual(5 * spread + 1 / draws);
    });
  });
  // A number that all elements together decide.
  const share = (assignment: number): number => weights[assignment] / total;
  const finite = Array.from(weights.keys()).filter((each) => weights[each] > 0);
  const mean = finite.reduce((sum, each) => sum + share(each) * logWeights[each], 0);
  const variance = finite.reduce((sum, each) => sum + share(each) * (logWeights[each] - mean) ** 2, 0);
  expect(Math.abs(meanLogWeight - mean)).toBeLessThanOrEqual(5 * Math.sqrt(variance / draws) + 1e-6);
}

const programs = [...samplePrograms, ...discretePrograms, ...gatheredPrograms].filter(
  ({ text }) => summedVariables(loadModel(text).model).size > 0,
);

describe("what was summed out, against all assignments", () => {
  test.each(programs)("$name", (program) => check(program, 17));
});
