/** Vectors as they lie in a strategy's state: ordinary arrays, so that a state survives JSON as it is. */
export type PlainVector = readonly number[];

/** A copy. −0 becomes 0, since JSON does not keep its sign; finite values are otherwise kept bit for bit. */
export function toPlain(values: ArrayLike<number>): PlainVector {
  const plain: number[] = [];
  for (let i = 0; i < values.length; i++) plain.push(values[i] + 0);
  return plain;
}
