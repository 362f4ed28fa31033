/**
 * The no-U-turn sampler inside a density's module: transitions run without returning to JavaScript. The result is that of
 * `inference/nuts/tree.ts` for the same random numbers, but for roundings.
 */
import type { CoordinateRun, NutsSampler } from "../../engine.ts";
import type { FunctionIndex } from "../assembler/function-builder.ts";
import type { Program, WrittenGraph } from "../emission.ts";
import { emitRandomFills } from "../math/emit-random-fills.ts";
import { emitLeapfrog } from "./emit-leapfrog.ts";
import { emitTransitions } from "./emit-transitions.ts";
import { emitTree } from "./emit-tree.ts";
import { deepestTree, planSampler, rowFacts, type SamplerLayout } from "./sampler-layout.ts";
import { addGlobals } from "./sampler-program.ts";

/** Reserves the sampler's memory, and says where in it the density is to read its inputs. */
export function placeSampler(
  program: Program,
  runs: readonly CoordinateRun[],
): { readonly layout: SamplerLayout; readonly inputs: Readonly<Record<string, number>> } {
  const dimension = runs.reduce((sum, { length }) => sum + length, 0);
  const layout = planSampler(dimension, program.reserve);
  const inputs = Object.fromEntries(
    runs.map(({ input, offset }) => [input, layout.here.position + 8 * offset]),
  );
  return { layout, inputs };
}

/** Writes the sampler's functions and exports `transitions`. The graph computes in f64. */
export function writeSampler(
  program: Program,
  layout: SamplerLayout,
  density: WrittenGraph,
  runs: readonly CoordinateRun[],
): FunctionIndex {
  const { module, features, elementwise } = program;
  const fills = emitRandomFills(module, { precision: "f64", relaxed: features.relaxed });
  const gradients = runs
    .filter(({ length }) => length > 0)
    .map(({ input, offset, length }) => ({ offset, length, address: density.outputs[`gradient/${input}`] }))
    .toSorted((a, b) => a.offset - b.offset);
  const sampler = {
    module,
    layout,
    density: { run: density.run, logDensity: density.outputs.logDensity, gradients },
    globals: addGlobals(module),
    fillNormal: fills.normal,
    fillUniform: fills.uniform,
    exponential: (code: Parameters<typeof elementwise.math>[0]) => elementwise.math(code, "exp", 0),
  };
  const leapfrog = emitLeapfrog(sampler);
  const transitions = emitTransitions(sampler, emitTree(sampler, leapfrog));
  module.exportFunction("transitions", transitions);
  return transitions;
}

export type TransitionsExport = (
  count: number,
  step: number,
  seed: number,
  stream: number,
  maxTreeDepth: number,
  stepSize: number,
  maxEnergyError: number,
) => void;

/** The exported function with its memory, as strategies use it. */
export function nutsSampler(
  layout: SamplerLayout,
  buffer: ArrayBufferLike,
  transitions: TransitionsExport,
): NutsSampler {
  const { dimension, drawn, rowCapacity } = layout;
  const view = (address: number, length = dimension): Float64Array =>
    new Float64Array(buffer, address, length);
  const position = view(drawn.position);
  const gradient = view(drawn.gradient);
  const logDensity = view(drawn.logDensity, 1);
  const inverseMass = view(layout.inverseMass);
  const rootMass = view(layout.rootMass, 2 * layout.vectors).fill(1);
  const rowLength = rowFacts.length + dimension;
  const table = view(layout.rows, rowCapacity * rowLength);
  const copy = (from: Float64Array, to: Float64Array): void => {
    for (let i = 0; i < dimension; i++) to[i] = from[i];
  };
  return {
    deepestTree,
    run(point, settings, key, step, rows, first, count) {
      copy(point.position, position);
      copy(point.gradient, gradient);
      logDensity[0] = point.logDensity;
      copy(settings.inverseMass, inverseMass);
      for (let i = 0; i < dimension; i++) rootMass[i] = Math.sqrt(settings.inverseMass[i]);
      const { stepSize, maxTreeDepth, maxEnergyError } = settings;
      for (let done = 0; done < count; done += rowCapacity) {
        const now = Math.min(rowCapacity, count - done);
        transitions(now, step + done, key.seed, key.stream, maxTreeDepth, stepSize, maxEnergyError);
        const start = (first + done) * rowLength;
        if (now === 1) for (let i = 0; i < rowLength; i++) rows[start + i] = table[i];
        else rows.set(table.subarray(0, now * rowLength), start);
      }
      copy(position, point.position);
      copy(gradient, point.gradient);
      point.logDensity = logDensity[0];
    },
  };
}
