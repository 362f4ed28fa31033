/**
 * How much is tried of laws that hold for all programs. `npm test` tries the same few hundred each time; `npm run nightly` many more,
 * others every day. `PPL_SHARD=3/20` makes it the third of twenty pieces, which together try as many. Give `PPL_SEED` the seed that a
 * failure prints to see it again.
 */
export interface Runs {
  readonly numRuns: number;
  readonly seed: number;
  /** Where to begin in lists of which only some are tried. */
  readonly first: number;
  /** To make a failing program smaller takes longer than to find it: `PPL_SHRINK=1` does. */
  readonly endOnFailure: boolean;
}

export function runs(inTest: number, nightly: number): Runs {
  const [shard, shards] = piece();
  return {
    numRuns: process.env.PPL_NIGHTLY === undefined ? inTest : Math.ceil(nightly / shards),
    seed: seed(),
    first: shard - 1,
    endOnFailure: process.env.PPL_SHRINK === undefined,
  };
}

/** How long such a test may take, in ms: hours in `npm run nightly`. */
export function patience(): number {
  return process.env.PPL_NIGHTLY === undefined ? 240_000 : 10 * 3_600_000;
}

/** The seed of every property, so that `npm test` tries the same each time; the one of the day and the piece in `npm run nightly`. */
export function seed(): number {
  const { PPL_SEED, PPL_NIGHTLY } = process.env;
  if (PPL_SEED !== undefined) return Number(PPL_SEED);
  const day = Math.floor(Date.now() / 86_400_000);
  return PPL_NIGHTLY === undefined ? 20_240_501 : 1000 * day + piece()[0];
}

function piece(): number[] {
  const { PPL_SHARD = "1/1" } = process.env;
  const [shard, shards] = PPL_SHARD.split("/").map(Number);
  if (!(shard >= 1 && shard <= shards)) throw new Error(`PPL_SHARD=${PPL_SHARD} is no piece, such as 3/20`);
  return [shard, shards];
}
