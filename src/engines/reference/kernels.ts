/** The reference engine's lowering table: one kernel per op. */
import type { OpName } from "../../compiler/ops.ts";
import { cond } from "./cond.ts";
import { conv2d } from "./convolution.ts";
import { elementwiseKernels } from "./elementwise.ts";
import type { Kernel } from "./kernel.ts";
import { linearAlgebraKernels } from "./linear-algebra.ts";
import { reductionKernels } from "./reductions.ts";
import { scan } from "./scan.ts";
import { shapingKernels } from "./shaping.ts";
import { sortingKernels } from "./sorting.ts";
import { positions } from "./strides.ts";

export const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  input: () => "given",
  constant:
    ({ node, result }) =>
    (buffers) => {
      buffers[result].set(node.params.values);
    },
  iota: ({ node, result }) => {
    const { shape, axis } = node.params;
    const values = positions(
      shape,
      shape.map((_, other) => (other === axis ? 1 : 0)),
    );
    return (buffers) => {
      buffers[result].set(values);
    };
  },
  ...elementwiseKernels,
  ...shapingKernels,
  ...reductionKernels,
  ...sortingKernels,
  ...linearAlgebraKernels,
  conv2d,
  cond,
  scan,
};
