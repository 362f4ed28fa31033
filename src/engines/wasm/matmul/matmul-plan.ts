/** What a matrix product is, and which way it is computed. */
import { matmulFormat } from "./matmul-format.ts";

export interface MatmulSpec {
  /**
   * A is [m, k] (stored [k, m] if transposed), B is [k, n] (stored [n, k] if transposed), C is [m, n]; all
   * positive, row-major.
   */
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeLeft: boolean;
  readonly transposeRight: boolean;
  readonly precision: "f32" | "f64";
  /** C += A B instead of C = A B. */
  readonly accumulate: boolean;
  /** That many products, one after the other in A, B and C. */
  readonly batch: number;
  /** Uses relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
}

export interface MatmulPlan {
  readonly way: "packed" | "direct" | "dotRows" | "sumOfRows";
  /**
   * Bytes of scratch memory that all callers of `rows` share: the rearranged B. Addresses are multiples of
   * 16.
   */
  readonly sharedScratch: number;
  /** Bytes of scratch memory that each caller of `rows` has for itself. */
  readonly ownScratch: number;
  /** Ranges of rows begin at multiples of this. */
  readonly rowStep: number;
  /** Ranges of columns that are prepared begin at multiples of this; 0 where nothing is to be prepared. */
  readonly columnStep: number;
}

/** The kernel's tile of C in registers, and the blocks of k and of rows that stay in caches. */
export interface Blocking {
  readonly tileRows: number;
  /** Columns of a tile. */
  readonly width: number;
  /** Numbers of k in a block: all blocks but the last have this many. */
  readonly steps: number;
  /** Rows in a block: a multiple of tileRows. */
  readonly rows: number;
}

/**
 * 256 numbers of k in f32: a panel of B takes 8 KiB of the first cache, a block of A less than 100 KiB of the
 * second.
 */
const blockBytes = 1024;
const tilesInBlock = 16;
/** As much of B as stays in the second cache without packing. */
const residentBytes = 2 ** 18;

export function blockingOf({ k, precision, relaxed }: MatmulSpec): Blocking {
  const { bytes, lanes } = matmulFormat(precision, relaxed);
  // The tile's sums, a row of B and a number of A fit into 15 vector registers; without relaxed SIMD a
  // product needs a register too, and one spilled sum halves the speed.
  const tileRows = relaxed ? 6 : 5;
  const blocks = Math.ceil((k * bytes) / blockBytes);
  return { tileRows, width: 2 * lanes, steps: Math.ceil(k / blocks), rows: tilesInBlock * tileRows };
}

export function planMatmul(spec: MatmulSpec): MatmulPlan {
  const { m, k, n, transposeLeft, transposeRight } = spec;
  const { bytes } = matmulFormat(spec.precision, spec.relaxed);
  const { tileRows, width, steps, rows } = blockingOf(spec);
  if (n === 1 || m === 1) {
    const isDot = n === 1 ? !transposeLeft : transposeRight;
    const way = isDot ? "dotRows" : "sumOfRows";
    return { way, sharedScratch: 0, ownScratch: 0, rowStep: 1, columnStep: 0 };
  }
  const isTiny = Math.max(m, k, n) <= 32;
  const isFlat = m <= 2 * tileRows || n <= 2 * width;
  const isResident = !transposeLeft && k * n * bytes <= residentBytes;
  if (isTiny || (!transposeRight && (isFlat || isResident))) {
    const sharedScratch = transposeRight ? roundUp(k * n * bytes, 16) : 0;
    const columnStep = transposeRight ? n : 0;
    return { way: "direct", sharedScratch, ownScratch: 0, rowStep: tileRows, columnStep };
  }
  return {
    way: "packed",
    sharedScratch: k * roundUp(n, width) * bytes,
    ownScratch: roundUp(Math.min(rows, roundUp(m, tileRows)) * steps * bytes, 16),
    rowStep: tileRows,
    columnStep: width,
  };
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
