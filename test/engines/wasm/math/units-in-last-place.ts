/**
 * Distance from a + rest, the exact value to twice the digits, in units of the last place of a in that
 * format.
 */
export function unitsInLastPlace(found: number, value: number, rest: number, format: "f64" | "f32"): number {
  if (Object.is(found, value)) return Math.abs(rest) / unit(value, format);
  return Math.abs(found - value - rest) / unit(value, format);
}

/** The distance between neighbouring numbers of the format at the value. */
export function unit(value: number, format: "f64" | "f32"): number {
  const [smallest, lowest, digits] = format === "f64" ? [-1022, -1074, 52] : [-126, -149, 23];
  const size = Math.abs(value);
  if (size < 2 ** smallest) return 2 ** lowest;
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  if (2 ** (exponent + 1) <= size) exponent++;
  return 2 ** (exponent - digits);
}
