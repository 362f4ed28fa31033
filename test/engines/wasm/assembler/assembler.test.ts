import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createByteWriter } from "../../../../src/engines/wasm/assembler/byte-writer.ts";
import { disassemble } from "../../../../src/engines/wasm/assembler/disassemble.ts";
import type { FunctionBuilder, ValueType } from "../../../../src/engines/wasm/assembler/function-builder.ts";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import {
  type AtomicOp,
  atomicOps,
  laneMemoryOps,
  laneOps,
  type MemoryOp,
  memoryOps,
  type PlainOp,
  plainOps,
} from "../../../../src/engines/wasm/assembler/opcodes.ts";
import { detectFeatures } from "../../../../src/engines/wasm/features.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";

const api = webAssembly()!;

function moduleOf(
  params: readonly ValueType[],
  results: readonly ValueType[],
  write: (code: FunctionBuilder) => void,
): Uint8Array {
  const module = createModuleBuilder();
  module.addMemory("memory", 1);
  module.exportFunction("f", module.addFunction("f", { params, results }, write));
  return module.finish();
}

function call(bytes: Uint8Array, ...values: readonly (number | bigint)[]): unknown {
  const { exports } = new api.Instance(new api.Module(bytes), {});
  return (exports.f as (...values: readonly (number | bigint)[]) => unknown)(...values);
}

describe("numbers in the binary format", () => {
  test("unsigned numbers read back", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (value) => {
        const writer = createByteWriter();
        writer.unsigned(value);
        const bytes = writer.written();
        expect(bytes.reduce((sum, byte, at) => sum + (byte & 0x7f) * 128 ** at, 0)).toBe(value);
        expect([...bytes].every((byte, at) => byte >= 0x80 === at < bytes.length - 1)).toBe(true);
      }),
    );
  });

  test("constants of every kind come out of the machine as they went in", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.double(),
        (i, l, d) => {
          expect(call(moduleOf([], ["i32"], (code) => code.i32(i)))).toBe(i);
          expect(call(moduleOf([], ["i64"], (code) => code.i64(l)))).toBe(l);
          expect(call(moduleOf([], ["f64"], (code) => code.f64(d)))).toBe(d);
          expect(call(moduleOf([], ["f32"], (code) => code.f32(Math.fround(d))))).toBe(Math.fround(d));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("vector constants have their lanes in order", () => {
    const lane = (push: (code: FunctionBuilder) => void, at: number): unknown =>
      call(
        moduleOf([], ["f64"], (code) => {
          push(code);
          code.lane("f64x2.extract_lane", at);
        }),
      );
    expect([0, 1].map((at) => lane((code) => code.f64x2(1.5, -2), at))).toEqual([1.5, -2]);
    expect([0, 1].map((at) => lane((code) => code.i64x2(0x3ff0000000000000n, 0n), at))).toEqual([1, 0]);
  });
});

/** Operand and result types of an instruction without immediates, by its name. */
function signature(op: PlainOp): { params: ValueType[]; results: ValueType[] } | undefined {
  const [type, name] = op.split(".") as [ValueType | string, string | undefined];
  if (name === undefined) return undefined;
  const from = /_(i32|i64|f32|f64)(_[su])?$/.exec(name)?.[1] as ValueType | undefined;
  if (!type.includes("x") && type !== "v128") {
    const scalar = type as ValueType;
    if (from !== undefined) return { params: [from], results: [scalar] };
    if (name === "eqz") return { params: [scalar], results: ["i32"] };
    if (/^(eq|ne|[lg][te](_[su])?)$/.test(name)) return { params: [scalar, scalar], results: ["i32"] };
    const isUnary = /^(clz|ctz|popcnt|abs|neg|ceil|floor|trunc|nearest|sqrt)$/.test(name);
    return { params: isUnary ? [scalar] : [scalar, scalar], results: [scalar] };
  }
  if (name === "splat") {
    const scalar = { i8x16: "i32", i16x8: "i32", i32x4: "i32", i64x2: "i64", f32x4: "f32", f64x2: "f64" };
    return { params: [scalar[type as "i8x16"] as ValueType], results: ["v128"] };
  }
  if (/^(any_true|all_true|bitmask)$/.test(name)) return { params: ["v128"], results: ["i32"] };
  if (/^sh[lr]/.test(name)) return { params: ["v128", "i32"], results: ["v128"] };
  if (/^(bitselect|relaxed_n?madd|relaxed_laneselect)$/.test(name))
    return { params: ["v128", "v128", "v128"], results: ["v128"] };
  const isUnary = /^(not|abs|neg|ceil|floor|trunc|nearest|sqrt|extend|convert|promote|demote)/.test(name);
  return { params: isUnary || /trunc_sat/.test(name) ? ["v128"] : ["v128", "v128"], results: ["v128"] };
}

