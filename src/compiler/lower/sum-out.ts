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
import { fail } from "./context.ts";
import type { Reduction } from "./reduce-axis.ts";
import { sumChain } from "./sum-chain.ts";
import { type Lines, linesOf } from "./sum-lines.ts";
import {
  addCost,
  addSmallFirst,
  type Cost,
  planReductions,
  type ReductionStep,
  reduceTerms,
} from "./sum-order.ts";
import {
  cells,
  type Extent,
  elementAxis,
  elementsOf,
  inCell,
  relabel,
  type Summed,
  shiftTable,
  sumLine,
  type Table,
  touches,
} from "./sum-tables.ts";
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

export interface Factor {
  /** Its axes are some of `plates` and those of elements of discrete variables; no event. */
  readonly value: Value;
  readonly plates: readonly Axis[];
  readonly span: Span;
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
  const state: State = {
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
    const made =
      due.line === undefined ? sumEach(state, due.group[0], involved) : sumAlong(state, due, involved);
    tables = [...tables.filter((table) => !isInvolved(table)), ...made.map((table) => tidy(state, table))];
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

interface State {
  readonly algebra: Algebra;
  readonly variables: ReadonlyMap<string, Summed>;
  /** The lines that are kept, as the plates that they are. */
  readonly keep: ReadonlyMap<string, Axis>;
  readonly cost: Cost;
  readonly reduction: NonNullable<SumOptions["reduction"]>;
}

function tableOf(state: State, lines: Lines, { value, plates, span }: Factor): Table {
  const { algebra } = state;
  const along = new Map<string, { axis?: Axis; constants: number[] }>();
  for (const { element } of elementsOf(value))
    element.at.forEach(({ axis, offset }, at) => {
      const line = variableOf(state, element.variable).lines[at];
      const known = along.get(line) ?? { constants: [] };
      along.set(line, known);
      if (axis === undefined) known.constants.push(offset);
      else if (known.axis === undefined) known.axis = axis;
      else if (known.axis.id !== axis.id)
        refuse(
          state,
          element.variable,
          span,
          "this term depends on it at two places that vary independently of each other",
          "let each term depend on elements a fixed number of steps apart",
        );
      if (known.axis !== undefined && known.constants.length > 0)
        refuse(
          state,
          element.variable,
          span,
          "this term depends on an element at a fixed place and on others along the axis",
          "draw what all steps share as a variable of its own",
        );
    });
  for (const line of state.keep.keys()) {
    const axis = along.has(line) ? undefined : plates.find((plate) => lines.ofAxis(plate) === line);
    if (axis !== undefined) along.set(line, { axis, constants: [] });
  }
  const starts = new Map([...along].map(([line, { constants }]) => [line, Math.max(...constants)]));
  const own = new Set([...along.values()].flatMap(({ axis }) => axis?.id ?? []));
  const summed = sumPlates(
    algebra,
    value,
    plates.filter(({ id }) => !own.has(id)),
  );
  const axes = summed.axes.map((axis) => {
    const { element } = axis;
    if (element === undefined) return lines.axisOf(lines.ofAxis(axis), axis.start, axis.size);
    const variable = variableOf(state, element.variable);
    const offsets = element.at.map((position, at) =>
      position.axis === undefined ? position.offset - (starts.get(variable.lines[at]) ?? 0) : position.offset,
    );
    return elementAxis(variable, offsets);
  });
  const extents = new Map(
    [...along].map(([line, { axis, constants }]): [string, Extent] => {
      const from = axis?.start ?? Math.max(...constants);
      return [line, { from, to: from + (axis?.size ?? 1) }];
    }),
  );
  return { value: relabel(algebra, summed, axes), extents, span };
}

function variableOf({ variables }: State, name: string): Summed {
  return variables.get(name) ?? bug(`${name} is not summed out`);
}

/** What is to be summed out next: one variable element by element, or variables that are chained along a line. */
interface Due {
  readonly group: readonly Summed[];
  readonly line?: string;
}

function chooseDue(state: State, tables: readonly Table[], remaining: ReadonlySet<Summed>): Due {
  const innermost = [...remaining].filter((variable) =>
    tables.every((table) => !touches(table, variable.name) || liesIn(state, table, variable.lines)),
  );
  const single = innermost.filter((variable) =>
    tables.every(
      ({ value }) => elementsOf(value).filter(({ element }) => element.variable === variable.name).length < 2,
    ),
  );
  if (single.length > 0) {
    const costs = single.map((variable) => {
      const terms = tables.filter((table) => touches(table, variable.name)).map(({ value }) => value);
      return { variable, size: unionAxes(terms).reduce((product, { size }) => product * size, 1) };
    });
    // Of equal ones the last drawn.
    return { group: [costs.reduce((a, b) => (b.size <= a.size ? b : a)).variable] };
  }
  for (const variable of innermost) {
    const due = chainOf(state, tables, variable, innermost);
    if (due !== undefined) return due;
  }
  return refuseStructure(state, tables, [...remaining]);
}

/** Whether all lines of the table are among these. Those that are kept always are. */
function liesIn({ keep }: State, { extents }: Table, lines: readonly string[]): boolean {
  return [...extents.keys()].every((line) => keep.has(line) || lines.includes(line));
}

/** The variables that are chained together with this one; `undefined` where one of them is not due yet. */
function chainOf(
  state: State,
  tables: readonly Table[],
  variable: Summed,
  innermost: readonly Summed[],
): Due | undefined {
  const line = chainedAlong(state, tables, variable);
  const group = [variable];
  for (const member of group)
    for (const table of tables.filter((each) => touches(each, member.name)))
      for (const { element } of elementsOf(table.value)) {
        const other = variableOf(state, element.variable);
        if (group.includes(other) || !other.lines.includes(line)) continue;
        if (!sameLines(other, variable) && other.lines.every((each) => variable.lines.includes(each)))
          refuse(
            state,
            member.name,
            table.span,
            `it is a chain for each element of a plate, and all of these depend on the chain of \`${other.name}\``,
            `let \`${member.name}\` depend on \`${other.name}\` at the same step only, and not on its own earlier elements`,
          );
        if (!innermost.includes(other)) return undefined;
        const own = chainedAlong(state, tables, other, line);
        if (own !== line) refuseTwoAxes(state, other, table.span);
        group.push(other);
      }
  return { group, line };
}

function sameLines(a: Summed, b: Summed): boolean {
  return a.lines.length === b.lines.length && a.lines.every((line) => b.lines.includes(line));
}

/** The line along which tables couple elements of the variable with each other. */
function chainedAlong(state: State, tables: readonly Table[], variable: Summed, otherwise?: string): string {
  let found: string | undefined;
  for (const { value, span } of tables) {
    const places = elementsOf(value).flatMap(({ element }) =>
      element.variable === variable.name ? [element.at.map(({ offset }) => offset)] : [],
    );
    for (const place of places)
      place.forEach((offset, at) => {
        if (offset === places[0][at]) return;
        if (found !== undefined && found !== variable.lines[at]) refuseTwoAxes(state, variable, span);
        found = variable.lines[at];
      });
  }
  return found ?? otherwise ?? bug(`${variable.name} is no chain`);
}

function refuseTwoAxes(state: State, variable: Summed, span: Span): never {
  return refuse(
    state,
    variable.name,
    span,
    "its elements depend on each other along two axes at once",
    "look back along one axis only",
  );
}

/** All variables that are left are coupled across plates that do not lie in each other. */
function refuseStructure(state: State, tables: readonly Table[], remaining: readonly Summed[]): never {
  const [variable] = remaining;
  const table = tables.find((each) => touches(each, variable.name) && !liesIn(state, each, variable.lines));
  const others = table === undefined ? [] : elementsOf(table.value).map(({ element }) => element.variable);
  const other = others.find((name) => name !== variable.name) ?? variable.name;
  return refuse(
    state,
    variable.name,
    table?.span ?? variable.span,
    `each of its elements is coupled with each element of \`${other}\`, through plates that do not lie in each other`,
    "let a term depend on one of the two, or draw one of them inside the plate of the other",
  );
}

function refuse(state: State, variable: string, span: Span, reason: string, help: string): never {
  const { span: drawn } = variableOf(state, variable);
  return fail({
    code: "cannot-sum-out",
    message: `\`${variable}\` cannot be summed out: ${reason}`,
    labels: [
      { span, text: "depends on it" },
      ...(span.start === drawn.start ? [] : [{ span: drawn, text: "drawn here" }]),
    ],
    help,
  });
}

/** Sums out a variable no two elements of which are coupled. */
function sumEach(state: State, variable: Summed, tables: readonly Table[]): Table[] {
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
function sumAlong(state: State, { group, line = "" }: Due, tables: readonly Table[]): Table[] {
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

function cutLines({ keep }: State, lines: readonly string[]): readonly string[] {
  return [...lines, ...[...keep.keys()].filter((line) => !lines.includes(line))];
}

/** Tables of one cell agree where they lie along the same line. */
function joinExtents(tables: readonly Table[]): Map<string, Extent> {
  return new Map(tables.flatMap(({ extents }) => [...extents]));
}

/** Without lines along which no variable lies any more that the table depends on. */
function tidy(state: State, table: Table): Table {
  const needed = new Set(
    elementsOf(table.value).flatMap(({ element }) => variableOf(state, element.variable).lines),
  );
  return [...table.extents.keys()].reduce(
    (each, line) => (needed.has(line) || state.keep.has(line) ? each : sumLine(state.algebra, each, line)),
    table,
  );
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

function sumPlates(algebra: Algebra, value: Value, plates: readonly Axis[]): Value {
  const present = new Set(value.axes.map((axis) => axis.id));
  const repeats = plates.reduce(
    (product, plate) => (present.has(plate.id) ? product : product * plate.size),
    1,
  );
  const result = algebra.sumAxes(value, plates);
  return repeats === 1 ? result : algebra.mul(result, repeats);
}
