/**
 * How much is tried of laws that hold for all programs. `npm test` tries the same few hundred each time;
 * `npm run nightly` many more, others every night. Give `PPL_SEED` the seed that a failure prints to see it again.
 */
export interface Runs {
  readonly numRuns: number;
  readonly seed?: number;
}

export function runs(inTest: number, nightly: number): Runs {
  const seed = process.env.PPL_SEED === undefined ? undefined : Number(process.env.PPL_SEED);
  if (process.env.PPL_NIGHTLY === undefined) return { numRuns: inTest, seed: seed ?? 20_240_501 };
  return { numRuns: nightly, ...(seed !== undefined && { seed }) };
}
