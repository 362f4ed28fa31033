/** From logarithms of weights to weights, of two points at a time, and what they say of acceptance and divergence. */
import type { FunctionBuilder, FunctionIndex, Label, LocalIndex } from "../assembler/function-builder.ts";
import { deepestTree } from "./sampler-layout.ts";
import type { SamplerProgram } from "./sampler-program.ts";

/** Above this, weights are scaled down anew: their sums stay far from overflow. */
const largestLogWeight = 300;

/**
 * (logarithms of two weights) → the weights; adds both acceptance probabilities. −∞ counts for nothing: two points share what one
 * takes.
 */
export function emitWeigh(program: SamplerProgram): FunctionIndex {
  const { module, globals, exponential } = program;
  const rescale = emitRescale(program);
  const ratios = module.addFunction("ratios", { params: ["v128"], results: ["v128"] }, (code) => {
    code.get(0);
    exponential(code);
  });
  return module.addFunction("weigh", { params: ["v128"], results: ["v128"] }, (code) => {
    const logWeights = 0;
    const relative = code.local("v128");
    const accepted = code.local("v128");
    const pushRelative = (): void => {
      code.get(logWeights);
      code.getGlobal(globals.reference);
      code.op("f64x2.splat");
      code.op("f64x2.sub");
      code.tee(relative);
    };
    pushRelative();
    code.f64x2(largestLogWeight);
    code.op("f64x2.gt");
    code.op("v128.any_true");
    code.if(() => {
      for (const lane of [0, 1]) {
        code.get(logWeights);
        code.lane("f64x2.extract_lane", lane);
      }
      code.op("f64.max");
      code.call(rescale);
      pushRelative();
      code.op("drop");
    });
    code.get(relative);
    exponential(code);
    code.tee(accepted);
    code.getGlobal(globals.reference);
    code.f64(0);
    code.op("f64.ne");
    code.if(() => {
      code.get(logWeights);
      code.call(ratios);
      code.set(accepted);
    });
    code.get(accepted);
    code.f64x2(1);
    code.op("f64x2.pmin");
    code.set(accepted);
    code.getGlobal(globals.acceptance);
    for (const lane of [0, 1]) {
      code.get(accepted);
      code.lane("f64x2.extract_lane", lane);
      code.op("f64.add");
    }
    code.setGlobal(globals.acceptance);
  });
}

/** The weights of two points: the logarithm of the first is in the local. */
export function pushWeights(
  code: FunctionBuilder,
  weigh: FunctionIndex,
  firstLog: LocalIndex,
  pushSecond: () => void,
): void {
  code.get(firstLog);
  code.op("f64x2.splat");
  pushSecond();
  code.lane("f64x2.replace_lane", 1);
  code.call(weigh);
}

/** Goes to the label where the energy has grown by too much: by minus this logarithm. A divergence. */
export function stopIfDivergent(
  code: FunctionBuilder,
  { globals }: SamplerProgram,
  logWeight: LocalIndex,
  stopped: Label,
): void {
  code.get(logWeight);
  code.op("f64.neg");
  code.getGlobal(globals.maxEnergyError);
  code.op("f64.gt");
  code.if(() => {
    code.i32(1);
    code.setGlobal(globals.divergent);
    code.branch(stopped);
  });
}

/** (new reference): all weights so far become relative to it. */
function emitRescale({ module, layout, globals, exponential }: SamplerProgram): FunctionIndex {
  return module.addFunction("rescale weights", { params: ["f64"], results: [] }, (code) => {
    const factor = code.local("f64");
    code.getGlobal(globals.reference);
    code.get(0);
    code.op("f64.sub");
    code.op("f64x2.splat");
    exponential(code);
    code.lane("f64x2.extract_lane", 0);
    code.set(factor);
    for (let depth = 0; depth <= deepestTree; depth++) {
      code.i32(0);
      code.i32(0);
      code.memory("f64.load", layout.weights + 8 * depth);
      code.get(factor);
      code.op("f64.mul");
      code.memory("f64.store", layout.weights + 8 * depth);
    }
    code.get(0);
    code.setGlobal(globals.reference);
  });
}
