/**
 * Concrete distributions: draws of categories made continuous, on the simplex instead of at its corners, by a temperature λ. At λ → 0
 * they are one-hot draws (Maddison, Mnih and Teh 2017, "The Concrete distribution", equations 10 and 15; Jang, Gu and Poole 2017).
 */

import { logProbabilities, overLast } from "./distribution-arguments.ts";
import type { Arguments, DistributionRow } from "./distribution-row.ts";
import { vectorsOverRows } from "./matrices.ts";
import type { Algebra, Value } from "./value.ts";

/**
 * x = σ((ℓ + L) / λ) with L logistic noise and ℓ the log odds. So s = ℓ − λ logit(x) is logistic, and
 * log p(x) = log λ + s − 2 softplus(s) − log x − log(1 − x).
 */
export const relaxedBernoulli: DistributionRow = {
  logDensity(a, x, args) {
    const logX = a.unary("log", x);
    const logRest = a.unary("log1p", a.unary("neg", x));
    const s = a.sub(logOdds(a, args), a.mul(args.temperature, a.sub(logX, logRest)));
    return [
      a.sub(s, a.mul(2, a.unary("softplus", s))),
      a.unary("neg", a.add(logX, logRest)),
      a.unary("log", args.temperature),
    ];
  },
  draw(a, noise, args) {
    const u = noise.uniform();
    const logistic = a.sub(a.unary("log", u), a.unary("log1p", a.unary("neg", u)));
    return a.unary("sigmoid", a.div(a.add(logOdds(a, args), logistic), args.temperature));
  },
};

/**
 * x = softmax((log α + G) / λ) with G Gumbel noise. With sₖ = log αₖ − λ log xₖ,
 * log p(x) = log Γ(K) + (K − 1) log λ + Σ (sₖ − log xₖ) − K log Σ exp sₖ.
 */
export const relaxedCategorical: DistributionRow = {
  logDensity(a, x, args) {
    const last = x.event.length - 1;
    const count = x.event[last];
    const logX = a.unary("log", x);
    const temperature = alongRows(a, args.temperature, x.event);
    const s = a.sub(vectorsOverRows(a, logProbabilities(a, args), x.event), a.mul(temperature, logX));
    const factorial = Array.from({ length: count - 1 }, (_, k) => Math.log(k + 1)).reduce((x, y) => x + y, 0);
    return [
      a.reduce("reduceSum", a.sub(s, logX), last),
      a.mul(-count, a.logSumExp(s, last)),
      a.add(a.mul(count - 1, a.unary("log", args.temperature)), factorial),
    ];
  },
  draw(a, noise, args) {
    const { event } = noise;
    // In single precision the noise may be 1.
    const exponential = a.binary("max", a.unary("neg", a.unary("log", noise.uniform())), 1e-30);
    const gumbel = a.unary("neg", a.unary("log", exponential));
    const logits = a.add(vectorsOverRows(a, logProbabilities(a, args), event), gumbel);
    const scaled = a.div(logits, alongRows(a, args.temperature, event));
    const total = a.logSumExp(scaled, event.length - 1);
    return a.unary("exp", a.sub(scaled, overLast(a, total, event)));
  },
};

/** log odds of what is made continuous. */
export function logOdds(a: Algebra, { p, logits }: Arguments): Value {
  return logits ?? a.sub(a.unary("log", p), a.unary("log1p", a.unary("neg", p)));
}

/** One number for all, or one for each row of vectors. */
function alongRows(a: Algebra, x: Value, event: readonly number[]): Value {
  return x.event.length === 0 ? x : overLast(a, x, event);
}
