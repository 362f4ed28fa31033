/** One step of a sum over discrete variables: the tables that mention what is due become tables without it. */

import type { Reduction } from "./reduce-axis.ts";
import { sumChain } from "./sum-chain.ts";
import { type Due, refuseTwoAxes } from "./sum-due.ts";
import { addCost, addSmallFirst, planReductions, type ReductionStep, reduceTerms } from "./sum-order.ts";
import { type SumState, variableOf } from "./sum-state.ts";
import {
  cells,
  type Extent,
  elementAxis,
  elementsOf,
  inCell,
  type Summed,
  shiftTable,
  sumLine,
  type Table,
} from "./sum-tables.ts";

/** Without lines along which no variable lies any more. */
export function sumDue(state: SumState, due: Due, tables: readonly Table[]): Table[] {
  const made = due.line === undefined ? sumEach(state, due.group[0], tables) : sumAlong(state, due, tables);
  return made.map((table) => tidy(state, table));
}

/** Sums out a variable no two elements of which are coupled. */
function sumEach(state: SumState, variable: Summed, tables: readonly Table[]): Table[] {
  const { algebra, variables } = state;
  const aligned = tables.map((table) => {
    const place =
      elementsOf(table.value).find(({ element }) => element.variable === variable.name)?.element.at ?? [];
    return variable.lines.reduce(
      (each, line, at) => shiftTable(algebra, each, line, place[at].offset, variables),
      table,
    );
  });
  const axis = elementAxis(
    variable,
    variable.lines.map(() => 0),
  );
  return cells(aligned, cutLines(state, variable.lines)).flatMap((cell) => {
    const parts = aligned.flatMap((table) => inCell(algebra, table, cell) ?? []);
    if (parts.length === 0) return [];
    const terms = parts.map(({ value }) => value);
    const steps = planReductions(
      terms.map(({ axes }) => axes),
      [axis],
    );
    addCost(state.cost, steps, 1, variables);
    const value = addSmallFirst(
      algebra,
      reduceTerms(algebra, terms, steps, (at) => state.reduction(steps[at], undefined)),
    );
    return [{ value, extents: joinExtents(parts), span: parts[0].span }];
  });
}

/** Sums out the variables of a chain. */
function sumAlong(state: SumState, { group, line = "" }: Due, tables: readonly Table[]): Table[] {
  const { algebra, variables } = state;
  const names = new Set(group.map(({ name }) => name));
  const [{ lines }] = group;
  const others = lines.filter((each) => each !== line);
  const aligned = tables.map((table) =>
    others.reduce((each, other) => {
      const offsets = elementsOf(each.value).flatMap(({ element }) => {
        if (!names.has(element.variable)) return [];
        const variable = variableOf(state, element.variable);
        return [{ variable, offset: element.at[variable.lines.indexOf(other)].offset }];
      });
      const odd = offsets.find(({ offset }) => offset !== offsets[0].offset);
      if (odd !== undefined) refuseTwoAxes(state, odd.variable, table.span);
      return shiftTable(algebra, each, other, offsets[0].offset, variables);
    }, table),
  );
  const reductions = (steps: readonly ReductionStep[], passes: number | undefined): readonly Reduction[] => {
    addCost(state.cost, steps, passes ?? 1, variables);
    return steps.map((step) => state.reduction(step, passes));
  };
  return cells(aligned, cutLines(state, others)).flatMap((cell) => {
    const parts = aligned.flatMap((table) => inCell(algebra, table, cell) ?? []);
    if (parts.length === 0) return [];
    const value = sumChain({ algebra, variables, reductions }, group, line, parts);
    const extents = joinExtents(parts);
    extents.delete(line);
    return [{ value, extents, span: parts[0].span }];
  });
}

function cutLines({ keep }: SumState, lines: readonly string[]): readonly string[] {
  return [...lines, ...[...keep.keys()].filter((line) => !lines.includes(line))];
}

/** Tables of one cell agree where they lie along the same line. */
function joinExtents(tables: readonly Table[]): Map<string, Extent> {
  return new Map(tables.flatMap(({ extents }) => [...extents]));
}

/** Without lines along which no variable lies any more that the table depends on. */
function tidy(state: SumState, table: Table): Table {
  const needed = new Set(
    elementsOf(table.value).flatMap(({ element }) => variableOf(state, element.variable).lines),
  );
  return [...table.extents.keys()].reduce(
    (each, line) => (needed.has(line) || state.keep.has(line) ? each : sumLine(state.algebra, each, line)),
    table,
  );
}
