/** The mean-field Gaussian guide on the unconstrained scale: z = μ + σ ∘ ε with ε standard normal. */
import { findInitialPosition } from "../initial-position.ts";
import type { DensityTarget } from "../target.ts";
import type { Guide } from "./guide.ts";
import type { SviConfig } from "./svi-state.ts";

/** Halves of one flat vector: μ, then log σ. */
export interface MeanField {
  readonly location: Float64Array;
  readonly logScale: Float64Array;
}

export function meanField(parameters: Float64Array): MeanField {
  const dimension = parameters.length / 2;
  return { location: parameters.subarray(0, dimension), logScale: parameters.subarray(dimension) };
}

/** Writes z = μ + σ ∘ ε into `position`. */
export function reparameterize(guide: MeanField, noise: Float64Array, position: Float64Array): void {
  for (let i = 0; i < noise.length; i++) {
    position[i] = guide.location[i] + Math.exp(guide.logScale[i]) * noise[i];
  }
}

/** log q(z) at the z that `noise` gives: −Σ (ε²/2 + log σ) − D/2 log 2π. */
export function logGuideDensity(guide: MeanField, noise: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < noise.length; i++) sum += 0.5 * noise[i] * noise[i] + guide.logScale[i];
  return -sum - 0.5 * noise.length * Math.log(2 * Math.PI);
}

/**
 * Adds the path derivative of log p(z) − log q(z) with respect to (μ, log σ), q's own parameters held fixed ("sticking the
 * landing", Roeder, Wu and Duvenaud 2017, equation 8): with g = ∇ log p(z) + ε/σ, g for μ and g σ ε for log σ. It has no variance
 * where q is the posterior. `densityGradient` is ∇ log p(z).
 */
export function addPathGradient(
  guide: MeanField,
  noise: Float64Array,
  densityGradient: Float64Array,
  into: Float64Array,
): void {
  const dimension = noise.length;
  for (let i = 0; i < dimension; i++) {
    const scale = Math.exp(guide.logScale[i]);
    const path = densityGradient[i] + noise[i] / scale;
    into[i] += path;
    into[dimension + i] += path * scale * noise[i];
  }
}

/** As it is derived for any target. Its functions share scratch memory. */
export function meanFieldGuide(target: DensityTarget, config: SviConfig): Guide {
  const { dimension } = target;
  const position = new Float64Array(dimension);
  const densityGradient = new Float64Array(dimension);
  return {
    parameterCount: 2 * dimension,
    noiseLength: dimension,
    samples: 1,
    start(random) {
      const found = findInitialPosition(target, config.initialRadius, random);
      if (found.kind === "failed") return found;
      const parameters = new Float64Array(2 * dimension);
      parameters.set(found.position);
      parameters.fill(Math.log(config.initialScale), dimension);
      return { kind: "found", parameters };
    },
    addGradient(parameters, noise, into) {
      const guide = meanField(parameters);
      reparameterize(guide, noise, position);
      const logDensity = target.logDensityAndGradient(position, densityGradient);
      if (!Number.isFinite(logDensity) || !densityGradient.every(Number.isFinite)) return Number.NaN;
      addPathGradient(guide, noise, densityGradient, into);
      return logDensity - logGuideDensity(guide, noise);
    },
    draw(parameters, noise) {
      const guide = meanField(parameters);
      reparameterize(guide, noise, position);
      const logDensity = target.logDensityAndGradient(position, densityGradient);
      return { logDensity, logGuide: logGuideDensity(guide, noise), values: target.constrain(position) };
    },
  };
}
