/** When no finite log density was found, in sampling or in training: which statement is to blame, in which row, and which `ode` ran out of steps. */
import type { Problem } from "../../base/problem.ts";
import { randomSource } from "../../base/random.ts";
import type { Span } from "../../base/span.ts";
import { elementCount } from "../../compiler/graph.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Outputs } from "../../engines/engine.ts";
import { referenceEngine } from "../../engines/reference/reference-engine.ts";
import type { CoreModel } from "../../lang/core.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import { evaluateSize } from "../../lang/size.ts";
import { elementNames } from "../answers/element-names.ts";
import type { Program } from "../api-types.ts";
import { dataInputs, loweringInput } from "./density-plan.ts";
import { explainSteps } from "./explain-steps.ts";

/** Numbers of a graph beyond which it is not run for a message's sake. */
const mostNumbers = 2 ** 26;

/** The problem with a label on each draw statement whose log density was not finite at a few random points, given learned weights. */
export function explainNonFinite(
  problem: Problem,
  program: Program,
  model: CoreModel,
  bound: BoundData,
  weights: Readonly<Record<string, Float64Array>> = {},
): Problem {
  const lowered = lowerLogDensity(loweringInput(program.core, model, bound), {
    scale: "unconstrained",
    terms: true,
  });
  if (lowered.graph.nodes.reduce((sum, { type }) => sum + elementCount(type.shape), 0) > mostNumbers)
    return problem;
  const executable = referenceEngine.compile(lowered.graph);
  const all = { ...dataInputs(bound), ...weights };
  const data = Object.fromEntries(
    Object.entries(all).filter(([name]) => Object.hasOwn(lowered.graph.inputs, name)),
  );
  const random = randomSource({ seed: 0, stream: 0 }, 0);
  let outputs: Outputs = {};
  for (let attempt = 0; attempt < 20 && allFinite(outputs); attempt++) {
    const latents = Object.fromEntries(
      lowered.coordinates.map((block) => [
        block.input,
        Float64Array.from({ length: block.length }, () => random.normal()),
      ]),
    );
    outputs = executable.run({ ...data, ...latents });
  }
  executable.dispose();
  const factors = new Map(factorsIn(model.body).map((each) => [`factor at ${each.span.start}`, each]));
  const labels = Object.entries(outputs).flatMap(([name, values]) => {
    if (!name.startsWith("term/")) return [];
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return [];
    const term = name.slice("term/".length);
    const { shape } = lowered.graph.nodes[lowered.graph.outputs[name]].type;
    const value = Number.isNaN(values[at]) ? "not a number" : String(values[at]);
    const site = model.sites.find((each) => each.id === term);
    if (site !== undefined)
      return [
        { span: site.span, text: `the log density of ${elementNames(site.variable, shape)[at]} is ${value}` },
      ];
    const factor = factors.get(term);
    if (factor === undefined) return [];
    const place = shape.length === factor.axes.length ? whereIn(factor.axes, at, bound.sizes) : "";
    return [{ span: factor.span, text: `this factor is ${value}${place}` }];
  });
  if (labels.length === 0) return problem;
  const short = lowered.steps.flatMap((steps, at) => explainSteps(steps, at, outputs) ?? []);
  return {
    ...problem,
    labels: [...short.map(({ label }) => label), ...labels, ...problem.labels],
    help: short[0]?.help ?? problem.help,
  };
}

function allFinite(outputs: Outputs): boolean {
  return Object.entries(outputs).every(
    ([name, values]) => !name.startsWith("term/") || values.every(Number.isFinite),
  );
}

interface Factor {
  readonly span: Span;
  /** Around it, outermost first. */
  readonly axes: readonly CoreAxisStatement[];
}

function factorsIn(
  statements: readonly CoreStatement[],
  axes: readonly CoreAxisStatement[] = [],
): readonly Factor[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "factor") return [{ span: statement.span, axes }];
    if (statement.kind === "axis") return factorsIn(statement.body, [...axes, statement]);
    if (statement.kind === "if") return factorsIn([...statement.then, ...statement.else], axes);
    return [];
  });
}

/** " where n = 1, t = 0": the place of an element, row-major, along these axes. */
function whereIn(
  axes: readonly CoreAxisStatement[],
  element: number,
  sizes: Readonly<Record<string, number>>,
): string {
  let rest = element;
  const places = axes.toReversed().map(({ index, from, to }) => {
    const [first, end] = [from, to].map((size) => evaluateSize(size, sizes) ?? 0);
    const position = rest % (end - first);
    rest = (rest - position) / (end - first);
    return `${index.split("#")[0]} = ${first + position}`;
  });
  return places.length === 0 ? "" : ` where ${places.toReversed().join(", ")}`;
}
