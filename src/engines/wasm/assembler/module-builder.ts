/** Puts a module together: declares functions, writes their bodies, and gives the bytes. */
import { bug } from "../../../base/bug.ts";
import { type ByteWriter, createByteWriter } from "./byte-writer.ts";
import {
  createFunctionBody,
  type FunctionBody,
  type FunctionBuilder,
  type FunctionIndex,
  type ValueType,
  valueTypeCodes,
} from "./function-builder.ts";

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ModuleBuilder {
  /** Imports come before the first `declare`. */
  importFunction(from: string, name: string, type: FunctionType): FunctionIndex;
  /** A function whose body is written later, so that others can call it already. */
  declare(name: string, type: FunctionType): FunctionIndex;
  /** Writes a declared function's body; parameters are its locals 0, 1, … */
  define(target: FunctionIndex, write: (code: FunctionBuilder) => void): void;
  /** `declare` and `define` in one. */
  addFunction(name: string, type: FunctionType, write: (code: FunctionBuilder) => void): FunctionIndex;
  exportFunction(name: string, target: FunctionIndex): void;
  /** A variable of the whole module; starts at zero. */
  addGlobal(type: "i32" | "i64" | "f32" | "f64"): number;
  /** The module imports its memory as `from.name`, of at least that many pages of 64 KiB. */
  importMemory(from: string, name: string, pages: number): void;
  /** The module imports shared memory of exactly that many pages as `from.name`. */
  importSharedMemory(from: string, name: string, pages: number): void;
  /** The module has its own memory of exactly that many pages, exported under that name. */
  addMemory(name: string, pages: number): void;
  /** Bytes put into memory when the module is instantiated. */
  addData(address: number, bytes: Uint8Array): void;
  finish(): Uint8Array;
}

interface Declared {
  readonly name: string;
  readonly type: number;
  readonly body: FunctionBody;
  isDefined: boolean;
}

export function createModuleBuilder(): ModuleBuilder {
  const types: FunctionType[] = [];
  const imports: { from: string; name: string; type: number }[] = [];
  const functions: Declared[] = [];
  const globals: ("i32" | "i64" | "f32" | "f64")[] = [];
  const exports: { name: string; kind: number; index: number }[] = [];
  const data: { address: number; bytes: Uint8Array }[] = [];
  let memory: { pages: number; from?: string; name: string; isShared?: boolean } | undefined;

  const typeIndex = (type: FunctionType): number => {
    const key = JSON.stringify(type);
    const known = types.findIndex((other) => JSON.stringify(other) === key);
    return known >= 0 ? known : types.push(type) - 1;
  };

  const module: ModuleBuilder = {
    importFunction(from, name, type) {
      if (functions.length > 0) return bug("imports come before declared functions");
      return (
        imports.push({ from, name, type: typeIndex({ params: type.params, results: type.results }) }) - 1
      );
    },
    declare(name, { params, results }) {
      const type = typeIndex({ params, results });
      functions.push({ name, type, body: createFunctionBody(params.length), isDefined: false });
      return imports.length + functions.length - 1;
    },
    define(target, write) {
      const declared = functions[target - imports.length];
      if (declared === undefined || declared.isDefined) bug(`function ${target} cannot be defined`);
      declared.isDefined = true;
      write(declared.body.builder);
    },
    addFunction(name, type, write) {
      const target = module.declare(name, type);
      module.define(target, write);
      return target;
    },
    exportFunction: (name, index) => void exports.push({ name, kind: 0, index }),
    addGlobal: (type) => globals.push(type) - 1,
    importMemory(from, name, pages) {
      memory = { from, name, pages };
    },
    importSharedMemory(from, name, pages) {
      memory = { from, name, pages, isShared: true };
    },
    addMemory(name, pages) {
      memory = { name, pages };
      exports.push({ name, kind: 2, index: 0 });
    },
    addData: (address, bytes) => void data.push({ address, bytes }),
    finish() {
      const out = createByteWriter();
      out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
      const imported = memory?.from === undefined ? [] : [memory];
      section(out, 1, types, (type, w) => {
        w.byte(0x60);
        writeTypes(w, type.params);
        writeTypes(w, type.results);
      });
      section(out, 2, [...imports, ...imported], (each, w) => {
        w.text(each.from ?? "");
        w.text(each.name);
        if ("pages" in each) {
          w.bytes([0x02, each.isShared ? 0x03 : 0x00]);
          w.unsigned(each.pages);
          if (each.isShared) w.unsigned(each.pages);
        } else {
          w.byte(0x00);
          w.unsigned(each.type);
        }
      });
      section(out, 3, functions, ({ type }, w) => w.unsigned(type));
      section(out, 5, memory !== undefined && memory.from === undefined ? [memory] : [], ({ pages }, w) => {
        w.byte(0x01);
        w.unsigned(pages);
        w.unsigned(pages);
      });
      section(out, 6, globals, writeGlobal);
      section(out, 7, exports, ({ name, kind, index }, w) => {
        w.text(name);
        w.byte(kind);
        w.unsigned(index);
      });
      section(out, 10, functions, ({ name, body, isDefined }, w) => {
        if (!isDefined) bug(`function ${name} has no body`);
        const bytes = body.finish();
        w.unsigned(bytes.length);
        w.bytes(bytes);
      });
      section(out, 11, data, ({ address, bytes }, w) => {
        w.bytes([0x00, 0x41]);
        w.signed(address);
        w.byte(0x0b);
        w.unsigned(bytes.length);
        w.bytes(bytes);
      });
      writeNames(out, [...imports, ...functions]);
      return out.written().slice();
    },
  };
  return module;
}

function section<Item>(
  out: ByteWriter,
  id: number,
  items: readonly Item[],
  write: (item: Item, writer: ByteWriter) => void,
): void {
  if (items.length === 0) return;
  const content = createByteWriter();
  content.unsigned(items.length);
  for (const item of items) write(item, content);
  out.byte(id);
  out.unsigned(content.length);
  out.bytes(content.written());
}

function writeTypes(out: ByteWriter, types: readonly ValueType[]): void {
  out.unsigned(types.length);
  for (const type of types) out.byte(valueTypeCodes[type]);
}

function writeGlobal(type: "i32" | "i64" | "f32" | "f64", out: ByteWriter): void {
  out.bytes([valueTypeCodes[type], 0x01, { i32: 0x41, i64: 0x42, f32: 0x43, f64: 0x44 }[type]]);
  for (let byte = { i32: 1, i64: 1, f32: 4, f64: 8 }[type]; byte > 0; byte--) out.byte(0);
  out.byte(0x0b);
}

/** The custom section that gives functions their names in stack traces, profiles and dumps. */
function writeNames(out: ByteWriter, functions: readonly { readonly name: string }[]): void {
  const names = createByteWriter();
  names.unsigned(functions.length);
  functions.forEach(({ name }, index) => {
    names.unsigned(index);
    names.text(name);
  });
  const content = createByteWriter();
  content.text("name");
  content.byte(1);
  content.unsigned(names.length);
  content.bytes(names.written());
  out.byte(0);
  out.unsigned(content.length);
  out.bytes(content.written());
}
