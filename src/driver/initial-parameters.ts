/** Starting weights: as the program asks for, or as is usual for networks. */
import { randomSource } from "../base/random.ts";
import { unconstrainNumber } from "../compiler/lower/bijector.ts";
import { evaluateKnown } from "../compiler/lower/evaluate-known.ts";
import type { LearnedParameter } from "../compiler/lower/lower-model.ts";
import type { CoreExpression } from "../lang/core.ts";
import { type AmortizedPlan, parameterInputs } from "./amortized-plan.ts";

/** Streams of the starting weights, one per weight. */
const initialStream = 0x696e6974;

/** The weights that training starts from. */
export function initialParameters(plan: AmortizedPlan, seed: number): Float64Array {
  const parameters = new Float64Array(plan.parameterCount);
  const views = parameterInputs(plan, parameters);
  plan.lowered.encoder.forEach((weight, position) => {
    if (weight.initial === "glorot")
      fillGlorot(views[weight.input], weight.shape, { seed, stream: initialStream }, position);
  });
  plan.lowered.learned.forEach((parameter, position) => {
    fillLearned(views[parameter.input], parameter, { seed, stream: initialStream + 1 }, position);
  });
  return parameters;
}

function fillLearned(
  values: Float64Array,
  { shape, learn }: LearnedParameter,
  key: { readonly seed: number; readonly stream: number },
  position: number,
): void {
  const { initializer } = learn;
  switch (initializer.kind) {
    case "glorot":
      fillGlorot(values, shape, key, position);
      return;
    case "normal": {
      randomSource(key, position).fillNormal(values);
      for (let i = 0; i < values.length; i++) values[i] *= initializer.sd;
      return;
    }
    case "constant": {
      const { support } = learn;
      const bound = (expression: CoreExpression): number => evaluateKnown(expression, {}, {});
      const low = support.kind === "lower" || support.kind === "interval" ? bound(support.low) : undefined;
      const high = support.kind === "upper" || support.kind === "interval" ? bound(support.high) : undefined;
      values.fill(unconstrainNumber({ kind: support.kind, low, high }, initializer.value));
      return;
    }
  }
}

/** Uniform in ±√(6 / (fan in + fan out)): Glorot and Bengio (2010), equation 16. */
function fillGlorot(
  values: Float64Array,
  shape: readonly number[],
  key: { readonly seed: number; readonly stream: number },
  position: number,
): void {
  const fan = (shape[0] ?? 1) + (shape[shape.length - 1] ?? 1);
  const limit = Math.sqrt(6 / fan);
  randomSource(key, position).fillUniform(values);
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * values[i] - 1);
}
