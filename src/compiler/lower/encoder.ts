/** The derived encoder's networks: a perceptron over an item's features and a Gaussian head. */
import type { Builder } from "../builder.ts";
import type { NodeId } from "../graph.ts";
import type { Shape } from "../ops.ts";

/** A weight of the encoder: graph input `encoder/<name>`. */
export interface EncoderParameter {
  readonly input: string;
  readonly shape: Shape;
  readonly initial: "glorot" | "zeros";
}

export interface EncodedItem {
  /** [batch, features] */
  readonly features: NodeId;
  /** [batch, width] */
  readonly hidden: NodeId;
  readonly parameters: readonly EncoderParameter[];
}

export interface GaussianHead {
  /** [batch, D] */
  readonly mean: NodeId;
  /** [batch, D, D] lower triangular, or [batch, D]. */
  readonly scale: NodeId;
  /** mean + scale · noise: [batch, D] */
  readonly sample: NodeId;
  /** log q(sample) per item, with the gradient through the sample alone: [batch] */
  readonly logGuide: NodeId;
  readonly parameters: readonly EncoderParameter[];
}

export function encodeItem(builder: Builder, features: NodeId, widths: readonly number[]): EncodedItem {
  const parameters: EncoderParameter[] = [];
  let hidden = features;
  widths.forEach((width, layer) => {
    hidden = builder.emit("tanh", [dense(builder, hidden, width, `layer${layer}`, "glorot", parameters)], {});
  });
  return { features, hidden, parameters };
}

/**
 * Mean and scale from the hidden layer, with a linear path from the features to the mean, so that linear models need no
 * hidden layer at all. All weights of the head start at zero: the guide starts as a standard normal.
 */
export function gaussianHead(
  builder: Builder,
  encoded: EncodedItem,
  dimension: number,
  kind: "meanField" | "fullCovariance",
): GaussianHead {
  const parameters: EncoderParameter[] = [];
  const [batch] = builder.typeOf(encoded.features).shape;
  const direct = dense(builder, encoded.features, dimension, "mean/direct", "zeros", parameters);
  const curved = dense(builder, encoded.hidden, dimension, "mean/hidden", "zeros", parameters);
  const mean = builder.emit("add", [direct, curved], {});
  // softplus(raw + log(e − 1)) is 1 at raw = 0
  const raw = dense(builder, encoded.hidden, dimension, "scale/diagonal", "zeros", parameters);
  const offset = builder.fill(Math.log(Math.E - 1), [batch, dimension]);
  const diagonal = builder.emit("softplus", [builder.emit("add", [raw, offset], {})], {});
  const noise = builder.input("noise", { dtype: "float", shape: [batch, dimension] });

  const below = (dimension * (dimension - 1)) / 2;
  if (kind === "meanField" || below === 0) {
    const sample = builder.emit("add", [mean, builder.emit("mul", [diagonal, noise], {})], {});
    const fixedScale = builder.emit("stopGradient", [diagonal], {});
    const centred = builder.emit("sub", [sample, builder.emit("stopGradient", [mean], {})], {});
    const standard = builder.emit("div", [centred, fixedScale], {});
    const logGuide = logNormal(builder, standard, fixedScale);
    return { mean, scale: diagonal, sample, logGuide, parameters };
  }
  const lower = dense(builder, encoded.hidden, below, "scale/below", "zeros", parameters);
  const scale = lowerTriangular(builder, diagonal, lower, dimension);
  const column = builder.emit("reshape", [noise], { shape: [batch, dimension, 1] });
  const moved = builder.emit("matmul", [scale, column], { transposeLeft: false, transposeRight: false });
  const step = builder.emit("reshape", [moved], { shape: [batch, dimension] });
  const sample = builder.emit("add", [mean, step], {});
  const centred = builder.emit("sub", [sample, builder.emit("stopGradient", [mean], {})], {});
  const fixed = builder.emit("stopGradient", [scale], {});
  const standard = forwardSubstitution(builder, fixed, centred, dimension);
  const logGuide = logNormal(builder, standard, builder.emit("stopGradient", [diagonal], {}));
  return { mean, scale, sample, logGuide, parameters };
}

