/** Draws of a guide `via bijector`: on the whole line, taken to the support of the model's variable. */
import type { CoreModel } from "../core.ts";
import type { CoreSupport } from "../core-distribution.ts";
import { describeShape } from "../format-type.ts";
import { addSizes, constantSize, type Size } from "../size.ts";
import type { DrawStatement, Name } from "../tree.ts";
import type { Scope } from "./check-scope.ts";
import { equalShapes } from "./check-type.ts";
import type { CheckedDistribution, CheckedEvent } from "./checked-distribution.ts";
import { hasSharedBounds } from "./compare-guide.ts";

/** The event and support of the model's variable, for a draw of its unconstrained coordinates. */
export function checkBijector(
  scope: Scope,
  model: CoreModel | undefined,
  statement: DrawStatement,
  distribution: CheckedDistribution,
  annotation: Name,
): CheckedEvent | undefined {
  const refuse = (reason: string, help: string): undefined => {
    const quote = { text: `via ${annotation.text}`, span: annotation.span };
    scope.report({ code: "annotation-not-allowed", annotation: quote, reason, help });
  };
  const site = model?.sites.find((each) => each.variable === statement.target.name.text);
  if (model === undefined || site === undefined)
    return refuse("it is for guides, which draw what a model draws", "remove `via bijector`");
  const { support, event } = site;
  if (statement.type !== undefined)
    return refuse("the type is the one of the model", "remove the type of this draw");
  const drawn = [...distribution.batch, ...distribution.draw];
  if (distribution.support.kind !== "real")
    return refuse(
      `${distribution.quote.text} does not draw from the whole line`,
      "draw from Normal, or remove `via bijector`",
    );
  if (!hasSharedBounds(model, support))
    return refuse(
      `the bounds of \`${site.variable}\` are not known to the guide`,
      "draw from a distribution with that support",
    );
  const shape = unconstrainedShape(support, event.dimensions);
  if (shape === undefined)
    return refuse(
      "matrices are not supported there yet",
      "leave the guide out: it is derived from the model",
    );
  if (drawn.length === 0 || equalShapes(drawn, shape)) return { type: event, support };
  const target = { text: site.variable, span: site.span };
  const found = { ...distribution.quote, shape: drawn };
  scope.report({
    code: "size-mismatch",
    what: `\`${site.variable}\` has ${describeShape(shape)} as coordinates on the whole line, but the arguments of ${distribution.quote.text} have ${describeShape(drawn)}`,
    left: found,
    right: { ...target, shape },
    help: `give arguments of shape ${describeShape(shape)}`,
  });
  return undefined;
}

/** The shape of the coordinates on the whole line; `undefined` for matrices. */
function unconstrainedShape(support: CoreSupport, event: readonly Size[]): readonly Size[] | undefined {
  switch (support.kind) {
    case "simplex":
      return [...event.slice(0, -1), ...event.slice(-1).map((size) => addSizes(size, constantSize(-1)))];
    case "matrix":
      return undefined;
    case "real":
    case "lower":
    case "upper":
    case "interval":
    case "ordered":
    case "discrete":
      return event;
  }
}
