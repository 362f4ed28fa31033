/** The step size of the next transition by dual averaging: `inference/nuts/dual-averaging.ts` is the definition. */

import type { StepSizeAveraging } from "../../engine.ts";
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";
import type { SamplerProgram } from "./sampler-program.ts";

/** What lies in memory, one number after the other. */
export const averagingFacts = [
  "count",
  "mu",
  "meanError",
  "meanLogStepSize",
  "logStepSize",
  "stepSize",
  "targetAccept",
  "gamma",
  "t0",
] as const satisfies readonly (keyof StepSizeAveraging)[];

/** After a transition with this acceptance statistic; sets the step size. */
export function emitAdaptation(
  code: FunctionBuilder,
  { layout, exponential }: SamplerProgram,
  { acceptStat, stepSize }: Readonly<Record<"acceptStat" | "stepSize", LocalIndex>>,
): void {
  const addressOf = (name: (typeof averagingFacts)[number]): number =>
    layout.averaging + 8 * averagingFacts.indexOf(name);
  const load = (name: (typeof averagingFacts)[number]): void => {
    code.i32(0);
    code.memory("f64.load", addressOf(name));
  };
  const update = (name: (typeof averagingFacts)[number], push: () => void): void => {
    code.i32(0);
    push();
    code.memory("f64.store", addressOf(name));
  };
  /** weight · new + (1 − weight) · old */
  const mix = (weight: LocalIndex, old: () => void, fresh: () => void): void => {
    code.get(weight);
    fresh();
    code.op("f64.mul");
    code.f64(1);
    code.get(weight);
    code.op("f64.sub");
    old();
    code.op("f64.mul");
    code.op("f64.add");
  };
  const weight = code.local("f64");
  const root = code.local("f64");
  update("count", () => {
    load("count");
    code.f64(1);
    code.op("f64.add");
  });
  code.f64(1);
  load("count");
  load("t0");
  code.op("f64.add");
  code.op("f64.div");
  code.set(weight);
  update("meanError", () =>
    mix(
      weight,
      () => load("meanError"),
      () => {
        load("targetAccept");
        code.get(acceptStat);
        code.f64(1);
        code.op("f64.min");
        code.op("f64.sub");
      },
    ),
  );
  load("count");
  code.op("f64.sqrt");
  code.set(root);
  update("logStepSize", () => {
    load("mu");
    load("meanError");
    code.get(root);
    code.op("f64.mul");
    load("gamma");
    code.op("f64.div");
    code.op("f64.sub");
  });
  // count^−¾
  code.f64(1);
  code.get(root);
  code.get(root);
  code.op("f64.sqrt");
  code.op("f64.mul");
  code.op("f64.div");
  code.set(weight);
  update("meanLogStepSize", () =>
    mix(
      weight,
      () => load("meanLogStepSize"),
      () => load("logStepSize"),
    ),
  );
  update("stepSize", () => {
    load("logStepSize");
    code.op("f64x2.splat");
    exponential(code);
    code.lane("f64x2.extract_lane", 0);
    code.tee(stepSize);
  });
}
