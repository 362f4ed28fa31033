/** Cholesky factors, matrix by matrix. */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import type { LaneFormat } from "./lane-format.ts";
import { pushAddress, rangeLoop } from "./range-loop.ts";
import { combineLanes, countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/**
 * Row by row (Golub and Van Loan 2013, section 4.2): the inner products run along rows, in vectors; their partial sums are
 * added at the end. Above the diagonal zeros are written.
 */
export function emitCholesky(
  { code, format }: Emission,
  node: NodeOf<"cholesky">,
  { operands: [from], result }: WholeAddresses,
): void {
  const { bytes, lanes, float } = format;
  const n = node.type.shape[node.type.shape.length - 1];
  const count = elementCount(node.type.shape);
  if (count === 0) return;
  const [matrix, i, j, k, row, column, isPositive] = Array.from({ length: 7 }, () => code.local("i32"));
  const [sum, products] = [code.local("v128"), code.local("v128")];
  const positive = (): void => {
    code.get(sum);
    code.lane(`${float}.extract_lane`, 0);
    if (bytes === 8) code.f64(0);
    else code.f32(0);
    code.op(bytes === 8 ? "f64.gt" : "f32.gt");
  };
  const multiplySubtract = (push: () => void): void => {
    code.get(products);
    push();
    code.op(`${float}.sub`);
    code.set(products);
  };
  countingLoop(code, matrix, count * bytes, n * n * bytes, () => {
    code.i32(1);
    code.set(isPositive);
    countingLoop(code, i, n, 1, () => {
      pushAddress(code, [[i, n * bytes]], 0);
      code.get(matrix);
      code.op("i32.add");
      code.set(row);
      rangeLoop(
        code,
        j,
        () => code.i32(0),
        () => pushAddress(code, [[i, 1]], 1),
        1,
        () => {
          pushAddress(code, [[j, n * bytes]], 0);
          code.get(matrix);
          code.op("i32.add");
          code.set(column);
          code.i64x2(0n);
          code.set(products);
          // k, in bytes, over whole vectors below j.
          rangeLoop(
            code,
            k,
            () => code.i32(0),
            () => pushAddress(code, [[j, bytes]], 1 - lanes * bytes),
            lanes * bytes,
            () =>
              multiplySubtract(() => {
                for (const start of [row, column]) {
                  code.get(start);
                  code.get(k);
                  code.op("i32.add");
                  code.memory("v128.load", result);
                }
                code.op(`${float}.mul`);
              }),
          );
          code.get(products);
          combineLanes(code, format, "reduceSum", "float", sum);
          code.set(products);
          rangeLoop(
            code,
            k,
            () => code.get(k),
            () => pushAddress(code, [[j, bytes]], 0),
            bytes,
            () =>
              multiplySubtract(() => {
                for (const start of [row, column]) {
                  code.get(start);
                  code.get(k);
                  code.op("i32.add");
                  loadSplat(code, format, result);
                }
                code.op(`${float}.mul`);
              }),
          );
          pushAddress(code, [[j, bytes]], 0);
          code.get(row);
          code.op("i32.add");
          loadSplat(code, format, from);
          code.get(products);
          code.op(`${float}.add`);
          code.set(sum);
          pushAddress(code, [[j, bytes]], 0);
          code.get(row);
          code.op("i32.add");
          code.get(i);
          code.get(j);
          code.op("i32.eq");
          code.if(
            () => {
              code.get(isPositive);
              positive();
              code.op("i32.and");
              code.set(isPositive);
              code.get(sum);
              code.op(`${float}.sqrt`);
              code.set(products);
            },
            () => {
              code.get(sum);
              pushAddress(code, [[j, bytes]], 0);
              code.get(column);
              code.op("i32.add");
              loadSplat(code, format, result);
              code.op(`${float}.div`);
              code.set(products);
            },
          );
          code.get(products);
          storeLane(code, format, result, 0);
        },
      );
      fillRow(
        code,
        format,
        row,
        k,
        result,
        () => pushAddress(code, [[i, 1]], 1),
        () => code.i32(n),
        0,
      );
    });
    code.get(isPositive);
    code.op("i32.eqz");
    code.if(() =>
      countingLoop(code, i, n, 1, () => {
        pushAddress(code, [[i, n * bytes]], 0);
        code.get(matrix);
        code.op("i32.add");
        code.set(row);
        fillRow(
          code,
          format,
          row,
          k,
          result,
          () => code.i32(0),
          () => pushAddress(code, [[i, 1]], 1),
          Number.NaN,
        );
      }),
    );
  });
}

/** Numbers `from` … `to` − 1 of a row. */
function fillRow(
  code: FunctionBuilder,
  format: LaneFormat,
  row: LocalIndex,
  counter: LocalIndex,
  start: number,
  from: () => void,
  to: () => void,
  value: number,
): void {
  rangeLoop(code, counter, from, to, 1, () => {
    pushAddress(code, [[counter, format.bytes]], 0);
    code.get(row);
    code.op("i32.add");
    if (format.bytes === 8) code.f64x2(value);
    else code.f32x4(value);
    storeLane(code, format, start, 0);
  });
}
