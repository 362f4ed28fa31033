/** NUTS on eight schools: effective draws per second. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bug } from "../../src/base/bug.ts";
import type { RandomKey } from "../../src/base/random.ts";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { driver } from "../../src/driver/driver.ts";
import type { EngineName } from "../../src/engines/engine.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { chainsOf, pooled } from "../../src/inference/diagnostics/chains.ts";
import {
  bulkEffectiveSampleSize,
  meanStandardError,
} from "../../src/inference/diagnostics/effective-sample-size.ts";
import { mean } from "../../src/inference/diagnostics/moments.ts";
import { joinChains } from "../../src/inference/join-chains.ts";
import { strategies } from "../../src/inference/registry.ts";
import { alternate, type Outcome } from "../harness/alternate.ts";
import { type Child, startChild } from "../harness/child.ts";
import { type Contender, type Measurable, ours } from "../harness/contender.ts";
import { nodeContender, pythonContender } from "../harness/peers.ts";
import { planOf } from "../harness/plan-of.ts";
import { schools } from "../harness/schools.ts";
import {
  type Case,
  type Context,
  type Measurement,
  type Table,
  threeDigits,
  usualTurns,
} from "../harness/section.ts";
import { stanContender } from "../harness/stan.ts";
import { type Spread, spreadOf } from "../harness/statistics.ts";

const chains = 4;
const warmup = 1000;
const draws = 1000;
const targetAccept = 0.8;
/** mu, tau and eight theta. */
const quantities = 10;

const program = "examples/eight-schools/eight-schools.ppl";

interface SampledRun {
  readonly effective: number;
  readonly seconds: number;
  readonly sampling: number;
  readonly means: readonly number[];
  readonly errors: readonly number[];
}

export const nuts: Case = {
  name: "nuts",
  title: "Eight schools by NUTS",
  async run(context) {
    const entries = await contendersOf(context);
    const runs = new Map<Contender, SampledRun[]>();
    const rounds = context.quick ? 3 : 9;
    context.progress(`${rounds} rounds of 4 × (1000 + 1000)`);
    const outcomes = await alternate(
      entries.map(({ contender }) => contender),
      {
        ...usualTurns(context),
        rounds,
        turnSeconds: 0,
        tolerance: 0,
        afterTurn(contender, { seconds, sampling }) {
          const file = entries.find((entry) => entry.contender === contender)?.file ?? "";
          const list = runs.get(contender) ?? [];
          list.push(sampledRun(file, seconds, Number(sampling)));
          runs.set(contender, list);
        },
      },
    );
    context.progress("whole processes");
    const wholes = await wholeProcesses(entries, context.quick ? 2 : 5);
    const measurements = outcomes.flatMap((outcome) =>
      measurementsOf(outcome, runs.get(outcome.contender) ?? [], wholes.get(outcome.contender) ?? []),
    );
    const compared = withRatios(measurements);
    return {
      about:
        "4 chains of 1000 + 1000 transitions, non-centred, diagonal mass matrix, target acceptance 0.8 (`infer` with its defaults has its own, its threads and its summary). Smallest bulk effective sample size of mu, tau and " +
        "theta (our estimator for all) per second: of warm-up and sampling together; of sampling alone; and of the whole process from its start to the " +
        "draws, which for NumPyro includes compiling, for Stan not. `ppl / it` is our rate over that of the system: above 1, ours is the faster. " +
        "Posterior means have to agree within Monte Carlo error.",
      tables: [ratesTable(compared)],
      notes: agreement(outcomes, runs),
      measurements: compared,
    };
  },
};

interface Entry {
  readonly contender: Contender;
  readonly file: string;
}

async function contendersOf({ peers, temporaryFolder }: Context): Promise<Entry[]> {
  const data = join(temporaryFolder, "schools.json");
  writeFileSync(data, JSON.stringify(schools));
  const file = (name: string): string => join(temporaryFolder, `draws-${name}`);
  const common = { data, chains, warmup, draws };
  const here = import.meta.url;
  const script = resolve(import.meta.dirname, "nuts/numpyro_nuts.py");
  const stanModel = resolve(import.meta.dirname, "nuts/eight_schools.stan");
  const own = (engine: EngineName, shown: string): Entry => ({
    contender: ours(shown, here, "sampleHere", { engine, data, file: file(engine) }),
    file: file(engine),
  });
  const numpyro = (method: string): Entry => ({
    contender: pythonContender(peers, `NumPyro, ${method}`, "NumPyro", script, {
      ...common,
      method,
      file: file(method),
    }),
    file: file(method),
  });
  const stanTask = [data, file("stan"), quantities, chains, warmup, draws].join(" ");
  return [
    own("wasm", "ppl wasm, one thread"),
    own("reference", "ppl reference, one thread"),
    {
      contender: ours("ppl infer, its defaults", here, "sampleByInfer", { data, file: file("infer") }),
      file: file("infer"),
    },
    {
      contender: await stanContender(peers, "Stan, one thread", stanModel, "nuts", stanTask),
      file: file("stan"),
    },
    numpyro("vectorized"),
    {
      contender: nodeContender(
        peers,
        "WebPPL, HMC by hand",
        "WebPPL",
        new URL("./nuts/webppl.ts", here).href,
        "sampleByWebppl",
        { ...common, file: file("webppl") },
      ),
      file: file("webppl"),
    },
  ];
}

