/**
 * The inner kernel: a tile of C in registers, one rank-one update for each k. Per k it loads the tile's row
 * of B and splats one number of A for each row, so a tile of r rows and v vectors costs r v multiply-adds and
 * r + v loads.
 */
import type { FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { advance } from "./counted-loop.ts";
import type { MatmulFormat } from "./matmul-format.ts";

export interface Tile {
  readonly rows: number;
  /** Columns of C that are written; B's row may be read up to whole vectors if `isPadded`. */
  readonly columns: number;
  readonly isPadded: boolean;
  /** Bytes from one row of A's tile to the next, and from one k to the next in A and in B. */
  readonly leftRow: number;
  readonly leftStep: number;
  readonly rightStep: number;
  /** Bytes from one row of C to the next. */
  readonly resultRow: number;
}

const unroll = 4;

/** A function (a, b, c, count of k, whether to add to C) without result. */
export function emitTile(
  module: ModuleBuilder,
  name: string,
  format: MatmulFormat,
  tile: Tile,
): FunctionIndex {
  const { bytes, lanes } = format;
  const vectors = Math.ceil(tile.columns / lanes);
  const inVector = (v: number): number => Math.min(lanes, tile.columns - v * lanes);
  const params = ["i32", "i32", "i32", "i32", "i32"] as const;
  return module.addFunction(name, { params, results: [] }, (code) => {
    const [a, b, c, count, adds] = [0, 1, 2, 3, 4];
    const sums = Array.from({ length: tile.rows * vectors }, () => code.local("v128"));
    const right = Array.from({ length: vectors }, () => code.local("v128"));
    const left = code.local("v128");

    const update = (step: number): void => {
      for (let v = 0; v < vectors; v++) {
        const part = tile.isPadded ? lanes : inVector(v);
        format.loadPart(code, part, b, step * tile.rightStep + v * lanes * bytes);
        code.set(right[v]);
      }
      for (let r = 0; r < tile.rows; r++) {
        code.get(a);
        code.memory(format.splatLoad, r * tile.leftRow + step * tile.leftStep);
        code.set(left);
        for (let v = 0; v < vectors; v++) {
          const sum = sums[r * vectors + v];
          code.get(left);
          code.get(right[v]);
          code.get(sum);
          format.multiplyAdd(code);
          code.set(sum);
        }
      }
    };
    const updates = (steps: number): void => {
      code.get(count);
      code.i32(steps);
      code.op("i32.ge_u");
      code.if(() => {
        code.loop((again) => {
          for (let step = 0; step < steps; step++) update(step);
          advance(code, a, steps * tile.leftStep);
          advance(code, b, steps * tile.rightStep);
          advance(code, count, -steps);
          code.get(count);
          code.i32(steps);
          code.op("i32.ge_u");
          code.branchIf(again);
        });
      });
    };
    updates(unroll);
    updates(1);

    const each = (visit: (sum: LocalIndex, part: number, offset: number) => void): void => {
      for (let r = 0; r < tile.rows; r++)
        for (let v = 0; v < vectors; v++)
          visit(sums[r * vectors + v], inVector(v), r * tile.resultRow + v * lanes * bytes);
    };
    code.get(adds);
    code.if(() => {
      each((sum, part, offset) => {
        format.loadPart(code, part, c, offset);
        code.get(sum);
        code.op(format.add);
        code.set(sum);
      });
    });
    each((sum, part, offset) => format.storePart(code, part, c, offset, sum));
  });
}
