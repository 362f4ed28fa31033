/** Modules as text, one instruction per line, for reading and for tests. */
import { bug } from "../../../base/bug.ts";
import { atomicOps, indexOps, laneMemoryOps, laneOps, memoryOps, otherOps, plainOps } from "./opcodes.ts";

export interface DisassembledFunction {
  readonly name: string;
  /** Indented by block: "f64x2.mul", "local.get 3", "v128.load offset=64". */
  readonly lines: readonly string[];
}

const names = new Map<number, string>(
  [plainOps, memoryOps, atomicOps, laneMemoryOps, laneOps, indexOps, otherOps].flatMap((table) =>
    Object.entries(table).map(([name, code]) => [code, name] as const),
  ),
);

/** The functions of a module that `createModuleBuilder` made. */
export function disassemble(bytes: Uint8Array): DisassembledFunction[] {
  const reader = createReader(bytes, 8);
  let bodies: Uint8Array[] = [];
  let functionNames = new Map<number, string>();
  let imported = 0;
  while (reader.position < bytes.length) {
    const id = reader.byte();
    const content = reader.take(reader.unsigned());
    if (id === 2) imported = countImportedFunctions(content);
    if (id === 10) bodies = splitBodies(content);
    if (id === 0) functionNames = readNames(content);
  }
  return bodies.map((body, index) => ({
    name: functionNames.get(imported + index) ?? `function ${imported + index}`,
    lines: readBody(body),
  }));
}

interface Reader {
  readonly position: number;
  byte(): number;
  unsigned(): number;
  signed(): bigint;
  take(count: number): Uint8Array;
  text(): string;
}

function createReader(bytes: Uint8Array, start = 0): Reader {
  let position = start;
  const reader: Reader = {
    get position() {
      return position;
    },
    byte: () => bytes[position++],
    unsigned() {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = reader.byte();
        value += (byte & 0x7f) * factor;
        if (byte < 0x80) return value;
      }
    },
    signed() {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = reader.byte();
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
      }
    },
    take(count) {
      position += count;
      return bytes.subarray(position - count, position);
    },
    text: () => String.fromCharCode(...reader.take(reader.unsigned())),
  };
  return reader;
}

/** The flags of a memory that is shared, whose two limits follow; others that are imported have one. */
const sharedLimits = 3;

/** Imports are functions and a memory. */
function countImportedFunctions(content: Uint8Array): number {
  const reader = createReader(content);
  let functions = 0;
  for (let rest = reader.unsigned(); rest > 0; rest--) {
    reader.text();
    reader.text();
    if (reader.byte() === 0) functions++;
    else if (reader.byte() === sharedLimits) reader.unsigned();
    reader.unsigned();
  }
  return functions;
}

function splitBodies(content: Uint8Array): Uint8Array[] {
  const reader = createReader(content);
  return Array.from({ length: reader.unsigned() }, () => reader.take(reader.unsigned()));
}

function readNames(content: Uint8Array): Map<number, string> {
  const reader = createReader(content);
  reader.text();
  reader.byte();
  reader.unsigned();
  return new Map(
    Array.from({ length: reader.unsigned() }, () => [reader.unsigned(), reader.text()] as const),
  );
}

function readBody(body: Uint8Array): string[] {
  const reader = createReader(body);
  for (let runs = reader.unsigned(); runs > 0; runs--) {
    reader.unsigned();
    reader.byte();
  }
  const lines: string[] = [];
  let depth = 0;
  while (reader.position < body.length) {
    const first = reader.byte();
    const code = first >= 0xfc ? first * 0x10000 + reader.unsigned() : first;
    const name = names.get(code) ?? bug(`no instruction has the code ${code.toString(16)}`);
    if (name === "end" || name === "else") depth--;
    lines.push(`${"  ".repeat(Math.max(depth, 0))}${[name, ...readImmediates(reader, name)].join(" ")}`);
    if (name === "block" || name === "loop" || name === "if" || name === "else") depth++;
  }
  return lines;
}

function readImmediates(reader: Reader, name: string): string[] {
  const floats = (bytes: Uint8Array): DataView => new DataView(bytes.slice().buffer);
  if (name in indexOps) return [String(reader.unsigned())];
  if (name in laneOps) return [`lane=${reader.byte()}`];
  if (name in memoryOps || name in atomicOps || name in laneMemoryOps) {
    reader.unsigned();
    const offset = `offset=${reader.unsigned()}`;
    return name in laneMemoryOps ? [offset, `lane=${reader.byte()}`] : [offset];
  }
  switch (name) {
    case "block":
    case "loop":
    case "if":
      reader.byte();
      return [];
    case "br_table":
      return Array.from({ length: reader.unsigned() + 1 }, () => String(reader.unsigned()));
    case "i32.const":
    case "i64.const":
      return [String(reader.signed())];
    case "f32.const":
      return [String(floats(reader.take(4)).getFloat32(0, true))];
    case "f64.const":
      return [String(floats(reader.take(8)).getFloat64(0, true))];
    case "v128.const": {
      const lanes = floats(reader.take(16));
      return [0, 8].map((at) => String(lanes.getFloat64(at, true)));
    }
    case "i8x16.shuffle":
      return [reader.take(16).join(",")];
    case "memory.copy":
      reader.take(2);
      return [];
    case "memory.fill":
      reader.take(1);
      return [];
    default:
      return [];
  }
}
