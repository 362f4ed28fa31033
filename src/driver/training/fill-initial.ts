/** Random starting weights of one learned array: the usual ones of networks. */
import type { RandomKey } from "../../base/random.ts";
import { randomSource } from "../../base/random.ts";

type Shape = readonly number[];

/**
 * Inputs and outputs of one unit: of the matrices [in, out] in the last two dimensions, of which each of the leading
 * dimensions, a filter's height and width, has one.
 */
function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  const field = product(shape.slice(0, -2));
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return { fanIn: field * rows, fanOut: field * columns };
}

function product(sizes: Shape): number {
  return sizes.reduce((sum, size) => sum * size, 1);
}

/** Uniform in ±√(6 / (fan in + fan out)): Glorot and Bengio (2010), equation 16. */
export function fillGlorot(values: Float64Array, shape: Shape, key: RandomKey, step: number): void {
  const { fanIn, fanOut } = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  randomSource(key, step).fillUniform(values);
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * values[i] - 1);
}

/** Normal with standard deviation √(2 / fan in), for layers behind `relu`: He et al. (2015), equation 10. */
export function fillHe(values: Float64Array, shape: Shape, key: RandomKey, step: number): void {
  fillNormal(values, Math.sqrt(2 / fans(shape).fanIn), key, step);
}

export function fillNormal(values: Float64Array, sd: number, key: RandomKey, step: number): void {
  randomSource(key, step).fillNormal(values);
  for (let i = 0; i < values.length; i++) values[i] *= sd;
}

/**
 * A matrix whose rows, or columns where these are fewer, are orthonormal, uniform among such: Saxe et al. (2014). The leading
 * dimensions count as rows. Gram–Schmidt, twice, on normal vectors.
 */
export function fillOrthogonal(values: Float64Array, shape: Shape, key: RandomKey, step: number): void {
  const columns = shape.at(-1) ?? 1;
  const rows = values.length / columns;
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number): number =>
    rows < columns ? vector * columns + i : i * columns + vector;
  randomSource(key, step).fillNormal(values);
  for (let vector = 0; vector < count; vector++) {
    for (let earlier = 0; earlier < 2 * vector; earlier++) {
      const other = earlier % vector;
      let dot = 0;
      for (let i = 0; i < length; i++) dot += values[at(vector, i)] * values[at(other, i)];
      for (let i = 0; i < length; i++) values[at(vector, i)] -= dot * values[at(other, i)];
    }
    let norm = 0;
    for (let i = 0; i < length; i++) norm += values[at(vector, i)] ** 2;
    for (let i = 0; i < length; i++) values[at(vector, i)] /= Math.sqrt(norm);
  }
}
