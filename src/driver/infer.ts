/** From a program and data to a posterior: bind, plan, choose, run, judge. */
import { ProblemError } from "../base/problem.ts";
import { hasScored } from "../compiler/lower/score-gradient.ts";
import type { BoundData } from "../data/bind-data.ts";
import { joinChains } from "../inference/join-chains.ts";
import type { PosteriorData } from "../inference/posterior-data.ts";
import { type StrategyName, strategies } from "../inference/registry.ts";
import type { DensityTarget } from "../inference/target.ts";
import type { CoreModel } from "../lang/core.ts";
import { drawDiscrete } from "./answers/discrete-posterior.ts";
import { logLikelihood } from "./answers/log-likelihood.ts";
import { outputName } from "./answers/output-name.ts";
import { describePosterior } from "./answers/posterior.ts";
import { simulateFrom } from "./answers/predict.ts";
import { predictAt } from "./answers/predict-at.ts";
import type { GivenData, InferOptions, Posterior, Program, Progress } from "./api-types.ts";
import type { ChainTask } from "./chains/run-chain.ts";
import { type ChainResult, finishChain, type RunChainsOptions, runChains } from "./chains/run-chains.ts";
import { startWhereTold } from "./chains/start-where-told.ts";
import { chooseSamplingEngine, type EngineChoice } from "./choose-engine.ts";
import { checkDrawsMemory, threadsThatFit } from "./density/check-memory.ts";
import { type DensityPlan, loweringInput, planDensity } from "./density/density-plan.ts";
import { densityTarget } from "./density/density-target.ts";
import { explainNonFinite } from "./density/explain-non-finite.ts";
import { type InferredValues, inferredValues } from "./density/imputed-values.ts";
import type { Host } from "./host.ts";
import { bindOrThrow, defaultSeed } from "./infer-options.ts";
import { chooseMember } from "./members/choose-member.ts";
import { planGuide } from "./training/guide-plan.ts";
import { refuseScore } from "./training/refuse-score.ts";

const defaultChains = 4;

/** Coordinates beyond which `auto` no longer samples: NUTS would take minutes, SVI seconds. */
const largestForNuts = 1000;

/** Rejects with `ProblemError` for what the user can mend; with partial draws at hand an abort resolves instead. */
export async function infer(
  program: Program,
  data: GivenData,
  options: InferOptions,
  host: Host,
): Promise<Posterior> {
  const started = performance.now();
  const chosen = chooseMember(program.model(options.model), data, options.member);
  const { model } = chosen;
  const bound = bindOrThrow(model, chosen.data, options);
  const engine = chooseSamplingEngine(options.engine);
  const { reuse } = program.edition;
  const seed = options.seed ?? defaultSeed;
  const density = planDensity(program.core, model, bound, reuse);
  const strategy = chooseStrategy(options.strategy, model, density);
  const plan = withGuide(program, model, bound, density, strategy.name, seed);
  const tasks = chainTasks(strategy.name, options, seed);
  checkDraws(plan, tasks);
  const cores = host.cores();
  const allowed = host.startChains === undefined ? 0 : (options.parallel ?? cores);
  const parallel = Math.min(tasks.length, allowed, threadsThatFit(plan.density));
  // Where there are more than chains, they share in the work of a chain.
  const threads = Math.max(1, Math.floor(allowed / tasks.length));
  const compiler = await reuse.engine(engine.label, threads, () => host.loadEngine(engine.label, threads));
  const target = densityTarget(plan, compiler);
  announceMissing(options, inferredValues(program.core, model, bound));
  announce(options, strategy, engine, tasks.length, parallel, cores);
  const starting = startWhereTold(tasks, options.init, {
    input: loweringInput(program.core, model, bound),
    plan,
    target,
    engine: compiler,
  });
  const results = await runWithReasons(program, model, bound, plan, target, starting, {
    ...options,
    engine: engine.label,
    parallel,
    threads,
    startChains: host.startChains,
  });
  const posterior = finishChains(target, starting, results);
  target.dispose();
  const discrete = await drawDiscrete(program, model, bound, posterior, {
    ...options,
    seed,
    engine: await host.loadEngine(engine.label),
  });
  const seconds = (performance.now() - started) / 1000;
  return describePosterior(posterior, {
    model,
    bound,
    engine: engine.label,
    seed,
    seconds,
    interrupted: results.some((result) => !result.done),
    discrete,
    logLikelihood: async () =>
      logLikelihood(program, model, bound, posterior, await host.loadEngine(engine.label)),
    predict: (values, draws) => simulateFrom(program, model, bound, values, draws, { ...options, seed }),
    predictAt: (values, draws, other, wishes) =>
      predictAt({ program, ...chosen, bound, posterior: values, draws, seed }, other, wishes),
  });
}

