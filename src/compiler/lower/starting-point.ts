/** The verb "start": from values of some latents to their unconstrained coordinates. */
import type { CoreSite } from "../../lang/core.ts";
import { createBuilder } from "../builder.ts";
import type { Graph, NodeId } from "../graph.ts";
import { fail } from "./context.ts";
import { lowerDensityInto } from "./log-density.ts";
import type { LoweringInput, ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { eventShape, positionOf, viewAt } from "./places.ts";
import { unconstrain } from "./unconstrain.ts";
import { unplaced } from "./unplace.ts";
import type { Value } from "./value.ts";

/**
 * Inputs `value/<variable>` of the given latents, `q/<site>` of the others, and data; outputs `q/<site>` of the given ones. Where bounds
 * and centres depend on others, the coordinates of these decide.
 */
export function lowerStartingPoint(input: LoweringInput, names: ReadonlySet<string>): Graph {
  const builder = createBuilder();
  const outputs: Record<string, NodeId> = {};
  const draw = (site: CoreSite, here: ModelContext): void => {
    outputs[`q/${site.id}`] = coordinatesOf(site, here).node;
  };
  lowerDensityInto(input, { scale: "unconstrained", given: { names, draw } }, builder, (block, context) => ({
    node: context.algebra.builder.input(block.input, { dtype: "float", shape: block.shape }),
    axes: [],
    event: block.shape,
  }));
  return builder.finish(outputs);
}

/** As the block of coordinates has them: the axes of the site's place, then the unconstrained event. */
function coordinatesOf(site: CoreSite, here: ModelContext): Value {
  const { algebra } = here;
  const x = algebra.convert(viewAt(site.variable, site.place, here), "float");
  const u = site.noncentered
    ? unplaced(site, algebra.stretch(x, [], eventShape(site, here)), here)
    : unconstrain(algebra, lowerSupport(site.support, here), x);
  const axes = site.place.flatMap((place) => {
    const { axis } = positionOf(place, here);
    if (axis === undefined && place.kind === "axis")
      fail({
        code: "start-step-by-step",
        message: `values of \`${site.variable}\` to start from are not possible: it is drawn step by step`,
        labels: [{ span: site.span, text: "each step needs the one before" }],
        help: `give the other variables, without \`${site.variable}\``,
      });
    return axis === undefined ? [] : [axis];
  });
  const whole = algebra.stretch(u, axes, u.event);
  return axes.reduceRight((array, axis) => algebra.axisToEvent(array, axis), whole);
}
