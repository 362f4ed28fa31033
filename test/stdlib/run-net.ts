/** Runs a net of the library at given weights, with its gradients: `value` of a small model that calls it. */
import { expect } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { isTuple } from "../../src/compiler/lower/context.ts";
import { lowerDensityInto } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../src/engines/wasm/wasm-engine.ts";
import type { Initializer } from "../../src/lang/core-statement.ts";
import { loadModel } from "../compiler/lower/load-model.ts";

export interface RunNet {
  /** Of `value`, with its shape. */
  readonly shape: readonly number[];
  readonly value: readonly number[];
  /** Weights by path below the net, `mlp0/dense1/W`. */
  readonly weights: Readonly<Record<string, Weight>>;
  /** Compares the gradient of a weighted sum of the value, in all weights and inputs, with finite differences. */
  checkGradients(): void;
}

interface Weight {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** What training would start from. */
  readonly initializer: Initializer;
}

interface Options {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Values of some weights; the others are normal with standard deviation 0.6. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
}

const wasm = await createWasmEngine();

/** `program` ends in a model with `learn f = …` and `value = …`. */
export function runNet(program: string, { sizes = {}, inputs, weights = {} }: Options): RunNet {
  const loaded = loadModel(program);
  const builder = createBuilder();
  const state = lowerDensityInto({ ...loaded, sizes, knowns: {} }, { scale: "constrained" }, builder, () => {
    throw new Error("nothing is drawn");
  });
  const bound = state.context.scope.get("value");
  if (bound?.kind !== "value" || isTuple(bound.value)) throw new Error("the model binds no value");
  const { node, event: shape } = bound.value;
  const count = shape.reduce((product, size) => product * size, 1);
  const probe = Array.from({ length: count }, (_, i) => 1 + Math.sin(3 * i));
  const weighted = builder.emit("mul", [node, builder.constant(probe, shape)], {});
  const graph = builder.finish({ value: node, weighted });

  const given: Record<string, readonly number[]> = {};
  const found: Record<string, Weight> = {};
  state.learned.forEach(({ path, input, shape: size, learn }, position) => {
    const values = new Float64Array(size.reduce((product, each) => product * each, 1));
    randomSource({ seed: 11, stream: 0 }, position).fillNormal(values);
    const name = path.split("/").slice(1).join("/");
    given[input] = weights[name] ?? [...values].map((each) => 0.6 * each);
    found[name] = { shape: size, values: given[input], initializer: learn.initializer };
  });
  for (const name of Object.keys(weights)) if (!(name in found)) throw new Error(`no weight ${name}`);
  for (const [name, values] of Object.entries(inputs)) given[`data/${name}`] = values;

  const wrt = Object.keys(given).filter((name) => {
    const id = graph.inputs[name];
    return id !== undefined && graph.nodes[id].type.dtype === "float";
  });
  const whole = optimize(differentiate(graph, { of: "weighted", wrt, prefix: "gradient/" }));
  const executable = referenceEngine.compile(whole);
  const run = (at: Readonly<Record<string, readonly number[]>>) => executable.run(at);
  const total = (at: Readonly<Record<string, readonly number[]>>): number =>
    [...run(at).weighted].reduce((sum, each) => sum + each, 0);
  // The engine writes the next run's results over the last one's.
  const results = Object.fromEntries(Object.entries(run(given)).map(([name, values]) => [name, [...values]]));
  // The default engine must not tell them apart.
  const fast = wasm.compile(whole).run(given);
  for (const [name, values] of Object.entries(results))
    values.forEach((each, i) => {
      if (Object.is(fast[name][i], each)) return;
      expect(Math.abs(fast[name][i] - each), `${name}[${i}] in wasm`).toBeLessThan(
        1e-10 * (1 + Math.abs(each)),
      );
    });
  return {
    shape,
    value: results.value,
    weights: found,
    checkGradients: () => {
      for (const name of wrt) {
        const step = 1e-5;
        given[name].forEach((each, i) => {
          const moved = (by: number): number => total({ ...given, [name]: given[name].with(i, each + by) });
          const slope = (moved(step) - moved(-step)) / (2 * step);
          const exact = results[`gradient/${name}`][i];
          expect(Math.abs(exact - slope), `${name}[${i}]: ${exact}, by differences ${slope}`).toBeLessThan(
            1e-8 * Math.max(1, Math.abs(slope)),
          );
        });
      }
    },
  };
}