describe("instructions", () => {
  const ops = Object.keys(plainOps) as PlainOp[];

  test.each(ops.filter((op) => signature(op) !== undefined))("%s has the type that its name says", (op) => {
    const { params, results } = signature(op)!;
    const bytes = moduleOf(params, results, (code) => {
      for (const local of params.keys()) code.get(local);
      code.op(op);
    });
    expect(api.validate(bytes)).toBe(true);
    const [{ lines }] = disassemble(bytes);
    expect(lines).toContain(op);
  });

  test("loads, stores and lanes are valid at their natural alignment", () => {
    for (const name of Object.keys(memoryOps) as MemoryOp[]) {
      const type: ValueType = name.startsWith("v128") ? "v128" : (name.slice(0, 3) as ValueType);
      const isStore = name.includes("store");
      const bytes = moduleOf([type], isStore ? [] : [type], (code) => {
        code.i32(0);
        if (isStore) code.get(0);
        code.memory(name, 16);
      });
      expect(api.validate(bytes), name).toBe(true);
    }
    for (const name of Object.keys(laneMemoryOps) as (keyof typeof laneMemoryOps)[]) {
      const isStore = name.includes("store");
      const bytes = moduleOf(["v128"], isStore ? [] : ["v128"], (code) => {
        code.i32(0);
        code.get(0);
        code.laneMemory(name, 16, 1);
      });
      expect(api.validate(bytes), name).toBe(true);
    }
    for (const name of Object.keys(laneOps) as (keyof typeof laneOps)[]) {
      const scalar = { i32: "i32", i64: "i64", f32: "f32", f64: "f64" }[name.slice(0, 3)] as ValueType;
      const isRead = name.endsWith("extract_lane");
      const bytes = moduleOf(isRead ? ["v128"] : ["v128", scalar], [isRead ? scalar : "v128"], (code) => {
        code.get(0);
        if (!isRead) code.get(1);
        code.lane(name, 1);
      });
      expect(api.validate(bytes), name).toBe(true);
    }
  });

  test("atomic instructions are valid at their natural alignment", () => {
    const types: {
      readonly [Op in AtomicOp]: { readonly params: ValueType[]; readonly results: ValueType[] };
    } = {
      "memory.atomic.notify": { params: ["i32"], results: ["i32"] },
      "memory.atomic.wait32": { params: ["i32", "i64"], results: ["i32"] },
      "i32.atomic.load": { params: [], results: ["i32"] },
      "i64.atomic.load": { params: [], results: ["i64"] },
      "i32.atomic.store": { params: ["i32"], results: [] },
      "i64.atomic.store": { params: ["i64"], results: [] },
      "i32.atomic.rmw.add": { params: ["i32"], results: ["i32"] },
      "i64.atomic.rmw.add": { params: ["i64"], results: ["i64"] },
    };
    for (const name of Object.keys(atomicOps) as AtomicOp[]) {
      const { params, results } = types[name];
      const bytes = moduleOf(params, results, (code) => {
        code.i32(0);
        for (const local of params.keys()) code.get(local);
        code.atomic(name, 16);
      });
      expect(api.validate(bytes), name).toBe(true);
      expect(disassemble(bytes)[0].lines).toContain(`${name} offset=16`);
    }
  });

  test("comparisons and order-sensitive instructions compute what their names say", () => {
    const binary = (op: PlainOp, x: number, y: number): unknown =>
      call(
        moduleOf(["f64", "f64"], ["f64"], (code) => {
          for (const local of [0, 1]) {
            code.get(local);
            code.op("f64x2.splat");
          }
          code.op(op);
          code.lane("f64x2.extract_lane", 1);
        }),
        x,
        y,
      );
    expect(binary("f64x2.sub", 5, 3)).toBe(2);
    expect(binary("f64x2.div", 6, 3)).toBe(2);
    expect(binary("f64x2.min", 6, 3)).toBe(3);
    expect(binary("f64x2.max", 6, 3)).toBe(6);
    for (const [op, less, equal, greater] of [
      ["lt", true, false, false],
      ["le", true, true, false],
      ["gt", false, false, true],
      ["ge", false, true, true],
      ["eq", false, true, false],
      ["ne", true, false, true],
    ] as const) {
      // A mask of ones is a NaN.
      const holds = (x: number, y: number): boolean => Number.isNaN(binary(`f64x2.${op}`, x, y));
      expect([holds(1, 2), holds(2, 2), holds(3, 2)], op).toEqual([less, equal, greater]);
    }
  });
});

