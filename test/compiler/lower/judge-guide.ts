/**
 * Judges lowered guides: log q of the draws against the change of variables from the noise they are made of, of discrete ones against the
 * interpreter, the model's density at the draws against the interpreter, and its gradient against finite differences.
 */
import fc from "fast-check";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerGuidedDensity, lowerGuideInto } from "../../../src/compiler/lower/guide.ts";
import { eliminateDeadCode } from "../../../src/compiler/passes/eliminate-dead-code.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { interpret, type Meaning, nest } from "./interpret.ts";
import {
  type Arrays,
  expectClose,
  freeValues,
  inputWith,
  type Judged,
  type Learned,
  onlyNeeded,
  prefixed,
  runner,
  sampleLearned,
  selectOutputs,
} from "./judge.ts";
import { type LoadedModel, loadProgram } from "./load-model.ts";
import { logDeterminant } from "./log-determinant.ts";
import type { SampleProgram } from "./programs.ts";
import { normals, sampleData } from "./sample-data.ts";

/** The program's model has a guide, whose real draws are as many numbers as the noise that they are made of. */
export function judgeGuide(program: SampleProgram, seed: number): Judged {
  const text = loadProgram(program);
  const data = sampleData(text, program.sizes, program.indexBounds ?? {}, seed);
  const input = inputWith(text, program, data);
  const loaded: LoadedModel = input;
  const builder = createBuilder();
  const guide = lowerGuideInto(input, builder, {});
  const density = lowerGuidedDensity(input, guide, builder, {});
  const values = Object.fromEntries(
    [...guide.values].map(([name, value]) => [`variable/${name}`, value.node]),
  );
  const logDensity = density.outputs.logDensity;
  const bound = builder.emit("sub", [logDensity, guide.logGuide], {});
  const whole = builder.finish({ ...values, logDensity, logGuide: guide.logGuide, bound });

  const ofGuide = sampleLearned(guide.learned, loaded, program.sizes, seed + 5);
  const ofModel = sampleLearned(density.learned, loaded, program.sizes, seed);
  const noise = normals(guide.noiseLength, seed);
  const inputs: Arrays = {
    ...prefixed("data/", data.flat),
    ...prefixed("present/", data.present),
    ...ofGuide.inputs,
    ...ofModel.inputs,
    noise,
  };
  const outputs = runner(whole)(inputs);

  // The model's density at the draws.
  const meanings: Record<string, Meaning> = {};
  for (const [name, flat] of Object.entries(data.flat)) {
    const there = data.present[name];
    const known = flat.map((each, at) => (there === undefined || there[at] === 1 ? each : Number.NaN));
    meanings[name] = nest(known, data.shapes[name]);
  }
  const shapeOf = (name: string): readonly number[] =>
    whole.nodes[whole.outputs[`variable/${name}`]].type.shape;
  for (const name of guide.values.keys()) meanings[name] = nest(outputs[`variable/${name}`], shapeOf(name));
  const judged = interpret(loaded, program.sizes, meanings, ofModel.meanings);
  // A guide also draws what is so far out that the interpreter's doubles overflow: nothing to compare with.
  fc.pre(Number.isFinite(judged.logDensity));
  // Nor beside 1: of what a weight is short of it the interpreter has only a few digits left.
  const reals = loaded.model.variables.filter(
    ({ name, type }) => guide.values.has(name) && type.base === "real",
  );
  fc.pre(!reals.some(({ name }) => outputs[`variable/${name}`].some((x) => x > 1 - 1e-6 && x <= 1)));
  expectClose(outputs.logDensity[0], judged.logDensity, 1e-9);

  // q(z) = p(ε) / |dz/dε|, with the noise of what is discrete held fixed.
  const drawsAt = runner(eliminateDeadCode(selectOutputs(whole, (name) => name.startsWith("variable/"))));
  const free = (at: Float64Array): number[] => freeValues(drawsAt({ ...inputs, noise: at }), loaded, shapeOf);
  const moves = movers(free, noise);
  const moving = noise.filter((_, at) => moves[at]);
  const logNoise = moving.reduce((sum, each) => sum - 0.5 * each ** 2 - 0.5 * Math.log(2 * Math.PI), 0);
  const wholeAt = (some: Float64Array): Float64Array => {
    let next = 0;
    return noise.map((each, at) => (moves[at] ? some[next++] : each));
  };
  const logDiscrete = logOfDiscrete(loaded, program, meanings, ofGuide.meanings);
  const expected = logNoise - logDeterminant((some) => free(wholeAt(some)), moving) + logDiscrete;
  // Draws in order that rounding has put on one number have no differences to tell them by.
  fc.pre(Number.isFinite(expected));
  expectClose(outputs.logGuide[0], expected, 1e-5);

  const wrt = [...guide.learned, ...density.learned].map((each) => each.input);
  const onlyDensity = selectOutputs(whole, (name) => name === "logDensity");
  const slopes = runner(optimize(differentiate(onlyDensity, { of: "logDensity", wrt, prefix: "gradient/" })))(
    inputs,
  );
  const densityAt = runner(eliminateDeadCode(onlyDensity));
  for (const name of wrt)
    inputs[name].forEach((_, at) => {
      const moved = (by: number): number => {
        const other = inputs[name].slice();
        other[at] += by;
        return densityAt({ ...inputs, [name]: other }).logDensity[0];
      };
      const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      const scale = Math.max(1, Math.abs(judged.logDensity));
      expectClose(slopes[`gradient/${name}`][at], slope, 1e-5 * scale, name);
    });

  const graph = optimize(
    differentiate(
      selectOutputs(whole, (name) => name === "bound"),
      { of: "bound", wrt, prefix: "gradient/" },
    ),
  );
  return { graph, inputs: onlyNeeded(graph, inputs), results: runner(graph)(inputs) };
}

/** Which numbers of the noise the real draws depend on. */
function movers(free: (noise: Float64Array) => readonly number[], noise: Float64Array): readonly boolean[] {
  const before = free(noise);
  return Array.from(noise, (each, at) => {
    const after = free(noise.with(at, each + 1e-6));
    return after.some((value, i) => value !== before[i]);
  });
}

/** log q of what the guide draws with `score`, given all of its draws. */
function logOfDiscrete(
  loaded: LoadedModel,
  { sizes }: SampleProgram,
  draws: Readonly<Record<string, Meaning>>,
  learned: Learned["meanings"],
): number {
  const { guide } = loaded.model;
  if (guide === undefined) throw new Error("a model without a guide");
  const scored = new Set(guide.sites.filter(({ score }) => score).map(({ variable }) => variable));
  return interpret({ ...loaded, model: guide }, sizes, draws, learned, (name) => scored.has(name)).logDensity;
}
