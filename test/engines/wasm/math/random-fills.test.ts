import { expect, it } from "vitest";
import { randomSource } from "../../../../src/base/random.ts";
import type { FunctionBuilder } from "../../../../src/engines/wasm/assembler/function-builder.ts";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import { detectFeatures } from "../../../../src/engines/wasm/features.ts";
import {
  emitFillUniform,
  emitNormals,
  uniformGroup,
} from "../../../../src/engines/wasm/math/emit-random-fills.ts";
import { doubleContext } from "../../../../src/engines/wasm/math/formula-routine.ts";
import type { MathContext } from "../../../../src/engines/wasm/math-interface.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";
import { unit } from "./units-in-last-place.ts";

type Fill = (
  address: number,
  end: number,
  seed: number,
  stream: number,
  step: number,
  position: number,
) => void;

const ways = detectFeatures().relaxed ? [false, true] : [false];

/** `normals(count)` makes them, four by four, of the numbers at the start of memory. */
function fills(relaxed: boolean) {
  const module = createModuleBuilder();
  module.addMemory("memory", 1);
  const call = (name: string): never => expect.fail(`${name} is called`);
  const context = (code: FunctionBuilder): MathContext => doubleContext(code, { relaxed, order: 0, call });
  module.exportFunction("uniform", emitFillUniform(module, context));
  const normals = module.addFunction("normals", { params: ["i32"], results: [] }, (code) => {
    const at = code.local("i32");
    const pairs = [code.local("v128"), code.local("v128")] as const;
    code.loop((again) => {
      pairs.forEach((pair, half) => {
        code.get(at);
        code.memory("v128.load", 16 * half);
        code.set(pair);
      });
      emitNormals(code, context(code), pairs);
      pairs.forEach((pair, half) => {
        code.get(at);
        code.get(pair);
        code.memory("v128.store", 16 * half);
      });
      code.get(at);
      code.i32(32);
      code.op("i32.add");
      code.tee(at);
      code.i32(8);
      code.op("i32.div_u");
      code.get(0);
      code.op("i32.lt_u");
      code.branchIf(again);
    });
  });
  module.exportFunction("normals", normals);
  const api = webAssembly();
  if (api === undefined) throw new Error("no WebAssembly");
  const { exports } = new api.Instance(new api.Module(module.finish()), {});
  const numbers = new Float64Array((exports.memory as { buffer: ArrayBuffer }).buffer);
  return { uniform: exports.uniform as Fill, normals: exports.normals as (count: number) => void, numbers };
}

const keys = [
  { seed: 0, stream: 0, step: 0 },
  { seed: 1, stream: 2, step: 3 },
  { seed: 0xffffffff, stream: 0x80000001, step: 0xfffffffe },
];

it.each(ways)(
  "uniform numbers have the same bits, in whole groups, from any position on (relaxed SIMD: %s)",
  (relaxed) => {
    const { uniform, numbers } = fills(relaxed);
    for (const { seed, stream, step } of keys)
      for (const groups of [1, 2, 11])
        for (const position of [0, 3, 10_000]) {
          numbers.fill(-1);
          const count = groups * uniformGroup;
          uniform(8, 8 + 8 * count, seed, stream, step, position);
          const expected = new Float64Array(position + count);
          randomSource({ seed, stream }, step).fillUniform(expected);
          expect([...numbers.subarray(1, 1 + count)]).toEqual([...expected.subarray(position)]);
          expect([numbers[0], numbers[1 + count]]).toEqual([-1, -1]);
        }
  },
);

it.each(ways)(
  "normal numbers are those of the same pairs within 4 units in the last place (relaxed SIMD: %s)",
  (relaxed) => {
    const { uniform, normals, numbers } = fills(relaxed);
    for (const { seed, stream, step } of keys) {
      const count = 334 * uniformGroup;
      uniform(0, 8 * count, seed, stream, step, 0);
      normals(count);
      const expected = new Float64Array(count);
      randomSource({ seed, stream }, step).fillNormal(expected);
      const worst = Math.max(
        ...expected.map((value, i) => Math.abs(numbers[i] - value) / unit(value, "f64")),
      );
      expect(worst).toBeLessThanOrEqual(4);
    }
  },
);
