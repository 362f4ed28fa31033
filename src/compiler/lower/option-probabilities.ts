/** Of a member's description that is not given: how probable each option is, given everything else. */
import type { NodeId } from "../graph.ts";
import { elementAt } from "./enumerate.ts";
import { type ModelContext, siteOf } from "./lower-model.ts";
import { type EnumeratedVariable, type Factor, sumFactors } from "./sum-out.ts";
import type { Value } from "./value.ts";

/** The name under which it is reported. */
export function optionProbability(description: string, option: string): string {
  return `P(${description} = ${option})`;
}

/** Outputs `binding/P(kind = sine)`: p(z, x, kind = sine) / p(z, x), all other discrete variables summed out. `total` is log p(z, x). */
export function optionProbabilities(
  context: ModelContext,
  factors: readonly Factor[],
  enumerated: readonly EnumeratedVariable[],
  total: Value,
): Record<string, NodeId> {
  const { algebra } = context;
  const { varies, span } = context.input.model;
  return Object.fromEntries(
    varies.flatMap(({ name, options = [] }) =>
      options.map((option, position): [string, NodeId] => {
        const isChosen = algebra.binary("equal", elementAt(siteOf(name, context), context), position);
        const only: Factor = {
          value: algebra.select(isChosen, 0, Number.NEGATIVE_INFINITY),
          plates: [],
          span,
        };
        const joint = sumFactors(algebra, [...factors, only], enumerated);
        return [
          `binding/${optionProbability(name, option)}`,
          algebra.unary("exp", algebra.sub(joint, total)).node,
        ];
      }),
    ),
  );
}
