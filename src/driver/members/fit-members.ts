/** `ppl train` of a family whose members learn for themselves: each is fitted to its own data, by maximum likelihood. */
import type { FittedMember, FittedMembers, FittedValue } from "../../artifact/fitted-members.ts";
import { ProblemError } from "../../base/problem.ts";
import type { Graph } from "../../compiler/graph.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Engine, Executable } from "../../engines/engine.ts";
import {
  type LbfgsState,
  lbfgsDefaults,
  type Objective,
  startLbfgs,
  stepLbfgs,
} from "../../inference/maximize/lbfgs.ts";
import type { CoreModel } from "../../lang/core.ts";
import { nestedValues } from "../answers/nested-values.ts";
import type { FitOptions, GivenMember, Program } from "../api-types.ts";
import { chooseSamplingEngine } from "../choose-engine.ts";
import { dataInputs } from "../density/density-plan.ts";
import type { Host } from "../host.ts";
import { bindOrThrow, defaultSeed } from "../infer-options.ts";
import { initialParameters } from "../training/initial-parameters.ts";
import { weightInputs } from "../training/weight-blocks.ts";
import { turnTaker } from "../turn-taker.ts";
import { version } from "../version.ts";
import { type ChosenMember, chooseMember } from "./choose-member.ts";
import { type FitPlan, planFit } from "./fit-plan.ts";
import { type JointObjective, joinObjectives, type MemberObjective } from "./fit-together.ts";

/** Whether members of the family have parameters of their own. */
export function learnsPerMember({ body }: CoreModel): boolean {
  return body.some((each) => (each.kind === "learn" || each.kind === "learnNet") && each.member);
}

/**
 * All members start from the same parameters. Where they share none, one does not know of another: a member's fit is the same in
 * any company. Rejects with `ProblemError`, also when the signal aborts.
 */
export async function fitMembers(
  program: Program,
  members: readonly GivenMember[],
  options: FitOptions,
  host: Host,
): Promise<FittedMembers> {
  const family = program.model(options.model);
  if (members.length === 0) throw new ProblemError([noMembers]);
  const seed = options.seed ?? defaultSeed;
  const choice = chooseSamplingEngine(options.engine);
  options.onDecision?.({ what: "engine", choice: choice.label, reason: choice.reason });
  const fits = compiledFits(program, await host.loadEngine(choice.label));
  const shared = sharedNames(family);
  const isShared = (input: string): boolean => input.startsWith("learn/") && shared.has(input.split("/")[1]);
  const prepared = members.map((member) => prepareMember(member, family, fits, seed, options));
  const groups = shared.size === 0 ? prepared.map((member) => [member]) : [prepared];
  const fitted: FittedMember[] = [];
  for (const group of groups) {
    const joint = joinObjectives(group, isShared);
    const state = await climb(joint, group, options, shared.size > 0);
    for (const [position, member] of group.entries())
      fitted.push(describeFit(member, family, joint.memberVector(position, state.position), state));
    options.onProgress?.({
      phase: "fitting",
      done: fitted.length,
      total: members.length,
      unit: "members",
      detail: `log density ${state.value.toFixed(3)}`,
    });
  }
  fits.dispose();
  const { source } = program;
  const common = { kind: "fitted-members", family: family.name, source, pplVersion: version } as const;
  return { ...common, seed, engine: choice.label, members: fitted };
}

function sharedNames({ body }: CoreModel): ReadonlySet<string> {
  return new Set(
    body.flatMap((each) =>
      (each.kind === "learn" || each.kind === "learnNet") && !each.member ? [each.name] : [],
    ),
  );
}

interface PreparedMember extends MemberObjective {
  readonly chosen: ChosenMember;
  readonly bound: BoundData;
  readonly fit: CompiledFit;
}

function prepareMember(
  { name, data }: GivenMember,
  family: CoreModel,
  fits: CompiledFits,
  seed: number,
  options: FitOptions,
): PreparedMember {
  const chosen = chooseMember(family, data, options.member);
  const bound = bindOrThrow(chosen.model, chosen.data, options);
  const fit = fits.of(chosen, bound);
  const { blocks, parameterCount, learned } = fit.plan;
  const objective = objectiveOf(fit, dataInputs(bound));
  const start = initialParameters({ blocks, parameterCount, lowered: { learned, encoder: [] } }, seed);
  return { name, blocks, objective, start, chosen, bound, fit };
}

async function climb(
  { objective, start }: JointObjective,
  group: readonly PreparedMember[],
  { steps, signal, onProgress }: FitOptions,
  together: boolean,
): Promise<LbfgsState> {
  const config = { ...lbfgsDefaults, ...(steps !== undefined && { maxSteps: steps }) };
  const turn = turnTaker();
  let state = startLbfgs(objective, start);
  if (state === undefined) throw new ProblemError([noStart(group)]);
  while (state.ended === undefined && state.steps < config.maxSteps) {
    state = stepLbfgs(objective, state, config);
    if (together)
      onProgress?.({
        phase: "fitting",
        done: state.steps,
        total: config.maxSteps,
        unit: "steps",
        detail: `log density ${state.value.toFixed(3)}`,
      });
    await turn();
    if (signal?.aborted) throw new ProblemError([interrupted]);
  }
  return state;
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

/** `state` is that of the climb in which the member took part. */
function describeFit(
  { name, chosen, bound, objective, fit: { plan, report } }: PreparedMember,
  family: CoreModel,
  position: Float64Array,
  { value, gradient, steps, ended }: LbfgsState,
): FittedMember {
  const weights = weightInputs(plan.blocks, position);
  const outputs = report.run(usedBy(plan.report, { ...dataInputs(bound), ...weights }));
  const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
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
    logDensity: objective.valueAndGradient(position, new Float64Array(objective.dimension)),
    steps,
    converged: ended !== undefined && largest <= flat * Math.max(1, Math.abs(value)),
    parameters: Object.fromEntries(plan.learned.map(({ input }) => [input, weights[input].slice()])),
    values,
  };
}

const noMembers = {
  code: "not-members",
  severity: "error",
  message: "there are no members to fit",
  labels: [],
  expected: "the data of one member at least",
} as const;

function noStart(group: readonly PreparedMember[]) {
  const values = group.map(({ objective, start }) =>
    objective.valueAndGradient(start, new Float64Array(objective.dimension)),
  );
  const at = Math.max(
    0,
    values.findIndex((value) => !Number.isFinite(value)),
  );
  return {
    code: "fit-start-failed",
    severity: "error",
    message: `member ${group[at].name} has no finite density where its parameters start`,
    labels: [],
    expected: "a finite log density and gradient",
    found: Number.isFinite(values[at]) ? "a gradient that is not finite" : `log density ${values[at]}`,
    help: "start `member learn` elsewhere, and check that the data can occur under the model",
  } as const;
}

const interrupted = {
  code: "interrupted",
  severity: "error",
  message: "stopped before all members were fitted",
  labels: [],
} as const;
