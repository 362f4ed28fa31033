/** Densities written by hand, with gradients, for tests of strategies. */
import type { DensityTarget, TargetVariable } from "../../src/inference/target.ts";

/** A target whose variables are its coordinates, as one vector "x". */
export function vectorTarget(
  dimension: number,
  logDensityAndGradient: DensityTarget["logDensityAndGradient"],
): DensityTarget {
  return {
    dimension,
    coordinateName: (index) => `x[${index}]`,
    variables: [variable("x", [dimension], 0)],
    constrainedLength: dimension,
    logDensityAndGradient,
    constrain: (position) => position.slice(),
  };
}

export function variable(
  name: string,
  shape: readonly number[],
  offset: number,
  kind: TargetVariable["kind"] = "latent",
): TargetVariable {
  return { name, shape, dimensions: shape.map(() => ""), offset, kind, base: "real" };
}

/** Independent normals. */
export function diagonalGaussian(means: readonly number[], sds: readonly number[]): DensityTarget {
  return vectorTarget(means.length, (position, gradient) => {
    let sum = 0;
    for (let i = 0; i < means.length; i++) {
      const scaled = (position[i] - means[i]) / sds[i];
      gradient[i] = -scaled / sds[i];
      sum -= 0.5 * scaled * scaled;
    }
    return sum;
  });
}

/** Two normals with correlation ρ and the given means and sds. */
export function correlatedGaussian(
  means: readonly [number, number],
  sds: readonly [number, number],
  rho: number,
): DensityTarget {
  return vectorTarget(2, (position, gradient) => {
    const a = (position[0] - means[0]) / sds[0];
    const b = (position[1] - means[1]) / sds[1];
    const scale = 1 / (1 - rho * rho);
    gradient[0] = (-scale * (a - rho * b)) / sds[0];
    gradient[1] = (-scale * (b - rho * a)) / sds[1];
    return -0.5 * scale * (a * a - 2 * rho * a * b + b * b);
  });
}

const effects = [28, 8, -3, 7, -1, 1, 18, 12] as const;
const errors = [15, 10, 16, 11, 9, 11, 10, 18] as const;

/**
 * Eight schools (Rubin 1981): mu ~ Normal(0, 5), tau ~ HalfCauchy(5), theta ~ Normal(mu, tau), y ~ Normal(theta, sigma). The
 * coordinates are mu, log tau and either the standardised effects or theta itself.
 */
export function eightSchools(form: "noncentered" | "centered"): DensityTarget {
  const noncentered = form === "noncentered";
  const logDensityAndGradient = (position: Float64Array, gradient: Float64Array): number => {
    const mu = position[0];
    const tau = Math.exp(position[1]);
    const tail = 1 + (tau / 5) ** 2;
    let density = -0.5 * (mu / 5) ** 2 - Math.log(tail) + position[1];
    let dMu = -mu / 25;
    let dTau = (-2 * tau) / 25 / tail;
    for (let j = 0; j < 8; j++) {
      const z = noncentered ? position[2 + j] : (position[2 + j] - mu) / tau;
      const residual = (effects[j] - (mu + tau * z)) / errors[j];
      const slope = residual / errors[j];
      density -= 0.5 * (residual * residual + z * z);
      if (noncentered) {
        dMu += slope;
        dTau += slope * z;
        gradient[2 + j] = slope * tau - z;
      } else {
        density -= position[1];
        dMu += z / tau;
        dTau += (z * z - 1) / tau;
        gradient[2 + j] = slope - z / tau;
      }
    }
    gradient[0] = dMu;
    gradient[1] = dTau * tau + 1;
    return density;
  };
  return {
    dimension: 10,
    coordinateName: (index) => ["mu", "tau", ...effects.map((_, j) => `theta[${j}]`)][index],
    variables: [
      variable("mu", [], 0),
      variable("tau", [], 1),
      variable("theta", [8], 2),
      variable("J", [], 10, "binding"),
    ],
    constrainedLength: 11,
    logDensityAndGradient,
    constrain(position) {
      const tau = Math.exp(position[1]);
      const theta = Array.from(position.subarray(2), (z) => (noncentered ? position[0] + tau * z : z));
      return Float64Array.of(position[0], tau, ...theta, 8);
    },
  };
}

/** v ~ Normal(0, 3), x_i ~ Normal(0, exp(v / 2)) for nine x (Neal 2003); coordinates v, x. */
export function funnel(): DensityTarget {
  return vectorTarget(10, (position, gradient) => {
    const v = position[0];
    const precision = Math.exp(-v);
    let squares = 0;
    for (let i = 1; i < 10; i++) {
      squares += position[i] ** 2;
      gradient[i] = -position[i] * precision;
    }
    gradient[0] = -v / 9 - 4.5 + 0.5 * squares * precision;
    return (-v * v) / 18 - 4.5 * v - 0.5 * squares * precision;
  });
}
