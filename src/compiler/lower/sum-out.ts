/**
 * From factors to a log density: discrete variables are summed out exactly, in log space, then everything is added up. A factor
 * stands for one term per element of its plates, whether or not its value differs there.
 *
 * Variables are eliminated from the inside of plates to the outside (Obermeyer et al. 2019, "Tensor variable elimination for
 * plated factor graphs"): one is due when all that depends on it lies in its own plates. Elements that no table couples are summed out
 * all at once, cheapest variable first; chains go along their axis (`sum-chain.ts`).
 */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import type { Reduction } from "./reduce-axis.ts";
import { chooseDue } from "./sum-due.ts";
import { sumPlates, tableOf } from "./sum-factor.ts";
import { type Lines, linesOf } from "./sum-lines.ts";
import type { ReductionStep } from "./sum-order.ts";
import type { SumState } from "./sum-state.ts";
import { sumDue } from "./sum-step.ts";
import { elementsOf, relabel, type Summed, sumLine, type Table, touches } from "./sum-tables.ts";
import type { Algebra, Axis, Value } from "./value.ts";

export interface Factor {
  /** Its axes are some of `plates` and those of elements of discrete variables; no event. */
  readonly value: Value;
  readonly plates: readonly Axis[];
  readonly span: Span;
  /** Its terms are sums by place: `sum-gathered.ts`. */
  readonly gathered?: true;
}

/** A discrete variable that is summed out, with all its elements. */
export interface EnumeratedVariable {
  readonly name: string;
  /** Number of values. */
  readonly count: number;
  readonly shape: readonly number[];
  readonly span: Span;
}

export interface SumOptions {
  /** The sum is not taken along these plates: one log density per element; every factor must lie in all of them. */
  readonly keep?: readonly Axis[];
  /** Where the factors lie, if it is known from more than these. */
  readonly lines?: Lines;
  /** How each axis is taken: where the axes of the result are those of `step.result`, behind a loop's passes if there is one. */
  reduction?(step: ReductionStep, passes: number | undefined): Reduction;
}

/** The sum over all factors with `enumerated` summed out. Throws `ProblemError` where their structure does not allow it. */
export function sumFactors(
  algebra: Algebra,
  factors: readonly Factor[],
  enumerated: readonly EnumeratedVariable[],
  { keep = [], lines = linesOf(factors), reduction = () => ({ kind: "sum" }) }: SumOptions = {},
): Value {
  const variables = new Map(
    enumerated.map((each, rank) => [
      each.name,
      { ...each, rank, lines: lines.ofVariable(each) } satisfies Summed,
    ]),
  );
  const state: SumState = {
    algebra,
    variables,
    keep: new Map(keep.map((axis) => [lines.ofAxis(axis), axis])),
    cost: { total: 0 },
    reduction,
  };
  const discrete = factors.filter(({ value }) => elementsOf(value).length > 0);
  const plain = factors.filter((factor) => !discrete.includes(factor));
  let tables = discrete.map((factor) => tableOf(state, lines, factor));
  const remaining = new Set(variables.values());
  while (remaining.size > 0) {
    const due = chooseDue(state, tables, remaining);
    const names = new Set(due.group.map(({ name }) => name));
    const isInvolved = (table: Table): boolean => [...names].some((name) => touches(table, name));
    const involved = tables.filter(isInvolved);
    tables = [...tables.filter((table) => !isInvolved(table)), ...sumDue(state, due, involved)];
    for (const variable of due.group) remaining.delete(variable);
  }
  const kept = tables.map((table) => {
    const others = [...table.extents.keys()].filter((id) => !state.keep.has(id));
    const { value, extents } = others.reduce((each, id) => sumLine(algebra, each, id), table);
    return [...state.keep].reduce((each, [id, plate]) => {
      const { from, to } = extents.get(id) ?? bug("a term outside the plate that is kept");
      return asPlate(algebra, each, lines.axisOf(id, from, to - from), plate);
    }, value);
  });
  if (plain.some(({ plates }) => !keep.every((axis) => plates.some(({ id }) => id === axis.id))))
    bug("a term outside the plate that is kept");
  const sums = plain.map(({ value, plates }) =>
    sumPlates(
      algebra,
      value,
      plates.filter(({ id }) => !keep.some((axis) => axis.id === id)),
    ),
  );
  const all = [...sums, ...kept];
  return all.length === 0 ? algebra.of(0) : algebra.add(...knownFirst(algebra, all));
}

/** A table along a line as a value along the plate that the line is; 0 where it has no terms. */
function asPlate(algebra: Algebra, value: Value, line: Axis, plate: Axis): Value {
  const wide = algebra.stretch(value, [line], []);
  const at = wide.axes.findIndex((axis) => axis.id === line.id);
  const only = (count: number): number[] => wide.axes.map((_, each) => (each === at ? count : 0));
  const before = line.start - plate.start;
  const after = plate.size - before - line.size;
  const node =
    before === 0 && after === 0
      ? wide.node
      : algebra.builder.emit("pad", [wide.node], { before: only(before), after: only(after) });
  return relabel(algebra, { ...wide, node }, wide.axes.with(at, plate));
}

/** Numbers, then what data alone decide, then the rest: what is known is added up once. */
function knownFirst(algebra: Algebra, values: readonly Value[]): readonly Value[] {
  const { builder } = algebra;
  const kinds: number[] = [];
  const end = Math.max(...values.map(({ node }) => node));
  for (let id = 0; id <= end; id++) {
    const node = builder.nodeOf(id);
    const own = node.op === "input" ? (node.params.name.startsWith("data/") ? 1 : 2) : 0;
    kinds[id] = node.inputs.reduce((most, input) => Math.max(most, kinds[input]), own);
  }
  return [...values].sort((x, y) => kinds[x.node] - kinds[y.node]);
}
