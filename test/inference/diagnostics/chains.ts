/** Chains with known properties. */
import { randomSource } from "../../../src/base/random.ts";

/** Stationary AR(1) chains with autocorrelation φ per lag and variance 1. */
export function autoregressive(phi: number, chains: number, length: number, seed = 1): Float64Array[] {
  return Array.from({ length: chains }, (_, stream) => {
    const random = randomSource({ seed, stream }, 0);
    const chain = new Float64Array(length);
    let value = random.normal();
    for (let i = 0; i < length; i++) {
      chain[i] = value;
      value = phi * value + Math.sqrt(1 - phi * phi) * random.normal();
    }
    return chain;
  });
}
