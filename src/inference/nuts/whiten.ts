/** A density of q as one of z = L⁻¹ q, for lower-triangular matrices L, row by row. */
import type { ChainPoint, DensityTarget } from "../target.ts";

export interface Whitened {
  /** The density of q = L z, as a function of z. */
  readonly target: DensityTarget;
  /** From now on, L is this. */
  use(factor: Float64Array): void;
  enter(q: Readonly<ChainPoint>, z: ChainPoint): void;
  leave(z: Readonly<ChainPoint>, q: ChainPoint): void;
}

export function whiten(target: DensityTarget): Whitened {
  const { dimension: n } = target;
  const position = new Float64Array(n);
  const gradient = new Float64Array(n);
  let l: Float64Array = unitMatrix(n);

  const times = (x: ArrayLike<number>, result: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += l[i * n + j] * x[j];
      result[i] = sum;
    }
  };
  const transposedTimes = (x: ArrayLike<number>, result: Float64Array): void => {
    result.fill(0);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) result[j] += l[i * n + j] * x[i];
  };
  const solve = (x: ArrayLike<number>, result: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      let rest = x[i];
      for (let j = 0; j < i; j++) rest -= l[i * n + j] * result[j];
      result[i] = rest / l[i * n + i];
    }
  };
  const transposedSolve = (x: ArrayLike<number>, result: Float64Array): void => {
    for (let i = n - 1; i >= 0; i--) {
      let rest = x[i];
      for (let j = i + 1; j < n; j++) rest -= l[j * n + i] * result[j];
      result[i] = rest / l[i * n + i];
    }
  };
  const { nuts: _, ...others } = target;
  return {
    target: {
      ...others,
      logDensityAndGradient(z, result) {
        times(z, position);
        const logDensity = target.logDensityAndGradient(position, gradient);
        transposedTimes(gradient, result);
        return logDensity;
      },
    },
    use(factor) {
      l = factor;
    },
    enter(q, z) {
      solve(q.position, z.position);
      transposedTimes(q.gradient, z.gradient);
      z.logDensity = q.logDensity;
    },
    leave(z, q) {
      times(z.position, q.position);
      transposedSolve(z.gradient, q.gradient);
      q.logDensity = z.logDensity;
    },
  };
}

export function unitMatrix(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}

/** The lower L with L Lᵀ = x, row by row; undefined where x is not positive definite. */
export function choleskyFactor(x: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = x[i * n + j];
      for (let k = 0; k < j; k++) rest -= l[i * n + k] * l[j * n + k];
      if (i === j && !(rest > 0 && rest < Number.POSITIVE_INFINITY)) return undefined;
      l[i * n + j] = i === j ? Math.sqrt(rest) : rest / l[j * n + j];
    }
  return l;
}
