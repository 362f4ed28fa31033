/** A module with one loop, dst[i] = routine(a[i], b[i]), over vectors in its memory. */
import {
  createFunctionBody,
  type FunctionBuilder,
} from "../../../../src/engines/wasm/assembler/function-builder.ts";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import { mathRoutines } from "../../../../src/engines/wasm/math/math-routines.ts";
import type { Lanes, MathContext, MathName } from "../../../../src/engines/wasm/math-interface.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";

export interface RoutineOptions {
  readonly relaxed?: boolean;
  readonly order?: number;
  /** Room for that many numbers in each of the three arrays. */
  readonly capacity?: number;
}

export type Apply = (a: ArrayLike<number>, b?: ArrayLike<number>) => Float64Array | Float32Array;

export interface RoutineModule {
  readonly apply: Apply;
  /** Runs over what the last `apply` left in memory; for measuring. */
  readonly again: (count: number) => void;
}

export function routineModule(name: MathName, lanes: Lanes, options: RoutineOptions = {}): RoutineModule {
  const width = lanes === "f64x2" ? 8 : 4;
  const capacity = options.capacity ?? 1 << 15;
  const bytes = capacity * width;
  const module = createModuleBuilder();
  module.addMemory("memory", Math.ceil((3 * bytes) / 65536));
  const run = module.addFunction("run", { params: ["i32", "i32"], results: [] }, (code) => {
    const constants = new Map<string, { local: number; write: (code: FunctionBuilder) => void }>();
    // The first writing only finds out which constants there are; the second has them in locals before the
    // loop.
    const trial = createFunctionBody(2).builder;
    mathRoutines[name](trial, contextFor(trial, lanes, options, constants));
    for (const constant of constants.values()) {
      constant.local = code.local("v128");
      constant.write(code);
      code.set(constant.local);
    }
    code.loop((again) => {
      code.get(0);
      code.get(0);
      code.memory("v128.load", 0);
      if (name === "pow") {
        code.get(0);
        code.memory("v128.load", bytes);
      }
      mathRoutines[name](code, contextFor(code, lanes, options, constants));
      code.memory("v128.store", 2 * bytes);
      code.get(0);
      code.i32(16);
      code.op("i32.add");
      code.set(0);
      code.get(0);
      code.get(1);
      code.op("i32.lt_u");
      code.branchIf(again);
    });
  });
  module.exportFunction("run", run);
  const api = webAssembly();
  if (api === undefined) throw new Error("no WebAssembly");
  const { exports } = new api.Instance(new api.Module(module.finish()), {});
  const call = exports.run as (from: number, to: number) => void;
  const { buffer } = exports.memory as { buffer: ArrayBuffer };
  const view = (start: number, length: number): Float64Array | Float32Array =>
    width === 8 ? new Float64Array(buffer, start, length) : new Float32Array(buffer, start, length);
  return {
    apply(a, b) {
      if (a.length > capacity) throw new Error("too many numbers");
      view(0, a.length).set(a);
      if (b !== undefined) view(bytes, b.length).set(b);
      call(0, a.length * width);
      return view(2 * bytes, a.length).slice();
    },
    again: (count) => call(0, count * width),
  };
}

function contextFor(
  code: FunctionBuilder,
  lanes: Lanes,
  { relaxed = false, order = 0 }: RoutineOptions,
  constants: Map<string, { local: number; write: (code: FunctionBuilder) => void }>,
): MathContext {
  const hoisted = (key: string, write: (code: FunctionBuilder) => void): void => {
    const known = constants.get(key) ?? { local: 0, write };
    constants.set(key, known);
    code.get(known.local);
  };
  const temporary = (): number => code.local("v128");
  return {
    lanes,
    relaxed,
    order,
    constant: (value) =>
      hoisted(Object.is(value, -0) ? "-0" : `${value}`, (to) =>
        lanes === "f64x2" ? to.f64x2(value) : to.f32x4(value),
      ),
    bits: (value) =>
      hoisted(`bits ${value}`, (to) =>
        lanes === "f64x2" ? to.i64x2(value) : to.i32x4(Number(BigInt.asIntN(32, value))),
      ),
    multiplyAdd() {
      if (relaxed) return code.op(`${lanes}.relaxed_madd`);
      const addend = temporary();
      code.set(addend);
      code.op(`${lanes}.mul`);
      code.get(addend);
      code.op(`${lanes}.add`);
    },
    negativeMultiplyAdd() {
      if (relaxed) return code.op(`${lanes}.relaxed_nmadd`);
      const [minuend, product] = [temporary(), temporary()];
      code.set(minuend);
      code.op(`${lanes}.mul`);
      code.set(product);
      code.get(minuend);
      code.get(product);
      code.op(`${lanes}.sub`);
    },
    call: (other) => {
      throw new Error(`${other} is called`);
    },
  };
}
