/** Log density and gradient of small and medium models, in double precision. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compileSplit } from "../../src/driver/density/compiled-split.ts";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { createWasmEngine } from "../../src/engines/wasm/wasm-engine.ts";
import { alternate } from "../harness/alternate.ts";
import { type Contender, type Measurable, ours } from "../harness/contender.ts";
import { readPublished } from "../harness/data.ts";
import { pythonContender } from "../harness/peers.ts";
import { type PlanTask, planOf } from "../harness/plan-of.ts";
import {
  type Case,
  type Context,
  formatRatio,
  type Measurement,
  measureTimes,
  timesTable,
  usualTurns,
  type Work,
} from "../harness/section.ts";
import { stanContender } from "../harness/stan.ts";
import { geometricMean } from "../harness/statistics.ts";

type Data = Readonly<Record<string, unknown>>;

interface Model {
  /** Of the Stan program and of the function in `models.py`. */
  readonly name: string;
  /** Ours, from the root of the repository. */
  readonly program: string;
  readonly collection: "posteriordb" | "posteriordb_extra";
  readonly data: string;
  /** What all systems get, where it is not the published data. */
  readonly prepare?: (data: Data) => Data;
}

const programs = "examples/posteriordb";

const models: readonly Model[] = [
  {
    name: "eight_schools",
    program: "examples/eight-schools/eight-schools.ppl",
    collection: "posteriordb",
    data: "eight_schools",
  },
  {
    name: "kidscore_momiq",
    program: `${programs}/kidscore_momiq.ppl`,
    collection: "posteriordb",
    data: "kidiq",
  },
  {
    name: "wells",
    program: "examples/wells/wells.ppl",
    collection: "posteriordb_extra",
    data: "wells_data",
    prepare: (data) => ({ ...data, distance: data.dist }),
  },
  {
    name: "low_dim_gauss_mix",
    program: `${programs}/low_dim_gauss_mix.ppl`,
    collection: "posteriordb",
    data: "low_dim_gauss_mix",
  },
  { name: "arK", program: `${programs}/arK.ppl`, collection: "posteriordb", data: "arK" },
  {
    name: "radon",
    program: `${programs}/radon_hierarchical_intercept_noncentered.ppl`,
    collection: "posteriordb_extra",
    data: "radon_mn",
  },
  { name: "garch11", program: `${programs}/garch11.ppl`, collection: "posteriordb", data: "garch" },
  { name: "diamonds", program: `${programs}/diamonds.ppl`, collection: "posteriordb", data: "diamonds" },
  { name: "nes", program: `${programs}/nes.ppl`, collection: "posteriordb", data: "nes2000" },
  { name: "gp_regr", program: `${programs}/gp_regr.ppl`, collection: "posteriordb", data: "gp_pois_regr" },
  {
    name: "hmm_example",
    program: `${programs}/hmm_example.ppl`,
    collection: "posteriordb",
    data: "hmm_example",
  },
  {
    name: "lotka_volterra",
    program: `${programs}/lotka_volterra.ppl`,
    collection: "posteriordb",
    data: "hudson_lynx_hare",
  },
];

export const gradients: Case = {
  name: "gradients",
  title: "Log density and gradient",
  async run(context) {
    const works: Work[] = [];
    const absent: string[] = [];
    for (const model of models) {
      context.progress(model.name);
      const contenders = await contendersOf(model, context);
      if (contenders === undefined) {
        absent.push(model.name);
        continue;
      }
      const outcomes = await alternate(contenders, {
        ...usualTurns(context),
        tolerance: 1e-8,
      });
      works.push({ name: model.name, outcomes });
    }
    const measurements = measureTimes(works);
    return {
      about:
        "One evaluation of the log density and its gradient on the unconstrained scale, in doubles, on published data. `a call` is made from the host " +
        "language and hands the gradient back; `in a loop` stays inside compiled code, where a sampler written there would be. " +
        "Stan: the compiled C++ model, called from C++ without constants, as its samplers do. lotka_volterra: 400 steps of " +
        "the fourth-order Runge–Kutta method in all systems.",
      tables: [timesTable(measurements)],
      notes: [
        ...summaries(measurements),
        ...(absent.length > 0
          ? [`Data not found (set PPL_DATA to the folder that holds posteriordb): ${absent.join(", ")}.`]
          : []),
      ],
      measurements,
    };
  },
};

