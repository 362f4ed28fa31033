/**
 * What data and other latents say of the discrete variables that were summed out: as functions of these, the probabilities of all
 * values of each element, a draw from their joint distribution, and the most probable values together. All three are derivatives
 * of sums over the variables by terms that are added for the purpose (`reduce-axis.ts`).
 */

import { bug } from "../../base/bug.ts";
import { createBuilder } from "../builder.ts";
import { gradientsOf } from "../differentiate.ts";
import type { Graph, NodeId } from "../graph.ts";
import { lowerDensityInto } from "./log-density.ts";
import type { LoweringInput } from "./lower-model.ts";
import type { Reduction } from "./reduce-axis.ts";
import type { ReductionStep } from "./sum-order.ts";
import { type EnumeratedVariable, type Factor, sumFactors } from "./sum-out.ts";
import type { Axis, Value } from "./value.ts";

export interface ConditionalLowering {
  /**
   * Inputs: `data/<name>`, `value/<name>` of the other latents, `learn/<path>`, `noise/…` and `probe/<name>`, which are to be zeros.
   * Outputs per variable that was summed out: `probability/<name>` (its shape, then its values), `draw/<name>` and `best/<name>`
   * (its shape; whole numbers).
   */
  readonly graph: Graph;
  readonly variables: readonly EnumeratedVariable[];
  /** Inputs to be filled with independent numbers from (0, 1) for each draw. */
  readonly noise: readonly { readonly input: string; readonly shape: readonly number[] }[];
}

/** Throws `ProblemError` where the variables cannot be summed out. */
export function lowerConditionals(input: LoweringInput): ConditionalLowering {
  const builder = createBuilder();
  const { context, factors, enumerated } = lowerDensityInto(input, { scale: "constrained" }, builder, () =>
    bug("coordinates on the constrained scale"),
  );
  const { algebra } = context;
  const probes = enumerated.map((variable): Factor & { readonly node: NodeId } => {
    const { name, shape, count, span } = variable;
    const plates = shape.map((size, at): Axis => {
      return { id: `probe ${name} ${at}`, size, start: 0, order: context.nextOrder(), kind: "plate" };
    });
    const at = plates.map((axis) => ({ axis, offset: 0 }));
    const axis: Axis = {
      id: `probe ${name}`,
      size: count,
      start: 0,
      order: context.nextOrder(),
      kind: "enumerated",
      element: { variable: name, at },
    };
    const node = builder.input(`probe/${name}`, { dtype: "float", shape: [...shape, count] });
    return { value: { node, axes: [...plates, axis], event: [] }, plates, span, node };
  });
  const noise: { input: string; shape: readonly number[] }[] = [];
  const drawn = ({ result }: ReductionStep, passes: number | undefined): Reduction => {
    const shape = [...(passes === undefined ? [] : [passes]), ...result.map(({ size }) => size)];
    const name = `noise/${noise.length}`;
    noise.push({ input: name, shape });
    return {
      kind: "draw",
      uniform: { node: builder.input(name, { dtype: "float", shape }), axes: result, event: [] },
    };
  };
  const derivatives = (
    reduction: (step: ReductionStep, passes: number | undefined) => Reduction,
  ): NodeId[] => {
    const total = sumFactors(algebra, [...factors, ...probes], enumerated, { reduction });
    return gradientsOf(
      builder,
      total.node,
      probes.map(({ node }) => node),
    );
  };
  const outputs: Record<string, NodeId> = {};
  /** Σₖ k over the values, of an array that is 1 at one of them. */
  const whichValue = (node: NodeId, shape: readonly number[], count: number): NodeId => {
    const events: Value = { node, axes: [], event: [...shape, count] };
    const values = builder.constant(
      Array.from({ length: count }, (_, k) => k),
      [count],
    );
    const wide = builder.emit("broadcast", [values], { shape: events.event, axes: [shape.length] });
    const product = algebra.mul(events, { node: wide, axes: [], event: events.event });
    return algebra.reduce("reduceSum", product, shape.length).node;
  };
  const kinds = {
    probability: derivatives(() => ({ kind: "sum" })),
    draw: derivatives(drawn),
    best: derivatives(() => ({ kind: "best" })),
  };
  enumerated.forEach(({ name, shape, count }, at) => {
    outputs[`probability/${name}`] = kinds.probability[at];
    outputs[`draw/${name}`] = whichValue(kinds.draw[at], shape, count);
    outputs[`best/${name}`] = whichValue(kinds.best[at], shape, count);
  });
  return { graph: builder.finish(outputs), variables: enumerated, noise };
}
