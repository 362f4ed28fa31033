/** Many steps of a graph as one graph, which an engine runs in one call: a block of optimization steps, for example. */
import { bug } from "../base/bug.ts";
import { createBuilder } from "./builder.ts";
import type { Graph } from "./graph.ts";
import { copyInto, emitSame } from "./rebuild.ts";
import { emitScan } from "./scan.ts";

export interface RepeatOptions {
  readonly count: number;
  /** For each carried input, the output that is its value in the next step, of the same float type. */
  readonly carried: Readonly<Record<string, string>>;
  /** Inputs that have a value for every step: they get a leading axis of `count`. The others are the same in all steps. */
  readonly varying?: readonly string[];
}

/**
 * The graph's inputs and outputs keep their names: carried outputs are those of the last step, the others, which must be float,
 * get a leading axis of `count`.
 */
export function repeatSteps(step: Graph, { count, carried, varying = [] }: RepeatOptions): Graph {
  const names = [...Object.keys(carried), ...varying];
  for (const name of names) if (!Object.hasOwn(step.inputs, name)) bug(`no input ${name} to repeat`);
  const fixed = Object.keys(step.inputs).filter((name) => !names.includes(name));
  const stacked = Object.keys(step.outputs).filter((name) => !Object.values(carried).includes(name));
  const builder = createBuilder();
  const inputs = new Map(
    Object.entries(step.inputs).map(([name, id]) => {
      const { dtype, shape } = step.nodes[id].type;
      const isVarying = varying.includes(name);
      return [name, builder.input(name, { dtype, shape: isVarying ? [count, ...shape] : shape })];
    }),
  );
  const idOf = (name: string): number => inputs.get(name) ?? bug(`no input ${name} to repeat`);
  const { carries, ys } = emitScan(builder, {
    length: count,
    carries: Object.keys(carried).map(idOf),
    xs: varying.map(idOf),
    fixed: fixed.map(idOf),
    body(inner, given) {
      const values = [...given.carries, ...given.xs, ...given.fixed];
      const byName = new Map([...names, ...fixed].map((name, at) => [name, values[at]]));
      const ids = copyInto(inner, step, (target, node) => {
        const known = node.op === "input" ? byName.get(node.params.name) : undefined;
        return known ?? emitSame(target, node);
      });
      return {
        carries: Object.values(carried).map((name) => ids[step.outputs[name]]),
        ys: stacked.map((name) => ids[step.outputs[name]]),
      };
    },
  });
  return builder.finish(
    Object.fromEntries([
      ...Object.values(carried).map((name, at) => [name, carries[at]] as const),
      ...stacked.map((name, at) => [name, ys[at]] as const),
    ]),
  );
}
