/**
 * Products of a matrix and a vector: bound by reading the matrix, so each number of it is read once, in
 * order.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { advance } from "./counted-loop.ts";
import type { MatmulFormat } from "./matmul-format.ts";

export interface VectorProduct {
  /** Numbers that are summed for each result. */
  readonly k: number;
  /** Length of a row of the matrix in `emitSumOfRows`. */
  readonly results: number;
  readonly accumulate: boolean;
}

const params = ["i32", "i32", "i32", "i32"] as const;

/** Vectors of a row up to which its products are written one by one, without a loop. */
const mostUnrolled = 16;

/**
 * A function (matrix [count, k], vector [k], result [count], count): dot products, four rows at a time, each as partial sums in the
 * lanes of a vector; of two vectors, which do not wait for each other, where no loop goes over the row.
 */
export function emitDotRows(
  module: ModuleBuilder,
  name: string,
  format: MatmulFormat,
  { k, accumulate }: VectorProduct,
): FunctionIndex {
  const { bytes, lanes } = format;
  const row = k * bytes;
  const whole = k - (k % lanes);
  const isUnrolled = Math.ceil(k / lanes) <= mostUnrolled;
  const sumsPerRow = isUnrolled && k > lanes ? 2 : 1;
  return module.addFunction(name, { params, results: [] }, (code) => {
    const [matrix, vector, result, count] = [0, 1, 2, 3];
    const offset = code.local("i32");
    const sum = code.local(format.precision);
    const x = code.local("v128");
    const dots = (rows: number): void => {
      const sums = Array.from({ length: sumsPerRow }, () =>
        Array.from({ length: rows }, () => code.local("v128")),
      );
      for (const each of sums.flat()) {
        zero(code, format);
        code.set(each);
      }
      const [totals, ...others] = sums;
      if (!isUnrolled) writeLoop(rows, totals);
      else
        for (let at = 0; at < k; at += lanes) {
          const part = Math.min(lanes, k - at);
          format.loadPart(code, part, vector, at * bytes);
          code.set(x);
          for (const [r, sum] of sums[(at / lanes) % sumsPerRow].entries()) {
            format.loadPart(code, part, matrix, r * row + at * bytes);
            code.get(x);
            code.get(sum);
            format.multiplyAdd(code);
            code.set(sum);
          }
        }
      for (const other of others)
        for (const [r, total] of totals.entries()) {
          code.get(total);
          code.get(other[r]);
          code.op(format.add);
          code.set(total);
        }
      storeSums(rows, totals);
      advance(code, matrix, rows * row);
      advance(code, result, rows * bytes);
      advance(code, count, -rows);
    };
    const address = code.local("i32");
    const writeLoop = (rows: number, sums: readonly LocalIndex[]): void => {
      const multiply = (part: number): void => {
        code.get(vector);
        code.get(offset);
        code.op("i32.add");
        code.set(address);
        format.loadPart(code, part, address, 0);
        code.set(x);
        code.get(matrix);
        code.get(offset);
        code.op("i32.add");
        code.set(address);
        for (let r = 0; r < rows; r++) {
          format.loadPart(code, part, address, r * row);
          code.get(x);
          code.get(sums[r]);
          format.multiplyAdd(code);
          code.set(sums[r]);
        }
      };
      code.i32(0);
      code.set(offset);
      if (whole > 0)
        code.loop((again) => {
          multiply(lanes);
          advance(code, offset, 16);
          code.get(offset);
          code.i32(whole * bytes);
          code.op("i32.lt_u");
          code.branchIf(again);
        });
      if (whole < k) multiply(k - whole);
    };
    const storeSums = (rows: number, sums: readonly LocalIndex[]): void => {
      const pairs = format.precision === "f64" ? Math.floor(rows / 2) : 0;
      for (let pair = 0; pair < pairs; pair++) {
        const offset = 2 * pair * bytes;
        code.get(result);
        pushPairSums(code, sums[2 * pair], sums[2 * pair + 1]);
        if (accumulate) {
          code.get(result);
          code.memory("v128.load", offset);
          code.op(format.add);
        }
        code.memory("v128.store", offset);
      }
      for (let r = 2 * pairs; r < rows; r++) {
        pushLaneSum(code, format, sums[r]);
        code.set(sum);
        code.get(result);
        code.get(sum);
        if (accumulate) {
          code.get(result);
          code.memory(format.load, r * bytes);
          code.op(`${format.precision}.add`);
        }
        code.memory(format.store, r * bytes);
      }
    };
    for (const rows of [4, 1]) {
      code.block((done) => {
        code.loop((again) => {
          code.get(count);
          code.i32(rows);
          code.op("i32.lt_u");
          code.branchIf(done);
          dots(rows);
          code.branch(again);
        });
      });
    }
  });
}

/** The sums of the two lanes of each of two vectors of f64. */
function pushPairSums(code: FunctionBuilder, first: LocalIndex, second: LocalIndex): void {
  for (const lane of [0, 1]) {
    code.get(first);
    code.get(second);
    code.shuffle(Array.from({ length: 16 }, (_, byte) => 8 * lane + (byte < 8 ? byte : 8 + byte)));
  }
  code.op("f64x2.add");
}

