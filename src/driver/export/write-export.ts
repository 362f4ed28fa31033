/** Exported graphs on disk: one file, or a folder of them. */
import { statSync } from "node:fs";
import { checkWritable, writeFileAtomically } from "../../data/write-file.ts";
import { writeFolder } from "../../data/write-folder.ts";
import type { Exported } from "./export-formats.ts";

/** Throws `ProblemError` (`output-unwritable`). */
export function writeExport(path: string, { files }: Exported): void {
  const named = files.flatMap(({ name, content }) => (name === undefined ? [] : [{ name, content }]));
  if (named.length > 0) writeFolder(path, named);
  else for (const { content } of files) writeFileAtomically(path, content);
}

/** Throws `ProblemError` (`output-unwritable`), before anything long runs. Without extensions the path is that of a folder. */
export function checkExport(path: string, extensions: readonly string[], inputs: readonly string[]): void {
  if (extensions.length > 0 || !isFolder(path)) checkWritable(path, extensions, inputs);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
