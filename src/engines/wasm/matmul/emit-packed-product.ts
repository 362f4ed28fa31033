/** The packed way of `emit-matmul.ts`. */
import type { FunctionIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { copy, pushScaledSum, pushSum } from "./address-code.ts";
import { advance, unlessEmpty } from "./counted-loop.ts";
import { emitPack } from "./emit-pack.ts";
import { emitTile } from "./emit-tile.ts";
import type { MatmulFormat } from "./matmul-format.ts";
import { type ProductParts, prepareParams, rowsParams } from "./matmul-functions.ts";
import { blockingOf, type MatmulSpec, roundUp } from "./matmul-plan.ts";
import { tilesOf } from "./tiles-of.ts";

export function emitPackedProduct(
  module: ModuleBuilder,
  name: string,
  spec: MatmulSpec,
  format: MatmulFormat,
): ProductParts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes } = format;
  const { tileRows, width, steps, rows: blockRows } = blockingOf(spec);
  const blocks: { readonly start: number; readonly count: number }[] = [];
  for (let start = 0; start < k; start += steps) blocks.push({ start, count: Math.min(steps, k - start) });
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
  const tiles = tilesOf(spec, blockingOf(spec), bytes, tile);

  const prepare = module.addFunction(`${name} prepare`, { params: prepareParams, results: [] }, (code) => {
    const [b, shared, from, to] = [0, 1, 2, 3];
    unlessEmpty(code, from, to, () => {
      for (const { start, count } of blocks) {
        pushScaledSum(code, b, from, rightColumn, start * rightStep);
        pushScaledSum(code, shared, from, count * bytes, start * paddedRow);
        code.i32(count);
        code.get(to);
        code.get(from);
        code.op("i32.sub");
        code.call(packRight);
      }
    });
  });

  const rows = module.addFunction(`${name} rows`, { params: rowsParams, results: [] }, (code) => {
    const [a, , c, shared, own, from, to] = [0, 1, 2, 3, 4, 5, 6];
    const [row, end, packed] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const [left, right, into] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const [i, column] = [code.local("i32"), code.local("i32")];
    unlessEmpty(code, from, to, () => {
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
  });
  return { prepare, rows };
}
