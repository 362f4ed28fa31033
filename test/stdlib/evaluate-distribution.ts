/** Numbers from a distribution's definition: densities at points, entries, draws. */
import { bug } from "../../src/base/bug.ts";
import { randomSource } from "../../src/base/random.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { elementCount } from "../../src/compiler/graph.ts";
import { logTail } from "../../src/compiler/lower/cumulative.ts";
import { entryValue, openDefinition, type Tail } from "../../src/compiler/lower/defined.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { createModelContext } from "../../src/compiler/lower/lower-model.ts";
import { lowerSimulate } from "../../src/compiler/lower/simulate.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import type { CoreDefinedDistribution } from "../../src/lang/core-distribution.ts";
import { loadModel } from "../compiler/lower/load-model.ts";

/** log p at each point; where a type is given, of what is cut down by it. */
export function logDensities(use: string, points: readonly number[], type?: string): Float64Array {
  const declared = type === undefined ? "" : `: ${type}`;
  const loaded = loadModel(`model M[N] {\n  plate n in N { observe x[n]${declared} ~ ${use} }\n}`);
  const lowered = lowerLogDensity(
    { ...loaded, sizes: { N: points.length }, knowns: {} },
    { scale: "constrained", pointwise: true },
  );
  const graph = { ...lowered.graph, outputs: { x: lowered.graph.outputs["pointwise/x"] } };
  return Float64Array.from(referenceEngine.compile(optimize(graph)).run({ "data/x": points }).x);
}

type EntryName = "cdf" | "quantile" | "mean" | "variance";

/** The entry as a function of its parameter; `undefined` where the definition lacks it. */
export function entryOf(use: string, name: EntryName): ((at: number) => number) | undefined {
  const loaded = loadModel(`model M {\n  observe x ~ ${use}\n}`);
  const { distribution } = loaded.model.sites[0];
  if (distribution.kind !== "defined") return bug(`${use} is not defined in the library`);
  const entry = (distribution as CoreDefinedDistribution).definition[name];
  if (entry === undefined) return undefined;
  const builder = createBuilder();
  const never = (): never => bug("nothing is learned");
  const context = createModelContext({ ...loaded, sizes: {}, knowns: {} }, builder, never, () => {}, never);
  const at = { node: builder.input("at", { dtype: "float", shape: [] }), axes: [], event: [] };
  const opened = openDefinition(distribution, [], context);
  const { node } = context.algebra.convert(entryValue(opened, entry, [at]), "float");
  const executable = referenceEngine.compile(builder.finish({ value: node }));
  return (value) => executable.run({ at: [value] }).value[0];
}

/** log F or log (1 − F) as a function of x. */
export function tailOf(use: string, tail: Tail): (at: number) => number {
  const loaded = loadModel(`model M {\n  observe x ~ ${use}\n}`);
  const builder = createBuilder();
  const never = (): never => bug("nothing is learned");
  const context = createModelContext({ ...loaded, sizes: {}, knowns: {} }, builder, never, () => {}, never);
  const x = { node: builder.input("at", { dtype: "float", shape: [] }), axes: [], event: [] };
  const { node } = logTail(loaded.model.sites[0].distribution, tail, x, [], context);
  const executable = referenceEngine.compile(optimize(builder.finish({ value: node })));
  return (value) => executable.run({ at: [value] }).value[0];
}

/** Draws in ascending order. */
export function drawsOf(use: string, count: number, type?: string): number[] {
  return vectorsOf(use, count, type)
    .map(([x]) => x)
    .sort((a, b) => a - b);
}

/** Draws, each with all of its numbers. */
export function vectorsOf(use: string, count: number, type?: string): number[][] {
  const loaded = loadModel(`model M {\n  observe x${type === undefined ? "" : `: ${type}`} ~ ${use}\n}`);
  const { graph, noise } = lowerSimulate({ ...loaded, sizes: {}, knowns: {} }, { given: [] });
  const executable = referenceEngine.compile(optimize(graph));
  const buffers = noise.map((each) => ({ ...each, values: new Float64Array(elementCount(each.shape)) }));
  return Array.from({ length: count }, (_, draw) => {
    const random = randomSource({ seed: 3, stream: 0 }, draw);
    for (const { kind, values } of buffers)
      if (kind === "normal") random.fillNormal(values);
      else random.fillUniform(values);
    const needed = buffers.filter(({ input }) => Object.hasOwn(graph.inputs, input));
    const inputs = Object.fromEntries(needed.map(({ input, values }) => [input, values]));
    return Array.from(executable.run(inputs)["variable/x"]);
  });
}
