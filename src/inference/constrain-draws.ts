/** Draws laid out per variable, on the model's own scale. */
import type { PosteriorVariable } from "./posterior-data.ts";
import type { DensityTarget, TargetVariable } from "./target.ts";

/** `positionOf(draw)` gives the unconstrained draw. */
export function constrainDraws(
  target: DensityTarget,
  draws: number,
  positionOf: (draw: number) => ArrayLike<number>,
): readonly PosteriorVariable[] {
  const position = new Float64Array(target.dimension);
  return layDraws(target.variables, draws, (draw) => {
    position.set(positionOf(draw));
    return target.constrain(position);
  });
}

/** `valuesOf(draw)` gives the values of all variables, laid out by their offsets; they come out as [draws × …shape]. */
export function layDraws(
  variables: readonly TargetVariable[],
  draws: number,
  valuesOf: (draw: number) => Float64Array,
): readonly PosteriorVariable[] {
  const sized = variables.map((variable) => {
    const size = variable.shape.reduce((product, length) => product * length, 1);
    const { name, shape, dimensions, kind, base, offset } = variable;
    return {
      variable: { name, shape, dimensions, kind, base, values: new Float64Array(draws * size) },
      offset,
      size,
    };
  });
  for (let draw = 0; draw < draws; draw++) {
    const values = valuesOf(draw);
    for (const { variable, offset, size } of sized) {
      variable.values.set(values.subarray(offset, offset + size), draw * size);
    }
  }
  return sized.map(({ variable }) => variable);
}