interface SampleTask {
  readonly data: string;
  readonly file: string;
}

/** The chains one after the other in this thread. */
export async function sampleHere({
  engine,
  data,
  file,
}: SampleTask & { engine: EngineName }): Promise<Measurable> {
  const target = densityTarget(await planOf({ program, data }), await loadEngine(engine));
  const run = strategies.nuts.prepare(target, { ...strategies.nuts.defaults, warmup, draws, targetAccept });
  type Start = ReturnType<typeof run.init>;
  type State = (Start & { readonly kind: "ready" })["state"];
  const stretches = run.stretches ?? bug("nuts has stretches");
  const rows = new Float64Array((warmup + draws) * stretches.rowLength);

  const advance = (from: State, key: RandomKey, first: number, steps: number): State => {
    let state = from;
    for (let done = 0; done < steps; ) {
      const moved = stretches.run(
        state,
        key,
        steps - done,
        rows.subarray((first + done) * stretches.rowLength),
      );
      done += moved.rows.length / stretches.rowLength;
      state = moved.state;
    }
    return state;
  };
  let seed = 0;
  return {
    values: [],
    run(times) {
      let sampling = 0;
      let seconds = 0;
      for (let i = 0; i < times; i++) {
        seed += 1;
        const started = performance.now();
        const parts = Array.from({ length: chains }, (_, stream) => {
          const key = { seed, stream };
          const start = run.init(key);
          if (start.kind === "failed") throw new Error(start.problem.message);
          const warm = advance(start.state, key, 0, warmup);
          const warmedUp = performance.now();
          const part = stretches.finish(advance(warm, key, warmup, draws), rows, key);
          sampling += (performance.now() - warmedUp) / 1000;
          return part;
        });
        const { variables } = joinChains(parts);
        seconds += (performance.now() - started) / 1000;
        writeDraws(file, variables);
      }
      return { seconds, sampling: sampling / times };
    },
  };
}

/** `infer` with its defaults: engine, threads, summary and judgement included. */
export async function sampleByInfer({ data, file }: SampleTask): Promise<Measurable> {
  const { program: compiled } = await driver.compile(driver.readSource(program));
  if (compiled === undefined) throw new Error("the program does not compile");
  const given = JSON.parse(readFileSync(data, "utf8"));
  let seed = 0;
  return {
    values: [],
    async run(times) {
      let seconds = 0;
      for (let i = 0; i < times; i++) {
        seed += 1;
        const started = performance.now();
        const posterior = await driver.infer(compiled, given, {
          strategy: "nuts",
          chains,
          warmup,
          draws,
          seed,
          allowExtra: true,
        });
        seconds += (performance.now() - started) / 1000;
        writeDraws(file, posterior.variables);
      }
      return { seconds };
    },
  };
}

interface DrawnValues {
  readonly name: string;
  readonly values: Float64Array;
}

/** [chain × draw × quantity], little-endian doubles. */
function writeDraws(file: string, variables: readonly DrawnValues[]): void {
  const all = new Float64Array(chains * draws * quantities);
  const widths = { mu: 1, tau: 1, theta: 8 };
  let offset = 0;
  for (const [name, width] of Object.entries(widths)) {
    const values = variables.find((variable) => variable.name === name)?.values;
    if (values === undefined) throw new Error(`no draws of ${name}`);
    for (let row = 0; row < chains * draws; row++)
      for (let i = 0; i < width; i++) all[row * quantities + offset + i] = values[row * width + i];
    offset += width;
  }
  writeFileSync(file, new Uint8Array(all.buffer));
}

function sampledRun(file: string, seconds: number, sampling: number): SampledRun {
  const bytes = readFileSync(file);
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const each = Array.from({ length: quantities }, (_, quantity) =>
    chainsOf(values, chains, draws, quantities, quantity),
  );
  return {
    effective: Math.min(...each.map(bulkEffectiveSampleSize)),
    seconds,
    sampling,
    means: each.map((quantity) => mean(pooled(quantity))),
    errors: each.map(meanStandardError),
  };
}

