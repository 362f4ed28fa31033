/** First-order optimisation of flat vectors: Adam and step-size schedules, as pure functions. */

/** Running moments of the gradient, as sums: those of Adam as published are `first` (1 − β₁) and `second` (1 − β₂). */
export interface AdamMoments {
  readonly count: number;
  /** Σ β₁ᵏ g, with the slope g of k steps ago. */
  readonly first: Float64Array;
  /** Σ β₂ᵏ g². */
  readonly second: Float64Array;
}

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const adamDefaults: AdamOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export function startAdam(length: number): AdamMoments {
  return { count: 0, first: new Float64Array(length), second: new Float64Array(length) };
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1) that goes up the gradient. Returns fresh arrays; all vectors have one
 * length.
 */
export function adamAscent(
  moments: AdamMoments,
  parameters: Float64Array,
  gradient: Float64Array,
  rate: number,
  options: AdamOptions = adamDefaults,
): { readonly moments: AdamMoments; readonly parameters: Float64Array } {
  const { beta1, beta2, epsilon } = options;
  const count = moments.count + 1;
  const firstScale = (1 - beta1) / (1 - beta1 ** count);
  const secondScale = (1 - beta2) / (1 - beta2 ** count);
  const first = moments.first.slice();
  const second = moments.second.slice();
  const moved = parameters.slice();
  for (let i = 0; i < moved.length; i++) {
    const slope = gradient[i];
    first[i] = beta1 * first[i] + slope;
    second[i] = beta2 * second[i] + slope * slope;
    moved[i] += (rate * first[i] * firstScale) / (Math.sqrt(second[i] * secondScale) + epsilon);
  }
  return { moments: { count, first, second }, parameters: moved };
}

/** The rate at `step` of `steps`, falling along half a cosine from `rate` to 0 (Loshchilov and Hutter 2017). */
export function cosineRate(rate: number, step: number, steps: number): number {
  return steps <= 0 ? 0 : (rate / 2) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
}
