/**
 * From factors to a log density: discrete variables are summed out exactly, one by one (variable elimination in log space),
 * then everything is added up. A factor stands for one term per element of its plates, whether or not its value differs there.
 */
import { bug } from "../../base/bug.ts";
import type { Algebra, Axis, Value } from "./value.ts";

export interface Factor {
  /** Its axes are some of `plates` and any enumerated ones; no event. */
  readonly value: Value;
  readonly plates: readonly Axis[];
}

export interface EnumeratedVariable {
  readonly axis: Axis;
  /** Plates of its draw statement: one variable per element. */
  readonly plates: readonly Axis[];
}

/**
 * The sum over all factors with `enumerated` summed out, innermost plates first and last drawn first. Exact because a factor
 * that mentions a variable lies in that variable's plates or deeper, and deeper variables are gone by then.
 * With `keep`, the sum is not taken along that axis: one log density per element; every factor must lie in it.
 */
export function sumFactors(
  algebra: Algebra,
  factors: readonly Factor[],
  enumerated: readonly EnumeratedVariable[],
  keep?: string,
): Value {
  let current = [...factors];
  const order = enumerated
    .map((variable, position) => ({ variable, position }))
    .sort((a, b) => b.variable.plates.length - a.variable.plates.length || b.position - a.position);
  for (const { variable } of order) {
    const mentions = (factor: Factor): boolean =>
      factor.value.axes.some((axis) => axis.id === variable.axis.id);
    const involved = current.filter(mentions);
    if (involved.length === 0) continue;
    const own = new Set(variable.plates.map((plate) => plate.id));
    if (
      involved.some(({ plates }) =>
        variable.plates.some((each) => !plates.some((plate) => plate.id === each.id)),
      )
    )
      bug("a term outside the plates of a discrete variable depends on it");
    const terms = involved.map((factor) =>
      sumPlates(
        algebra,
        factor.value,
        factor.plates.filter((plate) => !own.has(plate.id)),
      ),
    );
    // Small ones first: what is the same for all rows is added up once.
    terms.sort((x, y) => x.axes.length - y.axes.length);
    const joint = algebra.axisToEvent(algebra.add(...terms), variable.axis);
    const value = algebra.logSumExp(joint, 0);
    current = [...current.filter((factor) => !mentions(factor)), { value, plates: variable.plates }];
  }
  if (keep !== undefined && current.some(({ plates }) => !plates.some((plate) => plate.id === keep)))
    bug("a term outside the plate that is kept");
  const sums = current.map((factor) =>
    sumPlates(
      algebra,
      factor.value,
      factor.plates.filter((plate) => plate.id !== keep),
    ),
  );
  return sums.length === 0 ? algebra.of(0) : algebra.add(...knownFirst(algebra, sums));
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
