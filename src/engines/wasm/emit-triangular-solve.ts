/** Triangular solves, matrix by matrix. */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import { pushAddress, rangeLoop } from "./range-loop.ts";
import { countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/** Row by row of x, those solved already taken off; all columns of a row side by side, in vectors. */
export function emitTriangularSolve(
  { code, format }: Emission,
  node: NodeOf<"triangularSolve">,
  { operands: [matrices, right], result }: WholeAddresses,
): void {
  const { bytes, lanes, float } = format;
  const { lower, transpose } = node.params;
  const [n, columns] = node.type.shape.slice(-2);
  const batches = elementCount(node.type.shape.slice(0, -2));
  if (batches * n * columns === 0) return;
  const [rowStep, innerStep] = transpose ? [1, n] : [n, 1];
  const isForward = lower !== transpose;
  const [batch, step, i, k, column] = Array.from({ length: 5 }, () => code.local("i32"));
  const sum = code.local("v128");

  /** Solves for `width` numbers of row i, from `column` (in bytes) on. */
  const solve = (width: number): void => {
    const load = (offset: number): void => {
      if (width === lanes) code.memory("v128.load", offset);
      else loadSplat(code, format, offset);
    };
    const pushRow = (row: LocalIndex): void => {
      pushAddress(
        code,
        [
          [batch, n * columns * bytes],
          [row, columns * bytes],
        ],
        0,
      );
      code.get(column);
      code.op("i32.add");
    };
    pushRow(i);
    load(right);
    code.set(sum);
    rangeLoop(
      code,
      k,
      () => (isForward ? code.i32(0) : pushAddress(code, [[i, 1]], 1)),
      () => (isForward ? code.get(i) : code.i32(n)),
      1,
      () => {
        code.get(sum);
        pushAddress(
          code,
          [
            [batch, n * n * bytes],
            [i, rowStep * bytes],
            [k, innerStep * bytes],
          ],
          0,
        );
        loadSplat(code, format, matrices);
        pushRow(k);
        load(result);
        code.op(`${float}.mul`);
        code.op(`${float}.sub`);
        code.set(sum);
      },
    );
    pushRow(i);
    code.get(sum);
    pushAddress(
      code,
      [
        [batch, n * n * bytes],
        [i, (n + 1) * bytes],
      ],
      0,
    );
    loadSplat(code, format, matrices);
    code.op(`${float}.div`);
    if (width === lanes) code.memory("v128.store", result);
    else storeLane(code, format, result, 0);
  };

  const whole = Math.floor(columns / lanes) * lanes;
  countingLoop(code, batch, batches, 1, () =>
    countingLoop(code, step, n, 1, () => {
      if (isForward) code.get(step);
      else {
        code.i32(n - 1);
        code.get(step);
        code.op("i32.sub");
      }
      code.set(i);
      rangeLoop(
        code,
        column,
        () => code.i32(0),
        () => code.i32(whole * bytes),
        lanes * bytes,
        () => solve(lanes),
      );
      rangeLoop(
        code,
        column,
        () => code.i32(whole * bytes),
        () => code.i32(columns * bytes),
        bytes,
        () => solve(1),
      );
    }),
  );
}
