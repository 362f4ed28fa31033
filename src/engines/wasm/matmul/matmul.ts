/**
 * Matrix products C = A B or C += A B for shapes that are known, as functions of a module. Three ways:
 * - packed (Goto and van de Geijn 2008): B is packed once into panels of the tile's width; for blocks of k and of rows A is packed into panels
 *   of the tile's height; the kernel then reads both in order. The blocks keep a panel of B in the first cache and a block of A in the
 *   second.
 * - direct, for small or flat products: the kernel reads A and B where they are (B through a transposed copy if need be).
 * - matrix times vector and vector times matrix: one pass over the matrix.
 *
 * With relaxed SIMD products are added in one rounding where the processor can, so that results may differ in the last places between
 * machines; without it they are the same everywhere. Numbers are added in the order of k within blocks of k, four partial
 * sums apart in matrix times vector.
 */
import { bug } from "../../../base/bug.ts";
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { advance } from "./counted-loop.ts";
import { emitPack } from "./emit-pack.ts";
import { emitTile } from "./emit-tile.ts";
import { emitDotRows, emitSumOfRows } from "./emit-vector-product.ts";
import { type MatmulFormat, matmulFormat } from "./matmul-format.ts";

export interface MatmulSpec {
  /** A is [m, k] (stored [k, m] if transposed), B is [k, n] (stored [n, k] if transposed), C is [m, n]; all positive, row-major. */
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
  /** Bytes of scratch memory that all callers of `rows` share: the packed B. Addresses are multiples of 16. */
  readonly sharedScratch: number;
  /** Bytes of scratch memory that each caller of `rows` has for itself. */
  readonly ownScratch: number;
  /** Ranges of rows begin at multiples of this. */
  readonly rowStep: number;
}

/** Addresses are i32 in bytes. A, B and C do not overlap each other or the scratch memory. */
export interface MatmulFunctions {
  /** (a, b, c, scratch): everything, for all of the batch. `scratch` has sharedScratch + ownScratch bytes. */
  readonly whole: FunctionIndex;
  /** (b, shared): prepares B of one product for `rows`. */
  readonly prepare: FunctionIndex;
  /** (a, b, c, shared, own, from, to): rows from … to − 1 of one product whose B is prepared; `to` is a multiple of rowStep, or m. */
  readonly rows: FunctionIndex;
}

const tileVectors = 2;
/** Bytes of a block's k for one row: 256 numbers in f32. */
const blockBytes = 1024;
/** Tiles in a block of rows. */
const blockTiles = 16;

/**
 * Rows of a tile, so that its sums, a row of B and a number of A fit into 15 vector registers; without relaxed SIMD a product needs
 * a register too, and one spilled sum halves the speed.
 */
function tileRowsOf({ relaxed }: MatmulSpec): number {
  return relaxed ? 6 : 5;
}

export function planMatmul(spec: MatmulSpec): MatmulPlan {
  const { m, k, n, transposeLeft, transposeRight } = spec;
  const tileRows = tileRowsOf(spec);
  const { bytes, lanes } = matmulFormat(spec.precision, spec.relaxed);
  if (n === 1 || m === 1) {
    const isDot = n === 1 ? !transposeLeft : transposeRight;
    return { way: isDot ? "dotRows" : "sumOfRows", sharedScratch: 0, ownScratch: 0, rowStep: 1 };
  }
  if (m <= 2 * tileRows || (m <= 32 && k <= 32 && n <= 32)) {
    const sharedScratch = transposeRight ? roundUp(k * n * bytes, 16) : 0;
    return { way: "direct", sharedScratch, ownScratch: 0, rowStep: tileRows };
  }
  const width = tileVectors * lanes;
  return {
    way: "packed",
    sharedScratch: k * roundUp(n, width) * bytes,
    ownScratch: roundUp(Math.min(blockTiles * tileRows, roundUp(m, tileRows)) * blockOfK(spec) * bytes, 16),
    rowStep: tileRows,
  };
}

