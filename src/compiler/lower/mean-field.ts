/**
 * The guide that is derived for a model with discrete latents drawn with `score`: independent Gaussians on the unconstrained scale, and
 * for each discrete element probabilities of its own.
 */
import type { CoreVariable } from "../../lang/core.ts";
import type { Builder } from "../builder.ts";
import { elementCount, type NodeId } from "../graph.ts";
import { fail, sizeValue } from "./context.ts";
import type { CoordinateBlock } from "./density-latents.ts";
import { logProbabilities } from "./distribution-arguments.ts";
import { distributionRows } from "./distributions.ts";
import { drawCategory } from "./draws.ts";
import { type DensityState, lowerDensityInto, lowerLogDensity } from "./log-density.ts";
import { drawsAxis, dtypeOf, type LoweringInput } from "./lower-model.ts";
import { normalCdf } from "./normal-tail.ts";
import type { DiscreteSite, ScoredGuide } from "./score-gradient.ts";
import { sumPlates } from "./sum-factor.ts";
import type { Factor } from "./sum-out.ts";
import { type Algebra, type Axis, createAlgebra, type Value } from "./value.ts";

export interface MeanFieldParameter {
  readonly input: string;
  readonly shape: readonly number[];
  /** What it starts as: a number, or anything near 0. */
  readonly start: number | "scattered";
}

export interface MeanFieldLowering extends ScoredGuide {
  readonly density: DensityState;
  readonly parameters: readonly MeanFieldParameter[];
  /** Standard normal numbers of all draws: the width of the graph input `noise`. */
  readonly noiseLength: number;
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** Throws `ProblemError` where a discrete variable has no finite set of values. */
export function lowerMeanFieldInto(input: LoweringInput, builder: Builder): MeanFieldLowering {
  const algebra = createAlgebra(builder);
  const draws = drawsAxis(input);
  const lead = draws === undefined ? [] : [draws];
  const shapes = lowerLogDensity({ ...input, draws: undefined }, { scale: "unconstrained" });
  const scored = scoredVariables(input);
  const blocks = shapes.coordinates;
  const lengths = [...blocks.map(({ length }) => length), ...scored.map(({ shape }) => elementCount(shape))];
  const noiseLength = lengths.reduce((sum, each) => sum + each, 0) * (draws?.size ?? 1);
  const noise = builder.input("noise", { dtype: "float", shape: [noiseLength] });
  const parameters: MeanFieldParameter[] = [];
  const factors: Factor[] = [];
  let next = 0;
  const fresh = (event: readonly number[]): Value => {
    const shape = [...lead.map(({ size }) => size), ...event];
    const limit = next + elementCount(shape);
    const part = builder.emit("slice", [noise], { start: [next], limit: [limit] });
    next = limit;
    return { node: builder.emit("reshape", [part], { shape }), axes: lead, event };
  };
  const learned = (input: string, shape: readonly number[], start: MeanFieldParameter["start"]): Value => {
    parameters.push({ input, shape, start });
    return { node: builder.input(input, { dtype: "float", shape }), axes: [], event: shape };
  };

  const { span } = input.model;
  const coordinates = new Map<string, Value>();
  for (const { site, shape } of blocks) {
    const mean = learned(`guide/${site}/mean`, shape, "scattered");
    const logScale = learned(`guide/${site}/log_scale`, shape, Math.log(0.1));
    const value = algebra.add(mean, algebra.mul(algebra.unary("exp", logScale), fresh(shape)));
    coordinates.set(site, value);
    factors.push({ value: algebra.sumEvent(logNormal(algebra, value, mean, logScale)), plates: lead, span });
  }

  const drawn = new Map<string, readonly NodeId[]>();
  const values = new Map<string, Value>();
  const sites: DiscreteSite[] = [];
  for (const { variable, shape, count } of scored) {
    const { name } = variable;
    const logits = learned(`guide/${name}/logits`, [...shape, count], 0);
    const raw = drawCategory(
      algebra,
      { event: shape, normal: () => fresh(shape), uniform: () => normalCdf(algebra, fresh(shape)) },
      algebra.unary("exp", logProbabilities(algebra, { logits })),
    );
    drawn.set(name, [raw.node]);
    values.set(name, algebra.convert(raw, dtypeOf(variable.type.base)));
    const axes = shape.map((size, at): Axis => {
      return { id: `${name} along ${at}`, size, start: 0, order: at, kind: "plate" };
    });
    const plates = [...lead, ...axes];
    const score = (of: Value): Value => {
      const [log] = distributionRows.Categorical.logDensity(algebra, raw, { logits: of });
      return axes.reduce((part, axis) => algebra.eventToAxis(part, axis), log);
    };
    sites.push({ variable: name, span, along: axes, logProbability: score(logits), plates });
    factors.push({ value: score(algebra.unary("stopGradient", logits)), plates, span });
  }

  const source = ({ site }: CoordinateBlock): Value => coordinates.get(site) ?? algebra.of(Number.NaN);
  const density = lowerDensityInto(input, { scale: "unconstrained", values }, builder, source);
  const sums = factors.map(({ value, plates }) =>
    sumPlates(
      algebra,
      value,
      plates.filter((axis) => axis !== draws),
    ),
  );
  const logGuide = algebra.stretch(algebra.add(0, ...sums), lead, []).node;
  return { density, parameters, noiseLength, logGuide, discrete: { drawn, sites, factors } };
}

interface ScoredVariable {
  readonly variable: CoreVariable;
  readonly shape: readonly number[];
  readonly count: number;
}

function scoredVariables({ model, sizes }: LoweringInput): ScoredVariable[] {
  return model.variables.flatMap((variable): ScoredVariable[] => {
    const sites = model.sites.filter((site) => site.variable === variable.name);
    const [site] = sites;
    if (site.score !== true) return [];
    const counts = sites.map(({ support, span }) =>
      support.kind === "discrete" && support.count !== undefined
        ? sizeValue(support.count, { sizes }, span)
        : undefined,
    );
    const [count] = counts;
    if (count === undefined || counts.some((each) => each !== count))
      return fail({
        code: "not-supported-yet",
        message: `no guide is derived for \`${variable.name}\`: it has no fixed, finite number of values`,
        labels: [{ span: site.span, text: "drawn by a guide" }],
        help: `write a \`guide for ${model.name}\` that draws it`,
      });
    return [
      {
        variable,
        count,
        shape: variable.type.dimensions.map((size) => sizeValue(size, { sizes }, site.span)),
      },
    ];
  });
}

/** Of a Gaussian with what it learns held fixed. */
function logNormal(algebra: Algebra, value: Value, mean: Value, logScale: Value): Value {
  const fixed = algebra.unary("stopGradient", logScale);
  const centred = algebra.sub(value, algebra.unary("stopGradient", mean));
  const standard = algebra.mul(centred, algebra.unary("exp", algebra.unary("neg", fixed)));
  return algebra.sub(algebra.sub(algebra.mul(-0.5, algebra.square(standard)), fixed), halfLog2Pi);
}
