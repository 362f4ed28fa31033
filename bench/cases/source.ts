/** From the text of a program to its first gradient. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { alternate, type Outcome } from "../harness/alternate.ts";
import { type Measurable, missing, ours } from "../harness/contender.ts";
import { repository } from "../harness/data.ts";
import { type Peers, pythonContender } from "../harness/peers.ts";
import { planSource } from "../harness/plan-of.ts";
import { schools } from "../harness/schools.ts";
import { type Case, measureTimes, timesTable, usualTurns } from "../harness/section.ts";
import { compileStan } from "../harness/stan.ts";
import { spreadOf } from "../harness/statistics.ts";

const program = "examples/eight-schools/eight-schools.ppl";

export const source: Case = {
  name: "source",
  title: "Source to first gradient",
  async run(context) {
    const { peers } = context;
    const data = join(context.temporaryFolder, "schools.json");
    writeFileSync(data, JSON.stringify(schools));
    context.progress("eight schools");
    const script = resolve(import.meta.dirname, "source/jax_source.py");
    const outcomes = await alternate(
      [
        ours("ppl wasm", import.meta.url, "fromSource", { data }),
        pythonContender(peers, "JAX", "JAX", script, { data }),
      ],
      { ...usualTurns(context), turnSeconds: 0, tolerance: 1e-8 },
    );
    context.progress("compiling with Stan");
    const measurements = measureTimes([
      { name: "eight schools", outcomes: [...outcomes, await stanOutcome(peers)] },
    ]);
    return {
      about:
        "Eight schools, in a process that has done it before (caches of compiled programs cannot help: every time the program differs in a constant). " +
        "Ours: parse, check, lower, differentiate, optimise, compile, first gradient. JAX: trace, compile, first gradient. Stan: stanc and the C++ compiler, once.",
      tables: [timesTable(measurements)],
      notes: [],
      measurements,
    };
  },
};

async function stanOutcome({ stanFolder }: Peers): Promise<Outcome> {
  const contender = missing("Stan", "Stan is not set up");
  if (stanFolder === undefined) return { kind: "failed", contender, reason: "Stan is not set up" };
  const model = resolve(import.meta.dirname, "gradients/eight_schools.stan");
  try {
    const { compileSeconds } = await compileStan(stanFolder, model, "density", true);
    const seconds = spreadOf([compileSeconds]);
    return { kind: "measured", contender, seconds, startSeconds: 0, replies: [], times: 1 };
  } catch (error) {
    return { kind: "failed", contender, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Every time with another constant, so that no cache can have the program. */
export async function fromSource({ data }: { readonly data: string }): Promise<Measurable> {
  const text = readFileSync(resolve(repository, program), "utf8");
  const given = JSON.parse(readFileSync(data, "utf8"));
  const engine = await loadEngine("wasm");
  const first = async (scale: number): Promise<number[]> => {
    const plan = await planSource(program, text.replace("Normal(0, 5)", `Normal(0, ${scale})`), given);
    const target = densityTarget(plan, engine);
    const gradient = new Float64Array(target.dimension);
    const position = Float64Array.from({ length: target.dimension }, (_, i) => 0.1 * (i + 1));
    target.logDensityAndGradient(position, gradient);
    target.dispose();
    return [...gradient];
  };
  let count = 0;
  return {
    values: await first(5),
    async run(times) {
      for (let i = 0; i < times; i++) await first(5 + 1e-6 * ++count);
      return undefined;
    },
  };
}
