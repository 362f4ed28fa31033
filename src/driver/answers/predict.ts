/** Simulation: prior draws, replicated data from posterior draws, and predictions for other data. */
import { type Problem, ProblemError } from "../../base/problem.ts";
import { randomSource } from "../../base/random.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { optionProbability } from "../../compiler/lower/option-probabilities.ts";
import { lowerSimulate } from "../../compiler/lower/simulate.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Engine } from "../../engines/engine.ts";
import { referenceEngine } from "../../engines/reference/reference-engine.ts";
import type { CoreModel } from "../../lang/core.ts";
import { formatSize } from "../../lang/size.ts";
import type { DrawnVariable, GivenData, PriorDraws, Program, SampleOptions } from "../api-types.ts";
import { checkKnownData } from "../density/check-known-data.ts";
import { checkDrawsMemory, checkGraphMemory } from "../density/check-memory.ts";
import { compileSplit } from "../density/compiled-split.ts";
import { dataInputs, dependents, loweringInput, select, sizesOf } from "../density/density-plan.ts";
import { refuseLearned } from "../density/refuse-learned.ts";
import { bindOrThrow, defaultSeed } from "../infer-options.ts";
import { chooseMember } from "../members/choose-member.ts";
import { turnTaker } from "../turn-taker.ts";

/** Streams of the random numbers, apart from those of the chains (0, 1, 2, …). */
const priorStream = 0x7072696f;
const predictiveStream = 0x70726564;
const otherDataStream = 0x6f746865;
const optionStream = 0x6f707469;

const defaultPriorDraws = 100;

/** Draws of everything from the prior, given the model's inputs. Rejects with `ProblemError` where a site has no draws. */
export async function sample(
  program: Program,
  data: GivenData,
  options: SampleOptions = {},
): Promise<PriorDraws> {
  const chosen = chooseMember(program.model(options.model), data, options.member);
  return drawPrior(program, chosen.model, bindOrThrow(chosen.model, chosen.data, options, false), options);
}

/** The same of a model whose data are bound. */
export async function drawPrior(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  options: SampleOptions,
): Promise<PriorDraws> {
  const seed = options.seed ?? defaultSeed;
  const draws = options.draws ?? defaultPriorDraws;
  const simulated = await simulate(program, model, bound, {
    given: [],
    wanted: () => model.variables.map(({ name }) => `variable/${name}`),
    draws,
    key: { seed, stream: priorStream },
    options,
  });
  return {
    model: model.name,
    seed,
    draws,
    variables: simulated.map((variable) => ({
      ...variable,
      observed: model.variables.some((each) => each.name === variable.name && each.observed),
    })),
  };
}

/** One replicated data set per posterior draw: observed variables drawn anew given the latents. */
export async function simulateFrom(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  posterior: readonly DrawnVariable[],
  draws: number,
  options: Pick<SampleOptions, "signal" | "onProgress"> &
    Pick<Simulation, "trained"> & { readonly seed: number },
): Promise<readonly DrawnVariable[]> {
  const drawn = posterior.filter(({ name }) => model.variables.some((variable) => variable.name === name));
  const { seed, trained } = options;
  return simulate(program, model, bound, {
    given: [
      ...drawn.filter(({ elements }) => elements === undefined),
      ...drawnOption(model, posterior, draws, seed),
    ],
    kept: drawn.filter(({ elements }) => elements !== undefined),
    wanted: () => model.variables.filter(({ observed }) => observed).map(({ name }) => `variable/${name}`),
    draws,
    key: { seed, stream: predictiveStream },
    trained,
    options,
  });
}

export interface PredictionInput extends Pick<SampleOptions, "signal" | "onProgress"> {
  readonly posterior: readonly DrawnVariable[];
  readonly draws: number;
  readonly seed: number;
  /** Latents that are drawn from the model anew. */
  readonly anew: ReadonlySet<string>;
  readonly trained?: Trained;
}

/**
 * Observed variables, and bindings that other data change, for those data: one draw of each per posterior draw. Latents keep the
 * values of the posterior draw, except for `anew`.
 */
