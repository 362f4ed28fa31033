/**
 * Log densities of single numbers and vectors, written again from the textbooks for the tests: plain numbers, normalising
 * constants by `lgamma`. Nothing here is shared with the compiler but the special functions, which have tests of their own.
 */
import { lgamma } from "../../../src/compiler/special-functions.ts";
import type { DistributionName } from "../../../src/lang/distributions.ts";
import { determinant, inverse, type Matrix, timesTransposed } from "./small-matrices.ts";

/** Argument values by parameter name: numbers, vectors for concentrations and categories, or matrices. */
export type DensityArguments = Readonly<Record<string, number & readonly number[] & Matrix>>;

type LogDensity = (x: number & readonly number[] & Matrix, args: DensityArguments) => number;

/** log(logistic(x)), also where logistic(x) is 0 in doubles. */
const logLogistic = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
const logNormal = (x: number, mean: number, sd: number): number =>
  -((x - mean) ** 2) / (2 * sd ** 2) - Math.log(sd * Math.sqrt(2 * Math.PI));
const logBeta = (a: number, b: number): number => lgamma(a) + lgamma(b) - lgamma(a + b);
export const logStudent = (x: number, df: number, loc: number, scale: number): number =>
  -0.5 * Math.log(df) -
  logBeta(0.5, df / 2) -
  Math.log(scale) -
  ((df + 1) / 2) * Math.log(1 + ((x - loc) / scale) ** 2 / df);

/** −½ (dᵀ Σ⁻¹ d + log |2π Σ|) of the differences from the mean. */
const logMultivariateNormal = (difference: readonly number[], covariance: Matrix): number => {
  const solved = inverse(covariance).map((row) =>
    row.reduce((sum, each, k) => sum + each * difference[k], 0),
  );
  const square = difference.reduce((sum, each, k) => sum + each * solved[k], 0);
  return -0.5 * (square + difference.length * Math.log(2 * Math.PI) + Math.log(determinant(covariance)));
};

/** By the onion method: ∏ₖ π^(k/2) Γ(η + (K − 1 − k) / 2) / Γ(η + (K − 1) / 2), k = 1 … K − 1. */
const logLkj = (x: Matrix, concentration: number): number => {
  const last = x.length - 1;
  let normalizer = 0;
  for (let k = 1; k <= last; k++)
    normalizer +=
      (k / 2) * Math.log(Math.PI) + lgamma(concentration + (last - k) / 2) - lgamma(concentration + last / 2);
  return (concentration - 1) * Math.log(determinant(x)) - normalizer;
};
const logCholeskyJacobian = (factor: Matrix): number =>
  factor.reduce((sum, row, i) => sum + (factor.length - 1 - i) * Math.log(row[i]), 0);
const logMultivariateGamma = (a: number, k: number): number =>
  k === 0 ? 0 : lgamma(a - (k - 1) / 2) + ((k - 1) / 2) * Math.log(Math.PI) + logMultivariateGamma(a, k - 1);
const traceOfProduct = (x: Matrix, y: Matrix): number =>
  x.reduce((sum, row, i) => sum + row.reduce((part, each, j) => part + each * y[j][i], 0), 0);

export const scalarDensities: Readonly<Record<DistributionName, LogDensity>> = {
  Normal: (x, { loc, scale }) => logNormal(x, loc, scale),
  Gamma: (x, { shape, rate }) =>
    shape * Math.log(rate) - lgamma(shape) + (shape - 1) * Math.log(x) - rate * x,
  Beta: (x, { a, b }) => (a - 1) * Math.log(x) + (b - 1) * Math.log(1 - x) - logBeta(a, b),
  Uniform: (x, { low, high }) => (x >= low && x <= high ? -Math.log(high - low) : Number.NEGATIVE_INFINITY),
  Dirichlet: (x, { concentration }) =>
    x.reduce((sum, each, k) => sum + (concentration[k] - 1) * Math.log(each) - lgamma(concentration[k]), 0) +
    lgamma(concentration.reduce((sum, each) => sum + each, 0)),
  Bernoulli: (x, { p, logits }) =>
    p === undefined ? logLogistic(Number(x) === 1 ? logits : -logits) : Math.log(Number(x) === 1 ? p : 1 - p),
  Categorical: (x, { p, logits }) =>
    p === undefined
      ? logits[x] - Math.log(logits.reduce((sum, each) => sum + Math.exp(each), 0))
      : Math.log(p[x]),
  // Densities of the images of logistic and Gumbel noise: the textbook products, not their logarithms.
  RelaxedBernoulli: (x, { p, logits, temperature: t }) => {
    const a = p === undefined ? Math.exp(logits) : p / (1 - p);
    const bottom = (a * x ** -t + (1 - x) ** -t) ** 2;
    return Math.log((t * a * x ** (-t - 1) * (1 - x) ** (-t - 1)) / bottom);
  },
  RelaxedCategorical: (x, { p, logits, temperature: t }) => {
    const a = p ?? logits.map(Math.exp);
    const total = x.reduce((sum, each, k) => sum + a[k] * each ** -t, 0);
    const product = x.reduce((all, each, k) => (all * a[k] * each ** (-t - 1)) / total, 1);
    return lgamma(x.length) + (x.length - 1) * Math.log(t) + Math.log(product);
  },
  MultivariateNormal: (x, { loc, covariance, precision, cholesky }) =>
    logMultivariateNormal(
      x.map((each, k) => each - (loc[k] ?? loc)),
      covariance ?? (precision === undefined ? timesTransposed(cholesky) : inverse(precision)),
    ),
  MultivariateStudentT: (x, { df, loc, scale, cholesky }) => {
    const matrix = scale ?? timesTransposed(cholesky);
    const k = x.length;
    const difference = x.map((each, i) => each - (loc[i] ?? loc));
    const outer = difference.map((each) => difference.map((other) => each * other));
    return (
      lgamma((df + k) / 2) -
      lgamma(df / 2) -
      0.5 * (k * Math.log(df * Math.PI) + Math.log(determinant(matrix))) -
      ((df + k) / 2) * Math.log(1 + traceOfProduct(inverse(matrix), outer) / df)
    );
  },
  LKJ: (x, { concentration }) => logLkj(x, concentration),
  // The Jacobian of L ↦ L Lᵀ over what is free in L.
  LKJCholesky: (x, { concentration }) => logLkj(timesTransposed(x), concentration) + logCholeskyJacobian(x),
  Wishart: (x, { df, scale }) => {
    const k = scale.length;
    const quadratic = traceOfProduct(inverse(scale), x);
    const determinants = (df - k - 1) * Math.log(determinant(x)) - df * Math.log(determinant(scale));
    return 0.5 * (determinants - quadratic - df * k * Math.log(2)) - logMultivariateGamma(df / 2, k);
  },
  InverseWishart: (x, { df, scale }) => {
    const k = scale.length;
    const quadratic = traceOfProduct(scale, inverse(x));
    const determinants = df * Math.log(determinant(scale)) - (df + k + 1) * Math.log(determinant(x));
    return 0.5 * (determinants - quadratic - df * k * Math.log(2)) - logMultivariateGamma(df / 2, k);
  },
  Flat: () => 0,
};
