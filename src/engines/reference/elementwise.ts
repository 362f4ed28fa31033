/** A loop per elementwise op, so that no function is called per element but those of `Math` and the special ones. */
import {
  digamma,
  erf,
  erfinv,
  lgamma,
  polygamma,
  pow,
  sigmoid,
  softplus,
} from "../../compiler/special-functions.ts";
import { alias, type Kernel } from "./kernel.ts";

type UnaryLoop = (x: Float64Array, r: Float64Array) => void;
type BinaryLoop = (x: Float64Array, y: Float64Array, r: Float64Array) => void;

function unary(loop: UnaryLoop): Kernel<UnaryOp> {
  return ({ node: { inputs }, result }) => {
    const [x] = inputs;
    return (buffers) => loop(buffers[x], buffers[result]);
  };
}

function binary(loop: BinaryLoop): Kernel<BinaryOp> {
  return ({ node: { inputs }, result }) => {
    const [x, y] = inputs;
    return (buffers) => loop(buffers[x], buffers[y], buffers[result]);
  };
}

type UnaryOp = keyof typeof unaryLoops;
type BinaryOp = keyof typeof binaryLoops;

const unaryLoops = {
  neg(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = -x[i];
  },
  abs(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.abs(x[i]);
  },
  sign(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.sign(x[i]);
  },
  exp(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.exp(x[i]);
  },
  log(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.log(x[i]);
  },
  log1p(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.log1p(x[i]);
  },
  expm1(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.expm1(x[i]);
  },
  sqrt(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.sqrt(x[i]);
  },
  sin(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.sin(x[i]);
  },
  cos(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.cos(x[i]);
  },
  tan(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.tan(x[i]);
  },
  tanh(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.tanh(x[i]);
  },
  sigmoid(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = sigmoid(x[i]);
  },
  softplus(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = softplus(x[i]);
  },
  floor(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.floor(x[i]);
  },
  lgamma(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = lgamma(x[i]);
  },
  digamma(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = digamma(x[i]);
  },
  erf(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = erf(x[i]);
  },
  erfinv(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = erfinv(x[i]);
  },
  not(x, r) {
    for (let i = 0; i < r.length; i++) r[i] = 1 - x[i];
  },
} satisfies Record<string, UnaryLoop>;

const binaryLoops = {
  add(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] + y[i];
  },
  sub(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] - y[i];
  },
  mul(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] * y[i];
  },
  div(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] / y[i];
  },
  pow(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = pow(x[i], y[i]);
  },
  min(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.min(x[i], y[i]);
  },
  max(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.max(x[i], y[i]);
  },
  equal(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] === y[i] ? 1 : 0;
  },
  less(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] < y[i] ? 1 : 0;
  },
  lessEqual(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] <= y[i] ? 1 : 0;
  },
  and(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = x[i] * y[i];
  },
  or(x, y, r) {
    for (let i = 0; i < r.length; i++) r[i] = Math.max(x[i], y[i]);
  },
} satisfies Record<string, BinaryLoop>;

const polygammaKernel: Kernel<"polygamma"> = ({ node: { inputs, params }, result }) => {
  const [operand] = inputs;
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let i = 0; i < r.length; i++) r[i] = polygamma(params.order, x[i]);
  };
};

const convert: Kernel<"convert"> = ({ node: { inputs, params }, result, operandTypes }) => {
  const [operand] = inputs;
  const from = operandTypes[0].dtype;
  if (params.dtype === "bool" && from !== "bool")
    return (buffers) => {
      const x = buffers[operand];
      const r = buffers[result];
      for (let i = 0; i < r.length; i++) r[i] = x[i] === 0 ? 0 : 1;
    };
  if (params.dtype === "int" && from === "float")
    return (buffers) => {
      const x = buffers[operand];
      const r = buffers[result];
      for (let i = 0; i < r.length; i++) r[i] = Math.trunc(x[i]);
    };
  return "alias";
};

const select: Kernel<"select"> = ({ node: { inputs }, result }) => {
  const [condition, whenTrue, whenFalse] = inputs;
  return (buffers) => {
    const c = buffers[condition];
    const x = buffers[whenTrue];
    const y = buffers[whenFalse];
    const r = buffers[result];
    for (let i = 0; i < r.length; i++) r[i] = c[i] !== 0 ? x[i] : y[i];
  };
};

export const elementwiseKernels = {
  ...mapLoops(unaryLoops, unary),
  ...mapLoops(binaryLoops, binary),
  polygamma: polygammaKernel,
  convert,
  select,
  stopGradient: alias,
};

function mapLoops<Name extends string, Loop, Made>(
  loops: Readonly<Record<Name, Loop>>,
  make: (loop: Loop) => Made,
): Record<Name, Made> {
  return Object.fromEntries(Object.entries<Loop>(loops).map(([name, loop]) => [name, make(loop)])) as Record<
    Name,
    Made
  >;
}
