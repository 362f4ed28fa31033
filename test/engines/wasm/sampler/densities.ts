/** Densities in blocks of coordinates, compiled with the sampler around them. */

import { bug } from "../../../../src/base/bug.ts";
import { type Builder, createBuilder } from "../../../../src/compiler/builder.ts";
import { differentiate } from "../../../../src/compiler/differentiate.ts";
import type { NodeId } from "../../../../src/compiler/graph.ts";
import { optimize } from "../../../../src/compiler/passes/optimize.ts";
import { compile } from "../../../../src/driver/compile.ts";
import { planDensity } from "../../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../../../src/driver/infer-options.ts";
import { createWasmEngine } from "../../../../src/engines/wasm/wasm-engine.ts";
import type { DensityTarget, NutsTransitions } from "../../../../src/inference/target.ts";
import { vectorTarget } from "../../../inference/targets.ts";

export const engine = await createWasmEngine();

export interface SampledTarget extends DensityTarget {
  readonly nuts: NutsTransitions;
}

/** Of a program and its data. */
export async function programTarget(
  text: string,
  data: Parameters<typeof bindOrThrow>[1] = {},
  sizes: Readonly<Record<string, number>> = {},
): Promise<SampledTarget> {
  const { program, problems } = await compile(text);
  if (program === undefined) throw new Error(JSON.stringify(problems));
  const model = program.model();
  const target = densityTarget(planDensity(program.core, model, bindOrThrow(model, data, { sizes })), engine);
  return { ...target, nuts: target.nuts ?? bug("no sampler") };
}

/** Of a graph: `lengths` are those of its inputs, which are vectors. */
export function graphTarget(
  lengths: readonly number[],
  density: (b: Builder, inputs: readonly NodeId[]) => NodeId,
): SampledTarget {
  const b = createBuilder();
  const blocks = lengths.map((length, i) => ({
    input: `q/${i}`,
    offset: lengths.slice(0, i).reduce((sum, each) => sum + each, 0),
    length,
  }));
  const inputs = blocks.map(({ input, length }) => b.input(input, { dtype: "float", shape: [length] }));
  const graph = b.finish({ logDensity: density(b, inputs) });
  const wrt = blocks.map(({ input }) => input);
  const executable =
    engine.compileSampler?.(
      optimize(differentiate(graph, { of: "logDensity", wrt, prefix: "gradient/" })),
      blocks,
    ) ?? bug("no sampler");
  const dimension = lengths.reduce((sum, each) => sum + each, 0);
  const target = vectorTarget(dimension, (position, gradient) => {
    const outputs = executable.run(
      Object.fromEntries(
        blocks.map(({ input, offset, length }) => [input, position.slice(offset, offset + length)]),
      ),
    );
    for (const { input, offset } of blocks) gradient.set(outputs[`gradient/${input}`], offset);
    return outputs.logDensity[0];
  });
  return { ...target, nuts: executable.nuts };
}

/** −½ Σ x² / s², s from 1 to 2 over all coordinates. */
export function gaussian(lengths: readonly number[]): SampledTarget {
  const dimension = lengths.reduce((sum, each) => sum + each, 0);
  let offset = 0;
  return graphTarget(lengths, (b, inputs) =>
    inputs
      .map((input, i) => {
        const precisions = Array.from({ length: lengths[i] }, (_, k) => (1 + (offset + k) / dimension) ** -2);
        offset += lengths[i];
        const square = b.emit("mul", [input, input], {});
        const scaled = b.emit("mul", [square, b.constant(precisions, [lengths[i]])], {});
        const sum = b.emit("reduceSum", [scaled], { axes: [0] });
        return b.emit("mul", [sum, b.fill(-0.5, [])], {});
      })
      .reduce((a, c) => b.emit("add", [a, c], {})),
  );
}

export const schools = {
  y: [28, 8, -3, 7, -1, 1, 18, 12],
  sigma: [15, 10, 16, 11, 9, 11, 10, 18],
};

export const eightSchools = (form: "via noncentered" | ""): string => `
model EightSchools[J](sigma: Positive[J]) {
  mu ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) ${form}
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}`;

export const funnel = `
model Funnel[N] {
  v ~ Normal(0, 3)
  plate n in N {
    x[n] ~ Normal(0, exp(v / 2))
    observe y[n] ~ Normal(0, 1)
  }
}`;
