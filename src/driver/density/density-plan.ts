/** From a model and its data to plain data that cross worker boundaries; `density-target.ts` compiles them on an engine. */
import { differentiate } from "../../compiler/differentiate.ts";
import { elementCount, type Graph, type NodeId } from "../../compiler/graph.ts";
import { invertDivisors } from "../../compiler/invert-divisors.ts";
import type { DataCheck } from "../../compiler/lower/context.ts";
import type { CoordinateBlock } from "../../compiler/lower/density-latents.ts";
import { imputedElements } from "../../compiler/lower/imputed.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import type { LoweringInput } from "../../compiler/lower/lower-model.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { type SplitGraph, splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { TargetVariable } from "../../inference/target.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { constantValue, formatSize, type Size } from "../../lang/size.ts";
import type { Base } from "../../lang/type.ts";
import type { Reuse } from "../edit/reuse.ts";
import type { WeightBlock } from "../training/weight-blocks.ts";
import { checkKnownData, knownDataProblems } from "./check-known-data.ts";
import { checkGraphMemory } from "./check-memory.ts";
import { inferredValues } from "./imputed-values.ts";
import { incompleteNames } from "./missing-values.ts";
import { refuseLearned } from "./refuse-learned.ts";

export interface DensityPlan {
  /** Inputs `q/<site>` and data → `logDensity` and `gradient/q/<site>`. */
  readonly density: SplitGraph;
  /** The same inputs → `variable/<name>` and `binding/<name>`. */
  readonly report: SplitGraph;
  readonly blocks: readonly CoordinateBlock[];
  readonly dimension: number;
  readonly variables: readonly TargetVariable[];
  readonly constrainedLength: number;
  /** Values of the `data/…` inputs. */
  readonly data: Readonly<Record<string, Float64Array>>;
  /** Where the program's own guide is to be fitted. */
  readonly guide?: GuidePlan;
}

/** A hand-written guide with its model and data: `guide-plan.ts`. */
export interface GuidePlan {
  /** Inputs `guide/<path>`, `noise` and data → `elbo` (the mean of `samples` draws), `gradient/guide/<path>`. */
  readonly objective: SplitGraph;
  /** The same inputs → `logDensity`, `logGuide`, `variable/<name>`, `binding/<name>`. */
  readonly draw: SplitGraph;
  readonly blocks: readonly WeightBlock[];
  readonly parameterCount: number;
  readonly initialParameters: Float64Array;
  /** Standard normal numbers of one draw. */
  readonly noiseLength: number;
  readonly samples: number;
}

/** Throws `ProblemError` where a missing value is needed that cannot be inferred. */
export function loweringInput(program: CoreProgram, model: CoreModel, bound: BoundData): LoweringInput {
  const { sizes, knowns } = bound;
  const incomplete = incompleteNames(bound);
  const inferred = inferredValues(program, model, bound);
  const { imputed } = inferred;
  return { model: inferred.model, functions: program.functions, sizes, knowns, incomplete, imputed };
}

/** Values of the graph inputs `data/<name>`, and `present/<name>` where some are missing. */
export function dataInputs(bound: BoundData): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(bound.values).flatMap(([name, { values, present }]) => [
      [`data/${name}`, values],
      ...(present === undefined ? [] : [[`present/${name}`, present]]),
    ]),
  );
}

/** A plan for any data of the same sizes, and what it takes for granted of them. */
export interface DensityGraphs extends Omit<DensityPlan, "data"> {
  readonly dataChecks: readonly DataCheck[];
}

/** Throws `ProblemError` for what sizes and data show to be wrong with the program. */
export function planDensity(
  program: CoreProgram,
  model: CoreModel,
  bound: BoundData,
  reuse?: Reuse,
): DensityPlan {
  const input = loweringInput(program, model, bound);
  const make = (): DensityGraphs => lowerGraphs(input, bound);
  const graphs =
    reuse === undefined
      ? make()
      : reuse.graphs.get(reuse.keyOf(program, input.model, bound, input.imputed), make);
  return { ...fitting(graphs, bound, make), data: dataInputs(bound) };
}

/** Graphs made earlier have the places of an earlier text: where data do not fit, they are made anew, to name those of this one. */
function fitting(graphs: DensityGraphs, bound: BoundData, make: () => DensityGraphs): DensityGraphs {
  const fits = knownDataProblems(graphs.dataChecks, bound).length === 0;
  const own = fits ? graphs : make();
  checkKnownData(own.dataChecks, bound);
  return own;
}

