/**
 * Math routines, in line or as functions of the module: each is written once, when the first caller asks for it. Their constants lie in
 * memory: a read is one instruction, a vector constant in code is three, and routines are full of them.
 */
import type { FunctionBuilder, FunctionIndex } from "./assembler/function-builder.ts";
import type { ModuleBuilder } from "./assembler/module-builder.ts";
import type { WasmFeatures } from "./features.ts";
import { type LaneFormat, laneBits } from "./lane-format.ts";
import { unaryRoutine } from "./math/formula-routine.ts";
import { logOneBelowTwo } from "./math/logarithm.ts";
import { mathRoutines } from "./math/math-routines.ts";
import type { MathContext, MathName, MathRoutine } from "./math-interface.ts";

/** `logOneBelowTwo` is log(1 + x) for 0 ≤ x ≤ 1. */
export type RoutineName = MathName | "logOneBelowTwo";

const routines: { readonly [Name in RoutineName]: MathRoutine } = {
  ...mathRoutines,
  logOneBelowTwo: unaryRoutine(logOneBelowTwo),
};

/** Routines in line save what a call costs (registers, above all), up to a quarter; functions full of them compile slowly. */
const mostInLine = 24;

function isShort(name: RoutineName): boolean {
  return (
    name === "exp" || name === "log" || name === "log1p" || name === "expm1" || name === "logOneBelowTwo"
  );
}

const constantsInBlock = 16;

export interface MathFunctions {
  /** Operands on the stack, result in their place. */
  call(code: FunctionBuilder, name: RoutineName, order: number): void;
  /** For formulas of one's own. */
  context(code: FunctionBuilder): MathContext;
}

export function createMathFunctions(
  module: ModuleBuilder,
  format: LaneFormat,
  features: WasmFeatures,
  reserve: (bytes: number) => number,
): MathFunctions {
  const known = new Map<string, FunctionIndex>();
  /** Addresses of constants by the bits of a lane. */
  const pool = new Map<bigint, number>();
  let block = 0;
  const pushPooled = (code: FunctionBuilder, bits: bigint): void => {
    let address = pool.get(bits);
    if (address === undefined) {
      const inBlock = pool.size % constantsInBlock;
      if (inBlock === 0) block = reserve(16 * constantsInBlock);
      address = block + 16 * inBlock;
      pool.set(bits, address);
      const bytes = new DataView(new ArrayBuffer(16));
      for (let lane = 0; lane < format.lanes; lane++)
        if (format.bytes === 8) bytes.setBigUint64(8 * lane, bits, true);
        else bytes.setUint32(4 * lane, Number(BigInt.asUintN(32, bits)), true);
      module.addData(address, new Uint8Array(bytes.buffer));
    }
    code.i32(0);
    code.memory("v128.load", address);
  };

  /** How many routines stand in line in a function. */
  const inLine = new WeakMap<FunctionBuilder, number>();

  const call = (code: FunctionBuilder, name: RoutineName, order: number): void => {
    const count = inLine.get(code) ?? 0;
    if (!isShort(name) || count >= mostInLine) code.call(functionOf(name, order));
    else {
      inLine.set(code, count + 1);
      routines[name](code, contextFor(code, order));
    }
  };

  const functionOf = (name: RoutineName, order: number): FunctionIndex => {
    const key = order === 0 ? name : `${name}${order}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const operands = name === "pow" ? 2 : 1;
    const type = { params: new Array<"v128">(operands).fill("v128"), results: ["v128"] } as const;
    const target = module.declare(key, type);
    known.set(key, target);
    module.define(target, (code) => {
      for (let operand = 0; operand < operands; operand++) code.get(operand);
      routines[name](code, contextFor(code, order));
    });
    return target;
  };

  const contextFor = (code: FunctionBuilder, order: number): MathContext => ({
    lanes: format.float,
    relaxed: features.relaxed,
    order,
    constant: (value) => pushPooled(code, laneBits(format, "float", value)),
    bits: (value) => pushPooled(code, value),
    multiplyAdd() {
      if (features.relaxed) code.op(`${format.float}.relaxed_madd`);
      else separately(code, () => undefined, "add");
    },
    negativeMultiplyAdd() {
      if (features.relaxed) code.op(`${format.float}.relaxed_nmadd`);
      else separately(code, () => code.op(`${format.float}.neg`), "add");
    },
    call: (name, otherOrder = 0) => call(code, name, otherOrder),
  });

  /** a, b, c → (a · b, changed) + c */
  const separately = (code: FunctionBuilder, change: () => void, op: "add"): void => {
    const c = code.local("v128");
    code.set(c);
    code.op(`${format.float}.mul`);
    change();
    code.get(c);
    code.op(`${format.float}.${op}`);
  };

  return { call, context: (code) => contextFor(code, 0) };
}
