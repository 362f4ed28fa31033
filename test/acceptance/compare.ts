/** One posterior against its reference: moments of draws, and log densities at published points. */
import { elementCount } from "../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { elementNames } from "../../src/driver/answers/element-names.ts";
import type { Posterior, Program } from "../../src/driver/api-types.ts";
import { dataInputs, loweringInput, select } from "../../src/driver/density/density-plan.ts";
import { driver } from "../../src/driver/driver.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { chainsOf } from "../../src/inference/diagnostics/chains.ts";
import { indexLabels } from "../../src/inference/summary.ts";
import type { Case } from "./posteriors.ts";
import { ourName, type Reference, readData, readReference } from "./reference.ts";
import { sdStandardError } from "./sd-error.ts";

/** In reference standard deviations; relative; absolute; combined Monte Carlo errors; relative to the largest. */
export const limits = { mean: 0.1, sd: 0.1, rhat: 1.01, errors: 4, logDensity: 1e-8 } as const;

export interface ParameterRow {
  readonly name: string;
  readonly reference: { readonly mean: number; readonly sd: number };
  readonly ours: { readonly mean: number; readonly sd: number };
  /** Difference of the means in standard deviations of the reference. */
  readonly meanError: number;
  readonly sdRatio: number;
  /** Monte Carlo standard error of our standard deviation, in standard deviations of the reference. Judges nothing. */
  readonly sdError: number;
  /** The difference of the means in combined Monte Carlo errors of the two means. */
  readonly errors: number;
  readonly rhat: number;
  readonly ess: number;
  readonly pass: boolean;
}

export interface Comparison {
  readonly rows: readonly ParameterRow[];
  readonly divergences: number;
  readonly verdict: string;
  readonly seconds: number;
  /** Largest deviation of the log densities, relative to the largest of them in size; absent without published points. */
  readonly logDensityError?: number;
  /** All within the limits. */
  readonly agrees: boolean;
  /** Agrees, or may be off and says so. */
  readonly pass: boolean;
}

export async function compare(each: Case, seed?: number): Promise<Comparison> {
  const reference = readReference(each);
  const { program, problems } = await driver.compile(driver.readSource(each.model));
  if (program === undefined)
    throw new Error(`${each.model}: ${problems.map(({ message }) => message).join("; ")}`);
  const data = readData(each);
  const posterior = await driver.infer(program, data, {
    allowExtra: true,
    strategy: "nuts",
    seed,
  });
  const chains = chainsByName(posterior);
  const rows = Object.entries(reference.params).map(([name, known]): ParameterRow => {
    const row = posterior.summary.find((candidate) => candidate.name === ourName(name, each));
    const drawn = chains.get(ourName(name, each));
    if (row === undefined || drawn === undefined)
      throw new Error(`${each.model} has no ${ourName(name, each)}`);
    const meanError = (row.mean - known.mean) / known.sd;
    const sdRatio = row.sd / known.sd;
    const errors = (row.mean - known.mean) / Math.hypot(row.sd / Math.sqrt(row.ess), known.mcse_mean ?? 0);
    const near = Math.abs(meanError) < limits.mean || Math.abs(errors) < limits.errors;
    const pass = near && Math.abs(sdRatio - 1) < limits.sd && row.rhat < limits.rhat;
    return {
      name,
      reference: known,
      ours: row,
      meanError,
      sdRatio,
      sdError: sdStandardError(drawn) / known.sd,
      errors,
      rhat: row.rhat,
      ess: Math.min(row.ess, row.essTail),
      pass,
    };
  });
  const logDensityError = compareLogDensities(program, each, reference);
  const { verdict } = posterior.quality;
  const agrees =
    rows.every((row) => row.pass) && (logDensityError === undefined || logDensityError < limits.logDensity);
  return {
    rows,
    divergences: (posterior.sampleStats.diverging ?? []).reduce((sum, flag) => sum + flag, 0),
    verdict,
    seconds: posterior.seconds,
    logDensityError,
    agrees,
    pass: agrees || (each.mayBeOff !== undefined && verdict !== "good"),
  };
}

/** Chains of each element, by the name that the summary gives it. */
function chainsByName({ variables, chains, draws }: Posterior): ReadonlyMap<string, readonly Float64Array[]> {
  const elements = variables.flatMap(({ name, shape, values }) =>
    indexLabels(shape).map((label, at, { length }): [string, readonly Float64Array[]] => [
      `${name}${label}`,
      chainsOf(values, chains, draws, length, at),
    ]),
  );
  return new Map(elements);
}

/**
 * Largest deviation of our log densities from the published ones, relative to the largest of these. Both are known up to a
 * constant: the mean difference is taken off. `undefined` where none are published.
 */
export function compareLogDensities(program: Program, each: Case, reference: Reference): number | undefined {
  const points = reference.logdensity_check?.points;
  if (points === undefined) return undefined;
  const model = program.model();
  const bound = bindOrThrow(model, readData(each), { allowExtra: true });
  const { graph } = lowerLogDensity(loweringInput(program.core, model, bound), { scale: "constrained" });
  const executable = referenceEngine.compile(select(graph, ["logDensity"]));
  const given = dataInputs(bound);
  const differences = points.map(({ params, log_density }) => {
    const byName = new Map(Object.entries(params).map(([name, value]) => [ourName(name, each), value]));
    const inputs = Object.entries(graph.inputs).map(([input, id]): [string, Float64Array] => {
      if (input in given) return [input, given[input]];
      const { shape } = graph.nodes[id].type;
      const names = elementNames(input.replace(/^value\//, ""), shape);
      const values = Float64Array.from(names, (name) => byName.get(name) ?? Number.NaN);
      if (values.length !== elementCount(shape)) throw new Error(`values of ${input} are missing`);
      return [input, values];
    });
    return executable.run(Object.fromEntries(inputs)).logDensity[0] - log_density;
  });
  executable.dispose();
  const constant = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const size = Math.max(...points.map(({ log_density }) => Math.abs(log_density)));
  // NaN stays NaN, and fails.
  return Math.max(...differences.map((value) => Math.abs(value - constant))) / size;
}
