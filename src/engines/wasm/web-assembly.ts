/** The part of the WebAssembly interface that is used here, typed: it is in browsers and Node, but in no library of types we load. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: WasmImports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  Memory: new (descriptor: { initial: number; maximum: number; shared?: boolean }) => WasmMemory;
}

/** Compiled code, without memory. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: "WebAssembly.Module";
}

export interface WasmMemory {
  /** Of shared memory a `SharedArrayBuffer`. */
  readonly buffer: ArrayBufferLike;
}

export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Undefined where there is no WebAssembly. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as WebAssemblyApi | undefined;
}
