/** `ppl train` of a family whose members learn for themselves: each is fitted to its own data, by maximum likelihood. */
import type { FittedMember, FittedMembers, FittedValue } from "../artifact/fitted-members.ts";
import { ProblemError } from "../base/problem.ts";
import type { Graph } from "../compiler/graph.ts";
import type { BoundData } from "../data/bind-data.ts";
import type { Engine, Executable } from "../engines/engine.ts";
import {
  type LbfgsState,
  lbfgsDefaults,
  type Objective,
  startLbfgs,
  stepLbfgs,
} from "../inference/maximize/lbfgs.ts";
import type { CoreModel } from "../lang/core.ts";
import type { FitOptions, GivenMember, Program } from "./api-types.ts";
import { chooseEngine } from "./choose-engine.ts";
import { type ChosenMember, chooseMember } from "./choose-member.ts";
import { dataInputs } from "./density-plan.ts";
import { type FitPlan, planFit } from "./fit-plan.ts";
import type { Host } from "./host.ts";
import { bindOrThrow, defaultSeed } from "./infer-options.ts";
import { initialParameters } from "./initial-parameters.ts";
import { nestedValues } from "./nested-values.ts";
import { turnTaker } from "./turn-taker.ts";
import { version } from "./version.ts";
import { weightInputs } from "./weight-blocks.ts";

/** Whether members of the family have parameters of their own. */
export function learnsPerMember({ body }: CoreModel): boolean {
  return body.some((each) => (each.kind === "learn" || each.kind === "learnNet") && each.member);
}

/**
 * All members start from the same parameters, and one does not know of another: a member's fit is the same in any company. Rejects
 * with `ProblemError`, also when the signal aborts.
 */
export async function fitMembers(
  program: Program,
  members: readonly GivenMember[],
  options: FitOptions,
  host: Host,
): Promise<FittedMembers> {
  const family = program.model(options.model);
  refuseUnfit(family, members);
  const seed = options.seed ?? defaultSeed;
  const choice = chooseEngine(options.engine, "sampling");
  options.onDecision?.({ what: "engine", choice: choice.label, reason: choice.reason });
  const engine = await host.loadEngine(choice.label);
  const fits = compiledFits(program, engine);
  const turn = turnTaker();
  const fitted: FittedMember[] = [];
  for (const { name, data } of members) {
    const chosen = chooseMember(family, data, options.member);
    const bound = bindOrThrow(chosen.model, chosen.data, options);
    const fit = fits.of(chosen, bound);
    const objective = objectiveOf(fit, dataInputs(bound));
    const start = initialParameters(
      { ...fit.plan, lowered: { learned: fit.plan.learned, encoder: [] } },
      seed,
    );
    let state = startLbfgs(objective, start);
    if (state === undefined) throw new ProblemError([noStart(name, objective, start)]);
    const config = { ...lbfgsDefaults, ...(options.steps !== undefined && { maxSteps: options.steps }) };
    while (state.ended === undefined && state.steps < config.maxSteps) {
      state = stepLbfgs(objective, state, config);
      await turn();
      if (options.signal?.aborted) throw new ProblemError([interrupted]);
    }
    fitted.push(describeFit(name, family, chosen, bound, fit, state));
    const detail = `log density ${state.value.toFixed(3)}`;
    options.onProgress?.({
      phase: "fitting",
      done: fitted.length,
      total: members.length,
      unit: "members",
      detail,
    });
  }
  fits.dispose();
  const { source } = program;
  const common = { kind: "fitted-members", family: family.name, source, pplVersion: version } as const;
  return { ...common, seed, engine: choice.label, members: fitted };
}

/** Where rounding lets no step go up, the gradient is at most so large at a maximum, relative to the log density. */
const flat = 1e-4;

interface CompiledFit {
  readonly plan: FitPlan;
  readonly objective: Executable;
  readonly report: Executable;
}

interface CompiledFits {
  /** Compiled once for all members that differ in the values of their data only. */
  of(chosen: ChosenMember, bound: BoundData): CompiledFit;
  dispose(): void;
}

