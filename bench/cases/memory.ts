/** Whether memory stays flat over very many gradients. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { densityTarget } from "../../src/driver/density-target.ts";
import type { EngineName } from "../../src/engines/engine.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { startChild } from "../harness/child.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import { residentBytes } from "../harness/machine.ts";
import { planOf } from "../harness/plan-of.ts";
import { schools } from "../harness/schools.ts";
import { type Case, type Measurement, threeDigits } from "../harness/section.ts";

const program = "examples/eight-schools/eight-schools.ppl";
const calls = 100_000;

/** MiB by which memory may change after warm-up. */
const flat = 2;

export const memory: Case = {
  name: "memory",
  title: "Memory over 100 000 gradients",
  async run(context) {
    const data = join(context.temporaryFolder, "schools.json");
    writeFileSync(data, JSON.stringify(schools));
    const engines: readonly EngineName[] = ["wasm", "reference", "tfjs"];
    const rows: string[][] = [];
    const measurements: Measurement[] = [];
    for (const engine of engines) {
      context.progress(engine);
      const common = { work: "resident memory", system: `ppl ${engine}`, ours: true, unit: "MiB" };
      const contender = ours(common.system, import.meta.url, "gradientMemory", { data, engine });
      if (contender.launch.kind === "missing") continue;
      try {
        const child = await startChild(contender.launch);
        const { before, after } = await child.run(1);
        child.stop();
        const change = Number(after) - Number(before);
        const same = { median: change, lower: change, upper: change, least: change, most: change };
        measurements.push({ ...common, value: same });
        rows.push([
          common.system,
          `${threeDigits(Number(before))} MiB`,
          `${threeDigits(Number(after))} MiB`,
          `${change < 0 ? "" : "+"}${threeDigits(change)} MiB`,
          change <= flat ? "flat" : "grows",
        ]);
      } catch (error) {
        const remark = error instanceof Error ? error.message.split("\n")[0] : String(error);
        measurements.push({ ...common, remark });
        rows.push([common.system, remark, "", "", ""]);
      }
    }
    return {
      about:
        `Resident memory of a process that computes ${calls.toLocaleString("en")} gradients of eight schools after as many to ` +
        `warm up, garbage collected every 10,000; up to ${flat} MiB more is called flat.`,
      tables: [{ columns: ["system", "after warm-up", "at the end", "change", ""], rows }],
      notes: [],
      measurements,
    };
  },
};

export async function gradientMemory({
  data,
  engine,
}: {
  readonly data: string;
  readonly engine: EngineName;
}): Promise<Measurable> {
  const target = densityTarget(await planOf({ program, data }), await loadEngine(engine));
  const gradient = new Float64Array(target.dimension);
  const position = new Float64Array(target.dimension).fill(0.1);
  /** Garbage is collected now and then, so that what is seen is what is kept and not how far V8 lets its heap grow. */
  const many = (count: number): void => {
    for (let i = 0; i < count; i++) {
      target.logDensityAndGradient(position, gradient);
      if ((i + 1) % 10_000 === 0) globalThis.gc?.();
    }
  };
  const look = (): number => {
    globalThis.gc?.();
    return residentBytes() / 2 ** 20;
  };
  return {
    values: [],
    run() {
      many(calls);
      const before = look();
      many(calls);
      return { before, after: look() };
    },
  };
}
