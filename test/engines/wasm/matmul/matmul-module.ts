/** A module with one product, and its memory. */
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import { emitMatmul } from "../../../../src/engines/wasm/matmul/emit-matmul.ts";
import { type MatmulSpec, planMatmul } from "../../../../src/engines/wasm/matmul/matmul-plan.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";

type Numbers = Float64Array | Float32Array;

export interface MatmulModule {
  readonly a: Numbers;
  readonly b: Numbers;
  readonly c: Numbers;
  /** What lies behind C and the scratch memory: never written. */
  readonly guards: readonly Numbers[];
  readonly whole: () => void;
  readonly prepare: (from: number, to: number) => void;
  readonly rows: (from: number, to: number) => void;
}

export function matmulModule(spec: MatmulSpec): MatmulModule {
  const bytes = spec.precision === "f32" ? 4 : 8;
  const { m, k, n, batch } = spec;
  const { sharedScratch, ownScratch } = planMatmul(spec);
  let end = 0;
  const room = (size: number): number => {
    const at = end;
    end += Math.ceil(size / 64) * 64;
    return at;
  };
  const guard = 64;
  const a = room(batch * m * k * bytes);
  const b = room(batch * k * n * bytes);
  const c = room(batch * m * n * bytes + guard);
  const scratch = room(sharedScratch + ownScratch + guard);
  const module = createModuleBuilder();
  module.addMemory("memory", Math.ceil(end / 65536));
  const functions = emitMatmul(module, "matmul", spec);
  for (const name of ["whole", "prepare", "rows"] as const) module.exportFunction(name, functions[name]);
  const api = webAssembly();
  if (api === undefined) throw new Error("no WebAssembly");
  const { exports } = new api.Instance(new api.Module(module.finish()), {});
  const { buffer } = exports.memory as { buffer: ArrayBuffer };
  const view = (start: number, length: number): Numbers =>
    bytes === 8 ? new Float64Array(buffer, start, length) : new Float32Array(buffer, start, length);
  const call = (name: string, ...args: number[]): void =>
    (exports[name] as (...all: number[]) => void)(...args);
  return {
    a: view(a, batch * m * k),
    b: view(b, batch * k * n),
    c: view(c, batch * m * n),
    guards: [
      view(c + batch * m * n * bytes, guard / bytes),
      view(scratch + sharedScratch + ownScratch, guard / bytes),
    ],
    whole: () => call("whole", a, b, c, scratch),
    prepare: (from, to) => call("prepare", b, scratch, from, to),
    rows: (from, to) => call("rows", a, b, c, scratch, scratch + sharedScratch, from, to),
  };
}
