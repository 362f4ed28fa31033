/** Names of the graph outputs that have the values of what is reported. */
import type { TargetVariable } from "../../inference/target.ts";

export function outputName(variable: TargetVariable): string {
  return `${variable.kind === "latent" ? "variable" : "binding"}/${variable.name}`;
}