export async function simulateAt(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  { posterior, draws, seed, anew, trained, signal, onProgress }: PredictionInput,
): Promise<readonly DrawnVariable[]> {
  const latents = posterior.filter(({ name }) =>
    model.variables.some((variable) => variable.name === name && !variable.observed && !anew.has(name)),
  );
  return simulate(program, model, bound, {
    given: [...latents, ...drawnOption(model, posterior, draws, seed)],
    wanted: (graph) => predictedOutputs(model, graph),
    draws,
    key: { seed, stream: otherDataStream },
    trained,
    options: { signal, onProgress },
  });
}

/** Observed variables, and bindings that depend on draws and on data: others are in the posterior, or known. */
function predictedOutputs(model: CoreModel, graph: Graph): string[] {
  const drawn = dependents(graph, (input) => /^(value|noise|learn)\//.test(input));
  const changed = dependents(graph, (input) => input.startsWith("data/") || input.startsWith("noise/"));
  return Object.entries(graph.outputs).flatMap(([output, id]) => {
    const [kind, name] = output.split("/");
    if (kind === "binding") return drawn.has(id) && changed.has(id) ? [output] : [];
    return model.variables.some((each) => each.name === name && each.observed) ? [output] : [];
  });
}

/** Of a trained model: values of the graph inputs `learn/<path>`, and what runs its networks. */
export interface Trained {
  readonly parameters: Readonly<Record<string, Float64Array>>;
  readonly engine: Engine;
}

interface Simulation {
  /** Draws that are kept: `draws` × shape. */
  readonly given: readonly Pick<DrawnVariable, "name" | "shape" | "values">[];
  /** Draws of observed variables of which the elements that miss in the data are kept. */
  readonly kept?: readonly Pick<DrawnVariable, "name" | "shape" | "values">[];
  /** Outputs of the lowered graph: `variable/<name>`, `binding/<name>`. */
  readonly wanted: (graph: Graph) => readonly string[];
  readonly draws: number;
  readonly key: { readonly seed: number; readonly stream: number };
  readonly trained?: Trained;
  readonly options: Pick<SampleOptions, "signal" | "onProgress">;
}

async function simulate(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  { given, kept = [], wanted, draws, key, trained, options }: Simulation,
): Promise<DrawnVariable[]> {
  const lowered = lowerSimulate(loweringInput(program.core, model, bound), {
    given: given.map(({ name }) => name),
    kept: kept.map(({ name }) => name),
  });
  if (trained === undefined) refuseLearned(lowered.learned);
  refuseMissingStart(lowered.initial, model, bound);
  checkGraphMemory(lowered.graph, bound);
  checkKnownData(lowered.dataChecks, bound);
  const graph = select(lowered.graph, wanted(lowered.graph));
  const shapes = Object.entries(graph.outputs).map(
    ([output, id]) => [output, graph.nodes[id].type.shape] as const,
  );
  checkDrawsMemory(
    draws,
    shapes.reduce((sum, [, shape]) => sum + 8 * elementCount(shape), 0),
  );
  const split = splitInvariant(
    optimize(graph),
    (name) => name.startsWith("noise/") || name.startsWith("value/"),
  );
  const { executable, fixed } = compileSplit(
    split,
    { ...dataInputs(bound), ...trained?.parameters },
    trained?.engine ?? referenceEngine,
  );
  const noise = lowered.noise
    .filter(({ input }) => Object.hasOwn(split.each.inputs, input))
    .map((each) => ({ ...each, values: new Float64Array(elementCount(each.shape)) }));
  const noiseInputs = Object.fromEntries(noise.map((each) => [each.input, each.values]));
  const variables = shapes.map(([output, shape]) => ({
    output,
    ...emptyVariable(output.slice(output.indexOf("/") + 1), model, shape, draws),
  }));
  const turn = turnTaker();
  for (let draw = 0; draw < draws; draw++) {
    const random = randomSource(key, draw);
    for (const { kind, values } of noise)
      if (kind === "normal") random.fillNormal(values);
      else random.fillUniform(values);
    const results = executable.run({ ...fixed, ...noiseInputs, ...valuesAt([...given, ...kept], draw) });
    for (const { output, name, shape, values } of variables) {
      if (!results[output].every(Number.isFinite)) throw notFinite(name, draw);
      values.set(results[output], draw * elementCount(shape));
    }
    await turn();
    if (options.signal?.aborted) throw new ProblemError([interrupted]);
    options.onProgress?.({ phase: "simulating", done: draw + 1, total: draws, unit: "draws" });
  }
  executable.dispose();
  return variables.map(({ output: _, ...variable }) => variable);
}

/** The inputs `value/<name>` of one draw. */
function valuesAt(given: Simulation["given"], draw: number): Record<string, Float64Array> {
  return Object.fromEntries(
    given.map(({ name, shape, values }) => {
      const length = elementCount(shape);
      return [`value/${name}`, values.subarray(draw * length, (draw + 1) * length)];
    }),
  );
}

/** The option of a description that was summed out, drawn for each draw of everything else. */
function drawnOption(
  model: CoreModel,
  posterior: readonly DrawnVariable[],
  draws: number,
  seed: number,
): Pick<DrawnVariable, "name" | "shape" | "values">[] {
  const [vary, second] = model.varies.filter(({ options }) => options !== undefined);
  if (vary?.options === undefined) return [];
  if (second !== undefined) throw new ProblemError([severalOptions([vary.name, second.name])]);
  const { name, options } = vary;
  const probabilities = options.map(
    (each) => posterior.find((variable) => variable.name === optionProbability(name, each))?.values,
  );
  const values = Float64Array.from({ length: draws }, (_, draw) => {
    let rest = randomSource({ seed, stream: optionStream }, draw).uniform();
    const position = probabilities.findIndex((each) => {
      rest -= each?.[draw] ?? 0;
      return rest < 0;
    });
    return position < 0 ? options.length - 1 : position;
  });
  return [{ name, shape: [], values }];
}

function severalOptions(names: readonly string[]): Problem {
  return {
    code: "cannot-simulate",
    severity: "error",
    message: `replicated data need the joint posterior of ${names.map((name) => `\`${name}\``).join(" and ")}, which is summed out`,
    labels: [],
    help: `give all but one of them, such as --member ${names[0]}=…`,
  };
}

/** First elements that the program only looks back at cannot be drawn: they must be given. */
function refuseMissingStart(initial: readonly string[], model: CoreModel, bound: BoundData): void {
  const missing = initial.find((name) => !Object.hasOwn(bound.values, name));
  if (missing === undefined) return;
  const variable = model.variables.find((each) => each.name === missing);
  throw new ProblemError([
    {
      code: "initial-values-needed",
      severity: "error",
      message: `the first elements of \`${missing}\` have no distribution, so they cannot be drawn`,
      labels:
        variable === undefined
          ? []
          : [{ span: variable.span, text: "looks back at elements before its first draw" }],
      help: `give \`${missing}\` in the data: its first elements are used, the rest is drawn`,
    },
  ]);
}

function emptyVariable(
  name: string,
  model: CoreModel,
  shape: readonly number[],
  draws: number,
): DrawnVariable {
  const variable = model.variables.find((each) => each.name === name);
  const sizes = sizesOf(name, model);
  return {
    name,
    shape,
    dimensions: shape.map((_, each) => {
      const size = sizes[each];
      return size === undefined ? "" : formatSize(size);
    }),
    base: variable?.type.base ?? "real",
    values: new Float64Array(draws * elementCount(shape)),
  };
}

export const interrupted = {
  code: "interrupted",
  severity: "error",
  message: "stopped before all draws were made",
  labels: [],
} as const;

function notFinite(name: string, draw: number): ProblemError {
  return new ProblemError([
    {
      code: "draw-not-finite",
      severity: "error",
      message: `draw ${draw} of \`${name}\` is not a finite number`,
      labels: [],
      notes: ["a prior that is very wide can overflow what depends on it"],
      help: "narrow the priors, or check what the arguments of its distribution can become",
    },
  ]);
}
