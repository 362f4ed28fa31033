/** Whether a training run can be believed: it ended near its best, and single precision still measures the objective. */
import { randomSource } from "../../base/random.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { type Engine, runLater } from "../../engines/engine.ts";
import { referenceEngine } from "../../engines/reference/reference-engine.ts";
import { select } from "../density/density-plan.ts";
import { type AmortizedPlan, batchBuffers, loadItems, parameterInputs } from "./amortized-plan.ts";

/** The ELBO may end this share of its best, and this many nats, below the best. */
const toleratedFall = { share: 0.1, nats: 1 };

/** Objective of one batch in single against double precision. */
const toleratedRounding = { share: 0.01, nats: 0.1 };

/** A remark when the mean of the last steps lies well below the best mean of as many. NaN steps do not count. */
export function judgeObjectives(objectives: readonly number[]): string | undefined {
  const width = Math.max(10, Math.floor(objectives.length / 20));
  const means: number[] = [];
  for (let end = width; end <= objectives.length; end += width) {
    const part = objectives.slice(end - width, end).filter(Number.isFinite);
    means.push(
      part.length === 0 ? Number.NEGATIVE_INFINITY : part.reduce((sum, x) => sum + x, 0) / part.length,
    );
  }
  const last = means[means.length - 1] ?? 0;
  const best = Math.max(...means);
  if (means.length === 0 || last >= best - toleratedFall.share * Math.abs(best) - toleratedFall.nats)
    return undefined;
  return `training went wrong: the ELBO was ${best.toFixed(2)} at its best and ended at ${last.toFixed(2)}; lower --learning-rate`;
}

/** Steps may be left out in this share without a word: a learning rate that is a little high leaves out some. */
const toleratedRejected = 0.01;

/** A remark when more steps were left out, which are NaN here. */
export function judgeRejected(objectives: readonly number[]): string | undefined {
  const rejected = objectives.filter(Number.isNaN).length;
  return rejected <= toleratedRejected * objectives.length
    ? undefined
    : `${rejected} of ${objectives.length} steps were left out, their objective or its gradient not being finite: check that all data can occur under the model`;
}

/** A remark when the engine's objective differs from the same one in doubles. */
export async function judgePrecision(
  plan: AmortizedPlan,
  standard: Readonly<Record<string, Float64Array>>,
  engine: Engine,
  parameters: Float64Array,
): Promise<string | undefined> {
  const batch = Int32Array.from({ length: plan.options.batch }, (_, i) => i);
  const noise = new Float64Array(plan.options.batch * plan.lowered.localDimension);
  randomSource({ seed: 0, stream: 0 }, 0).fillNormal(noise);
  const buffers = batchBuffers(plan);
  loadItems(plan, batch, buffers);
  const inputs = { ...plan.sharedData, ...standard, ...buffers, ...parameterInputs(plan, parameters), noise };
  const graph = optimize(select(plan.lowered.graph, ["objective"]));
  const objectiveOn = async (each: Engine): Promise<number> => {
    const executable = each.compile(graph);
    const [objective] = (await runLater(executable, inputs)).objective;
    executable.dispose();
    return objective;
  };
  const [measured, exact] = [await objectiveOn(engine), await objectiveOn(referenceEngine)];
  const limit = toleratedRounding.share * Math.abs(exact) + toleratedRounding.nats;
  if (Math.abs(measured - exact) <= limit) return undefined;
  return `single precision has lost the objective: ${measured.toPrecision(4)} where doubles give ${exact.toPrecision(4)}; lower --learning-rate, or use --engine reference`;
}
