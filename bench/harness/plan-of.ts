/** Our compiled density of a program on data, as the driver makes it. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compile } from "../../src/driver/compile.ts";
import { type DensityPlan, planDensity } from "../../src/driver/density/density-plan.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { repository } from "./data.ts";

export interface PlanTask {
  /** Path from the root of the repository. */
  readonly program: string;
  /** Path of a JSON file. */
  readonly data: string;
}

export async function planOf({ program: path, data }: PlanTask): Promise<DensityPlan> {
  const text = readFileSync(resolve(repository, path), "utf8");
  return planSource(path, text, JSON.parse(readFileSync(data, "utf8")));
}

export async function planSource(
  name: string,
  text: string,
  data: Readonly<Record<string, unknown>>,
): Promise<DensityPlan> {
  const { program, problems } = await compile({ name, text });
  if (program === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  const model = program.model(undefined);
  return planDensity(program.core, model, bindOrThrow(model, data, { allowExtra: true }));
}
