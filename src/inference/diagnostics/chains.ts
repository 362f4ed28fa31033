/** Chains of one scalar quantity, all of one length, and the ways the diagnostics look at them. */
export type Chains = readonly Float64Array[];

/** Chain c is values [c × draws, (c + 1) × draws) of every `stride`-th number from `offset`. */
export function chainsOf(
  values: Float64Array,
  chains: number,
  draws: number,
  stride: number,
  offset: number,
): Chains {
  return Array.from({ length: chains }, (_, chain) =>
    Float64Array.from({ length: draws }, (_, draw) => values[(chain * draws + draw) * stride + offset]),
  );
}

/** First and last half of every chain; the middle draw of an odd number is left out. */
export function splitChains(chains: Chains): Chains {
  return chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.subarray(0, half), chain.subarray(chain.length - half)];
  });
}

export function mapChains(chains: Chains, change: (value: number) => number): Chains {
  return chains.map((chain) => chain.map(change));
}

export function pooled(chains: Chains): Float64Array {
  const length = chains.reduce((sum, chain) => sum + chain.length, 0);
  const all = new Float64Array(length);
  let at = 0;
  for (const chain of chains) {
    all.set(chain, at);
    at += chain.length;
  }
  return all;
}

/** Whether the diagnostics have nothing to say: fewer than three draws, a value that is not finite, or all values equal. */
export function isDegenerate(chains: Chains): boolean {
  if (chains.length === 0 || chains[0].length < 3) return true;
  const first = chains[0][0];
  let constant = true;
  for (const chain of chains) {
    for (const value of chain) {
      if (!Number.isFinite(value)) return true;
      if (value !== first) constant = false;
    }
  }
  return constant;
}
