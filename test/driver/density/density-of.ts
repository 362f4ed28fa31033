/** The density of a program given data. */
import type { GivenData } from "../../../src/driver/api-types.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import type { Engine } from "../../../src/engines/engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { programOf } from "../programs.ts";

/** Of a program with its data, the density as a function of coordinates by name. */
export async function densityOf(text: string, data: GivenData, engine: Engine = referenceEngine) {
  const program = await programOf(text);
  const model = program.model();
  const target = densityTarget(planDensity(program.core, model, bindOrThrow(model, data, {})), engine);
  const names = Array.from({ length: target.dimension }, (_, at) => target.coordinateName(at));
  return {
    names,
    at(coordinates: ReadonlyMap<string, number>) {
      const gradient = new Float64Array(names.length);
      const position = Float64Array.from(names, (name) => coordinates.get(name) ?? Number.NaN);
      const logDensity = target.logDensityAndGradient(position, gradient);
      return { logDensity, gradient: new Map(names.map((name, at) => [name, gradient[at]])) };
    },
  };
}

/** What it says that is wrong with the data. */
export async function refusalOf(text: string, data: GivenData): Promise<string> {
  const program = await programOf(text);
  const model = program.model();
  try {
    planDensity(program.core, model, bindOrThrow(model, data, {}));
    return "nothing";
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
}
