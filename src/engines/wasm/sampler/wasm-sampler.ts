/**
 * The no-U-turn sampler inside a density's module: transitions run without returning to JavaScript. The result is that of
 * `inference/nuts/tree.ts` for the same random numbers, but for roundings.
 */
import type { CoordinateRun, NutsSampler } from "../../engine.ts";
import type { FunctionIndex } from "../assembler/function-builder.ts";
import type { Program, WrittenGraph } from "../emission.ts";
import { emitFillUniform } from "../math/emit-random-fills.ts";
import { averagingFacts } from "./emit-adaptation.ts";
import { emitLeapfrog } from "./emit-leapfrog.ts";
import { emitTransitions } from "./emit-transitions.ts";
import { emitTree } from "./emit-tree.ts";
import { deepestTree, mostDense, planSampler, rowFacts, type SamplerLayout } from "./sampler-layout.ts";
import { addGlobals } from "./sampler-program.ts";

/** Reserves the sampler's memory, and says where in it the density is to read its inputs. */
export function placeSampler(
  program: Program,
  runs: readonly CoordinateRun[],
): { readonly layout: SamplerLayout; readonly inputs: Readonly<Record<string, number>> } {
  const dimension = runs.reduce((sum, { length }) => sum + length, 0);
  const layout = planSampler(dimension, program.reserve);
  const inputs = Object.fromEntries(runs.map(({ input, offset }) => [input, layout.input + 8 * offset]));
  return { layout, inputs };
}

/** Writes the sampler's functions and exports `transitions`. The graph computes in f64. */
export function writeSampler(
  program: Program,
  layout: SamplerLayout,
  density: WrittenGraph,
  runs: readonly CoordinateRun[],
): FunctionIndex {
  const { module, features, elementwise, mathContext } = program;
  const gradients = runs
    .filter(({ length }) => length > 0)
    .map(({ input, offset, length }) => ({ offset, length, address: density.outputs[`gradient/${input}`] }))
    .toSorted((a, b) => a.offset - b.offset);
  const sampler = {
    module,
    layout,
    density: { run: density.run, logDensity: density.outputs.logDensity, gradients },
    globals: addGlobals(module),
    fillUniform: emitFillUniform(module, mathContext),
    relaxed: features.relaxed,
    context: mathContext,
    exponential: (code: Parameters<typeof elementwise.math>[0]) => elementwise.math(code, "exp", 0),
  };
  const leapfrog = emitLeapfrog(sampler);
  const transitions = emitTransitions(sampler, emitTree(sampler, leapfrog));
  module.exportFunction("transitions", transitions);
  return transitions;
}

const changingFacts = ["count", "meanError", "meanLogStepSize", "logStepSize", "stepSize"] as const;
const stepSizePlace = averagingFacts.indexOf("stepSize");

export type TransitionsExport = (
  count: number,
  step: number,
  seed: number,
  stream: number,
  maxTreeDepth: number,
  stepSize: number,
  maxEnergyError: number,
  isAdapting: number,
  isWhitened: number,
) => void;

/** The exported function with its memory, as strategies use it. */
export function nutsSampler(
  layout: SamplerLayout,
  buffer: ArrayBufferLike,
  transitions: TransitionsExport,
): NutsSampler {
  const { dimension, drawn, proposal, rowCapacity } = layout;
  const view = (address: number, length = dimension): Float64Array =>
    new Float64Array(buffer, address, length);
  const position = view(drawn + proposal.position);
  const gradient = view(drawn + proposal.gradient);
  const logDensity = view(drawn + proposal.logDensity, 1);
  const inverseMass = view(layout.inverseMass);
  const massRoots = view(layout.massRoots);
  const rowLength = rowFacts.length + dimension;
  const factor = view(layout.factor, dimension <= mostDense ? dimension ** 2 : 0);
  const averaged = view(layout.averaging, averagingFacts.length);
  const table = view(layout.rows, rowCapacity * rowLength);
  const copy = (from: Float64Array, to: Float64Array): void => {
    for (let i = 0; i < dimension; i++) to[i] = from[i];
  };
  return {
    deepestTree,
    mostDense,
    run(point, settings, key, step, rows, first, count, averaging) {
      copy(point.position, position);
      copy(point.gradient, gradient);
      logDensity[0] = point.logDensity;
      copy(settings.inverseMass, inverseMass);
      for (let i = 0; i < dimension; i++) massRoots[i] = 1 / Math.sqrt(settings.inverseMass[i]);
      const { maxTreeDepth, maxEnergyError } = settings;
      if (settings.factor !== undefined) factor.set(settings.factor);
      if (averaging !== undefined)
        averagingFacts.forEach((name, place) => {
          averaged[place] = averaging[name];
        });
      const isAdapting = Number(averaging !== undefined);
      let { stepSize } = settings;
      for (let done = 0; done < count; done += rowCapacity) {
        const now = Math.min(rowCapacity, count - done);
        transitions(
          now,
          step + done,
          key.seed,
          key.stream,
          maxTreeDepth,
          stepSize,
          maxEnergyError,
          isAdapting,
          Number(settings.factor !== undefined),
        );
        if (averaging !== undefined) stepSize = averaged[stepSizePlace];
        const start = (first + done) * rowLength;
        if (now === 1) for (let i = 0; i < rowLength; i++) rows[start + i] = table[i];
        else rows.set(table.subarray(0, now * rowLength), start);
      }
      if (averaging !== undefined)
        for (const name of changingFacts) averaging[name] = averaged[averagingFacts.indexOf(name)];
      copy(position, point.position);
      copy(gradient, point.gradient);
      point.logDensity = logDensity[0];
    },
  };
}
