/**
 * InferenceData as JSON, in the form that ArviZ 0.x reads with `az.from_json(path)`: one object with a member per group,
 * `coords`, `dims` and attributes. https://python.arviz.org/en/0.x/schema/schema.html
 */
import type { NamedValues, PosteriorDraws, PriorSample } from "./posterior-draws.ts";

/** Pieces of the text, so that no string ever holds a large posterior whole. `version` is that of ppl. */
export function* posteriorJson(posterior: PosteriorDraws, version: string): Generator<string> {
  const { chains, draws } = posterior;
  const perDraw = [chains, draws];
  const stats: NamedValues[] = Object.entries(posterior.sampleStats).map(([name, values]) => ({
    name,
    shape: [],
    dimensions: [],
    base: name === "diverging" ? "bool" : name === "tree_depth" || name === "n_steps" ? "int" : "real",
    values,
  }));
  const attributes = {
    ...programAttributes(posterior.model, posterior.seed, version),
    inference_strategy: posterior.strategy,
    inference_engine: posterior.engine,
    sampling_time: posterior.seconds,
    interrupted: posterior.interrupted ? 1 : 0,
  };
  yield* document(
    [
      { name: "posterior", leading: perDraw, values: posterior.variables },
      { name: "sample_stats", leading: perDraw, values: stats },
      { name: "posterior_predictive", leading: perDraw, values: posterior.predictive },
      { name: "log_likelihood", leading: perDraw, values: posterior.logLikelihood ?? [] },
      { name: "predictions", leading: perDraw, values: posterior.predictions?.variables ?? [] },
      { name: "observed_data", leading: [], values: posterior.observedData },
      { name: "constant_data", leading: [], values: posterior.constantData },
      { name: "predictions_constant_data", leading: [], values: posterior.predictions?.constantData ?? [] },
    ],
    { posterior_attrs: attributes, sample_stats_attrs: attributes },
  );
}

/** Draws from the prior as one chain: groups `prior` and `prior_predictive`. */
export function* priorJson(prior: PriorSample, version: string): Generator<string> {
  const leading = [1, prior.draws];
  const attributes = programAttributes(prior.model, prior.seed, version);
  yield* document(
    [
      { name: "prior", leading, values: prior.variables.filter(({ observed }) => !observed) },
      { name: "prior_predictive", leading, values: prior.variables.filter(({ observed }) => observed) },
    ],
    { prior_attrs: attributes, prior_predictive_attrs: attributes },
  );
}

interface Group {
  readonly name: string;
  /** Lengths of the dimensions before a value's own: chains and draws. */
  readonly leading: readonly number[];
  readonly values: readonly NamedValues[];
}

function programAttributes(model: string, seed: number, version: string): Record<string, string | number> {
  return { inference_library: "ppl", inference_library_version: version, model_name: model, seed };
}

function* document(
  groups: readonly Group[],
  attributes: Readonly<Record<string, unknown>>,
): Generator<string> {
  const filled = groups.filter(({ values }) => values.length > 0);
  const { coords, dims } = coordinates(filled.flatMap(({ values }) => values));
  yield "{\n";
  for (const { name, leading, values } of filled) {
    yield `${JSON.stringify(name)}: {`;
    for (const [position, value] of values.entries()) {
      yield `${position === 0 ? "" : ","}\n  ${JSON.stringify(value.name)}: `;
      yield* nested(value.values, [...leading, ...value.shape], value.base);
    }
    yield "\n},\n";
  }
  yield `"coords": ${JSON.stringify(coords)},\n"dims": ${JSON.stringify(dims)}`;
  for (const [name, value] of Object.entries(attributes))
    yield `,\n${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  yield "\n}\n";
}

/** Dimensions named after sizes, with coordinates from 0. A name used twice by one variable gets a number: K, K_1. */
function coordinates(values: readonly NamedValues[]): {
  readonly coords: Record<string, number[]>;
  readonly dims: Record<string, string[]>;
} {
  const coords: Record<string, number[]> = {};
  const dims: Record<string, string[]> = {};
  const variables = new Set(values.map(({ name }) => name));
  for (const { name, shape, dimensions } of values) {
    if (shape.length === 0) continue;
    const used = new Set(["chain", "draw"]);
    dims[name] = shape.map((length, axis) => {
      const wanted = dimensions[axis] || `${name}_dim_${axis}`;
      let dimension = wanted;
      const clashes = (): boolean =>
        used.has(dimension) || variables.has(dimension) || (coords[dimension]?.length ?? length) !== length;
      for (let copy = 1; clashes(); copy++) dimension = `${wanted}_${copy}`;
      used.add(dimension);
      coords[dimension] ??= Array.from({ length }, (_, i) => i);
      return dimension;
    });
  }
  return { coords, dims };
}

/** Nested brackets, one piece per innermost row. */
function* nested(
  values: Float64Array,
  shape: readonly number[],
  base: NamedValues["base"],
  offset = 0,
): Generator<string> {
  if (shape.length === 0) {
    yield formatElement(values[offset], base);
    return;
  }
  const [length, ...inner] = shape;
  if (inner.length === 0) {
    const row = Array.from(values.subarray(offset, offset + length), (value) => formatElement(value, base));
    yield `[${row.join(",")}]`;
    return;
  }
  const step = inner.reduce((product, count) => product * count, 1);
  yield "[";
  for (let i = 0; i < length; i++) {
    if (i > 0) yield ",";
    yield* nested(values, inner, base, offset + i * step);
  }
  yield "]";
}

/** Values that are not finite are spelled as Python's `json` (and so ArviZ) writes and reads them. */
function formatElement(value: number, base: NamedValues["base"]): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (base === "bool") return value === 0 ? "false" : "true";
  // A real that is a whole number keeps its kind: 1 would make the array integer.
  return base === "real" && Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}
