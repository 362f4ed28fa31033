/** Missing values, which come as NaN, get numbers that the density can be computed with; a mask says where. */
import type { NumberType, Range } from "../lang/type.ts";
import type { RawValue } from "./raw-data.ts";

/**
 * What stands for a missing value is never looked at: its log density is left out. It has to be one that the variable can have,
 * so that the density there and its gradient are finite: the first that is there, or one that the type allows. `whole` is how
 * many of the last dimensions are drawn as a whole, and so are taken from one row.
 */
export function fillMissing(
  value: RawValue,
  type: NumberType,
  whole: number,
): { readonly value: RawValue; readonly present?: Float64Array } {
  if (value.defect?.code !== "data-missing-value") return { value };
  const { shape, values } = value;
  const length = shape.slice(shape.length - whole).reduce((product, each) => product * each, 1);
  const filler = firstRow(values, length) ?? madeUpRow(type, length);
  return {
    value: {
      ...value,
      values: values.map((each, at) => (Number.isNaN(each) ? filler[at % length] : each)),
      defect: undefined,
    },
    present: values.map((each) => (Number.isNaN(each) ? 0 : 1)),
  };
}

function firstRow(values: Float64Array, length: number): Float64Array | undefined {
  for (let start = 0; start < values.length; start += length) {
    const row = values.subarray(start, start + length);
    if (!row.some(Number.isNaN)) return row;
  }
  return undefined;
}

function madeUpRow({ structure, range }: NumberType, length: number): Float64Array {
  /** Of a square matrix. */
  const identity = (at: number): number => (at % (Math.sqrt(length) + 1) === 0 ? 1 : 0);
  const element = {
    simplex: () => 1 / length,
    ordered: (at: number) => at + 1,
    corr: identity,
    choleskyCorr: identity,
    covariance: identity,
    choleskyCov: identity,
    plain: () => somewhereIn(range),
  }[structure];
  return Float64Array.from({ length }, (_, at) => element(at));
}

function somewhereIn({ low, high, lowOpen }: Range): number {
  if (low === -Infinity) return Math.min(0, high - 1);
  if (high === Infinity) return lowOpen ? low + 1 : low;
  return lowOpen ? (low + high) / 2 : low;
}
