/** The noise z behind a value that is drawn `via noncentered`: what `density-latents.ts` makes a value of, backwards. */
import { bug } from "../../base/bug.ts";
import type { CoreSite } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import type { CoreDefinedDistribution } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { canBePlaced, noncenteredForm } from "../../lang/noncentered.ts";
import { pulled } from "./bijections.ts";
import type { Context } from "./context.ts";
import { enterEntry, openDefinition } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { distributionRows } from "./distributions.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { unconstrain } from "./unconstrain.ts";
import type { Value } from "./value.ts";

type DrawnSite = Pick<CoreSite, "distribution" | "support">;

export function unplaced({ distribution }: DrawnSite, x: Value, here: ModelContext): Value {
  const { algebra } = here;
  switch (distribution.kind) {
    case "distribution": {
      const { unplace } = distributionRows[distribution.name];
      if (unplace === undefined) return bug(`${distribution.name} has no location and scale`);
      return unplace(algebra, x, lowerArguments(distribution, here));
    }
    case "defined": {
      if (noncenteredForm(distribution) === "noise") return noiseBehind(distribution, x, here);
      const { loc, scale } = lowerArguments(distribution, here);
      return algebra.div(algebra.sub(x, loc), scale);
    }
    case "transformed": {
      const { base, bijection, inner } = distribution;
      const drawn = pulled(bijection, x, here).x;
      if (base.kind === "transformed" || canBePlaced(base))
        return unplaced({ distribution: base, support: inner }, drawn, here);
      return unconstrain(algebra, lowerSupport(inner, here), drawn);
    }
    case "mixture":
    case "censored":
    case "if":
    case "match":
      return bug("a non-centred choice between distributions");
  }
}

/** Of x = draw(z), where `draw` is made of operations that each can be undone (`noncenteredForm`). */
function noiseBehind(distribution: CoreDefinedDistribution, x: Value, here: Context): Value {
  const opened = openDefinition(distribution, x.event, here);
  const { draw } = opened.definition;
  if (draw === undefined) return bug(`${opened.definition.name} has no draw`);
  const y = opened.rows.enter(x, 0);
  // The noise itself is not looked at.
  const inner = enterEntry(opened, draw, [y]);
  return opened.rows.leave(undo(draw.value, draw.parameters[0].name, y, inner));
}

/** The z with value(z) = y. */
function undo(value: CoreExpression, z: string, y: Value, context: Context): Value {
  const { algebra } = context;
  if (value.kind === "cast") return undo(value.value, z, y, context);
  if (value.kind === "variable" && value.name === z) return y;
  if (value.kind !== "call") return bug("noise in what cannot be undone");
  const at = value.arguments.findIndex(
    (each) => findExpression(each, (part) => part.kind === "variable" && part.name === z) !== undefined,
  );
  const other = (): Value => lowerExpression(value.arguments[1 - at], context);
  const further = (inner: Value): Value => undo(value.arguments[at], z, inner, context);
  switch (value.function) {
    case "add":
      return further(algebra.sub(y, other()));
    case "sub":
      return further(at === 0 ? algebra.add(y, other()) : algebra.sub(other(), y));
    case "mul":
      return further(algebra.div(y, other()));
    case "neg":
      return further(algebra.unary("neg", y));
    case "exp":
      return further(algebra.unary("log", y));
    case "sigmoid":
      return further(algebra.sub(algebra.unary("log", y), algebra.unary("log1p", algebra.unary("neg", y))));
    default:
      return bug(`noise in \`${value.function}\``);
  }
}
