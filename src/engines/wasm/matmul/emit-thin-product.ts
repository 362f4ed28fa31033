/** Matrix times vector and vector times matrix, of `emit-matmul.ts`. */
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { pushScaledSum } from "./address-code.ts";
import { unlessEmpty } from "./counted-loop.ts";
import { emitDotRows, emitSumOfRows } from "./emit-vector-product.ts";
import type { MatmulFormat } from "./matmul-format.ts";
import { type ProductParts, prepareParams, rowsParams } from "./matmul-functions.ts";
import type { MatmulSpec } from "./matmul-plan.ts";

export function emitThinProduct(
  module: ModuleBuilder,
  name: string,
  spec: MatmulSpec,
  format: MatmulFormat,
): ProductParts {
  const { m, k, n, transposeLeft, transposeRight, accumulate } = spec;
  const { bytes } = format;
  const isColumn = n === 1;
  const isDot = isColumn ? !transposeLeft : transposeRight;
  const results = isColumn ? m : n;
  // Both are a matrix with one number of the result per row (dots) or per column (sum of rows), and a vector
  // of k numbers.
  const emit = isDot ? emitDotRows : emitSumOfRows;
  const product = emit(module, `${name} product`, format, { k, results, accumulate });
  const prepare = module.addFunction(`${name} prepare`, { params: prepareParams, results: [] }, () => {});
  const rows = module.addFunction(`${name} rows`, { params: rowsParams, results: [] }, (code) => {
    const [a, b, c, , , from, to] = [0, 1, 2, 3, 4, 5, 6];
    unlessEmpty(code, from, to, () => {
      if (isColumn) {
        pushScaledSum(code, a, from, isDot ? k * bytes : bytes, 0);
        code.get(b);
        pushScaledSum(code, c, from, bytes, 0);
        code.get(to);
        code.get(from);
        code.op("i32.sub");
      } else {
        for (const argument of [b, a, c]) code.get(argument);
        code.i32(n);
      }
      code.call(product);
    });
  });
  return { prepare, rows };
}
