/** Flat numbers as nested lists, the way JSON has them. */

/** Row-major values from `offset` on; booleans as such, a number for an empty shape. */
export function nestedValues(
  values: Float64Array,
  shape: readonly number[],
  base: "real" | "int" | "bool",
  offset = 0,
): unknown {
  if (shape.length === 0) return base === "bool" ? values[offset] !== 0 : values[offset];
  const [length, ...inner] = shape;
  const step = inner.reduce((product, count) => product * count, 1);
  return Array.from({ length }, (_, i) => nestedValues(values, inner, base, offset + i * step));
}
