/** What the machine's WebAssembly can do beyond fixed-width SIMD, which every engine since 2021 has. */
import { createModuleBuilder } from "./assembler/module-builder.ts";
import { webAssembly } from "./web-assembly.ts";

export interface WasmFeatures {
  /** Fixed-width SIMD; without it this engine does not run. */
  readonly simd: boolean;
  /** Relaxed SIMD: multiply-add in one rounding where the processor has it. */
  readonly relaxed: boolean;
}

export function detectFeatures(): WasmFeatures {
  const accepts = (op: "f64x2.add" | "f64x2.relaxed_madd"): boolean => {
    const module = createModuleBuilder();
    module.addFunction("probe", { params: ["v128"], results: ["v128"] }, (code) => {
      code.get(0);
      code.get(0);
      if (op === "f64x2.relaxed_madd") code.get(0);
      code.op(op);
    });
    return webAssembly()?.validate(module.finish()) ?? false;
  };
  return { simd: accepts("f64x2.add"), relaxed: accepts("f64x2.relaxed_madd") };
}
