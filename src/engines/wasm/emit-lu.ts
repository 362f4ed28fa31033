/** Elimination with pivots, matrix by matrix. */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import { pushAddress, rangeLoop } from "./range-loop.ts";
import { countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/** Golub and Van Loan 2013, algorithm 3.4.1, row by row: multiples of the pivot's row are taken off in vectors. */
export function emitLu(
  { code, format }: Emission,
  node: NodeOf<"lu">,
  { operands: [from], result }: WholeAddresses,
): void {
  const { bytes, lanes, float } = format;
  const n = node.type.shape[node.type.shape.length - 1];
  const batches = elementCount(node.type.shape.slice(0, -2));
  if (batches * n === 0) return;
  const scalar = bytes === 8 ? "f64" : "f32";
  const constant = (value: number): void => (bytes === 8 ? code.f64(value) : code.f32(value));
  const [batch, start, k, i, row, current, best] = Array.from({ length: 7 }, () => code.local("i32"));
  const at = code.local("i32");
  const largest = code.local(scalar);
  const [divisor, multiple] = [code.local("v128"), code.local("v128")];
  const [rowBytes, lastRows] = [n * bytes, n * n * bytes];

  /** `place` = start + counter · rowBytes */
  const findRow = (place: LocalIndex, counter: LocalIndex): void => {
    pushAddress(code, [[counter, rowBytes]], 0);
    code.get(start);
    code.op("i32.add");
    code.set(place);
  };
  /** |element k| of the row at that place. */
  const pushSize = (place: LocalIndex): void => {
    pushSum(code, place, k, bytes);
    code.memory(`${scalar}.load`, result);
    code.op(`${scalar}.abs`);
  };
  const swap = (one: () => void, other: () => void, offset: number): void => {
    one();
    other();
    code.memory(`${scalar}.load`, offset);
    other();
    one();
    code.memory(`${scalar}.load`, offset);
    code.memory(`${scalar}.store`, offset);
    code.memory(`${scalar}.store`, offset);
  };
  /** Elements from k + 1 on of the row at `row`, less so many times those of row k. */
  const takeOff = (): void => {
    const each = (width: number, load: (offset: number) => void, store: () => void, to: number): void =>
      rangeLoop(
        code,
        at,
        () => (width === 1 ? code.get(at) : pushAddress(code, [[k, bytes]], bytes)),
        () => code.i32(to),
        width * bytes,
        () => {
          pushSum(code, row, at);
          pushSum(code, row, at);
          load(result);
          code.get(multiple);
          pushSum(code, current, at);
          load(result);
          code.op(`${float}.mul`);
          code.op(`${float}.sub`);
          store();
        },
      );
    const vectors = (offset: number): void => code.memory("v128.load", offset);
    each(lanes, vectors, () => code.memory("v128.store", result), rowBytes - (lanes - 1) * bytes);
    const single = (offset: number): void => loadSplat(code, format, offset);
    each(1, single, () => storeLane(code, format, result, 0), rowBytes);
  };

  countingLoop(code, batch, batches, 1, () => {
    pushAddress(code, [[batch, (n + 2) * rowBytes]], 0);
    code.tee(start);
    code.i32(result);
    code.op("i32.add");
    pushAddress(code, [[batch, lastRows]], from);
    code.i32(lastRows);
    code.copyMemory();
    countingLoop(code, i, n, 1, () => {
      pushSum(code, start, i, bytes);
      code.get(i);
      code.op(`${scalar}.convert_i32_s`);
      code.memory(`${scalar}.store`, result + lastRows);
      pushSum(code, start, i, bytes);
      constant(1);
      code.memory(`${scalar}.store`, result + lastRows + rowBytes);
    });
    countingLoop(code, k, n, 1, () => {
      findRow(current, k);
      code.get(k);
      code.set(best);
      pushSize(current);
      code.set(largest);
      const later = (body: () => void): void =>
        rangeLoop(
          code,
          i,
          () => pushAddress(code, [[k, 1]], 1),
          () => code.i32(n),
          1,
          () => {
            findRow(row, i);
            body();
          },
        );
      later(() => {
        pushSize(row);
        code.get(largest);
        code.op(`${scalar}.gt`);
        code.if(() => {
          code.get(i);
          code.set(best);
          pushSize(row);
          code.set(largest);
        });
      });
      code.get(best);
      code.get(k);
      code.op("i32.ne");
      code.if(() => {
        findRow(row, best);
        countingLoop(code, at, rowBytes, bytes, () =>
          swap(
            () => pushSum(code, row, at),
            () => pushSum(code, current, at),
            result,
          ),
        );
        swap(
          () => pushSum(code, start, best, bytes),
          () => pushSum(code, start, k, bytes),
          result + lastRows,
        );
        pushSum(code, start, k, bytes);
        constant(-1);
        code.memory(`${scalar}.store`, result + lastRows + rowBytes);
      });
      // A column without a pivot is zero already.
      code.get(largest);
      constant(0);
      code.op(`${scalar}.ne`);
      code.if(() => {
        pushSum(code, current, k, bytes);
        loadSplat(code, format, result);
        code.set(divisor);
        later(() => {
          pushSum(code, row, k, bytes);
          loadSplat(code, format, result);
          code.get(divisor);
          code.op(`${float}.div`);
          code.set(multiple);
          pushSum(code, row, k, bytes);
          code.get(multiple);
          storeLane(code, format, result, 0);
          takeOff();
        });
      });
    });
  });
}

/** place + times · counter */
function pushSum(code: FunctionBuilder, place: LocalIndex, counter: LocalIndex, times = 1): void {
  code.get(place);
  code.get(counter);
  if (times !== 1) {
    code.i32(times);
    code.op("i32.mul");
  }
  code.op("i32.add");
}
