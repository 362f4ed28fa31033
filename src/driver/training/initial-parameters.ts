/** Starting weights: as the program asks for, or as is usual for networks. */
import type { RandomKey } from "../../base/random.ts";
import type { AmortizedLowering } from "../../compiler/lower/amortize.ts";
import { unconstrainNumber } from "../../compiler/lower/bijector.ts";
import { evaluateKnown } from "../../compiler/lower/evaluate-known.ts";
import type { LearnedParameter } from "../../compiler/lower/lower-model.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { fillGlorot, fillHe, fillNormal, fillOrthogonal } from "./fill-initial.ts";
import { type Weights, weightInputs } from "./weight-blocks.ts";

/** Streams of the starting weights, one per weight. */
const initialStream = 0x696e6974;

interface InitialWeights extends Weights {
  readonly lowered: Pick<AmortizedLowering, "learned" | "encoder">;
}

/** The weights that training starts from. */
export function initialParameters(plan: InitialWeights, seed: number): Float64Array {
  const parameters = new Float64Array(plan.parameterCount);
  const views = weightInputs(plan.blocks, parameters);
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
  key: RandomKey,
  position: number,
): void {
  const { initializer } = learn;
  switch (initializer.kind) {
    case "glorot":
      fillGlorot(values, shape, key, position);
      return;
    case "he":
      fillHe(values, shape, key, position);
      return;
    case "orthogonal":
      fillOrthogonal(values, shape, key, position);
      return;
    case "normal":
      fillNormal(values, initializer.sd, key, position);
      return;
    case "identity":
      // Zero is the unit matrix: `matrix-bijector.ts`.
      values.fill(0);
      return;
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
