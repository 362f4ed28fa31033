/**
 * Published reference posteriors (posteriordb, Magnusson et al. 2024), which are not part of this repository: looked up in
 * the folder named by PPL_DATA, or in ../shared/data beside the repository.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const folder = resolve(
  process.env.PPL_DATA ?? resolve(import.meta.dirname, "../../../shared/data"),
  "posteriordb",
);

export const hasReferenceData = existsSync(resolve(folder, "index.json"));
export const whyNoReferenceData =
  "needs posteriordb's reference draws: set PPL_DATA to the folder that holds them";

export interface ReferenceRow {
  readonly mean: number;
  readonly sd: number;
  readonly mcse_mean: number;
  readonly ess_bulk: number;
  readonly ess_tail: number;
  readonly r_hat: number;
}

export interface ReferencePosterior {
  readonly name: string;
  readonly columns: readonly string[];
  /** Row-major [draws × columns], chain after chain: ten chains of 1000. Rounded to single precision. */
  readonly draws: Float32Array;
  readonly rows: Readonly<Record<string, ReferenceRow>>;
}

interface IndexEntry {
  readonly name: string;
  readonly draws?: string;
  readonly draws_columns: readonly string[];
  readonly reference: string;
}

export function referencePosteriors(): ReferencePosterior[] {
  const index = JSON.parse(readFileSync(resolve(folder, "index.json"), "utf8")) as IndexEntry[];
  return index.flatMap((entry) => {
    if (entry.draws === undefined) return [];
    const reference = JSON.parse(readFileSync(resolve(folder, entry.reference), "utf8"));
    return [
      {
        name: entry.name,
        columns: entry.draws_columns,
        draws: readNpy(resolve(folder, entry.draws)),
        rows: reference.params as Record<string, ReferenceRow>,
      },
    ];
  });
}

/** The numbers of a gzipped version 1 .npy file of little-endian float32. */
function readNpy(path: string): Float32Array {
  const bytes = gunzipSync(readFileSync(path));
  const start = 10 + bytes.readUInt16LE(8);
  return Float32Array.from({ length: (bytes.length - start) / 4 }, (_, i) =>
    bytes.readFloatLE(start + 4 * i),
  );
}