/** Adds the functions to the module. */
export function emitMatmul(module: ModuleBuilder, name: string, spec: MatmulSpec): MatmulFunctions {
  const format = matmulFormat(spec.precision, spec.relaxed);
  const plan = planMatmul(spec);
  const parts = { packed: emitPacked, direct: emitDirect, dotRows: emitVector, sumOfRows: emitVector };
  const { prepare, rows } = parts[plan.way](module, name, spec, format);
  const { m, k, n, batch } = spec;
  const params = ["i32", "i32", "i32", "i32"] as const;
  const whole = module.addFunction(name, { params, results: [] }, (code) => {
    const [a, b, c, scratch] = [0, 1, 2, 3];
    const rest = code.local("i32");
    code.i32(batch);
    code.set(rest);
    code.loop((again) => {
      code.get(b);
      code.get(scratch);
      code.call(prepare);
      for (const address of [a, b, c, scratch]) code.get(address);
      pushSum(code, scratch, plan.sharedScratch);
      code.i32(0);
      code.i32(m);
      code.call(rows);
      advance(code, a, m * k * format.bytes);
      advance(code, b, k * n * format.bytes);
      advance(code, c, m * n * format.bytes);
      advance(code, rest, -1);
      code.get(rest);
      code.branchIf(again);
    });
  });
  return { whole, prepare, rows };
}

type Parts = Pick<MatmulFunctions, "prepare" | "rows">;
const prepareParams = ["i32", "i32"] as const;
const rowsParams = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Numbers of k in a block: all blocks but the last have this many. */
function blockOfK({ k, precision }: MatmulSpec): number {
  const most = blockBytes / (precision === "f32" ? 4 : 8);
  const blocks = Math.ceil(k / most);
  return Math.ceil(k / blocks);
}

function emitPacked(module: ModuleBuilder, name: string, spec: MatmulSpec, format: MatmulFormat): Parts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes, lanes } = format;
  const tileRows = tileRowsOf(spec);
  const blockRows = blockTiles * tileRows;
  const width = tileVectors * lanes;
  const block = blockOfK(spec);
  const blocks: { readonly start: number; readonly count: number }[] = [];
  for (let start = 0; start < k; start += block) blocks.push({ start, count: Math.min(block, k - start) });
  const leftStep = transposeLeft ? m * bytes : bytes;
  const leftRow = transposeLeft ? bytes : k * bytes;
  const rightStep = transposeRight ? bytes : n * bytes;
  const rightColumn = transposeRight ? k * bytes : bytes;
  const paddedRow = roundUp(n, width) * bytes;

  const packRight = emitPack(module, `${name} pack right`, format, {
    width,
    step: rightStep,
    across: rightColumn,
  });
  const packLeft = emitPack(module, `${name} pack left`, format, {
    width: tileRows,
    step: leftStep,
    across: leftRow,
  });
  const tile = (rows: number, columns: number): FunctionIndex =>
    emitTile(module, `${name} tile ${rows} ${columns}`, format, {
      rows,
      columns,
      isPadded: true,
      leftRow: bytes,
      leftStep: tileRows * bytes,
      rightStep: width * bytes,
      resultRow: n * bytes,
    });
  const tiles = tilesOf(m, n, tileRows, width, tile);

  const prepare = module.addFunction(`${name} prepare`, { params: prepareParams, results: [] }, (code) => {
    const [b, shared] = [0, 1];
    for (const { start, count } of blocks) {
      pushSum(code, b, start * rightStep);
      pushSum(code, shared, start * paddedRow);
      code.i32(count);
      code.i32(n);
      code.call(packRight);
    }
  });

  const rows = module.addFunction(`${name} rows`, { params: rowsParams, results: [] }, (code) => {
    const [a, , c, shared, own, from, to] = [0, 1, 2, 3, 4, 5, 6];
    const [row, end, packed] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const [left, right, into] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const [i, column] = [code.local("i32"), code.local("i32")];
    for (const { start, count } of blocks) {
      copy(code, from, row);
      code.loop((again) => {
        // A block of rows: row … end − 1.
        code.get(to);
        pushSum(code, row, blockRows);
        code.get(to);
        pushSum(code, row, blockRows);
        code.op("i32.lt_u");
        code.op("select");
        code.set(end);
        pushScaledSum(code, a, row, leftRow, start * leftStep);
        code.get(own);
        code.i32(count);
        code.get(end);
        code.get(row);
        code.op("i32.sub");
        code.call(packLeft);

        pushSum(code, shared, start * paddedRow);
        code.set(right);
        code.i32(0);
        code.set(column);
        // Panels of B, each with all panels of the block of A.
        code.loop((nextColumn) => {
          copy(code, own, packed);
          copy(code, row, i);
          code.loop((nextRow) => {
            pushScaledSum(code, c, i, n * bytes, 0);
            code.get(column);
            code.op("i32.add");
            code.set(into);
            copy(code, packed, left);
            tiles(code, i, column, (target) => {
              for (const argument of [left, right, into]) code.get(argument);
              code.i32(count);
              code.i32(accumulate || start > 0 ? 1 : 0);
              code.call(target);
            });
            advance(code, packed, count * tileRows * bytes);
            advance(code, i, tileRows);
            code.get(i);
            code.get(end);
            code.op("i32.lt_u");
            code.branchIf(nextRow);
          });
          advance(code, right, count * width * bytes);
          advance(code, column, width * bytes);
          code.get(column);
          code.i32(n * bytes);
          code.op("i32.lt_u");
          code.branchIf(nextColumn);
        });
        copy(code, end, row);
        code.get(row);
        code.get(to);
        code.op("i32.lt_u");
        code.branchIf(again);
      });
    }
  });
  return { prepare, rows };
}