async function contendersOf(model: Model, context: Context): Promise<Contender[] | undefined> {
  const published = readPublished(model.collection, model.data);
  if (published === undefined) return undefined;
  const data = join(context.temporaryFolder, `${model.name}.json`);
  writeFileSync(data, JSON.stringify(model.prepare?.(published) ?? published));
  const { name, program } = model;
  const plan = await planOf({ program, data });
  const positions = positionsOf(plan.dimension);
  const task = { model: name, program, data, positions };
  const here = import.meta.url;
  const script = resolve(import.meta.dirname, "gradients/jax_gradient.py");
  const { peers } = context;
  return [
    ours("ppl wasm, a call", here, "gradientCalls", { ...task, engine: "wasm" }),
    ours("ppl wasm, in a loop", here, "gradientLoop", task),
    ours("ppl reference, a call", here, "gradientCalls", { ...task, engine: "reference" }),
    await stanContender(
      peers,
      "Stan, in a loop",
      resolve(import.meta.dirname, `gradients/${model.name}.stan`),
      "density",
      [data, plan.dimension, ...positions.flat()].join(" "),
    ),
    pythonContender(peers, "JAX jit, a call", "JAX", script, { ...task, mode: "call" }),
    pythonContender(peers, "JAX jit, in a loop", "JAX", script, { ...task, mode: "loop" }),
  ];
}

/** Two ordinary places on the unconstrained scale. */
function positionsOf(dimension: number): number[][] {
  return [1, 2].map((which) =>
    Array.from({ length: dimension }, (_, i) => 0.4 * Math.sin(which + 1.7 * (i + 1))),
  );
}

interface GradientTask extends PlanTask {
  readonly engine: "wasm" | "reference";
  readonly positions: readonly (readonly number[])[];
}

/** As the samplers call it. */
export async function gradientCalls(task: GradientTask): Promise<Measurable> {
  const target = densityTarget(await planOf(task), await loadEngine(task.engine));
  const positions = task.positions.map((position) => Float64Array.from(position));
  const gradient = new Float64Array(target.dimension);
  const [first, second] = positions.map((position) => target.logDensityAndGradient(position, gradient));
  const values = [second - first, ...gradient];
  return {
    values,
    run(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += target.logDensityAndGradient(positions[i & 1], gradient);
      return { sum };
    },
  };
}

/** Without leaving the module. */
export async function gradientLoop(task: GradientTask): Promise<Measurable> {
  const { values } = await gradientCalls({ ...task, engine: "wasm" });
  const plan = await planOf(task);
  const engine = await createWasmEngine();
  const { fixed } = compileSplit(plan.density, plan.data, engine);
  const executable = engine.compile(plan.density.each);
  const [, position] = task.positions;
  executable.run({
    ...fixed,
    ...Object.fromEntries(
      plan.blocks.map(({ input, offset, length }) => [input, position.slice(offset, offset + length)]),
    ),
  });
  return {
    values,
    run(times) {
      executable.runMany(times);
      return undefined;
    },
  };
}

/** Ours against the faster peer, over all models. */
function summaries(measurements: readonly Measurement[]): string[] {
  const seconds = (work: string, system: string): number | undefined =>
    measurements.find((each) => each.work === work && each.system === system)?.value?.median;
  const works = [...new Set(measurements.map((each) => each.work))];
  const against = (own: string, rivals: readonly string[], title: string): string[] => {
    const ratios = works.flatMap((work) => {
      const mine = seconds(work, own);
      const theirs = rivals.flatMap((rival) => seconds(work, rival) ?? []);
      return mine === undefined || theirs.length === 0 ? [] : [{ work, ratio: mine / Math.min(...theirs) }];
    });
    if (ratios.length === 0) return [];
    const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    const mean = formatRatio(geometricMean(ratios.map(({ ratio }) => ratio)));
    return [`${title}: geometric mean ${mean}, worst ${formatRatio(worst.ratio)} (${worst.work}).`];
  };
  return [
    ...against(
      "ppl wasm, a call",
      ["Stan, in a loop", "JAX jit, a call"],
      "Calls of ppl wasm over the faster of Stan and calls of JAX",
    ),
    ...against(
      "ppl wasm, in a loop",
      ["Stan, in a loop", "JAX jit, in a loop"],
      "Loops of ppl wasm over the faster of Stan and loops of JAX",
    ),
  ];
}
