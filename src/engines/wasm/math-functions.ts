/** Math routines as functions of the module: each is written once, when the first caller asks for it. */
import type { FunctionBuilder, FunctionIndex } from "./assembler/function-builder.ts";
import type { ModuleBuilder } from "./assembler/module-builder.ts";
import { pushNumber } from "./elementwise-code.ts";
import type { WasmFeatures } from "./features.ts";
import type { LaneFormat } from "./lane-format.ts";
import { mathRoutines } from "./math/math-routines.ts";
import type { MathContext, MathName } from "./math-interface.ts";
import { pushBits } from "./straight-values.ts";

export interface MathFunctions {
  /** Operands on the stack, result in their place. */
  call(code: FunctionBuilder, name: MathName, order: number): void;
}

export function createMathFunctions(
  module: ModuleBuilder,
  format: LaneFormat,
  features: WasmFeatures,
): MathFunctions {
  const known = new Map<string, FunctionIndex>();

  const call = (code: FunctionBuilder, name: MathName, order: number): void => {
    code.call(functionOf(name, order));
  };

  const functionOf = (name: MathName, order: number): FunctionIndex => {
    const key = order === 0 ? name : `${name}${order}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const operands = name === "pow" ? 2 : 1;
    const type = { params: new Array<"v128">(operands).fill("v128"), results: ["v128"] } as const;
    const target = module.declare(key, type);
    known.set(key, target);
    module.define(target, (code) => {
      for (let operand = 0; operand < operands; operand++) code.get(operand);
      mathRoutines[name](code, contextFor(code, order));
    });
    return target;
  };

  const contextFor = (code: FunctionBuilder, order: number): MathContext => ({
    lanes: format.float,
    relaxed: features.relaxed,
    order,
    constant: (value) => pushNumber(code, format, value),
    bits: (value) => pushBits(code, format, value),
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

  return { call };
}