function emitDirect(module: ModuleBuilder, name: string, spec: MatmulSpec, format: MatmulFormat): Parts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes, lanes } = format;
  const tileRows = tileRowsOf(spec);
  const width = tileVectors * lanes;
  const leftRow = transposeLeft ? bytes : k * bytes;
  const tiles = tilesOf(m, n, tileRows, width, (rows, columns) =>
    emitTile(module, `${name} tile ${rows} ${columns}`, format, {
      rows,
      columns,
      isPadded: false,
      leftRow,
      leftStep: transposeLeft ? m * bytes : bytes,
      rightStep: n * bytes,
      resultRow: n * bytes,
    }),
  );
  // One panel as wide as B is B as the kernel reads it.
  const pack = transposeRight
    ? emitPack(module, `${name} transpose right`, format, { width: n, step: bytes, across: k * bytes })
    : undefined;
  const prepare = module.addFunction(`${name} prepare`, { params: prepareParams, results: [] }, (code) => {
    if (pack === undefined) return;
    code.get(0);
    code.get(1);
    code.i32(k);
    code.i32(n);
    code.call(pack);
  });
  const rows = module.addFunction(`${name} rows`, { params: rowsParams, results: [] }, (code) => {
    const [a, b, c, shared, , from, to] = [0, 1, 2, 3, 4, 5, 6];
    const column = code.local("i32");
    code.loop((nextRow) => {
      code.i32(0);
      code.set(column);
      code.loop((nextColumn) => {
        tiles(code, from, column, (target) => {
          pushScaledSum(code, a, from, leftRow, 0);
          code.get(pack === undefined ? b : shared);
          code.get(column);
          code.op("i32.add");
          pushScaledSum(code, c, from, n * bytes, 0);
          code.get(column);
          code.op("i32.add");
          code.i32(k);
          code.i32(accumulate ? 1 : 0);
          code.call(target);
        });
        advance(code, column, width * bytes);
        code.get(column);
        code.i32(n * bytes);
        code.op("i32.lt_u");
        code.branchIf(nextColumn);
      });
      advance(code, from, tileRows);
      code.get(from);
      code.get(to);
      code.op("i32.lt_u");
      code.branchIf(nextRow);
    });
  });
  return { prepare, rows };
}

