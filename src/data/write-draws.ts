/** Draws to a file, in the form that its name's extension says. */
import { extname } from "node:path";
import { posteriorCsv, priorCsv } from "./draws-csv.ts";
import { posteriorJson, priorJson } from "./inference-data.ts";
import type { PosteriorDraws, PriorSample } from "./posterior-draws.ts";
import { checkWritable, writeFileAtomically } from "./write-file.ts";

export const drawsExtensions: readonly string[] = [".json", ".csv"];

/** InferenceData for ".json", a row per draw for ".csv". Throws `ProblemError` (`output-unwritable`). */
export function writeDraws(path: string, draws: PosteriorDraws | PriorSample, version: string): void {
  checkWritable(path, drawsExtensions);
  const csv = extname(path).toLowerCase() === ".csv";
  if ("chains" in draws) writeFileAtomically(path, csv ? posteriorCsv(draws) : posteriorJson(draws, version));
  else writeFileAtomically(path, csv ? priorCsv(draws) : priorJson(draws, version));
}
