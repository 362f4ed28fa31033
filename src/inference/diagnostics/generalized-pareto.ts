/** The generalised Pareto distribution on (0, ∞) with shape k and scale σ: quantiles and a fit. */
export interface GeneralizedPareto {
  readonly shape: number;
  readonly scale: number;
}

/** σ ((1 − p)^−k − 1) / k; −σ log(1 − p) for k = 0. */
export function generalizedParetoQuantile(probability: number, shape: number, scale: number): number {
  const exponent = -Math.log1p(-probability);
  return shape === 0 ? scale * exponent : (scale * Math.expm1(shape * exponent)) / shape;
}

/** Fewest grid points of the quadrature, and the prior's scale, in Zhang and Stephens. */
const gridPoints = 30;
const priorScale = 3;
/** The weakly informative prior on k counts as ten draws with shape ½ (Vehtari et al. 2024, appendix G). */
const priorDraws = 10;
const priorShape = 0.5;

/**
 * The empirical Bayes estimate of Zhang and Stephens (2009): the posterior mean of θ = −k/σ on a grid, with shape drawn towards
 * ½. `sorted` ascending and positive. NaN where the values are too tied to tell.
 */
export function fitGeneralizedPareto(sorted: Float64Array): GeneralizedPareto {
  const count = sorted.length;
  const points = gridPoints + Math.floor(Math.sqrt(count));
  const quartile = sorted[Math.floor(count / 4 + 0.5) - 1];
  const largest = sorted[count - 1];
  const grid = Float64Array.from(
    { length: points },
    (_, j) => 1 / largest + (1 - Math.sqrt(points / (j + 0.5))) / (priorScale * quartile),
  );
  const likelihoods = grid.map((theta) => {
    const shape = shapeGiven(theta, sorted);
    return count * (Math.log(-theta / shape) - shape - 1);
  });
  const most = likelihoods.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  let weights = 0;
  let weighted = 0;
  for (let j = 0; j < points; j++) {
    const weight = Math.exp(likelihoods[j] - most);
    weights += weight;
    weighted += weight * grid[j];
  }
  const theta = weighted / weights;
  const shape = shapeGiven(theta, sorted);
  return {
    shape: (shape * count + priorShape * priorDraws) / (count + priorDraws),
    scale: -shape / theta,
  };
}

/** The k that maximises the likelihood for a given θ: the mean of log(1 − θ x). */
function shapeGiven(theta: number, values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += Math.log1p(-theta * value);
  return sum / values.length;
}
