/**
 * Writes Protocol Buffers messages (the wire format, https://protobuf.dev/programming-guides/encoding). A message is a list of
 * fields, repeated fields one after the other, a map field one message {1: key, 2: value} per entry. Fields of the default
 * value are written too, which readers take as the same. Nothing is copied before `encodeMessage`.
 */

/** An encoded piece: bytes in order, possibly nested, and how many they are. */
export interface Field {
  readonly size: number;
  readonly parts: readonly (Uint8Array | Field)[];
}

/** int32, int64, uint32, uint64, bool, enum: negative numbers in 64 bits, as two's complement. */
export function varintField(number: number, value: number | bigint | boolean): Field {
  return join([varint((number << 3) | 0), varint(value)]);
}

/** float. */
export function floatField(number: number, value: number): Field {
  return join([varint((number << 3) | 5), littleEndian(4, (view) => view.setFloat32(0, value, true))]);
}

/** double. */
export function doubleField(number: number, value: number): Field {
  return join([varint((number << 3) | 1), littleEndian(8, (view) => view.setFloat64(0, value, true))]);
}

/** string, as UTF-8. */
export function stringField(number: number, value: string): Field {
  return bytesField(number, new TextEncoder().encode(value));
}

/** bytes. They are read when the message is encoded, not before. */
export function bytesField(number: number, value: Uint8Array): Field {
  return join([varint((number << 3) | 2), varint(value.length), value]);
}

/** A message inside a message. */
export function messageField(number: number, fields: readonly Field[]): Field {
  const content = join(fields);
  return join([varint((number << 3) | 2), varint(content.size), content]);
}

/** A packed repeated field of integers. */
export function packedVarintsField(number: number, values: readonly (number | bigint)[]): Field {
  const content = join(values.map(varint));
  return join([varint((number << 3) | 2), varint(content.size), content]);
}

export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const { size, parts } = join(fields);
  const bytes = new Uint8Array(size);
  let at = 0;
  const write = (part: Uint8Array | Field): void => {
    if (part instanceof Uint8Array) {
      bytes.set(part, at);
      at += part.length;
    } else part.parts.forEach(write);
  };
  parts.forEach(write);
  return bytes;
}

function join(parts: readonly (Uint8Array | Field)[]): Field {
  const size = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.size), 0);
  return { size, parts };
}

/** Seven bits a byte, lowest first, the top bit set on all but the last. */
function varint(value: number | bigint | boolean): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function littleEndian(length: number, set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  set(new DataView(bytes.buffer));
  return bytes;
}