/** The sum of a vector's lanes, as a scalar: of f32 as (x₀ + x₂) + (x₁ + x₃). */
function pushLaneSum(code: FunctionBuilder, { precision }: MatmulFormat, vector: number): void {
  if (precision === "f64") {
    for (const lane of [0, 1]) {
      code.get(vector);
      code.lane("f64x2.extract_lane", lane);
    }
    code.op("f64.add");
    return;
  }
  for (const pair of [
    [0, 2],
    [1, 3],
  ]) {
    for (const lane of pair) {
      code.get(vector);
      code.lane("f32x4.extract_lane", lane);
    }
    code.op("f32.add");
  }
  code.op("f32.add");
}

/**
 * A function (matrix [k, results], vector [k], result [count], count) with the matrix starting at the first
 * wanted column: adds rows of the matrix, each times its number of the vector. Where all columns are wanted and
 * fit into registers, the sums stay there; otherwise they are in memory, and eight rows are added at a time.
 */
export function emitSumOfRows(
  module: ModuleBuilder,
  name: string,
  format: MatmulFormat,
  { k, results, accumulate }: VectorProduct,
): FunctionIndex {
  const { bytes, lanes } = format;
  const row = results * bytes;
  return module.addFunction(name, { params, results: [] }, (code) => {
    const [matrix, vector, result, count] = [0, 1, 2, 3];
    const rest = code.local("i32");
    const column = code.local("i32");
    const into = code.local("i32");
    const value = code.local("v128");
    const sum = code.local("v128");
    const pass = (rows: number, adds: boolean): void => {
      const factors = Array.from({ length: rows }, (_, r) => {
        const factor = code.local("v128");
        code.get(vector);
        code.memory(format.splatLoad, r * bytes);
        code.set(factor);
        return factor;
      });
      const columns = (part: number): void => {
        if (adds) format.loadPart(code, part, into, 0);
        else zero(code, format);
        code.set(sum);
        for (let r = 0; r < rows; r++) {
          format.loadPart(code, part, column, r * row);
          code.set(value);
          code.get(value);
          code.get(factors[r]);
          code.get(sum);
          format.multiplyAdd(code);
          code.set(sum);
        }
        format.storePart(code, part, into, 0, sum);
        advance(code, column, part * bytes);
        advance(code, into, part * bytes);
        advance(code, rest, -part);
      };
      for (const [from, to] of [
        [matrix, column],
        [result, into],
        [count, rest],
      ]) {
        code.get(from);
        code.set(to);
      }
      for (const part of [lanes, 1]) {
        code.block((done) => {
          code.loop((again) => {
            code.get(rest);
            code.i32(part);
            code.op("i32.lt_u");
            code.branchIf(done);
            columns(part);
            code.branch(again);
          });
        });
      }
      advance(code, matrix, rows * row);
      advance(code, vector, rows * bytes);
    };
    if (Math.ceil(results / lanes) <= mostSums) {
      code.get(count);
      code.i32(results);
      code.op("i32.eq");
      code.if(() => {
        sumInRegisters(code, format, { k, results, accumulate });
        code.op("return");
      });
    }
    const first = Math.min(k, rowsAtOnce);
    pass(first, accumulate);
    const passes = Math.floor((k - first) / rowsAtOnce);
    if (passes > 0) {
      const left = code.local("i32");
      code.i32(passes);
      code.set(left);
      code.loop((again) => {
        pass(rowsAtOnce, true);
        advance(code, left, -1);
        code.get(left);
        code.branchIf(again);
      });
    }
    const last = k - first - passes * rowsAtOnce;
    if (last > 0) pass(last, true);
  });
}

const rowsAtOnce = 8;
/** Sums, a factor and a number of the matrix fit into 15 vector registers. */
const mostSums = 12;
const rowsUnrolled = 4;

function sumInRegisters(
  code: FunctionBuilder,
  format: MatmulFormat,
  { k, results, accumulate }: VectorProduct,
): void {
  const { bytes, lanes } = format;
  const [matrix, vector, result] = [0, 1, 2];
  const sums = Array.from({ length: Math.ceil(results / lanes) }, () => code.local("v128"));
  const inVector = (v: number): number => Math.min(lanes, results - v * lanes);
  const factor = code.local("v128");
  sums.forEach((sum, v) => {
    if (accumulate) format.loadPart(code, inVector(v), result, v * lanes * bytes);
    else zero(code, format);
    code.set(sum);
  });
  const addRows = (rows: number): void => {
    for (let r = 0; r < rows; r++) {
      code.get(vector);
      code.memory(format.splatLoad, r * bytes);
      code.set(factor);
      sums.forEach((sum, v) => {
        format.loadPart(code, inVector(v), matrix, (r * results + v * lanes) * bytes);
        code.get(factor);
        code.get(sum);
        format.multiplyAdd(code);
        code.set(sum);
      });
    }
    advance(code, matrix, rows * results * bytes);
    advance(code, vector, rows * bytes);
  };
  const turns = Math.floor(k / rowsUnrolled);
  if (turns > 0) {
    const left = code.local("i32");
    code.i32(turns);
    code.set(left);
    code.loop((again) => {
      addRows(rowsUnrolled);
      advance(code, left, -1);
      code.get(left);
      code.branchIf(again);
    });
  }
  addRows(k % rowsUnrolled);
  sums.forEach((sum, v) => {
    format.storePart(code, inVector(v), result, v * lanes * bytes, sum);
  });
}

function zero(code: FunctionBuilder, { precision }: MatmulFormat): void {
  if (precision === "f32") code.f32x4(0);
  else code.f64x2(0);
}
