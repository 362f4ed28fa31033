/** Contenders for testing the harness: functions that `serve.ts` runs in processes of their own. */
import type { Measurable } from "../../bench/harness/contender.ts";

/** Gives those values and waits so many milliseconds each time. */
export function waiting({ values, milliseconds }: { values: number[]; milliseconds: number }): Measurable {
  return {
    values,
    run(times) {
      const end = performance.now() + times * milliseconds;
      while (performance.now() < end);
      return { times };
    },
  };
}

export function refusing(): Measurable {
  throw new Error("cannot be prepared");
}

export function dying({ values }: { values: number[] }): Measurable {
  return {
    values,
    run: () => process.exit(3),
  };
}
