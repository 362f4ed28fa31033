/** A growing array of bytes with the number formats of WebAssembly binaries. */
export interface ByteWriter {
  byte(value: number): void;
  bytes(values: ArrayLike<number>): void;
  /** Unsigned LEB128, below 2³². */
  unsigned(value: number): void;
  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): void;
  /** Signed LEB128 of a 64-bit integer. */
  signedLong(value: bigint): void;
  f32(value: number): void;
  f64(value: number): void;
  /** Eight bytes, the lowest first. */
  bits64(value: bigint): void;
  /** UTF-8 with its length before it. */
  text(value: string): void;
  readonly length: number;
  /** What was written, as a view that is valid until the next write. */
  written(): Uint8Array;
}

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(256);
  let length = 0;
  const scratchBytes = new Uint8Array(8);
  const scratch = new DataView(scratchBytes.buffer);
  const reserve = (count: number): void => {
    if (length + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, length + count));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  };
  const writer: ByteWriter = {
    byte(value) {
      if (length === buffer.length) reserve(1);
      buffer[length++] = value;
    },
    bytes(values) {
      reserve(values.length);
      buffer.set(values, length);
      length += values.length;
    },
    unsigned(value) {
      let rest = value >>> 0;
      while (rest >= 0x80) {
        writer.byte((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      writer.byte(rest);
    },
    signed(value) {
      let rest = value | 0;
      for (;;) {
        const low = rest & 0x7f;
        rest >>= 7;
        if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
          writer.byte(low);
          return;
        }
        writer.byte(low | 0x80);
      }
    },
    signedLong(value) {
      let rest = value;
      for (;;) {
        const low = Number(rest & 0x7fn);
        rest >>= 7n;
        if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
          writer.byte(low);
          return;
        }
        writer.byte(low | 0x80);
      }
    },
    f32(value) {
      scratch.setFloat32(0, value, true);
      writer.bytes(scratchBytes.subarray(0, 4));
    },
    f64(value) {
      scratch.setFloat64(0, value, true);
      writer.bytes(scratchBytes);
    },
    bits64(value) {
      scratch.setBigUint64(0, value, true);
      writer.bytes(scratchBytes);
    },
    text(value) {
      const encoded = [...encodeUtf8(value)];
      writer.unsigned(encoded.length);
      writer.bytes(encoded);
    },
    get length() {
      return length;
    },
    written: () => buffer.subarray(0, length),
  };
  return writer;
}

function* encodeUtf8(text: string): Generator<number> {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) yield point;
    else if (point < 0x800) yield* [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
    else if (point < 0x10000)
      yield* [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
    else
      yield* [
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      ];
  }
}
