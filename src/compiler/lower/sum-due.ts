/** Which variables are summed out next: one element by element, or several that are chained along a line. */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import { refuse, type SumState, variableOf } from "./sum-state.ts";
import { elementsOf, type Summed, type Table, touches } from "./sum-tables.ts";
import { unionAxes } from "./value.ts";

/** What is to be summed out next: one variable element by element, or variables that are chained along a line. */
export interface Due {
  readonly group: readonly Summed[];
  readonly line?: string;
}

export function chooseDue(state: SumState, tables: readonly Table[], remaining: ReadonlySet<Summed>): Due {
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
function liesIn({ keep }: SumState, { extents }: Table, lines: readonly string[]): boolean {
  return [...extents.keys()].every((line) => keep.has(line) || lines.includes(line));
}

/** The variables that are chained together with this one; `undefined` where one of them is not due yet. */
function chainOf(
  state: SumState,
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
function chainedAlong(
  state: SumState,
  tables: readonly Table[],
  variable: Summed,
  otherwise?: string,
): string {
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

export function refuseTwoAxes(state: SumState, variable: Summed, span: Span): never {
  return refuse(
    state,
    variable.name,
    span,
    "its elements depend on each other along two axes at once",
    "look back along one axis only",
  );
}

/** All variables that are left are coupled across plates that do not lie in each other. */
function refuseStructure(state: SumState, tables: readonly Table[], remaining: readonly Summed[]): never {
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
