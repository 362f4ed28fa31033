/**
 * Ops in other kernels than the plain ones: for TensorFlow itself, which has more kernels than tfjs and whose floats may be f64;
 * and for exported models, which may run on any backend of tfjs. What exported models avoid is told in `backend-overrides.ts`.
 */
import type { NodeOf } from "../../compiler/graph.ts";
import type { OpName, TensorType } from "../../compiler/ops.ts";
import { axisRuns, sum } from "./backend-overrides.ts";
import type { KernelMath, Value } from "./kernel-math.ts";
import type { Attributes } from "./kernel-program.ts";
import type { Expansion } from "./lowering-table.ts";
import { erf, log1p, softplus } from "./special-functions.ts";

type Overrides = { readonly [Op in OpName]?: Expansion<Op> };

/** As many rows are added one by one. */
const mostRows = 512;

export const tensorflowOverrides: Overrides = {
  lgamma: (math, { type }, [x]) => call(math, "Lgamma", [x], type),
  digamma: (math, { type }, [x]) => call(math, "Digamma", [x], type),
  // The kernel for doubles gives NaN at ±∞; from 6 on the value is 1.
  erf: (math, _node, [x]) =>
    math.unary("Erf", math.arithmetic("Maximum", math.arithmetic("Minimum", x, 6), -6)),
  erfinv: (math, _node, [x]) => erfinv(math, x),
  // The kernel gives infinity at −∞, where there is no limit.
  polygamma(math, { params: { order }, type }, [x]) {
    const value = call(math, "Polygamma", [math.splat(order, { dtype: "float", shape: [] }), x], type);
    return math.select(math.logic("Equal", x, Number.NEGATIVE_INFINITY), Number.NaN, value);
  },
  // The kernel adds the rows one by one, which loses a digit of f32 per factor of ten; along the end it does not.
  reduceSum(math, { params: { axes }, type }, [x]) {
    const runs = axisRuns(x.type.shape, axes);
    const isLong = runs.slice(0, -1).some(({ isChosen, length }) => isChosen && length > mostRows);
    return isLong && type.dtype === "float"
      ? sum(math, x, axes)
      : call(math, "Sum", [x], type, { axis: axes, keepDims: false });
  },
  cumsum: (math, { params: { axis, reverse }, type }, [x]) =>
    call(math, "Cumsum", [x], type, { axis, exclusive: false, reverse }),
  broadcast: (math, node, [x]) => {
    const { shape } = node.params;
    return call(math, "BroadcastTo", [aligned(math, node, x)], node.type, { shape });
  },
  argsort: (math, { type }, [x]) => call(math, "ArgSort", [x], type),
  sort(math, { type }, [x]) {
    const order = call(math, "ArgSort", [x], { dtype: "int", shape: type.shape });
    const axis = type.shape.length - 1;
    return call(math, "GatherV2", [x, order], type, { axis, batchDims: axis });
  },
};

export const graphModelOverrides: Overrides = {
  erf: (math, _node, [x]) => erf(math, x),
  log1p: (math, _node, [x]) => log1p(math, x),
  softplus: (math, _node, [x]) => softplus(math, x),
  // tfjs refuses strides together with dilation: the filter is written out with its gaps.
  conv2d(math, node, [x, filter]) {
    const { strides, before, after, dilation } = node.params;
    const isBoth = strides.some((step) => step > 1) && dilation.some((step) => step > 1);
    const attributes = {
      strides,
      pad: [
        [0, 0],
        [before[0], after[0]],
        [before[1], after[1]],
        [0, 0],
      ],
      dataFormat: "NHWC",
      dilations: isBoth ? [1, 1] : dilation,
    };
    const whole = isBoth ? withGaps(math, filter, dilation) : filter;
    return call(math, "Conv2D", [x, whole], node.type, attributes);
  },
};

/** Zeros after each row and column but the last ones: [h, w, c, o] → [(h − 1) d₀ + 1, (w − 1) d₁ + 1, c, o]. */
export function withGaps(math: KernelMath, filter: Value, dilation: readonly [number, number]): Value {
  const { reshape, pad, slice } = math;
  const [height, width, channels, outputs] = filter.type.shape;
  const none = [0, 0] as const;
  const spread = pad(reshape(filter, [height, 1, width, 1, channels * outputs]), [
    none,
    [0, dilation[0] - 1],
    none,
    [0, dilation[1] - 1],
    none,
  ]);
  const full = [height * dilation[0], width * dilation[1], channels, outputs];
  const size = [full[0] - dilation[0] + 1, full[1] - dilation[1] + 1, channels, outputs];
  return slice(reshape(spread, full), [0, 0, 0, 0], size);
}

/**
 * The kernel loses the digits of 1 − |x|. One step of Newton's method returns them: with e = erf y − |x|, which from ½ on is
 * (1 − |x|) − erfc y, y − e (√π / 2) exp y².
 */
function erfinv(math: KernelMath, x: Value): Value {
  const { sub, mul, unary, select, logic } = math;
  const size = unary("Abs", x);
  const y = call(math, "Erfinv", [size], x.type);
  const inside = sub(call(math, "Erf", [y], x.type), size);
  const outside = sub(sub(1, size), call(math, "Erfc", [y], x.type));
  const error = select(logic("Less", size, 0.5), inside, outside);
  const step = mul(mul(error, Math.sqrt(Math.PI) / 2), unary("Exp", mul(y, y)));
  const better = select(logic("Less", size, 1), sub(y, step), y);
  return select(logic("Less", x, 0), unary("Neg", better), better);
}

/** With its axes where they come to lie, and lengths of one between. */
function aligned(math: KernelMath, { params: { shape, axes } }: NodeOf<"broadcast">, x: Value): Value {
  return math.reshape(
    x,
    shape.map((length, axis) => (axes.includes(axis) ? length : 1)),
  );
}

function call(
  { builder, value }: KernelMath,
  kernel: string,
  operands: readonly Value[],
  type: TensorType,
  attributes: Attributes = {},
): Value {
  const names = operands.map((_, at) => (at === 0 ? "x" : `x${at}`));
  return value(
    builder.call(
      kernel,
      operands.map(({ id }) => id),
      names,
      attributes,
      type,
    ),
  );
}
