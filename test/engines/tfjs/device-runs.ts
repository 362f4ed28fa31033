/** What engines that give their results later are tested by, in pages and in Node. */

import { ProblemError } from "../../../src/base/problem.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { type Engine, type Executable, runLater, type Values } from "../../../src/engines/engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { firstDifference, gradientGraph, type Tolerance } from "../compared.ts";
import { allCases } from "../op-cases.ts";
import { exactCases } from "./exact-cases.ts";

type Inputs = Readonly<Record<string, Values>>;

/** Where an engine differs from the reference in all cases, or one per op, and their gradients, one line each. */
export async function differences(
  engine: Engine,
  tolerance: Tolerance,
  all: boolean,
): Promise<{ readonly cases: number; readonly lines: readonly string[] }> {
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
}

/** The same for what is to be exact: every so-manieth case. */
export async function inexact(engine: Engine, stride: number): Promise<string[]> {
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
}

/** Numbers of living buffers before and after many runs. */
export async function heldAfter(
  engine: Engine,
  count: number,
  held: () => number,
): Promise<Readonly<Record<"before" | "after" | "disposed", number>>> {
  const { graph, sample } = allCases().filter(({ label }) => label.startsWith("scan #2"))[0];
  const executable = engine.compile(graph);
  await runLater(executable, sample(1));
  const before = held();
  for (let run = 0; run < count; run++) await runLater(executable, sample(1));
  const after = held();
  executable.dispose();
  return { before, after, disposed: held() };
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
