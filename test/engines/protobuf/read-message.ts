/** Reads Protocol Buffers messages back, for tests. */

/** Fields in their order: varints as bigint, fixed sizes and length-delimited ones as bytes. */
export type ReadField = readonly [number: number, value: bigint | Uint8Array];

export function readMessage(bytes: Uint8Array): ReadField[] {
  const fields: ReadField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("a varint runs past the end");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error("a field runs past the end");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) fields.push([number, varint()]);
    else if (wireType === 1) fields.push([number, take(8)]);
    else if (wireType === 2) fields.push([number, take(Number(varint()))]);
    else if (wireType === 5) fields.push([number, take(4)]);
    else throw new Error(`field ${number} has wire type ${wireType}`);
  }
  return fields;
}

/** All values of that field, as messages. */
export function messagesAt(fields: readonly ReadField[], number: number): ReadField[][] {
  return fields.flatMap(([at, value]) =>
    at === number && value instanceof Uint8Array ? [readMessage(value)] : [],
  );
}

/** All values of that field, as text. */
export function textsAt(fields: readonly ReadField[], number: number): string[] {
  return fields.flatMap(([at, value]) =>
    at === number && value instanceof Uint8Array ? [new TextDecoder().decode(value)] : [],
  );
}
