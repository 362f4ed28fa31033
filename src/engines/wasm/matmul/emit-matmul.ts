/**
 * Matrix products C = A B or C += A B for shapes that are known, as functions of a module. Three ways:
 * - packed (Goto and van de Geijn 2008): B is packed once into panels of the tile's width; for blocks of k
 *   and of rows A is packed into panels of the tile's height; the kernel then reads both in order. The blocks
 *   keep a panel of B in the first cache and a block of A in the second.
 * - direct, for small or flat products: the kernel reads A and B where they are (a small transposed B through
 *   a copy).
 * - matrix times vector and vector times matrix: one pass over the matrix.
 *
 * With relaxed SIMD products are added in one rounding where the processor can, so that results may differ in
 * the last places between machines; without it they are the same everywhere. Numbers are added in the order
 * of k within blocks of k; matrix times vector has a partial sum for each lane of a vector.
 */
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { pushSum } from "./address-code.ts";
import { advance } from "./counted-loop.ts";
import { emitDirectProduct } from "./emit-direct-product.ts";
import { emitPackedProduct } from "./emit-packed-product.ts";
import { emitThinProduct } from "./emit-thin-product.ts";
import { matmulFormat } from "./matmul-format.ts";
import type { MatmulFunctions } from "./matmul-functions.ts";
import { type MatmulSpec, planMatmul } from "./matmul-plan.ts";

/** Adds the functions to the module. */
export function emitMatmul(module: ModuleBuilder, name: string, spec: MatmulSpec): MatmulFunctions {
  const format = matmulFormat(spec.precision, spec.relaxed);
  const plan = planMatmul(spec);
  const parts = {
    packed: emitPackedProduct,
    direct: emitDirectProduct,
    dotRows: emitThinProduct,
    sumOfRows: emitThinProduct,
  };
  const { prepare, rows } = parts[plan.way](module, name, spec, format);
  const { m, k, n, batch } = spec;
  const params = ["i32", "i32", "i32", "i32"] as const;
  const whole = module.addFunction(name, { params, results: [] }, (code) => {
    const [a, b, c, scratch] = [0, 1, 2, 3];
    const rest = code.local("i32");
    code.i32(batch);
    code.set(rest);
    code.loop((again) => {
      code.get(b);
      code.get(scratch);
      code.i32(0);
      code.i32(n);
      code.call(prepare);
      for (const address of [a, b, c, scratch]) code.get(address);
      pushSum(code, scratch, plan.sharedScratch);
      code.i32(0);
      code.i32(m);
      code.call(rows);
      advance(code, a, m * k * format.bytes);
      advance(code, b, k * n * format.bytes);
      advance(code, c, m * n * format.bytes);
      advance(code, rest, -1);
      code.get(rest);
      code.branchIf(again);
    });
  });
  return { whole, prepare, rows };
}
