/** A split graph on an engine: what only data decide is computed once. */
import type { Graph } from "../../compiler/graph.ts";
import type { SplitGraph } from "../../compiler/split-invariant.ts";
import type { Engine, Executable } from "../../engines/engine.ts";

export interface CompiledSplit {
  readonly executable: Executable;
  /** The inputs that never change: data and what was computed from them. */
  readonly fixed: Readonly<Record<string, Float64Array>>;
}

/** Runs the invariant part once and compiles the rest. */
export function compileSplit(
  split: SplitGraph,
  data: Readonly<Record<string, Float64Array>>,
  engine: Engine,
): CompiledSplit {
  return { executable: engine.compile(split.each), fixed: fixedInputs(split, data, engine) };
}

/** Data that are still needed, and what the invariant part makes of data. */
export function fixedInputs(
  split: SplitGraph,
  data: Readonly<Record<string, Float64Array>>,
  engine: Engine,
): Record<string, Float64Array> {
  const needed = (graph: Graph): Record<string, Float64Array> =>
    Object.fromEntries(Object.entries(data).filter(([name]) => Object.hasOwn(graph.inputs, name)));
  const fixed = needed(split.each);
  if (Object.keys(split.once.outputs).length === 0) return fixed;
  const once = engine.compile(split.once);
  for (const [name, values] of Object.entries(once.run(needed(split.once))))
    fixed[name] = Float64Array.from(values);
  once.dispose();
  return fixed;
}
