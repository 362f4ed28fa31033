/**
 * Variables that are chained along a line are summed out from its start to its end (the forward algorithm, in log space): after each
 * step, what is left depends on the elements that later steps look back at. Steps that do the same become one loop. Several
 * variables go together, and each may be looked back at over several steps.
 */
import { bug } from "../../base/bug.ts";
import { emitScan } from "../scan.ts";
import type { Reduction } from "./reduce-axis.ts";
import { addSmallFirst, planReductions, type ReductionStep, reduceTerms } from "./sum-order.ts";
import {
  type Extent,
  elementAxis,
  elementsOf,
  relabel,
  restrictTable,
  type Summed,
  shiftTable,
  stretches,
  type Table,
} from "./sum-tables.ts";
import { type Algebra, type Axis, createAlgebra, unionAxes, type Value } from "./value.ts";

export interface ChainContext {
  readonly algebra: Algebra;
  readonly variables: ReadonlyMap<string, Summed>;
  /** How the axis of each of these steps is taken. In a loop of `passes`, random numbers have one row for each. */
  reductions(steps: readonly ReductionStep[], passes: number | undefined): readonly Reduction[];
}

/** Loops of fewer steps are written out. */
const fewestLooped = 4;

interface Chain extends ChainContext {
  readonly line: string;
  readonly group: ReadonlyMap<string, Summed>;
  /** Per variable over how many steps it is looked back at. */
  readonly lags: ReadonlyMap<string, number>;
}

/** The sum over all elements of `group` along `line`, where `tables` are all that depend on one of them. */
export function sumChain(
  context: ChainContext,
  group: readonly Summed[],
  line: string,
  tables: readonly Table[],
): Value {
  const { algebra, variables } = context;
  const byName = new Map(group.map((variable) => [variable.name, variable]));
  const newest = tables.map((table) => {
    const last = Math.max(...offsetsAlong(table.value, line, byName).map(({ offset }) => offset));
    return shiftTable(algebra, table, line, last, variables);
  });
  const lags = new Map(group.map(({ name }) => [name, 0]));
  for (const { value } of newest)
    for (const { name, offset } of offsetsAlong(value, line, byName))
      lags.set(name, Math.max(lags.get(name) ?? 0, -offset));
  const chain: Chain = { ...context, line, group: byName, lags };
  let message: Value | undefined;
  for (const extent of segmentsOf(chain, newest)) message = walkSegment(chain, newest, extent, message);
  if (message === undefined) return bug("a chain without terms");
  const left = elementsOf(message).flatMap(({ axis, element }) =>
    byName.has(element.variable) ? [axis] : [],
  );
  const steps = planReductions([message.axes], left);
  const reductions = context.reductions(steps, undefined);
  return addSmallFirst(
    algebra,
    reduceTerms(algebra, [message], steps, (at) => reductions[at]),
  );
}

/** Elements of the group that a value depends on, with their offsets along the line. */
function offsetsAlong(
  value: Value,
  line: string,
  group: ReadonlyMap<string, Summed>,
): { readonly name: string; readonly offset: number; readonly axis: Axis }[] {
  return elementsOf(value).flatMap(({ axis, element }) => {
    const variable = group.get(element.variable);
    if (variable === undefined) return [];
    return [{ name: variable.name, offset: element.at[variable.lines.indexOf(line)].offset, axis }];
  });
}

/** Ranges of steps with the same terms, in which as many elements come as go. */
function segmentsOf({ line, group, lags }: Chain, tables: readonly Table[]): readonly Extent[] {
  const ends = tables.flatMap(({ extents }) => {
    const extent = extents.get(line) ?? bug("a table apart from its line");
    return [extent.from, extent.to];
  });
  const last = Math.max(...ends);
  const edges = [...group.values()].flatMap(({ name, lines, shape }) => {
    const length = shape[lines.indexOf(line)];
    const lag = lags.get(name) ?? 0;
    return Array.from({ length: lag + 1 }, (_, step) => [step, length + step]).flat();
  });
  return stretches([...ends, ...edges.filter((edge) => edge <= last)]);
}

function walkSegment(
  chain: Chain,
  tables: readonly Table[],
  extent: Extent,
  before: Value | undefined,
): Value | undefined {
  const { algebra, line } = chain;
  const here = tables.flatMap((table) => {
    const own = table.extents.get(line);
    if (own === undefined || own.from > extent.from || own.to < extent.to) return [];
    return [restrictTable(algebra, table, line, extent).value];
  });
  const terms = joinAlike(algebra, here);
  const length = extent.to - extent.from;
  if (length >= fewestLooped && before !== undefined) return loop(chain, terms, length, before);
  let message = before;
  for (let step = extent.from; step < extent.to; step++) {
    const rows = terms.map((term) => rowOf(algebra, term, line, step));
    message = walkStep(chain, rows, message);
  }
  return message;
}