interface StrategyChoice {
  readonly name: StrategyName;
  readonly reason: string;
}

function chooseStrategy(
  asked: InferOptions["strategy"],
  model: CoreModel,
  plan: DensityPlan,
): StrategyChoice {
  const scored = model.sites.find(({ score }) => score);
  if (scored !== undefined) {
    if (asked !== undefined && asked !== "auto" && asked !== "svi")
      throw new ProblemError([refuseScore(scored, asked)]);
    return { name: "svi", reason: `\`${scored.variable}\` is drawn with \`score\`` };
  }
  if (plan.dimension === 0)
    throw new ProblemError([
      {
        code: "nothing-to-infer",
        severity: "error",
        message: `the model ${model.name} has no latent variable to infer`,
        labels: [],
        place: model.span.source,
        help: "draw at least one variable without `observe`, or use `ppl sample`",
      },
    ]);
  if (asked !== undefined && asked !== "auto") return { name: asked, reason: "as asked" };
  const count = `${plan.dimension} unknown ${plan.dimension === 1 ? "number" : "numbers"}`;
  return plan.dimension <= largestForNuts
    ? { name: "nuts", reason: `${count}; up to ${largestForNuts} are sampled` }
    : { name: "svi", reason: `${count}; more than ${largestForNuts} would take NUTS too long` };
}

/** SVI fits the program's guide where there is one, and one that is derived where there are discrete draws. */
function withGuide(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  plan: DensityPlan,
  strategy: StrategyName,
  seed: number,
): DensityPlan {
  if (strategy !== "svi" || (model.guide === undefined && !hasScored(model))) return plan;
  return { ...plan, guide: planGuide(program.core, model, bound, plan.variables.map(outputName), seed) };
}

function announceMissing({ onDecision }: InferOptions, { imputed, summed }: InferredValues): void {
  const tell = (name: string, count: number, done: string): void => {
    const choice =
      count === 1
        ? `1 missing value of ${name} is ${done}`
        : `${count} missing values of ${name} are ${done}`;
    onDecision?.({ what: "missing values", choice, reason: `other lines compute with ${name}` });
  };
  for (const [name, { length }] of Object.entries(imputed)) tell(name, length, "inferred");
  for (const [name, { length }] of Object.entries(summed)) tell(name, length, "summed out");
}

function announce(
  { onDecision }: InferOptions,
  strategy: StrategyChoice,
  engine: EngineChoice,
  chains: number,
  parallel: number,
  cores: number,
): void {
  onDecision?.({ what: "strategy", choice: strategy.name, reason: strategy.reason });
  onDecision?.({ what: "engine", choice: engine.label, reason: engine.reason });
  const threads = Math.min(chains, parallel);
  onDecision?.({
    what: "chains",
    choice:
      threads === 0
        ? `${chains}, in the calling thread`
        : threads === 1
          ? `${chains}, in one worker thread at most`
          : `${chains}, in up to ${threads} worker threads`,
    reason: `${cores} cores here`,
  });
}

function chainTasks(strategy: StrategyName, options: InferOptions, seed: number): ChainTask[] {
  const config =
    strategy === "nuts"
      ? {
          ...strategies.nuts.defaults,
          ...(options.warmup !== undefined && { warmup: options.warmup }),
          ...(options.draws !== undefined && { draws: options.draws }),
          ...(options.targetAccept !== undefined && { targetAccept: options.targetAccept }),
          ...(options.maxDepth !== undefined && { maxTreeDepth: options.maxDepth }),
          ...(options.metric !== undefined && { metric: options.metric }),
        }
      : { ...strategies.svi.defaults, ...(options.draws !== undefined && { draws: options.draws }) };
  // Independent draws from one guide are one chain.
  const chains = strategy === "nuts" ? (options.chains ?? defaultChains) : 1;
  return Array.from({ length: chains }, (_, chain) => ({
    chain,
    strategy,
    config,
    key: { seed, stream: chain },
  }));
}

