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
import type { Graph } from "../../src/compiler/graph.ts";
import { type Engine, type Executable, runLater, type Values } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { firstDifference, gradientGraph, type Tolerance } from "../engines/compared.ts";
import { allCases } from "../engines/op-cases.ts";
import { exactCases } from "../engines/tfjs/exact-cases.ts";

type Inputs = Readonly<Record<string, Values>>;

const loaded = new Map<TfjsBackend, Promise<Engine>>();

function engineOf(backend: TfjsBackend): Promise<Engine> {
  const engine = loaded.get(backend) ?? tfjsEngine(tf, backend);
  loaded.set(backend, engine);
  return engine;
}

async function difference(
  engine: Engine,
  graph: Graph,
  inputs: Inputs,
  tolerance: Tolerance,
): Promise<string | undefined> {
  const expected = referenceEngine.compile(graph).run(inputs);
  let executable: Executable | undefined;
  try {
    executable = engine.compile(graph);
    const actual = await runLater(executable, inputs);
    for (const name of Object.keys(graph.outputs)) {
      const found = firstDifference(actual[name], expected[name], tolerance);
      if (found !== undefined) return name + found;
    }
    return undefined;
  } catch (error) {
    return error instanceof ProblemError ? JSON.stringify(error.problems) : String(error);
  } finally {
    executable?.dispose();
  }
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

  /** Numbers of living buffers before and after many runs. */
  async heldAfter(backend: TfjsBackend, count: number) {
    const engine = await engineOf(backend);
    const { graph, sample } = allCases().filter(({ label }) => label.startsWith("scan #2"))[0];
    const executable = engine.compile(graph);
    const held = () => (tf.engine().registry[backend] as unknown as { numDataIds(): number }).numDataIds();
    await runLater(executable, sample(1));
    const before = held();
    for (let run = 0; run < count; run++) await runLater(executable, sample(1));
    const after = held();
    executable.dispose();
    return { before, after, disposed: held() };
  },

  /** Where an engine differs from the reference in all cases, or one per op, and their gradients, one line each. */
  async differences(backend: TfjsBackend, tolerance: Tolerance, all: boolean) {
    const engine = await engineOf(backend);
    const lines: string[] = [];
    const note = (label: string, found: string | undefined) => {
      if (found !== undefined) lines.push(`${label}: ${found}`);
    };
    const cases = allCases().filter(({ op }, at, every) => all || every[at - 1]?.op !== op);
    for (const each of cases) {
      note(each.label, await difference(engine, each.graph, each.sample(1), tolerance));
      const gradient = gradientGraph(each);
      if (gradient !== undefined)
        note(`gradient of ${each.label}`, await difference(engine, gradient, each.sample(3), tolerance));
    }
    return { cases: cases.length, lines };
  },

  /** The same for what is to be exact: every so-manieth case. */
  async inexact(backend: TfjsBackend, stride: number) {
    const engine = await engineOf(backend);
    const lines: string[] = [];
    let at = 0;
    for (const cases of Object.values(exactCases))
      for (const { graph, inputs } of cases()) {
        at += 1;
        if (at % stride !== 0) continue;
        const found = await difference(engine, graph, inputs, { relative: 0, absolute: 0 });
        // What is refused by name is not wrong.
        if (found !== undefined && !found.includes('"engine-lacks-kernel"'))
          lines.push(`${JSON.stringify(graph.nodes)}: ${found}`);
      }
    return lines;
  },
};

Object.assign(globalThis, { runs });
