/** Draws on the unconstrained scale, laid out per variable on the model's own. */
import type { PosteriorVariable } from "./posterior-data.ts";
import type { DensityTarget } from "./target.ts";

/** `positionOf(draw)` gives the unconstrained draw; values come out as [draws × …shape]. */
export function constrainDraws(
  target: DensityTarget,
  draws: number,
  positionOf: (draw: number) => ArrayLike<number>,
): readonly PosteriorVariable[] {
  const sized = target.variables.map((variable) => {
    const size = variable.shape.reduce((product, length) => product * length, 1);
    const { name, shape, dimensions, kind, base, offset } = variable;
    return {
      variable: { name, shape, dimensions, kind, base, values: new Float64Array(draws * size) },
      offset,
      size,
    };
  });
  const position = new Float64Array(target.dimension);
  for (let draw = 0; draw < draws; draw++) {
    position.set(positionOf(draw));
    const values = target.constrain(position);
    for (const { variable, offset, size } of sized) {
      variable.values.set(values.subarray(offset, offset + size), draw * size);
    }
  }
  return sized.map(({ variable }) => variable);
}
