/** Distributions of correlation and covariance matrices and of their Cholesky factors. Rows and columns count from 0 here. */
import type { DistributionRow } from "./distribution-row.ts";
import { drawGamma, type Noise } from "./draws.ts";
import {
  alongLast,
  choleskyFactor,
  diagonalMatrix,
  diagonalOf,
  logDeterminantOfFactor,
  mask,
  multiply,
  repeated,
  side,
  solveLower,
  transposeLast,
} from "./matrices.ts";
import { constrainMatrix, matrixCoordinates } from "./matrix-bijector.ts";
import type { Algebra, Value } from "./value.ts";

/** (η − 1) log |R|: Lewandowski, Kurowicka and Joe (2009). */
export const lkj: DistributionRow = {
  logDensity: (a, x, { concentration }) => [
    a.mul(a.sub(concentration, 1), logDeterminantOfFactor(a, choleskyFactor(a, x))),
    logNormalizer(a, concentration, side(x)),
  ],
  draw: (a, noise, { concentration }) => {
    const factor = drawFactor(a, noise, concentration);
    return multiply(a, factor, factor, { transposeRight: true });
  },
};

/** The same of the Cholesky factor L of R, with the Jacobian ∏ᵢ Lᵢᵢ^(K − 1 − i). */
export const lkjCholesky: DistributionRow = {
  logDensity: (a, x, { concentration }) => {
    const logs = a.unary("log", diagonalOf(a, x));
    const last = logs.event.length - 1;
    const powers = Array.from({ length: side(x) }, (_, i) => side(x) - 1 - i);
    const jacobian = a.mul(repeated(a, powers, logs.event), logs);
    return [
      a.mul(a.mul(2, a.sub(concentration, 1)), a.reduce("reduceSum", logs, last)),
      a.reduce("reduceSum", jacobian, last),
      logNormalizer(a, concentration, side(x)),
    ];
  },
  draw: (a, noise, { concentration }) => drawFactor(a, noise, concentration),
};

/** −Σⱼ (K − 1 − j) ((2 αⱼ − 1) log 2 + log B(αⱼ, αⱼ)) with αⱼ = η + (K − 2 − j) / 2, j = 0 … K − 2: their equation 16. */
function logNormalizer(a: Algebra, concentration: Value, n: number): Value {
  const terms = Array.from({ length: n - 1 }, (_, j) => {
    const shape = a.add(concentration, (n - 2 - j) / 2);
    const logBeta = a.sub(a.mul(2, a.unary("lgamma", shape)), a.unary("lgamma", a.mul(2, shape)));
    return a.mul(j + 1 - n, a.add(a.mul(Math.LN2, a.sub(a.mul(2, shape), 1)), logBeta));
  });
  return a.add(a.of(0), ...terms);
}

/**
 * The partial correlations of rows i and j given the rows before j are independent 2 Beta(αⱼ, αⱼ) − 1, their section 2.4; with
 * Gammas g and h for the Beta, such a number is tanh(½ log(g / h)).
 */
function drawFactor(a: Algebra, noise: Noise, concentration: Value): Value {
  const n = noise.event[noise.event.length - 1];
  const batch = noise.event.slice(0, -2);
  const event = [...batch, matrixCoordinates("choleskyCorr", n)];
  const offsets = Array.from({ length: n }, (_, i) => Array.from({ length: i }, (_, j) => (n - 2 - j) / 2));
  const shape = a.add(alongLast(a, concentration, event), repeated(a, offsets.flat(), event));
  const own = withEvent(noise, event);
  const gammas = [drawGamma(a, own, shape), drawGamma(a, own, shape)].map((each) => a.unary("log", each));
  return constrainMatrix(a, "choleskyCorr", a.mul(0.5, a.sub(gammas[0], gammas[1]))).value;
}

/** Mean df · scale: Anderson (2003), "An Introduction to Multivariate Statistical Analysis", theorem 7.2.2. */
export const wishart: DistributionRow = {
  logDensity: (a, x, { df, scale }) => {
    const n = side(x);
    const [factor, scaleFactor] = [choleskyFactor(a, x), choleskyFactor(a, scale)];
    return [
      a.mul(a.mul(0.5, a.sub(df, n + 1)), logDeterminantOfFactor(a, factor)),
      // tr V⁻¹ X = |L_V⁻¹ L_X|²
      a.mul(-0.5, squaredNorm(a, solveLower(a, scaleFactor, factor))),
      a.mul(a.mul(-0.5, df), logDeterminantOfFactor(a, scaleFactor)),
      logWishartNormalizer(a, df, n),
    ];
  },
  draw: (a, noise, { df, scale }) => {
    const root = multiply(a, choleskyFactor(a, scale), drawBartlett(a, noise, df));
    return multiply(a, root, root, { transposeRight: true });
  },
};

/** The inverse of Wishart matrices with the inverse scale; mean scale / (df − K − 1): theorem 7.7.1 there. */
export const inverseWishart: DistributionRow = {
  logDensity: (a, x, { df, scale }) => {
    const n = side(x);
    const [factor, scaleFactor] = [choleskyFactor(a, x), choleskyFactor(a, scale)];
    return [
      a.mul(a.mul(-0.5, a.add(df, n + 1)), logDeterminantOfFactor(a, factor)),
      a.mul(-0.5, squaredNorm(a, solveLower(a, factor, scaleFactor))),
      a.mul(a.mul(0.5, df), logDeterminantOfFactor(a, scaleFactor)),
      logWishartNormalizer(a, df, n),
    ];
  },
  draw: (a, noise, { df, scale }) => {
    const root = solveLower(a, drawBartlett(a, noise, df), transposeLast(a, choleskyFactor(a, scale)));
    return multiply(a, root, root, { transposeLeft: true });
  },
};

/** −½ ν K log 2 − log Γ_K(ν / 2). Where ν is not above K − 1 there is no density. */
function logWishartNormalizer(a: Algebra, df: Value, n: number): Value {
  const gammas = Array.from({ length: n }, (_, i) => a.unary("lgamma", a.mul(0.5, a.sub(df, i))));
  const constant = (n * (n - 1) * Math.log(Math.PI)) / 4;
  const sum = a.add(a.mul((n * Math.LN2) / 2, df), constant, ...gammas);
  return a.select(a.binary("less", n - 1, df), a.unary("neg", sum), Number.NaN);
}

/**
 * A with A Aᵀ from the Wishart distribution of the unit scale: √χ²(ν − i) on the diagonal, standard normal numbers below (Bartlett
 * 1933; Smith and Hocking 1972, algorithm AS 53).
 */
function drawBartlett(a: Algebra, noise: Noise, df: Value): Value {
  const n = noise.event[noise.event.length - 1];
  const rows = noise.event.slice(0, -1);
  const degrees = a.sub(
    alongLast(a, df, rows),
    repeated(
      a,
      Array.from({ length: n }, (_, i) => i),
      rows,
    ),
  );
  const squares = a.mul(2, drawGamma(a, withEvent(noise, rows), a.mul(0.5, degrees)));
  const below = mask(a, noise.event, "below");
  return a.add(diagonalMatrix(a, a.unary("sqrt", squares)), a.mul(below, noise.normal()));
}

/** Σ x² over the last two event dimensions. */
function squaredNorm(a: Algebra, x: Value): Value {
  const last = x.event.length - 1;
  return a.reduce("reduceSum", a.reduce("reduceSum", a.square(x), last), last - 1);
}

function withEvent(noise: Noise, event: readonly number[]): Noise {
  return {
    event,
    normal: (own = event) => noise.normal(own),
    uniform: (own = event) => noise.uniform(own),
  };
}
