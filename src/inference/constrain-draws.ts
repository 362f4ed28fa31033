/** Draws laid out per variable, on the model's own scale. */
import type { PosteriorVariable } from "./posterior-data.ts";
import type { DensityTarget, PositionRows, TargetVariable } from "./target.ts";

export function constrainDraws(target: DensityTarget, rows: PositionRows): readonly PosteriorVariable[] {
  if (target.constrainRows !== undefined) {
    const values = target.constrainRows(rows);
    return target.variables.map((variable, i) => layVariable(variable, values[i]));
  }
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
    const values = new Float64Array(draws * size);
    return { variable: layVariable(variable, values), values, offset: variable.offset, size };
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

function layVariable(
  { name, shape, dimensions, kind, base, elements }: TargetVariable,
  values: Float64Array,
): PosteriorVariable {
  return { name, shape, dimensions, kind, base, ...(elements && { elements }), values };
}
