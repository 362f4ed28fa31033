/** How far data point into what has a size: a hint where nothing says how large it is. */
import type { CoreModel } from "../lang/core.ts";
import { coreChildren } from "../lang/core-children.ts";
import type { CoreExpression } from "../lang/core-expression.ts";
import { programExpressions } from "../lang/program-expressions.ts";
import { equalSizes, namedSize } from "../lang/size.ts";
import type { RawValue } from "./raw-data.ts";

export interface Pointer {
  readonly name: string;
  readonly highest: number;
}

/**
 * The value that points farthest into a dimension of this size, as `student` does in `theta[student[n]]`, or that is the highest
 * observed of so many categories.
 */
export function highestPosition(
  model: CoreModel,
  size: string,
  rawValue: (name: string) => RawValue | undefined,
): Pointer | undefined {
  const counted = model.sites.filter(
    ({ observed, support }) =>
      observed &&
      support.kind === "discrete" &&
      support.count !== undefined &&
      equalSizes(support.count, namedSize(size)),
  );
  const pointers = [
    ...programExpressions(model).flatMap((expression) => [...namesInto(expression, size)]),
    ...counted.map(({ variable }) => variable),
  ];
  const found = pointers.flatMap((name): Pointer[] => {
    const values = Float64Array.from(rawValue(name)?.values ?? []);
    const highest = values.reduce((most, each) => Math.max(most, each), 0);
    return values.length > 0 && Number.isInteger(highest) ? [{ name, highest }] : [];
  });
  return found.toSorted((a, b) => b.highest - a.highest)[0];
}

function* namesInto(expression: CoreExpression, size: string): Generator<string> {
  if (expression.kind === "index" && expression.base.type.kind === "number")
    for (const [dimension, index] of expression.indices.entries()) {
      const own = expression.base.type.dimensions[dimension];
      if (index.kind !== "at" || !equalSizes(own, namedSize(size))) continue;
      const at = index.value.kind === "index" ? index.value.base : index.value;
      if (at.kind === "variable") yield at.name;
    }
  for (const child of coreChildren(expression)) yield* namesInto(child, size);
}
