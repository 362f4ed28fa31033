/** The update of Adam as graph nodes, so that an engine makes whole steps of an optimisation. */
import { arithmetic } from "./arithmetic.ts";
import { createBuilder } from "./builder.ts";
import type { Graph, NodeId } from "./graph.ts";
import { copyInto } from "./rebuild.ts";

export interface AdamRequest {
  /** Has the output `objective`, a number, and `gradient/<weight>` for every weight. */
  readonly graph: Graph;
  /** Inputs that are moved, float. */
  readonly weights: readonly string[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** For each carried input of `adamStep`, the output that is its value in the next step. */
export function adamCarries(weights: readonly string[]): Record<string, string> {
  const names = ["count", ...weights.flatMap((name) => [name, `first/${name}`, `second/${name}`])];
  return Object.fromEntries(names.map((name) => [name, `next/${name}`]));
}

/**
 * One step up the gradient (Kingma and Ba 2015, algorithm 1). Inputs beside the graph's: `first/<weight>` and `second/<weight>`, the
 * moments; `count`, the steps taken before; `rate`; `maxNorm`, to which a longer gradient is scaled down; `active` (bool). Outputs:
 * `objective`, `gradientNorm` (Euclidean, before it is scaled down) and `next/…` of weights, moments and count. Where the step is not
 * active, or the objective or the norm is not finite, these are what they were.
 */
export function adamStep({ graph, weights, beta1, beta2, epsilon }: AdamRequest): Graph {
  const builder = createBuilder();
  const math = arithmetic(builder);
  const ids = copyInto(builder, graph);
  const scalar = (name: string): NodeId => builder.input(name, { dtype: "float", shape: [] });
  const objective = ids[graph.outputs.objective];
  const slopes = weights.map((name) => ids[graph.outputs[`gradient/${name}`]]);
  const squares = slopes.map((slope) =>
    math.reduceSum(
      math.mul(slope, slope),
      math.shapeOf(slope).map((_, axis) => axis),
    ),
  );
  const gradientNorm = builder.emit("sqrt", [squares.reduce(math.add)], {});
  const hasValue = (x: NodeId): NodeId => math.less(builder.emit("abs", [x], {}), math.like(x, Infinity));
  const active = builder.input("active", { dtype: "bool", shape: [] });
  const accepted = math.and(active, math.and(hasValue(objective), hasValue(gradientNorm)));

  const maxNorm = scalar("maxNorm");
  const isLong = math.less(maxNorm, gradientNorm);
  const shortening = math.select(isLong, math.div(maxNorm, gradientNorm), math.like(maxNorm, 1));
  const count = scalar("count");
  const next = math.shift(count, 1);
  // 1 − βⁿ, to all digits in single precision too.
  const share = (beta: number): NodeId =>
    math.neg(builder.emit("expm1", [math.scale(next, Math.log(beta))], {}));
  const whenAccepted = (x: NodeId, otherwise: number): NodeId =>
    math.select(accepted, x, math.like(x, otherwise));
  const number = (value: number): NodeId => math.like(count, value);
  // All that is the same for every element is a single number: few operations on whole tensors are left.
  const firstDecay = whenAccepted(number(beta1), 1);
  const secondDecay = whenAccepted(number(beta2), 1);
  const slopeScale = math.scale(shortening, 1 - beta1);
  const squareScale = (1 - beta2) / (1 - beta1) ** 2;
  const rootShare = builder.emit("sqrt", [share(beta2)], {});
  const rate = whenAccepted(math.div(math.mul(scalar("rate"), rootShare), share(beta1)), 0);
  const tinyRoot = math.scale(rootShare, epsilon);

  const outputs: Record<string, NodeId> = {
    objective,
    gradientNorm,
    "next/count": math.select(accepted, next, count),
  };
  weights.forEach((name, at) => {
    const type = graph.nodes[graph.inputs[name]].type;
    const everywhere = (x: NodeId): NodeId =>
      type.shape.length === 0 ? x : math.broadcast(x, type.shape, []);
    const weight = ids[graph.inputs[name]];
    const oldFirst = builder.input(`first/${name}`, type);
    const oldSecond = builder.input(`second/${name}`, type);
    const slope = math.select(everywhere(accepted), slopes[at], math.like(weight, 0));
    const change = math.mul(slope, everywhere(slopeScale));
    const first = math.add(math.mul(oldFirst, everywhere(firstDecay)), change);
    const square = math.scale(math.mul(change, change), squareScale);
    const second = math.add(math.mul(oldSecond, everywhere(secondDecay)), square);
    const root = math.add(builder.emit("sqrt", [second], {}), everywhere(tinyRoot));
    const move = math.mul(math.div(first, root), everywhere(rate));
    outputs[`next/${name}`] = math.add(weight, move);
    outputs[`next/first/${name}`] = first;
    outputs[`next/second/${name}`] = second;
  });
  return builder.finish(outputs);
}
