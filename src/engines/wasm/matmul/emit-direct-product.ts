/** The direct way of `emit-matmul.ts`. */
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { pushScaledSum } from "./address-code.ts";
import { advance, unlessEmpty } from "./counted-loop.ts";
import { emitPack } from "./emit-pack.ts";
import { emitTile } from "./emit-tile.ts";
import type { MatmulFormat } from "./matmul-format.ts";
import { type ProductParts, prepareParams, rowsParams } from "./matmul-functions.ts";
import { blockingOf, type MatmulSpec } from "./matmul-plan.ts";
import { tilesOf } from "./tiles-of.ts";

export function emitDirectProduct(
  module: ModuleBuilder,
  name: string,
  spec: MatmulSpec,
  format: MatmulFormat,
): ProductParts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes } = format;
  const { tileRows, width } = blockingOf(spec);
  const leftRow = transposeLeft ? bytes : k * bytes;
  const tiles = tilesOf(spec, blockingOf(spec), bytes, (rows, columns) =>
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
    unlessEmpty(code, from, to, () => {
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
  });
  return { prepare, rows };
}
