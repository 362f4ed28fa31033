/** Data of published posteriors, which are not part of this repository: looked up as `npm run posteriordb` does. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export const repository = resolve(import.meta.dirname, "../..");
const root = resolve(process.env.PPL_DATA ?? resolve(repository, "../shared/data"));

/** JSON values by name; `undefined` when the file is not there. */
export function readPublished(
  collection: "posteriordb" | "posteriordb_extra",
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const path = resolve(root, collection, "data", `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