/** Effective draws per second from starting the process to having the draws of its first run. */
async function wholeProcesses(entries: readonly Entry[], rounds: number): Promise<Map<Contender, number[]>> {
  const rates = new Map<Contender, number[]>();
  for (let round = 0; round < rounds; round++)
    for (const { contender, file } of entries) {
      if (contender.launch.kind === "missing") continue;
      let child: Child | undefined;
      try {
        child = await startChild(contender.launch);
        const { seconds } = await child.run(1);
        const { effective } = sampledRun(file, seconds, Number.NaN);
        rates.set(contender, [...(rates.get(contender) ?? []), effective / (child.startSeconds + seconds)]);
      } catch {
        // The turns have told why.
      } finally {
        child?.stop();
      }
    }
  return rates;
}

const works = [
  "effective draws",
  "of warm-up and sampling",
  "of sampling alone",
  "of the whole process",
] as const;

/** Of 4000; below that a chain was stuck, and a rate says nothing. */
const fewestEffective = 100;

function measurementsOf(
  outcome: Outcome,
  runs: readonly SampledRun[],
  wholes: readonly number[],
): Measurement[] {
  const { name: system, ours: own } = outcome.contender;
  const common = { system, ours: own };
  if (outcome.kind !== "measured" || runs.length === 0)
    return [
      {
        ...common,
        work: works[1],
        unit: "1/s",
        remark: outcome.kind === "failed" ? outcome.reason : "no draws",
      },
    ];
  const effective = spreadOf(runs.map((run) => run.effective)).median;
  if (!(effective >= fewestEffective)) {
    const remark = `does not mix: ${Math.round(effective)} effective draws`;
    return [{ ...common, work: works[1], unit: "1/s", remark }];
  }
  const sampled = runs.filter((run) => Number.isFinite(run.sampling));
  const row = (work: string, unit: string, values: readonly number[]): Measurement[] =>
    values.length === 0 ? [] : [{ ...common, work, unit, value: spreadOf(values) }];
  return [
    ...row(
      works[0],
      "",
      runs.map((run) => run.effective),
    ),
    ...row(
      works[1],
      "1/s",
      runs.map((run) => run.effective / run.seconds),
    ),
    ...row(
      works[2],
      "1/s",
      sampled.map((run) => run.effective / run.sampling),
    ),
    ...row(works[3], "1/s", wholes),
  ];
}

/** Sorted by work, with our rate over each. */
function withRatios(measurements: readonly Measurement[]): Measurement[] {
  return works.flatMap((work) => {
    const rows = measurements.filter((each) => each.work === work);
    const own = rows.find((each) => each.ours && each.value !== undefined)?.value?.median;
    return rows.map((row) => ({
      ...row,
      ...(own !== undefined && row.value !== undefined && { ratio: own / row.value.median }),
    }));
  });
}

function ratesTable(measurements: readonly Measurement[]): Table {
  const show = (spread: Spread): string[] => [
    Math.round(spread.median).toString(),
    `${Math.round(spread.lower)} – ${Math.round(spread.upper)}`,
  ];
  return {
    columns: ["per second", "system", "median", "quartiles", "ppl / it"],
    rows: measurements.map(({ work, system, value, ratio, remark }, position) => [
      measurements[position - 1]?.work === work ? "" : work,
      system,
      ...(value === undefined ? [remark ?? "", ""] : show(value)),
      ratio === undefined ? "" : threeDigits(ratio),
    ]),
  };
}

/** Standard errors by which means of two systems may differ: the largest of ten differences of normals, with room. */
const mostErrors = 5;

function agreement(
  outcomes: readonly Outcome[],
  runs: ReadonlyMap<Contender, readonly SampledRun[]>,
): string[] {
  const [first, ...others] = outcomes.flatMap(({ contender }) => {
    const list = runs.get(contender) ?? [];
    if (list.length === 0) return [];
    const average = (read: (run: SampledRun) => number): number =>
      list.reduce((sum, run) => sum + read(run), 0) / list.length;
    return [
      {
        name: contender.name,
        means: Array.from({ length: quantities }, (_, i) => average((run) => run.means[i])),
        variances: Array.from(
          { length: quantities },
          (_, i) => average((run) => run.errors[i] ** 2) / list.length,
        ),
      },
    ];
  });
  return others.map(({ name, means, variances }) => {
    const distance = Math.max(
      ...means.map(
        (each, i) => Math.abs(each - first.means[i]) / Math.sqrt(variances[i] + first.variances[i]),
      ),
    );
    const word = distance < mostErrors ? "agree" : "DISAGREE";
    return `Means of ${name} and ${first.name} ${word}: at most ${threeDigits(distance)} standard errors apart.`;
  });
}
