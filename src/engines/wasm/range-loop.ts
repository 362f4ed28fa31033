/** Loops between bounds that are computed, and addresses that are sums of counters. */
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";

/** Σ local · times + constant */
export function pushAddress(
  code: FunctionBuilder,
  terms: readonly (readonly [LocalIndex, number])[],
  constant: number,
): void {
  code.i32(constant);
  for (const [local, times] of terms) {
    code.get(local);
    code.i32(times);
    code.op("i32.mul");
    code.op("i32.add");
  }
}

/** for (counter = from; counter < to; counter += step), possibly never; `from` and `to` push numbers. */
export function rangeLoop(
  code: FunctionBuilder,
  counter: LocalIndex,
  from: () => void,
  to: () => void,
  step: number,
  body: () => void,
): void {
  from();
  code.set(counter);
  code.block((done) =>
    code.loop((again) => {
      code.get(counter);
      to();
      code.op("i32.ge_s");
      code.branchIf(done);
      body();
      code.get(counter);
      code.i32(step);
      code.op("i32.add");
      code.set(counter);
      code.branch(again);
    }),
  );
}
