/** Where the kernels of tfjs's webgl and webgpu backends are wrong or imprecise, the same op in other kernels. Checked against tfjs 4.22. */
import { ProblemError } from "../../base/problem.ts";
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import type { KernelMath, Value } from "./kernel-math.ts";
import { cumulated, type Expansion, scatterAdd } from "./lowering-table.ts";
import { cosine, erf, log1p, sine, softplus } from "./special-functions.ts";
import { withGaps } from "./tensorflow-overrides.ts";

type Overrides = { readonly [Op in OpName]?: Expansion<Op> };

const common: Overrides = {
  erf: (math, _node, [x]) => erf(math, x),
  log1p: (math, _node, [x]) => log1p(math, x),
  softplus: (math, _node, [x]) => softplus(math, x),
  // Devices may be off by 2⁻¹¹ between −π and π, and by more outside.
  sin: (math, _node, [x]) => sine(math, x),
  cos: (math, _node, [x]) => cosine(math, x),
  tan: (math, _node, [x]) => math.div(sine(math, x), cosine(math, x)),
  conv2d: (math, node, [x, filter]) => conv2d(math, node, x, filter),
};

export const webglOverrides: Overrides = {
  ...common,
  div: (math, _node, [a, b]) => divide(math, a, b),
  transpose: (math, { params: { permutation } }, [x]) => math.transpose(x, withinAxes(permutation)),
  scatterAdd: (math, { params: { size } }, [indices, updates]) => scatterPairs(math, size, indices, updates),
};

export const webgpuOverrides: Overrides = {
  ...common,
  // Some of the kernel's shaders for whole numbers do not compile: sums of floats, exact up to 2²⁴.
  cumsum: (math, { params }, [x]) => math.cast(cumulated(math, params, math.cast(x, "float")), x.type.dtype),
};

/** The kernels take the same padding on both sides of an axis only, and no strides together with dilation. */
function conv2d(math: KernelMath, { params, type }: NodeOf<"conv2d">, x: Value, filter: Value): Value {
  const { strides, before, after, dilation } = params;
  const none = [0, 0] as const;
  const padded = math.pad(x, [none, [before[0], after[0]], [before[1], after[1]], none]);
  const isBoth = strides.some((step) => step > 1) && dilation.some((step) => step > 1);
  const whole = isBoth ? withGaps(math, filter, dilation) : filter;
  const attributes = { strides, pad: "valid", dataFormat: "NHWC", dilations: isBoth ? [1, 1] : dilation };
  return math.value(math.builder.call("Conv2D", [padded.id, whole.id], ["x", "filter"], attributes, type));
}

const mostTransposed = 6;

function withinAxes(permutation: readonly number[]): readonly number[] {
  if (permutation.length <= mostTransposed) return permutation;
  throw new ProblemError([
    {
      code: "engine-lacks-kernel",
      severity: "error",
      message: `the webgl backend of tfjs has no kernel that transposes ${permutation.length} axes`,
      labels: [],
      expected: `at most ${mostTransposed}`,
      help: "use another engine: wasm",
    },
  ]);
}

/** The kernel says 1 where the operands are equal, also of two zeros and two infinities: those that are their own doubles. */
function divide({ builder, arithmetic, logic, add, select }: KernelMath, a: Value, b: Value): Value {
  const quotient = arithmetic("RealDiv", a, b);
  const isPlain = ({ id }: Value): boolean => {
    const node = builder.nodeOf(id);
    return node.kind === "constant" && node.values.every((value) => Number.isFinite(value) && value !== 0);
  };
  if (isPlain(a) || isPlain(b)) return quotient;
  const isOdd = logic("LogicalAnd", logic("Equal", a, b), logic("Equal", add(b, b), b));
  return select(isOdd, Number.NaN, quotient);
}

/** The kernel takes updates two by two and reads one too many where their number is odd: another one that goes nowhere follows. */
function scatterPairs(math: KernelMath, size: number, indices: Value, updates: Value): Value {
  const count = elementCount(indices.type.shape);
  if (count % 2 === 0) return scatterAdd(math, size, indices, updates);
  const rest = updates.type.shape.slice(indices.type.shape.length);
  const width = elementCount(rest);
  const nowhere = math.splat(-1, { dtype: "int", shape: [1] });
  const none = math.splat(0, { dtype: updates.type.dtype, shape: [1, width] });
  const all = math.concat([math.reshape(indices, [count]), nowhere], 0);
  const rows = math.concat([math.reshape(updates, [count, width]), none], 0);
  return math.reshape(scatterAdd(math, size, all, rows), [size, ...rest]);
}