describe("modules", () => {
  test("loops, blocks, branches, globals, data and calls work together", () => {
    const module = createModuleBuilder();
    const twice = module.importFunction("host", "twice", { params: ["f64"], results: ["f64"] });
    module.addMemory("memory", 1);
    module.addData(8, new Uint8Array(Float64Array.of(2.5).buffer));
    const total = module.addGlobal("f64");
    const later = module.declare("later", { params: ["i32"], results: [] });
    const main = module.addFunction("main", { params: ["i32"], results: ["f64"] }, (code) => {
      code.get(0);
      code.call(later);
      code.getGlobal(total);
      code.call(twice);
    });
    module.define(later, (code) => {
      code.block((done) =>
        code.loop((again) => {
          code.get(0);
          code.op("i32.eqz");
          code.branchIf(done);
          code.getGlobal(total);
          code.i32(0);
          code.memory("f64.load", 8);
          code.op("f64.add");
          code.setGlobal(total);
          code.get(0);
          code.i32(1);
          code.op("i32.sub");
          code.set(0);
          code.branch(again);
        }),
      );
    });
    module.exportFunction("main", main);
    const bytes = module.finish();
    const { exports } = new api.Instance(new api.Module(bytes), { host: { twice: (x: number) => 2 * x } });
    expect((exports.main as (n: number) => number)(4)).toBe(20);
    const [shown] = disassemble(bytes).filter(({ name }) => name === "later");
    expect(shown.lines.slice(0, 5)).toEqual([
      "block",
      "  loop",
      "    local.get 0",
      "    i32.eqz",
      "    br_if 1",
    ]);
  });

  test("a switch runs the body of its number, and the last one for all larger ones", () => {
    const bytes = moduleOf(["i32"], ["i32"], (code) => {
      const result = code.local("i32");
      code.switch(
        () => code.get(0),
        [10, 20, 30].map((value) => () => {
          code.i32(value);
          code.set(result);
        }),
      );
      code.get(result);
    });
    expect([0, 1, 2, 3, -1].map((number) => call(bytes, number))).toEqual([10, 20, 30, 30, 30]);
    expect(disassemble(bytes)[0].lines.some((line) => line.trim() === "br_table 0 1 2")).toBe(true);
  });

  test("shared memory is what threads add to, and functions keep their names beside it", () => {
    const module = createModuleBuilder();
    module.importSharedMemory("env", "memory", 2);
    const add = module.addFunction("add", { params: ["i64"], results: ["i64"] }, (code) => {
      code.i32(0);
      code.get(0);
      code.atomic("i64.atomic.rmw.add", 8);
    });
    module.exportFunction("add", add);
    const bytes = module.finish();
    const memory = new api.Memory({ initial: 2, maximum: 2, shared: true });
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    const instances = [0, 1].map(() => new api.Instance(new api.Module(bytes), { env: { memory } }));
    const results = instances.map(({ exports }) => (exports.add as (by: bigint) => bigint)(2n ** 40n));
    expect(results).toEqual([0n, 2n ** 40n]);
    expect(disassemble(bytes).map(({ name }) => name)).toEqual(["add"]);
  });

  test("a declared function without a body is a bug, and so is an import after functions", () => {
    const module = createModuleBuilder();
    module.declare("nothing", { params: [], results: [] });
    expect(() => module.finish()).toThrow("nothing");
    expect(() => module.importFunction("host", "f", { params: [], results: [] })).toThrow("imports");
  });

  test("this machine has SIMD", () => {
    expect(detectFeatures().simd).toBe(true);
  });
});
