import { expect, it } from "vitest";
import { randomSource } from "../../../../src/base/random.ts";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import { detectFeatures } from "../../../../src/engines/wasm/features.ts";
import { emitRandomFills } from "../../../../src/engines/wasm/math/emit-random-fills.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";
import { unit } from "./units-in-last-place.ts";

type Fill = (
  address: number,
  count: number,
  seed: number,
  stream: number,
  step: number,
  position: number,
) => void;

const ways = detectFeatures().relaxed ? [false, true] : [false];

function fills(precision: "f32" | "f64", relaxed: boolean) {
  const module = createModuleBuilder();
  module.addMemory("memory", 1);
  const functions = emitRandomFills(module, { precision, relaxed });
  module.exportFunction("uniform", functions.uniform);
  module.exportFunction("normal", functions.normal);
  const api = webAssembly();
  if (api === undefined) throw new Error("no WebAssembly");
  const { exports } = new api.Instance(new api.Module(module.finish()), {});
  const { buffer } = exports.memory as { buffer: ArrayBuffer };
  const numbers = precision === "f64" ? new Float64Array(buffer) : new Float32Array(buffer);
  return { uniform: exports.uniform as Fill, normal: exports.normal as Fill, numbers };
}

const keys = [
  { seed: 0, stream: 0, step: 0 },
  { seed: 1, stream: 2, step: 3 },
  { seed: 0xffffffff, stream: 0x80000001, step: 0xfffffffe },
];

it.each(ways)(
  "uniform numbers have the same bits, for any count and position (relaxed SIMD: %s)",
  (relaxed) => {
    for (const precision of ["f64", "f32"] as const) {
      const { uniform, numbers } = fills(precision, relaxed);
      for (const { seed, stream, step } of keys)
        for (const count of [0, 1, 2, 3, 4, 5, 7, 64, 129]) {
          numbers.fill(-1);
          uniform(8, count, seed, stream, step, 0);
          const expected = new Float64Array(count);
          randomSource({ seed, stream }, step).fillUniform(expected);
          const first = 8 / numbers.BYTES_PER_ELEMENT;
          const round = precision === "f64" ? (x: number) => x : Math.fround;
          expect([...numbers.subarray(first, first + count)]).toEqual([...expected].map(round));
          expect([numbers[first - 1], numbers[first + count]]).toEqual([-1, -1]);
          if (count < 4) continue;
          uniform(8, count - 3, seed, stream, step, 3);
          expect([...numbers.subarray(first, first + count - 3)]).toEqual(
            [...expected.subarray(3)].map(round),
          );
        }
    }
  },
);

it.each(ways)(
  "normal numbers are those of the same pairs within 4 units in the last place (relaxed SIMD: %s)",
  (relaxed) => {
    const { normal, numbers } = fills("f64", relaxed);
    for (const { seed, stream, step } of keys)
      for (const count of [1, 2, 3, 6, 4001]) {
        numbers.fill(-9);
        normal(0, count, seed, stream, step, 0);
        const expected = new Float64Array(count);
        randomSource({ seed, stream }, step).fillNormal(expected);
        const worst = Math.max(
          ...expected.map((value, i) => Math.abs(numbers[i] - value) / unit(value, "f64")),
        );
        expect(worst).toBeLessThanOrEqual(4);
        expect(numbers[count]).toBe(-9);
      }
  },
);

it("normal numbers from a later position on are the later ones", () => {
  const { normal, numbers } = fills("f64", false);
  normal(0, 20, 5, 6, 7, 0);
  const all = numbers.slice(0, 20);
  normal(0, 12, 5, 6, 7, 8);
  expect([...numbers.subarray(0, 12)]).toEqual([...all.subarray(8)]);
});

it("f32 normal numbers are the f64 ones, rounded", () => {
  const double = fills("f64", false);
  const single = fills("f32", false);
  double.normal(0, 101, 5, 6, 7, 0);
  single.normal(0, 101, 5, 6, 7, 0);
  expect([...single.numbers.subarray(0, 101)]).toEqual([...double.numbers.subarray(0, 101)].map(Math.fround));
});
