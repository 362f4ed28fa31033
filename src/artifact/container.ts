/**
 * The file format of artifacts and checkpoints: "PPLX", format version and header length (32-bit little-endian each), a JSON
 * header in UTF-8, then the tensors as little-endian doubles, and last a CRC-32 of everything before it.
 */
import { crc32 } from "../base/crc32.ts";

export const containerVersion = 1;

export interface Container {
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, Float64Array>>;
}

/** What is wrong with a file that is not a container; `undefined` parts were not reached. */
export type ContainerFault = "not-an-artifact" | "newer-format" | "damaged";

const magic = "PPLX";

export function encodeContainer({ header, tensors }: Container): Uint8Array {
  const index = Object.entries(tensors).map(([name, values]) => ({ name, length: values.length }));
  const json = new TextEncoder().encode(JSON.stringify({ ...header, tensors: index }));
  const count = index.reduce((sum, each) => sum + each.length, 0);
  const bytes = new Uint8Array(12 + json.length + 8 * count + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic), 0);
  view.setUint32(4, containerVersion, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, 12);
  let at = 12 + json.length;
  for (const values of Object.values(tensors))
    for (const value of values) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/** Never throws. */
export function decodeContainer(bytes: Uint8Array): Container | ContainerFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) return "not-an-artifact";
  if (view.getUint32(4, true) > containerVersion) return "newer-format";
  const end = bytes.length - 4;
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) return "damaged";
  const headerEnd = 12 + view.getUint32(8, true);
  const { tensors: index, ...header } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(12, headerEnd)),
  ) as {
    readonly tensors: readonly { readonly name: string; readonly length: number }[];
  } & Record<string, unknown>;
  const tensors: Record<string, Float64Array> = {};
  let at = headerEnd;
  for (const { name, length } of index) {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = view.getFloat64(at + 8 * i, true);
    tensors[name] = values;
    at += 8 * length;
  }
  return { header, tensors };
}
