/** Files of little-endian single-precision numbers, for contenders in any language. */
import { readFileSync, writeFileSync } from "node:fs";

export function readFloats(path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

export function writeFloats(path: string, values: ArrayLike<number>): string {
  writeFileSync(path, new Uint8Array(Float32Array.from(values).buffer));
  return path;
}