/** Σ −w²/2 − log s − log √2π over the last dimension: [batch, D] → [batch]. */
function logNormal(builder: Builder, standard: NodeId, scale: NodeId): NodeId {
  const { shape } = builder.typeOf(standard);
  const square = builder.emit("mul", [standard, standard], {});
  const half = builder.emit("mul", [square, builder.fill(-0.5, shape)], {});
  const minusLog = builder.emit("sub", [half, builder.emit("log", [scale], {})], {});
  const total = builder.emit("sub", [minusLog, builder.fill(0.5 * Math.log(2 * Math.PI), shape)], {});
  return builder.emit("reduceSum", [total], { axes: [1] });
}

/** x W + b. */
function dense(
  builder: Builder,
  x: NodeId,
  width: number,
  name: string,
  initial: EncoderParameter["initial"],
  parameters: EncoderParameter[],
): NodeId {
  const [batch, inner] = builder.typeOf(x).shape;
  const weight: EncoderParameter = { input: `encoder/${name}/W`, shape: [inner, width], initial };
  const bias: EncoderParameter = { input: `encoder/${name}/b`, shape: [width], initial: "zeros" };
  parameters.push(weight, bias);
  const w = builder.input(weight.input, { dtype: "float", shape: weight.shape });
  const b = builder.input(bias.input, { dtype: "float", shape: bias.shape });
  const product = builder.emit("matmul", [x, w], { transposeLeft: false, transposeRight: false });
  const row = builder.emit("broadcast", [b], { shape: [batch, width], axes: [1] });
  return builder.emit("add", [product, row], {});
}

/** [batch, D] and [batch, D(D−1)/2] (row by row) → [batch, D, D], by products with constant 0/1 matrices. */
function lowerTriangular(builder: Builder, diagonal: NodeId, below: NodeId, dimension: number): NodeId {
  const [batch] = builder.typeOf(diagonal).shape;
  const places: number[] = [];
  for (let i = 0; i < dimension; i++) for (let j = 0; j < i; j++) places.push(i * dimension + j);
  const spread = (node: NodeId, at: readonly number[]): NodeId => {
    const values = at.flatMap((place) =>
      Array.from({ length: dimension * dimension }, (_, each) => (each === place ? 1 : 0)),
    );
    const matrix = builder.constant(values, [at.length, dimension * dimension]);
    return builder.emit("matmul", [node, matrix], { transposeLeft: false, transposeRight: false });
  };
  const diagonalPlaces = Array.from({ length: dimension }, (_, i) => i * dimension + i);
  const flat = builder.emit("add", [spread(diagonal, diagonalPlaces), spread(below, places)], {});
  return builder.emit("reshape", [flat], { shape: [batch, dimension, dimension] });
}

/** L⁻¹ v by rows: wᵢ = (vᵢ − Σⱼ<ᵢ Lᵢⱼ wⱼ) / Lᵢᵢ. L is [batch, D, D], v and the result [batch, D]. */
function forwardSubstitution(builder: Builder, scale: NodeId, v: NodeId, dimension: number): NodeId {
  const [batch] = builder.typeOf(v).shape;
  const entry = (i: number, j: number): NodeId => {
    const part = builder.emit("slice", [scale], { start: [0, i, j], limit: [batch, i + 1, j + 1] });
    return builder.emit("reshape", [part], { shape: [batch, 1] });
  };
  const solved: NodeId[] = [];
  for (let i = 0; i < dimension; i++) {
    let rest = builder.emit("slice", [v], { start: [0, i], limit: [batch, i + 1] });
    for (let j = 0; j < i; j++)
      rest = builder.emit("sub", [rest, builder.emit("mul", [entry(i, j), solved[j]], {})], {});
    solved.push(builder.emit("div", [rest, entry(i, i)], {}));
  }
  return builder.emit("concat", solved, { axis: 1 });
}
