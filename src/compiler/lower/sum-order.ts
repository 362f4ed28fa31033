/** Sums over several axes of a product, one axis after the other, and what that costs. */
import { fail } from "./context.ts";
import { type Reduction, reduceAxis } from "./reduce-axis.ts";
import type { Summed } from "./sum-tables.ts";
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

/** Axis sets of the terms of a sum of logs. */
type AxisSets = readonly (readonly Axis[])[];

export interface ReductionStep {
  readonly axis: Axis;
  /** Axes of what is left. */
  readonly result: readonly Axis[];
  /** Elements of the array that the axis is taken from. */
  readonly size: number;
}

/** Takes axis after axis out: always the one whose terms have the fewest elements together. */
export function planReductions(terms: AxisSets, gone: readonly Axis[]): ReductionStep[] {
  let current = [...terms];
  const left = new Map(gone.map((axis) => [axis.id, axis]));
  const steps: ReductionStep[] = [];
  while (left.size > 0) {
    const choices = [...left.values()].map((axis) => {
      const involved = current.filter((axes) => mentions(axes, axis));
      const all = unionOf([...involved, [axis]]);
      return { axis, involved, all, size: elements(all) };
    });
    const { axis, involved, all, size } = choices.reduce((a, b) => (b.size < a.size ? b : a));
    left.delete(axis.id);
    const result = all.filter(({ id }) => id !== axis.id);
    steps.push({ axis, result, size });
    current = [...current.filter((axes) => !involved.includes(axes)), result];
  }
  return steps;
}

/** Carries the steps out: the terms that are left. `reductionOf` says how each axis is taken, by number. */
export function reduceTerms(
  algebra: Algebra,
  terms: readonly Value[],
  steps: readonly ReductionStep[],
  reductionOf: (step: number) => Reduction,
): readonly Value[] {
  return steps.reduce((current: readonly Value[], { axis }, at) => {
    const involved = current.filter(({ axes }) => mentions(axes, axis));
    // A variable that nothing depends on: log 1 summed over its values.
    const joint = addSmallFirst(algebra, involved.length === 0 ? [algebra.of(0)] : involved);
    const reduced = reduceAxis(algebra, algebra.stretch(joint, [axis], []), axis, reductionOf(at));
    return [...current.filter((each) => !involved.includes(each)), reduced];
  }, terms);
}

/** What is the same for all rows is added up once. */
export function addSmallFirst(algebra: Algebra, terms: readonly Value[]): Value {
  return algebra.add(...[...terms].sort((x, y) => elements(x.axes) - elements(y.axes)));
}

function mentions(axes: readonly Axis[], axis: Axis): boolean {
  return axes.some(({ id }) => id === axis.id);
}

function unionOf(sets: AxisSets): Axis[] {
  return unionAxes(sets.map((axes) => ({ node: 0, axes, event: [] })));
}

function elements(axes: readonly Axis[]): number {
  return axes.reduce((product, { size }) => product * size, 1);
}

/** Numbers in one array at most: 512 MiB. */
const largestArray = 2 ** 26;
/** Numbers in all arrays of one evaluation at most: some seconds. */
const mostWork = 2 ** 32;

/** What an evaluation has cost so far: numbers in the arrays that axes are taken from. */
export interface Cost {
  total: number;
}

/** Adds steps that are taken `times` times. Throws `ProblemError` where that is too much. */
export function addCost(
  cost: Cost,
  steps: readonly ReductionStep[],
  times: number,
  variables: ReadonlyMap<string, Summed>,
): void {
  for (const step of steps) {
    cost.total += step.size * times;
    if (step.size > largestArray) refuse(step, variables, "array", step.size, largestArray);
    if (cost.total > mostWork) refuse(step, variables, "work", cost.total, mostWork);
  }
}

function refuse(
  { axis, result }: ReductionStep,
  variables: ReadonlyMap<string, Summed>,
  what: "array" | "work",
  size: number,
  bound: number,
): never {
  const together = [axis, ...result].filter(({ element }) => element !== undefined);
  const names = [...new Set(together.flatMap(({ element }) => element?.variable ?? []))];
  const counts = together.map((each) => each.size).join(" × ");
  const variable = variables.get(axis.element?.variable ?? "");
  const list = names.map((name) => `\`${name}\``).join(", ");
  return fail({
    code: "sum-too-large",
    message:
      what === "array"
        ? `the sum over ${list} needs an array of ${rounded(size)} numbers; the most is ${rounded(bound)}`
        : `the sums over discrete variables need ${rounded(size)} additions per evaluation; the most is ${rounded(bound)}`,
    labels: variable === undefined ? [] : [{ span: variable.span, text: "summed out" }],
    notes: [`${counts} combinations of values have to be told apart at once`],
    help: "give the variables fewer values, look back fewer steps, make what couples them depend on fewer of them, or draw them `relaxed(0.5)`",
  });
}

function rounded(count: number): string {
  return count < 1e9 ? count.toLocaleString("en").replaceAll(",", " ") : count.toExponential(1);
}
