/** Transitions as rows of numbers: facts first, then the position they ended at, unconstrained. */
import type { NutsInfo } from "./nuts-state.ts";

/** Places of the facts in a row. */
export const rowPlaces = {
  /** Transitions made before. */
  step: 0,
  stepSize: 1,
  treeDepth: 2,
  leapfrogs: 3,
  /** 0 or 1 */
  divergent: 4,
  acceptStat: 5,
  energy: 6,
  logDensity: 7,
  position: 8,
} as const;

export function rowLength(dimension: number): number {
  return rowPlaces.position + dimension;
}

/** The rows that say this. */
export function rowsOf(infos: readonly NutsInfo[], dimension: number): Float64Array {
  const length = rowLength(dimension);
  const rows = new Float64Array(infos.length * length);
  infos.forEach((info, row) => {
    const start = row * length;
    rows[start + rowPlaces.step] = row;
    for (const name of factNames) rows[start + rowPlaces[name]] = Number(info[name]);
    rows.set(info.position, start + rowPlaces.position);
  });
  return rows;
}

const factNames = [
  "stepSize",
  "treeDepth",
  "leapfrogs",
  "divergent",
  "acceptStat",
  "energy",
  "logDensity",
] as const;

/** What rows say; positions are views of them. */
export function readRows(rows: Float64Array, dimension: number, warmup: number): NutsInfo[] {
  const length = rowLength(dimension);
  return Array.from({ length: rows.length / length }, (_, row) => {
    const start = row * length;
    return {
      warmup: rows[start + rowPlaces.step] < warmup,
      position: rows.subarray(start + rowPlaces.position, start + length),
      logDensity: rows[start + rowPlaces.logDensity],
      energy: rows[start + rowPlaces.energy],
      treeDepth: rows[start + rowPlaces.treeDepth],
      leapfrogs: rows[start + rowPlaces.leapfrogs],
      acceptStat: rows[start + rowPlaces.acceptStat],
      divergent: rows[start + rowPlaces.divergent] === 1,
      stepSize: rows[start + rowPlaces.stepSize],
    };
  });
}
