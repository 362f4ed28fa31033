/** Mean, standard deviation and quantiles of plain numbers. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample variance, divisor n − 1. NaN for fewer than two values. */
export function variance(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return sum / (values.length - 1);
}

/** Sample standard deviation, divisor n − 1; exactly 0 when all values are equal. */
export function standardDeviation(values: Float64Array): number {
  return values.every((value) => value === values[0]) && values.length > 1 ? 0 : Math.sqrt(variance(values));
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). `sorted` ascending, not empty. */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const at = (sorted.length - 1) * probability;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  const share = at - below;
  return share === 0 ? sorted[below] : sorted[below] + share * (sorted[above] - sorted[below]);
}

/** As `quantileOfSorted`, of values in any order. */
export function quantile(values: Float64Array, probability: number): number {
  return quantileOfSorted(values.slice().sort(), probability);
}