/** Bytes of one step apart from its position and values: the facts of its row, and the statistics of all chains and of each. */
const stepOverhead = 16 * 8 + 16 * 7;

/** NUTS keeps a row of every step, all of one chain also in one array; values of draws are there per chain and of all chains. */
function checkDraws(plan: DensityPlan, tasks: readonly ChainTask[]): void {
  const [{ strategy, config }] = tasks;
  const { draws, warmup = 0 } = config as { readonly draws: number; readonly warmup?: number };
  const steps = strategy === "nuts" ? draws + warmup : draws;
  const perDraw = 16 * plan.dimension + 16 * plan.constrainedLength;
  if (strategy !== "nuts") checkDrawsMemory(steps, perDraw);
  else {
    const what = `${tasks.length} chains of ${steps} draws, warm-up included,`;
    checkDrawsMemory(tasks.length * steps, stepOverhead + perDraw, what);
  }
}

async function runWithReasons(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  plan: DensityPlan,
  target: DensityTarget,
  tasks: readonly ChainTask[],
  options: InferOptions &
    Pick<Host, "startChains"> &
    Pick<RunChainsOptions, "engine" | "parallel" | "threads">,
): Promise<readonly ChainResult[]> {
  const { engine, parallel, threads } = options;
  const total = strategies[tasks[0].strategy].steps(tasks[0].config as never);
  try {
    return await runChains(plan, target, tasks, {
      parallel,
      threads,
      startChains: options.startChains,
      engine,
      signal: options.signal,
      onBatch: (results) => options.onProgress?.(progressOf(results, total, tasks[0])),
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError(
      error.problems.map((problem) =>
        problem.code === "initialization-failed" ? explainNonFinite(problem, program, model, bound) : problem,
      ),
    );
  }
}

function progressOf(results: readonly ChainResult[], total: number, task: ChainTask): Progress {
  const done = results.map((result) => (result.done ? total : result.steps));
  const warmup = (task.config as { readonly warmup?: number }).warmup ?? 0;
  const phase =
    task.strategy === "svi" ? "fitting" : done.every((each) => each < warmup) ? "warm-up" : "sampling";
  return {
    phase,
    done: done.reduce((sum, each) => sum + each, 0),
    total: total * results.length,
    unit: task.strategy === "svi" ? "steps" : "draws",
    chains: done.map((each) => each / total),
  };
}

/** One posterior from the chains; of interrupted ones those that together have most draws of equal number. */
function finishChains(
  target: DensityTarget,
  tasks: readonly ChainTask[],
  results: readonly ChainResult[],
): PosteriorData {
  const finish = (position: number, steps: number): PosteriorData =>
    finishChain(target, tasks[position], results[position], steps);
  if (results.every((result) => result.done))
    return joinChains(tasks.map((_, position) => finish(position, results[position].steps)));

  if (tasks[0].strategy !== "nuts") throw interruptedTooEarly();
  const warmup = (tasks[0].config as { readonly warmup?: number }).warmup ?? 0;
  const byLength = results
    .map((result, position) => ({ position, kept: result.steps - warmup }))
    .filter(({ kept }) => kept > 1)
    .sort((a, b) => b.kept - a.kept);
  const best = byLength
    .map(({ kept }, rank) => ({ chains: rank + 1, kept, total: (rank + 1) * kept }))
    .reduce((a, b) => (b.total > a.total ? b : a), { chains: 0, kept: 0, total: 0 });
  if (best.chains === 0) throw interruptedTooEarly();
  const chosen = byLength.slice(0, best.chains).map(({ position }) => position);
  chosen.sort((a, b) => a - b);
  return joinChains(chosen.map((position) => finish(position, warmup + best.kept)));
}

function interruptedTooEarly(): ProblemError {
  return new ProblemError([
    {
      code: "interrupted",
      severity: "error",
      message: "stopped before there was anything to keep",
      labels: [],
      help: "let it run until draws are kept; with fewer to adapt with, as `--warmup 300`, that is sooner",
    },
  ]);
}
