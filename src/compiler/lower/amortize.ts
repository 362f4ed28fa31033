/**
 * The derived amortizer for a plate of independent items: an encoder from one item's data to a Gaussian over its local latents on
 * the unconstrained scale, and the ELBO with the path-derivative gradient (Kingma and Welling 2014; Roeder, Wu and Duvenaud
 * 2017, "Sticking the landing"). The plate's size is the batch: one graph serves any number of items, batch by batch.
 */
import { bug } from "../../base/bug.ts";
import type { CoreModel } from "../../lang/core.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { elementCount, type Graph, type NodeId } from "../graph.ts";
import { fail } from "./context.ts";
import { type EncoderParameter, encodeItem, gaussianHead } from "./encoder.ts";
import { lowerGuidedDensity, lowerGuideInto } from "./guide.ts";
import { refuseOtherItems } from "./item-data.ts";
import { findItemPlate, type ItemPlate } from "./item-plate.ts";
import { type DensityState, lowerDensityInto, lowerLogDensity } from "./log-density.ts";
import type { LearnedParameter, LoweringInput } from "./lower-model.ts";
import { hasScored, meanElbo, type ScoredGuide } from "./score-gradient.ts";

export interface AmortizeOptions {
  /** Items per run of the graph. */
  readonly batch: number;
  /** Widths of the encoder's hidden layers. */
  readonly hidden: readonly number[];
  /** Covariance of the Gaussian head; "written": the model's own guide, without an encoder. */
  readonly head: "meanField" | "fullCovariance" | "written";
  /** Draws of each item side by side, for gradients through discrete draws of a hand-written guide. */
  readonly draws?: number;
}

export interface AmortizedLowering {
  /**
   * Inputs: `data/<name>` (a batch of items), `learn/<path>`, `encoder/<name>`, `standard/mean` and `standard/scale` (of the
   * features), `noise` (batch × local dimension, standard normal); of a hand-written guide `guide/<path>` in place of encoder and features.
   * Outputs: `objective` (mean ELBO per item, nats); per item of the batch (behind draws side by side) `logDensity`, `logGuide`, `variable/<name>`, and of the
   * derived guide `mean` (batch × D), `scale` (batch × D × D lower triangular, or batch × D standard deviations).
   */
  readonly graph: Graph;
  /** Numbers of noise per item. */
  readonly localDimension: number;
  readonly encoder: readonly EncoderParameter[];
  readonly learned: readonly LearnedParameter[];
}

/** `input.sizes` has the batch as the plate's size. */
export function lowerAmortized(
  input: LoweringInput,
  plate: ItemPlate,
  options: AmortizeOptions,
): AmortizedLowering {
  const { batch, head: kind } = options;
  refuseOtherItems(input.model, plate, input.functions);
  if (kind === "written") return lowerWritten({ ...input, draws: options.draws }, plate, batch);
  if (hasScored(input.model)) refuseScored(input.model);
  const shapes = lowerLogDensity(input, { scale: "unconstrained" });
  const blocks = shapes.coordinates;
  const localDimension = shapes.dimension / batch;

  const builder = createBuilder();
  const features = itemFeatures(builder, shapes.graph, plate, batch);
  const hidden = encodeItem(builder, features, options.hidden);
  const head = gaussianHead(builder, hidden, localDimension, kind);
  const offsets = new Map(blocks.map((block) => [block.site, block.offset / batch]));

  const density = lowerDensityInto(input, { scale: "unconstrained", keep: plate.index }, builder, (block) => {
    const start = offsets.get(block.site) ?? bug(`no place for ${block.site}`);
    const part = builder.emit("slice", [head.sample], {
      start: [0, start],
      limit: [batch, start + block.length / batch],
    });
    return { node: builder.emit("reshape", [part], { shape: block.shape }), axes: [], event: block.shape };
  });
  const outputs = elboOutputs(density, head);
  return {
    graph: builder.finish({ ...outputs, mean: head.mean, scale: head.scale }),
    localDimension,
    encoder: [...hidden.parameters, ...head.parameters],
    learned: density.learned,
  };
}

/** The model's own guide in place of the encoder. */
function lowerWritten(input: LoweringInput, plate: ItemPlate, batch: number): AmortizedLowering {
  const written = input.model.guide ?? bug("a model without a guide");
  const { index } = findItemPlate(written);
  refuseOtherItems(written, { ...plate, index }, input.functions);
  const builder = createBuilder();
  const guide = lowerGuideInto(input, builder, { items: { index, size: batch } });
  const density = lowerGuidedDensity(input, guide, builder, { keep: plate.index });
  return {
    graph: builder.finish(elboOutputs(density, guide)),
    localDimension: guide.noiseLength,
    encoder: [],
    learned: [...density.learned, ...guide.learned],
  };
}

function elboOutputs(density: DensityState, guide: ScoredGuide): Record<string, NodeId> {
  const { logDensity } = density.outputs;
  const variables = Object.entries(density.outputs).filter(([name]) => name.startsWith("variable/"));
  const objective = meanElbo(density, guide);
  return { objective, logDensity, logGuide: guide.logGuide, ...Object.fromEntries(variables) };
}

function refuseScored({ name, sites }: CoreModel): never {
  const site = sites.find(({ score }) => score);
  return fail({
    code: "not-supported-yet",
    message: `no guide is derived yet for \`${site?.variable}\`, which is drawn with \`score\``,
    labels: site === undefined ? [] : [{ span: site.span, text: "drawn by a guide" }],
    help: `write a \`guide for ${name}\``,
  });
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
