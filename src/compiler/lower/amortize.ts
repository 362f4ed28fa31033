/**
 * The derived amortizer for a plate of independent items: an encoder from one item's data to a Gaussian over its local latents on
 * the unconstrained scale, and the ELBO with the path-derivative gradient (Kingma and Welling 2014; Roeder, Wu and Duvenaud
 * 2017, "Sticking the landing"). The plate's size is the batch: one graph serves any number of items, batch by batch.
 */
import { bug } from "../../base/bug.ts";
import type { CoreAxisStatement, CoreModel, CoreStatement } from "../../lang/core.ts";
import { constantValue, formatSize, sizeNames } from "../../lang/size.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { elementCount, type Graph, type NodeId } from "../graph.ts";
import { fail } from "./context.ts";
import { type EncoderParameter, encodeItem, gaussianHead } from "./encoder.ts";
import { type CoordinateBlock, lowerDensityInto, lowerLogDensity } from "./log-density.ts";
import type { LearnedParameter, LoweringInput } from "./lower-model.ts";

export interface AmortizeOptions {
  /** Items per run of the graph. */
  readonly batch: number;
  /** Widths of the encoder's hidden layers. */
  readonly hidden: readonly number[];
  /** Covariance of the Gaussian head. */
  readonly head: "meanField" | "fullCovariance";
}

/** The plate that is amortized, and which data have one entry per item. */
export interface ItemPlate {
  readonly index: string;
  /** The size that counts the items. */
  readonly size: string;
  /** Inputs and observed variables whose leading dimension is the items, in order: the encoder's data. */
  readonly data: readonly string[];
}

export interface AmortizedLowering {
  /**
   * Inputs: `data/<name>` (a batch of items), `learn/<path>`, `encoder/<name>`, `standard/mean` and `standard/scale` (of the
   * features), `noise` (batch × local dimension, standard normal).
   * Outputs: `objective` (mean ELBO per item, nats); per item of the batch `logDensity`, `logGuide`, `mean` (batch × D),
   * `scale` (batch × D × D lower triangular, or batch × D standard deviations), `variable/<name>`.
   */
  readonly graph: Graph;
  readonly localDimension: number;
  /** Length of an item's feature vector. */
  readonly features: number;
  readonly encoder: readonly EncoderParameter[];
  readonly learned: readonly LearnedParameter[];
  readonly blocks: readonly CoordinateBlock[];
}

/** Throws `ProblemError` where the model is not a plate of local latents. */
export function findItemPlate(model: CoreModel): ItemPlate {
  const plates = model.body.filter((each): each is CoreAxisStatement => each.kind === "axis");
  const [plate] = plates;
  const outside = model.sites.find((site) => plate === undefined || !insidePlate(site.id, plate.body));
  const size = plate === undefined ? undefined : plainName(plate);
  if (plates.length !== 1 || plate.ordered || outside !== undefined || size === undefined)
    fail({
      code: "not-amortizable",
      message: "only a model whose draws all lie in one plate over a named size can be trained",
      labels: [{ span: outside?.span ?? plate?.span ?? model.span, text: "does not fit" }],
      help: "make what all items share `learn`, or use `ppl infer` with NUTS or SVI",
    });
  const shared = model.body.find((each) => each.kind === "factor" || each.kind === "if");
  if (shared !== undefined)
    fail({
      code: "not-amortizable",
      message: `a model with \`${shared.kind}\` outside the plate of its items cannot be trained`,
      labels: [{ span: shared.span, text: "belongs to no item" }],
      help: "move it into the plate, or use `ppl infer` with NUTS or SVI",
    });
  const isItem = (dimensions: readonly { readonly terms: readonly unknown[] }[]): boolean =>
    dimensions.length > 0 && formatSize(dimensions[0] as never) === size;
  const data = [
    ...model.inputs.filter((input) => isItem(input.type.dimensions)).map((input) => input.name),
    ...model.variables.filter((variable) => variable.observed).map((variable) => variable.name),
  ];
  return { index: plate.index, size, data };
}

