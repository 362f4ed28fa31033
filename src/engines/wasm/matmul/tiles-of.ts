import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { Blocking, MatmulSpec } from "./matmul-plan.ts";

/**
 * The tiles for whole and cut heights and widths, and the choice between them: by the row (a number) and the
 * column (in bytes) where a tile starts.
 */
export function tilesOf(
  { m, n }: Pick<MatmulSpec, "m" | "n">,
  { tileRows, width }: Pick<Blocking, "tileRows" | "width">,
  bytes: number,
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
      code.i32((n - (n % width)) * bytes);
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
