/** The script of the page that `tfjs.test.ts` opens: tfjs's GPU backends against the reference. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import {
  compile,
  decodeArtifact,
  encodeArtifact,
  inferWithArtifact,
  ProblemError,
  type Program,
  train,
} from "ppl/web";
import { type TfjsBackend, tfjsEngine } from "ppl/web/tfjs";
import type { Engine } from "../../src/engines/engine.ts";
import type { Tolerance } from "../engines/compared.ts";
import { differences, heldAfter, inexact } from "../engines/tfjs/device-runs.ts";

const loaded = new Map<TfjsBackend, Promise<Engine>>();

function engineOf(backend: TfjsBackend): Promise<Engine> {
  const engine = loaded.get(backend) ?? tfjsEngine(tf, backend);
  loaded.set(backend, engine);
  return engine;
}

async function programOf(text: string): Promise<Program> {
  const { program, problems } = await compile(text);
  if (program === undefined) throw new ProblemError(problems);
  return program;
}

const runs = {
  /** Weights and decisions of a training run, and the means that the trained file answers with. */
  async train(backend: TfjsBackend, text: string, x: readonly (readonly number[])[], steps: number) {
    const label = `tfjs:${backend}` as const;
    const options = { engine: label, engines: { [label]: () => engineOf(backend) }, seed: 1 };
    const { tensors, engine, interrupted, ...rest } = await train(
      await programOf(text),
      { x },
      { ...options, steps },
    );
    const trained = { ...rest, tensors, engine, interrupted };
    const answer = await inferWithArtifact(
      decodeArtifact(encodeArtifact(trained), "line.pplx"),
      { x: x.slice(0, 3) },
      { ...options, draws: 20 },
    );
    return {
      engine,
      remarks: rest.remarks,
      tensors: Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, [...values]])),
      means: answer.summary.map(({ mean }) => mean),
      answeredBy: answer.engine,
    };
  },

  async heldAfter(backend: TfjsBackend, count: number) {
    const held = () => (tf.engine().registry[backend] as unknown as { numDataIds(): number }).numDataIds();
    return heldAfter(await engineOf(backend), count, held);
  },
  differences: async (backend: TfjsBackend, tolerance: Tolerance, all: boolean) =>
    differences(await engineOf(backend), tolerance, all),
  inexact: async (backend: TfjsBackend, stride: number) => inexact(await engineOf(backend), stride),
};

Object.assign(globalThis, { runs });
