/** Files and folders as a user names them to model files. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { explainData } from "./explain-data.ts";

/**
 * Files as they are, and of folders all `.ppl` files inside, sorted, but for those in `node_modules` and in folders whose
 * names begin with a dot. Each once. Throws `ProblemError` (`no-model-files`) for a folder without any.
 */
export function modelFiles(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => (isFolder(path) ? filesBelow(path) : [path])))];
}

function filesBelow(folder: string): string[] {
  const files = search(folder);
  if (files.length > 0) return files;
  throw new ProblemError([explainData({ code: "no-model-files", folder })]);
}

function search(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : search(path);
      return entry.name.endsWith(".ppl") && isFile(path) ? [path] : [];
    });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Also behind a link. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