/** `input.sizes` has the batch as the plate's size. */
export function lowerAmortized(
  input: LoweringInput,
  plate: ItemPlate,
  options: AmortizeOptions,
): AmortizedLowering {
  const { batch } = options;
  const shapes = lowerLogDensity(input, { scale: "unconstrained" });
  const blocks = shapes.coordinates;
  const localDimension = shapes.dimension / batch;

  const builder = createBuilder();
  const features = itemFeatures(builder, shapes.graph, plate, batch);
  const hidden = encodeItem(builder, features, options.hidden);
  const head = gaussianHead(builder, hidden, localDimension, options.head);
  const offsets = new Map(blocks.map((block) => [block.site, block.offset / batch]));

  const density = lowerDensityInto(input, { scale: "unconstrained", keep: plate.index }, builder, (block) => {
    const start = offsets.get(block.site) ?? bug(`no place for ${block.site}`);
    const part = builder.emit("slice", [head.sample], {
      start: [0, start],
      limit: [batch, start + block.length / batch],
    });
    return { node: builder.emit("reshape", [part], { shape: block.shape }), axes: [], event: block.shape };
  });
  const perItem = builder.emit("sub", [density.outputs.logDensity, head.logGuide], {});
  const total = builder.emit("reduceSum", [perItem], { axes: [0] });
  const objective = builder.emit("mul", [total, builder.fill(1 / batch, [])], {});
  const variables = Object.entries(density.outputs).filter(([name]) => name.startsWith("variable/"));
  const graph = builder.finish({
    objective,
    logDensity: density.outputs.logDensity,
    logGuide: head.logGuide,
    mean: head.mean,
    scale: head.scale,
    ...Object.fromEntries(variables),
  });
  const featureCount = builder.typeOf(features).shape[1];
  return {
    graph,
    localDimension,
    features: featureCount,
    encoder: [...hidden.parameters, ...head.parameters],
    learned: density.learned,
    blocks,
  };
}

/** All of an item's data in one row of numbers, standardised: [batch, features]. */
function itemFeatures(builder: Builder, shapes: Graph, plate: ItemPlate, batch: number): NodeId {
  const parts = plate.data.map((name) => {
    const type = shapes.nodes[shapes.inputs[`data/${name}`] ?? -1]?.type;
    if (type === undefined) return bug(`the item data ${name} are not used by the model`);
    const data = builder.input(`data/${name}`, type);
    const float = type.dtype === "float" ? data : builder.emit("convert", [data], { dtype: "float" });
    return builder.emit("reshape", [float], { shape: [batch, elementCount(type.shape) / batch] });
  });
  const all = parts.length === 1 ? parts[0] : builder.emit("concat", parts, { axis: 1 });
  const shape = builder.typeOf(all).shape;
  const column = (name: string): NodeId => {
    const statistic = builder.input(name, { dtype: "float", shape: [shape[1]] });
    return builder.emit("broadcast", [statistic], { shape, axes: [1] });
  };
  const centred = builder.emit("sub", [all, column("standard/mean")], {});
  return builder.emit("div", [centred, column("standard/scale")], {});
}

function insidePlate(site: string, statements: readonly CoreStatement[]): boolean {
  return statements.some(
    (each) =>
      (each.kind === "draw" && each.site === site) ||
      (each.kind === "axis" && insidePlate(site, each.body)) ||
      (each.kind === "if" && (insidePlate(site, each.then) || insidePlate(site, each.else))),
  );
}

/** The name N of a plate over N; a plate over anything else has none. */
function plainName(plate: CoreAxisStatement): string | undefined {
  const [name] = sizeNames(plate.to);
  return constantValue(plate.from) === 0 && formatSize(plate.to) === name ? name : undefined;
}