function compiledFits(program: Program, engine: Engine): CompiledFits {
  const fits = new Map<string, CompiledFit>();
  return {
    of({ model, options }, bound) {
      const missing = Object.keys(bound.values).filter((name) => bound.values[name].present !== undefined);
      const key = JSON.stringify([bound.sizes, bound.knowns, options, Object.keys(bound.values), missing]);
      const known = fits.get(key);
      if (known !== undefined) return known;
      const plan = planFit(program.core, model, bound);
      const objective = engine.compile(plan.objective);
      const fit = { plan, objective, report: engine.compile(plan.report) };
      fits.set(key, fit);
      return fit;
    },
    dispose() {
      for (const { objective, report } of fits.values()) {
        objective.dispose();
        report.dispose();
      }
    },
  };
}

function objectiveOf(
  { plan, objective }: CompiledFit,
  data: Readonly<Record<string, Float64Array>>,
): Objective {
  const fixed = usedBy(plan.objective, data);
  return {
    dimension: plan.parameterCount,
    valueAndGradient(position, gradient) {
      const outputs = objective.run({
        ...fixed,
        ...usedBy(plan.objective, weightInputs(plan.blocks, position)),
      });
      for (const { input, offset } of plan.blocks) gradient.set(outputs[`gradient/${input}`], offset);
      return outputs.logDensity[0];
    },
  };
}

function usedBy(
  { inputs }: Graph,
  values: Readonly<Record<string, Float64Array>>,
): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(inputs, name)));
}

function describeFit(
  name: string,
  family: CoreModel,
  chosen: ChosenMember,
  bound: BoundData,
  { plan, report }: CompiledFit,
  { position, value, gradient, steps, ended }: LbfgsState,
): FittedMember {
  const weights = weightInputs(plan.blocks, position);
  const outputs = report.run(usedBy(plan.report, { ...dataInputs(bound), ...weights }));
  const kinds = { variable: "latent", binding: "binding", learned: "learned" } as const;
  const values = Object.entries(plan.report.outputs).map(([output, id]): FittedValue => {
    const slash = output.indexOf("/");
    const kind = kinds[output.slice(0, slash) as keyof typeof kinds];
    const { shape } = plan.report.nodes[id].type;
    return { name: output.slice(slash + 1), kind, shape, values: Float64Array.from(outputs[output]) };
  });
  const inputs = chosen.model.inputs.filter((input) =>
    family.varies.some((vary) => vary.name === input.name),
  );
  const described = inputs.map((input): [string, unknown] => {
    const given = bound.values[input.name];
    return [input.name, nestedValues(given.values, given.shape, input.type.base)];
  });
  return {
    name,
    description: { ...chosen.options, ...Object.fromEntries(described) },
    sizes: bound.sizes,
    logDensity: value,
    steps,
    converged:
      ended !== undefined && Math.max(...gradient.map(Math.abs), 0) <= flat * Math.max(1, Math.abs(value)),
    parameters: Object.fromEntries(plan.learned.map(({ input }) => [input, weights[input].slice()])),
    values,
  };
}

function refuseUnfit(family: CoreModel, members: readonly GivenMember[]): void {
  const shared = family.body.find(
    (each) => (each.kind === "learn" || each.kind === "learnNet") && each.member === undefined,
  );
  if (shared !== undefined)
    throw new ProblemError([
      {
        code: "not-supported-yet",
        severity: "error",
        message: "parameters that members share beside those of their own are not fitted yet",
        labels: [{ span: shared.span, text: "shared by all members" }],
        help: "write `member learn`, or give the value as an input",
      },
    ]);
  if (members.length === 0)
    throw new ProblemError([
      {
        code: "not-members",
        severity: "error",
        message: "there are no members to fit",
        labels: [],
        expected: "the data of one member at least",
      },
    ]);
}

function noStart(name: string, objective: Objective, start: Float64Array) {
  const value = objective.valueAndGradient(start, new Float64Array(objective.dimension));
  return {
    code: "fit-start-failed",
    severity: "error",
    message: `member ${name} has no finite density where its parameters start`,
    labels: [],
    expected: "a finite log density and gradient",
    found: Number.isFinite(value) ? "a gradient that is not finite" : `log density ${value}`,
    help: "start `member learn` elsewhere, and check that the data can occur under the model",
  } as const;
}

const interrupted = {
  code: "interrupted",
  severity: "error",
  message: "stopped before all members were fitted",
  labels: [],
} as const;