function lowerGraphs(input: LoweringInput, bound: BoundData): DensityGraphs {
  const lowered = lowerLogDensity(input, { scale: "unconstrained" });
  refuseLearned(lowered.learned);
  checkGraphMemory(lowered.graph, bound);
  checkKnownData(lowered.dataChecks, bound);
  const { graph, coordinates: blocks } = lowered;
  const latents = blocks.map((block) => block.input);
  const differentiated = differentiate(select(graph, ["logDensity"]), {
    of: "logDensity",
    wrt: latents,
    prefix: "gradient/",
  });
  const variables = reportedVariables(input, graph);
  return {
    density: splitInvariant(invertDivisors(optimize(differentiated), isLatentInput), isLatentInput),
    report: splitInvariant(
      optimize(
        select(
          graph,
          variables.map((variable) => variable.output),
        ),
      ),
      isLatentInput,
    ),
    blocks,
    dimension: lowered.dimension,
    variables: variables.map(({ output: _, ...variable }) => variable),
    constrainedLength: variables.reduce((sum, variable) => sum + elementCount(variable.shape), 0),
    dataChecks: lowered.dataChecks,
  };
}

/** The graph with those outputs only. */
export function select(graph: Graph, outputs: readonly string[]): Graph {
  return { ...graph, outputs: Object.fromEntries(outputs.map((name) => [name, graph.outputs[name]])) };
}

/** Coordinates, and values of discrete variables that a guide draws. */
function isLatentInput(name: string): boolean {
  return name.startsWith("q/") || name.startsWith("value/");
}

/** Latent variables, then bindings that depend on one, with their places in the flat result. */
function reportedVariables(
  input: LoweringInput,
  graph: Graph,
): (TargetVariable & { readonly output: string })[] {
  const { model } = input;
  const latent = dependents(graph, isLatentInput);
  let offset = 0;
  return Object.entries(graph.outputs).flatMap(([output, id]) => {
    const [kind, ...rest] = output.split("/");
    const name = rest.join("/");
    if ((kind !== "variable" && kind !== "binding") || !latent.has(id)) return [];
    const { shape, dtype } = graph.nodes[id].type;
    const base: Base = dtype === "float" ? "real" : dtype;
    const dimensions = shape.map((_, each) => dimensionName(sizesOf(name, model)[each]));
    const start = offset;
    const elements = kind === "variable" ? imputedElements(name, input) : undefined;
    offset += elementCount(shape);
    return [
      {
        name,
        shape,
        dimensions,
        offset: start,
        kind: kind === "variable" ? ("latent" as const) : ("binding" as const),
        base,
        ...(elements && { elements }),
        output,
      },
    ];
  });
}

/** Nodes that depend on one of the inputs. */
export function dependents(graph: Graph, isOne: (input: string) => boolean): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  graph.nodes.forEach((node, id) => {
    const own = node.op === "input" && isOne(node.params.name);
    if (own || node.inputs.some((input) => found.has(input))) found.add(id);
  });
  return found;
}

/** Sizes of a variable's or binding's dimensions, as far as the program names them. */
export function sizesOf(name: string, model: CoreModel): readonly (Size | undefined)[] {
  const variable = model.variables.find((each) => each.name === name);
  if (variable !== undefined) return variable.type.dimensions;
  return bindingSizes(name, model.body, new Map()) ?? [];
}

function bindingSizes(
  name: string,
  statements: readonly CoreStatement[],
  axes: ReadonlyMap<string, Size | undefined>,
): readonly (Size | undefined)[] | undefined {
  for (const statement of statements) {
    if (statement.kind === "let" && statement.name === name) {
      const event = statement.value.type.kind === "number" ? statement.value.type.dimensions : [];
      const places = statement.place.map((place) =>
        place.kind === "axis" ? axes.get(place.index) : undefined,
      );
      return [...places, ...event];
    }
    const nested =
      statement.kind === "axis"
        ? bindingSizes(
            name,
            statement.body,
            new Map([
              ...axes,
              [statement.index, constantValue(statement.from) === 0 ? statement.to : undefined],
            ]),
          )
        : statement.kind === "if"
          ? (bindingSizes(name, statement.then, axes) ?? bindingSizes(name, statement.else, axes))
          : undefined;
    if (nested !== undefined) return nested;
  }
  return undefined;
}

function dimensionName(size: Size | undefined): string {
  return size === undefined || constantValue(size) !== undefined ? "" : formatSize(size);
}
