/** Draws laid out per variable, on the model's own scale. */
import type { PosteriorVariable } from "./posterior-data.ts";
import type { DensityTarget, TargetVariable } from "./target.ts";

/** Unconstrained positions, one per row. */
export interface PositionRows {
  readonly values: Float64Array;
  readonly count: number;
  /** Where the first position starts. */
  readonly start: number;
  /** From one position to the next. */
  readonly length: number;
}

export function constrainDraws(target: DensityTarget, rows: PositionRows): readonly PosteriorVariable[] {
  const position = new Float64Array(target.dimension);
  return layDraws(target.variables, rows.count, (draw) => {
    const start = rows.start + draw * rows.length;
    for (let i = 0; i < position.length; i++) position[i] = rows.values[start + i];
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
    const values = new Float64Array(draws * size);
    return { variable: { name, shape, dimensions, kind, base, values }, values, offset, size };
  });
  for (let draw = 0; draw < draws; draw++) {
    const all = valuesOf(draw);
    for (let which = 0; which < sized.length; which++) {
      const { values, offset, size } = sized[which];
      for (let i = 0; i < size; i++) values[draw * size + i] = all[offset + i];
    }
  }
  return sized.map(({ variable }) => variable);
}