/** Terms with the same elements are added up before any loop. */
function joinAlike(algebra: Algebra, values: readonly Value[]): Value[] {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = elementsOf(value)
      .map(({ axis }) => axis.id)
      .join(" ");
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()].map((alike) => addSmallFirst(algebra, alike));
}

function rowOf(algebra: Algebra, value: Value, line: string, step: number): Value {
  const at = value.axes.findIndex(({ id }) => id === line);
  if (at < 0) return value;
  const shape = value.axes.map(({ size }) => size);
  const from = step - value.axes[at].start;
  const { builder } = algebra;
  const row = builder.emit("slice", [value.node], {
    start: shape.map((_, each) => (each === at ? from : 0)),
    limit: shape.map((size, each) => (each === at ? from + 1 : size)),
  });
  const axes = value.axes.filter((_, each) => each !== at);
  const node = builder.emit("reshape", [row], { shape: axes.map(({ size }) => size) });
  return { node, axes, event: [] };
}

/** What is left after one step more. */
function walkStep(chain: Chain, rows: readonly Value[], before: Value | undefined): Value {
  const terms = before === undefined ? rows : [older(chain, before), ...rows];
  const steps = planReductions(
    terms.map(({ axes }) => axes),
    goneAxes(chain, terms),
  );
  const reductions = chain.reductions(steps, undefined);
  return addSmallFirst(
    chain.algebra,
    reduceTerms(chain.algebra, terms, steps, (at) => reductions[at]),
  );
}

/** The elements that no later step looks back at. */
function goneAxes({ line, group, lags }: Chain, terms: readonly Value[]): Axis[] {
  return unionAxes(terms).filter((axis) =>
    offsetsAlong({ node: 0, axes: [axis], event: [] }, line, group).some(
      ({ name, offset }) => -offset >= (lags.get(name) ?? 0),
    ),
  );
}

/** The same value as the next step sees it: elements are one further back. */
function older({ algebra, line, group }: Chain, value: Value): Value {
  const axes = value.axes.map((axis) => {
    const variable = axis.element && group.get(axis.element.variable);
    if (variable === undefined || axis.element === undefined) return axis;
    const offsets = axis.element.at.map(({ offset }, at) =>
      variable.lines[at] === line ? offset - 1 : offset,
    );
    return elementAxis(variable, offsets);
  });
  return relabel(algebra, value, axes);
}

function loop(chain: Chain, terms: readonly Value[], length: number, before: Value): Value {
  const { algebra, line } = chain;
  const { builder } = algebra;
  const withoutLine = (axes: readonly Axis[]): readonly Axis[] => axes.filter(({ id }) => id !== line);
  const sets = [older(chain, before).axes, ...terms.map(({ axes }) => withoutLine(axes))];
  const gone = goneAxes(
    chain,
    sets.map((axes) => ({ node: 0, axes, event: [] })),
  );
  const all = unionAxes(sets.map((axes) => ({ node: 0, axes, event: [] })));
  // Before and after a step the message depends on the same elements.
  const carried = all.filter((axis) => !gone.some(({ id }) => id === axis.id));
  const start = algebra.stretch(before, carried, []);
  if (start.axes.length !== carried.length) bug("a chain whose steps leave different elements");
  const steps = planReductions([older(chain, start).axes, ...sets.slice(1)], gone);
  const reductions = chain.reductions(steps, length);
  const rows = terms.filter(({ axes }) => axes.some(({ id }) => id === line));
  const fixed = terms.filter((term) => !rows.includes(term));
  const uniforms = reductions.flatMap((reduction) => (reduction.kind === "draw" ? [reduction.uniform] : []));
  const stacked = (value: Value): number => {
    const at = value.axes.findIndex(({ id }) => id === line);
    if (at === 0) return value.node;
    const others = value.axes.map((_, each) => each).filter((each) => each !== at);
    return builder.emit("transpose", [value.node], { permutation: [at, ...others] });
  };
  const { carries } = emitScan(builder, {
    length,
    carries: [start.node],
    xs: [...rows.map(stacked), ...uniforms.map(({ node }) => node)],
    fixed: fixed.map(({ node }) => node),
    body(inner, given) {
      const a = createAlgebra(inner);
      const within: Chain = { ...chain, algebra: a };
      const message = older(within, { ...start, node: given.carries[0] });
      const own = rows.map((row, at): Value => {
        return { node: given.xs[at], axes: withoutLine(row.axes), event: [] };
      });
      const same = fixed.map((value, at): Value => ({ ...value, node: given.fixed[at] }));
      const spare = given.xs.slice(rows.length);
      const drawn = reductions.map((reduction): Reduction => {
        if (reduction.kind !== "draw") return reduction;
        const node = spare[uniforms.indexOf(reduction.uniform)];
        return { kind: "draw", uniform: { ...reduction.uniform, node } };
      });
      const left = reduceTerms(a, [message, ...own, ...same], steps, (at) => drawn[at]);
      const next = a.stretch(addSmallFirst(a, left), carried, []);
      return { carries: [next.node], ys: [] };
    },
  });
  return { ...start, node: carries[0] };
}
