/** Shapes of a distribution's arguments: what one draw takes of each, and what is left for independent draws. */
import type { DistributionParameter } from "../distributions.ts";
import { describeShape } from "../format-type.ts";
import { equalSizes, type Size } from "../size.ts";
import type { NumberType } from "../type.ts";
import type { Quote } from "./check-facts.ts";
import type { Scope } from "./check-scope.ts";
import { commonShape } from "./check-shape.ts";

export interface ShapedArgument {
  readonly parameter: DistributionParameter;
  readonly type: NumberType;
  readonly quote: Quote;
}

interface ArgumentShapes {
  /** Independent draws, one per element. */
  readonly batch: readonly Size[];
  /** How long the vectors are and how many rows the matrices have; `undefined` where there are none. */
  readonly length: Size | undefined;
}

/** Reports and gives `undefined` where the arguments do not go together. */
export function argumentShapes(
  scope: Scope,
  name: string,
  args: readonly ShapedArgument[],
): ArgumentShapes | undefined {
  const parts = args.map(({ parameter, type, quote }) => {
    const { dimensions } = type;
    // What stands for a vector of equal numbers has nothing of its own.
    const own = dimensions.length < parameter.rank ? 0 : dimensions.length - parameter.rank;
    return {
      quote,
      dimensions,
      outer: { ...type, dimensions: dimensions.slice(0, own) },
      own: dimensions.slice(own),
    };
  });
  const [first, ...others] = parts.filter(({ own }) => own.length > 0);
  const length = first?.own[0];
  const other = [first, ...others].find((part) => part?.own.some((size) => !equalSizes(size, length)));
  if (other !== undefined) {
    scope.report({
      code: "size-mismatch",
      what: `the arguments of ${name} have different sizes: ${describeShape(first.own)} and ${describeShape(other.own)}`,
      left: { ...first.quote, shape: first.dimensions },
      right: { ...other.quote, shape: other.dimensions },
    });
    return undefined;
  }
  const batches = parts.map(({ quote, outer }) => ({ quote, type: outer }));
  const batch = commonShape(scope, `the arguments of ${name}`, batches);
  return batch && { batch, length };
}
