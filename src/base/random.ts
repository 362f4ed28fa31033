/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). A number is a pure function of (seed, stream, step, position), so one seed gives the same
 * draws on every engine and machine, and a run resumes exactly.
 */

/** Names a sequence: seed by the user, stream per chain or purpose, step per transition. All are 32-bit unsigned. */
export interface RandomKey {
  readonly seed: number;
  readonly stream: number;
}

/**
 * One block: two 32-bit words from a two-word key and a two-word counter, written into `out` at `at`. Five groups of
 * four rounds; after each group the next two words of the extended key are added (ibid., section 3.3).
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  at: number,
): void {
  let a = key0 | 0;
  let b = key1 | 0;
  let c = 0x1bd11bda ^ key0 ^ key1;
  let x0 = (counter0 + a) | 0;
  let x1 = (counter1 + b) | 0;
  for (let group = 1; group <= 5; group++) {
    if ((group & 1) === 1) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    } else {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
    }
    x0 = (x0 + b) | 0;
    x1 = (x1 + c + group) | 0;
    const first = a;
    a = b;
    b = c;
    c = first;
  }
  out[at] = x0;
  out[at + 1] = x1;
}

/** A reader of one key's numbers for one step: each call takes the next position. */
export interface RandomSource {
  /** Uniform on the open interval (0, 1), 52 bits: (k + ½) / 2⁵². */
  uniform(): number;
  /** Standard normal by Box and Muller (1958), in pairs. */
  normal(): number;
  fillUniform(out: Float64Array): void;
  fillNormal(out: Float64Array): void;
}

export function randomSource(key: RandomKey, step: number): RandomSource {
  const words = new Uint32Array(2);
  let position = 0;
  let spare = Number.NaN;
  const uniform = (): number => {
    threefry2x32(key.seed, key.stream, step, position++, words, 0);
    return ((words[0] >>> 6) * 67108864 + (words[1] >>> 6) + 0.5) / 4503599627370496;
  };
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    uniform,
    normal,
    fillUniform(out) {
      for (let i = 0; i < out.length; i++) out[i] = uniform();
    },
    fillNormal(out) {
      for (let i = 0; i < out.length; i++) out[i] = normal();
    },
  };
}