function emitVector(module: ModuleBuilder, name: string, spec: MatmulSpec, format: MatmulFormat): Parts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes } = format;
  const isColumn = n === 1;
  const isDot = isColumn ? !transposeLeft : transposeRight;
  const results = isColumn ? m : n;
  // Both are a matrix with one number of the result per row (dots) or per column (sum of rows), and a vector of k numbers.
  const emit = isDot ? emitDotRows : emitSumOfRows;
  const product = emit(module, `${name} product`, format, { k, results, accumulate });
  const prepare = module.addFunction(`${name} prepare`, { params: prepareParams, results: [] }, () => {});
  const rows = module.addFunction(`${name} rows`, { params: rowsParams, results: [] }, (code) => {
    const [a, b, c, , , from, to] = [0, 1, 2, 3, 4, 5, 6];
    if (isColumn) {
      pushScaledSum(code, a, from, isDot ? k * bytes : bytes, 0);
      code.get(b);
      pushScaledSum(code, c, from, bytes, 0);
      code.get(to);
      code.get(from);
      code.op("i32.sub");
    } else {
      for (const argument of [b, a, c]) code.get(argument);
      code.i32(n);
    }
    code.call(product);
  });
  return { prepare, rows };
}

/**
 * The tiles for whole and cut heights and widths, and the choice between them: by the row (a number) and the column (in bytes) where
 * a tile starts.
 */
function tilesOf(
  m: number,
  n: number,
  tileRows: number,
  width: number,
  tile: (rows: number, columns: number) => FunctionIndex,
): (
  code: FunctionBuilder,
  row: LocalIndex,
  column: LocalIndex,
  call: (target: FunctionIndex) => void,
) => void {
  const heights = [...(m >= tileRows ? [tileRows] : []), ...(m % tileRows > 0 ? [m % tileRows] : [])];
  const widths = [...(n >= width ? [width] : []), ...(n % width > 0 ? [n % width] : [])];
  const table = heights.map((rows) => widths.map((columns) => tile(rows, columns)));
  return (code, row, column, call) => {
    const byColumn = (targets: readonly FunctionIndex[]): void => {
      if (targets.length === 1) {
        call(targets[0]);
        return;
      }
      code.get(column);
      code.i32((n - (n % width)) * bytesFor(width));
      code.op("i32.lt_u");
      code.if(
        () => call(targets[0]),
        () => call(targets[1]),
      );
    };
    if (table.length === 1) {
      byColumn(table[0]);
      return;
    }
    code.get(row);
    code.i32(m - (m % tileRows));
    code.op("i32.lt_u");
    code.if(
      () => byColumn(table[0]),
      () => byColumn(table[1]),
    );
  };
}

/** A vector is 16 bytes. */
function bytesFor(width: number): number {
  const bytes = (16 * tileVectors) / width;
  return bytes === 4 || bytes === 8 ? bytes : bug(`a tile of width ${width}`);
}

function copy(code: FunctionBuilder, from: LocalIndex, to: LocalIndex): void {
  code.get(from);
  code.set(to);
}

/** base + offset */
function pushSum(code: FunctionBuilder, base: LocalIndex, offset: number): void {
  code.get(base);
  if (offset === 0) return;
  code.i32(offset);
  code.op("i32.add");
}

/** base + index · scale + offset */
function pushScaledSum(
  code: FunctionBuilder,
  base: LocalIndex,
  index: LocalIndex,
  scale: number,
  offset: number,
): void {
  pushSum(code, base, offset);
  code.get(index);
  code.i32(scale);
  code.op("i32.mul");
  code.op("i32.add");
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
