/**
 * Ops in other kernels than the plain ones: for TensorFlow itself, which has more kernels than tfjs and whose floats may be f64;
 * and for exported models, which may run on any backend of tfjs. What exported models avoid is told in `backend-overrides.ts`.
 */
import type { NodeOf } from "../../compiler/graph.ts";
import type { OpName, TensorType } from "../../compiler/ops.ts";
import type { KernelMath, Value } from "./kernel-math.ts";
import type { Attributes } from "./kernel-program.ts";
import type { Expansion } from "./lowering-table.ts";
import { erf, log1p, softplus } from "./special-functions.ts";

type Overrides = { readonly [Op in OpName]?: Expansion<Op> };

export const tensorflowOverrides: Overrides = {
  lgamma: (math, { type }, [x]) => call(math, "Lgamma", [x], type),
  digamma: (math, { type }, [x]) => call(math, "Digamma", [x], type),
  erfinv: (math, _node, [x]) => erfinv(math, x),
  polygamma: (math, { params: { order }, type }, [x]) =>
    call(math, "Polygamma", [math.splat(order, { dtype: "float", shape: [] }), x], type),
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
};

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
  const names = operands.length === 1 ? ["x"] : ["x", "indices"];
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
