/** The script of the page that `tfjs.test.ts` opens: tfjs's GPU backends against the reference. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import { type TfjsBackend, tfjsEngine } from "ppl/web/tfjs";
import { ProblemError } from "../../src/base/problem.ts";
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

const runs = {
  /** Where an engine differs from the reference in the cases of an op and their gradients, one line each. */
  async differences(backend: TfjsBackend, tolerance: Tolerance) {
    const engine = await engineOf(backend);
    const lines: string[] = [];
    const note = (label: string, found: string | undefined) => {
      if (found !== undefined) lines.push(`${label}: ${found}`);
    };
    for (const each of allCases()) {
      for (const seed of [1])
        note(each.label, await difference(engine, each.graph, each.sample(seed), tolerance));
      const gradient = gradientGraph(each);
      if (gradient !== undefined)
        note(`gradient of ${each.label}`, await difference(engine, gradient, each.sample(3), tolerance));
    }
    return { cases: allCases().length, lines };
  },

  /** The same for what is to be exact, the first rounds of each kind. */
  async inexact(backend: TfjsBackend, rounds: number) {
    const engine = await engineOf(backend);
    const lines: string[] = [];
    for (const cases of Object.values(exactCases))
      for (const { graph, inputs } of cases(rounds)) {
        const found = await difference(engine, graph, inputs, { relative: 0, absolute: 0 });
        if (found !== undefined) lines.push(`${JSON.stringify(graph.nodes)}: ${found}`);
      }
    return lines;
  },
};

Object.assign(globalThis, { runs });
