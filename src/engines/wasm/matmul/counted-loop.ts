import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";

/** `body` with `counter` = its present value, + step, … while it is below the limit (unsigned). */
export function countedLoop(
  code: FunctionBuilder,
  counter: LocalIndex,
  limit: LocalIndex | { readonly constant: number },
  step: number,
  body: () => void,
): void {
  const isBelow = (): void => {
    code.get(counter);
    if (typeof limit === "number") code.get(limit);
    else code.i32(limit.constant);
    code.op("i32.lt_u");
  };
  isBelow();
  code.if(() => {
    code.loop((again) => {
      body();
      advance(code, counter, step);
      isBelow();
      code.branchIf(again);
    });
  });
}

/** Adds a constant to an i32 local. */
export function advance(code: FunctionBuilder, local: LocalIndex, by: number): void {
  code.get(local);
  code.i32(by);
  code.op("i32.add");
  code.set(local);
}

/** `body` unless the range from … to − 1 is empty. */
export function unlessEmpty(code: FunctionBuilder, from: LocalIndex, to: LocalIndex, body: () => void): void {
  code.get(from);
  code.get(to);
  code.op("i32.lt_u");
  code.if(body);
}
