/** The update of Adam as graph nodes, so that an engine makes whole steps of an optimisation. */
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
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

/** What is the same for every element of a step, as single numbers. */
export interface AdamScalars {
  readonly firstDecay: NodeId;
  readonly secondDecay: NodeId;
  readonly rate: NodeId;
  readonly tiny: NodeId;
}

export interface AdamState {
  readonly weight: NodeId;
  /** Σ β₁ᵏ g, with the slope g of k steps ago. */
  readonly first: NodeId;
  /** Σ β₂ᵏ g². */
  readonly second: NodeId;
}

/**
 * The numbers of one step. m and v of Kingma and Ba (2015, algorithm 1) are `first` (1 − β₁) and `second` (1 − β₂), and `shares` are
 * 1 − β₁ᵗ and 1 − β₂ᵗ: all factors are in `rate` and `tiny`, so that `adamUpdate` is as few operations on whole tensors as can be.
 */
export function adamScalars(
  math: Arithmetic,
  { beta1, beta2, epsilon }: Pick<AdamRequest, "beta1" | "beta2" | "epsilon">,
  rate: NodeId,
  shares: { readonly first: NodeId; readonly second: NodeId },
): AdamScalars {
  const root = math.builder.emit("sqrt", [math.scale(shares.second, 1 / (1 - beta2))], {});
  return {
    firstDecay: math.like(rate, beta1),
    secondDecay: math.like(rate, beta2),
    rate: math.div(math.scale(math.mul(rate, root), 1 - beta1), shares.first),
    tiny: math.scale(root, epsilon),
  };
}

/** A tensor and its moments after a step up the slope. */
export function adamUpdate(
  math: Arithmetic,
  { weight, first, second }: AdamState,
  slope: NodeId,
  { firstDecay, secondDecay, rate, tiny }: AdamScalars,
): AdamState {
  const shape = math.shapeOf(weight);
  const everywhere = (x: NodeId): NodeId => (shape.length === 0 ? x : math.broadcast(x, shape, []));
  const nextFirst = math.add(math.mul(first, everywhere(firstDecay)), slope);
  const nextSecond = math.add(math.mul(second, everywhere(secondDecay)), math.mul(slope, slope));
  const root = math.add(math.builder.emit("sqrt", [nextSecond], {}), everywhere(tiny));
  const move = math.mul(math.div(nextFirst, root), everywhere(rate));
  return { weight: math.add(weight, move), first: nextFirst, second: nextSecond };
}

/**
 * One step up the gradient (Kingma and Ba 2015, algorithm 1). Inputs beside the graph's: `first/<weight>` and `second/<weight>`, the
 * moments of `AdamState`; `count`, the steps taken before; `rate`; `maxNorm`, to which a longer gradient is scaled down; `active` (bool). Outputs:
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
  const scalars = adamScalars(math, { beta1, beta2, epsilon }, scalar("rate"), {
    first: share(beta1),
    second: share(beta2),
  });
  const whenAccepted = (x: NodeId, otherwise: number): NodeId =>
    math.select(accepted, x, math.like(x, otherwise));
  const applied: AdamScalars = {
    ...scalars,
    firstDecay: whenAccepted(scalars.firstDecay, 1),
    secondDecay: whenAccepted(scalars.secondDecay, 1),
    rate: whenAccepted(scalars.rate, 0),
  };

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
    const state = {
      weight,
      first: builder.input(`first/${name}`, type),
      second: builder.input(`second/${name}`, type),
    };
    const slope = math.select(everywhere(accepted), slopes[at], math.like(weight, 0));
    const after = adamUpdate(math, state, math.mul(slope, everywhere(shortening)), applied);
    outputs[`next/${name}`] = after.weight;
    outputs[`next/first/${name}`] = after.first;
    outputs[`next/second/${name}`] = after.second;
  });
  return builder.finish(outputs);
}
