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
  const rate = math.div(scalar("rate"), share(beta1));
  const secondScale = math.div(math.like(count, 1), share(beta2));

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
    const slope = math.mul(slopes[at], everywhere(shortening));
    const first = math.add(math.scale(oldFirst, beta1), math.scale(slope, 1 - beta1));
    const second = math.add(math.scale(oldSecond, beta2), math.mul(math.scale(slope, 1 - beta2), slope));
    const root = builder.emit("sqrt", [math.mul(second, everywhere(secondScale))], {});
    const move = math.div(math.mul(first, everywhere(rate)), math.shift(root, epsilon));
    const isAccepted = everywhere(accepted);
    outputs[`next/${name}`] = math.select(isAccepted, math.add(weight, move), weight);
    outputs[`next/first/${name}`] = math.select(isAccepted, first, oldFirst);
    outputs[`next/second/${name}`] = math.select(isAccepted, second, oldSecond);
  });
  return builder.finish(outputs);
}
