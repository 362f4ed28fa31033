/** Arguments of distributions in the form that densities and draws need. */
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import type { Shape } from "../ops.ts";
import type { Context } from "./context.ts";
import type { Arguments } from "./distribution-row.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { Algebra, Value } from "./value.ts";

export function lowerArguments(
  distribution: Extract<CoreDistribution, { kind: "distribution" | "defined" }>,
  context: Context,
): Arguments {
  return Object.fromEntries(
    Object.entries(distribution.arguments).map(([name, each]) => [
      name,
      context.algebra.convert(lowerExpression(each, context), "float"),
    ]),
  );
}

/** Of categories, from `p` or `logits`. */
export function logProbabilities(a: Algebra, args: Arguments): Value {
  if (args.p !== undefined) return a.unary("log", args.p);
  const total = a.logSumExp(args.logits, args.logits.event.length - 1);
  return a.sub(args.logits, overLast(a, total, args.logits.event));
}

/** Numbers repeated along a new last dimension. */
export function overLast(a: Algebra, x: Value, event: Shape): Value {
  const shape = [...x.axes.map((axis) => axis.size), ...event];
  const axes = shape.map((_, position) => position).slice(0, -1);
  return { ...x, node: a.builder.emit("broadcast", [x.node], { shape, axes }), event };
}
