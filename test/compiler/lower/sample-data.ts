/** Data of a model's types, made from a seed. */
import { randomSource } from "../../../src/base/random.ts";
import { eventRankOf } from "../../../src/lang/event-rank.ts";
import { evaluateSize } from "../../../src/lang/size.ts";
import type { NumberType } from "../../../src/lang/type.ts";
import type { LoadedModel } from "./load-model.ts";

export type Sizes = Readonly<Record<string, number>>;
/** Largest value + 1 of integer arrays that serve as positions, by name. */
export type IndexBounds = Readonly<Record<string, number>>;

export interface SampleData {
  /** Row-major values of all inputs and observed variables. */
  readonly flat: Readonly<Record<string, Float64Array>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly knowns: Readonly<Record<string, number>>;
  /** 1 for what is there, 0 for what is missing, of variables of which something may be missing and is. */
  readonly present: Readonly<Record<string, Float64Array>>;
}

export function sampleData(
  { model }: LoadedModel,
  sizes: Sizes,
  indexBounds: IndexBounds,
  seed: number,
): SampleData {
  const random = randomSource({ seed, stream: 7 }, 0);
  const flat: Record<string, Float64Array> = {};
  const shapes: Record<string, readonly number[]> = {};
  const knowns: Record<string, number> = {};
  const present: Record<string, Float64Array> = {};
  for (const { name, type } of [...model.inputs, ...model.variables.filter(({ observed }) => observed)]) {
    const shape = type.dimensions.map((size) => evaluateSize(size, sizes) ?? Number.NaN);
    const length = shape.reduce((product, each) => product * each, 1);
    const values = Float64Array.from({ length }, () => element(type, indexBounds[name], random));
    arrange(values, type, shape[shape.length - 1] ?? 1);
    flat[name] = values;
    shapes[name] = shape;
    if (shape.length === 0 && type.base !== "real") knowns[name] = values[0];
  }
  for (const { variable, mayMiss, distribution } of model.sites) {
    if (!mayMiss || present[variable] !== undefined) continue;
    const shape = shapes[variable];
    const whole = shape.slice(shape.length - eventRankOf(distribution)).reduce((all, each) => all * each, 1);
    const rows = Float64Array.from({ length: flat[variable].length / whole }, () =>
      Number(random.uniform() < 0.7),
    );
    if (rows.includes(0)) present[variable] = flat[variable].map((_, at) => rows[Math.floor(at / whole)]);
  }
  return { flat, shapes, knowns, present };
}

function element(
  { base, range }: NumberType,
  bound: number | undefined,
  random: ReturnType<typeof randomSource>,
): number {
  const low = range.low === -Infinity ? -2 : range.low;
  if (base === "bool") return Math.floor(2 * random.uniform());
  if (base === "int") {
    const count = bound ?? Math.min(range.high, low + 3) - low + 1;
    return Math.max(low, 0) + Math.floor(count * random.uniform());
  }
  if (range.high !== Infinity) return low + (range.high - low) * random.uniform();
  return range.low === -Infinity ? random.normal() : low + Math.exp(0.5 * random.normal());
}

function arrange(values: Float64Array, { structure }: NumberType, width: number): void {
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    if (structure === "ordered") row.sort();
    if (structure === "simplex") {
      const total = row.reduce((sum, each) => sum + each, 0);
      row.forEach((each, k) => {
        row[k] = each / total;
      });
    }
  }
}

/** Standard normal numbers times `scale`. */
export function normals(length: number, seed: number, scale = 1): Float64Array {
  const random = randomSource({ seed, stream: 8 }, 0);
  return Float64Array.from({ length }, () => scale * random.normal());
}
