/** Several files in one folder. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeFileAtomically } from "./write-file.ts";

/**
 * A folder that is not there yet comes into being whole. In one that is there the files are replaced one after the other, each as a
 * whole: name last what the others are read through. Throws `ProblemError` (`output-unwritable`).
 */
export function writeFolder(
  path: string,
  files: readonly { readonly name: string; readonly content: Uint8Array }[],
): void {
  if (existsSync(path)) {
    for (const { name, content } of files) writeFileAtomically(join(path, name), content);
    return;
  }
  const beside = mkdtempSync(join(dirname(path), `.${basename(path)}.`));
  try {
    const made = join(beside, "folder");
    mkdirSync(made);
    for (const { name, content } of files) writeFileSync(join(made, name), content);
    renameSync(made, path);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}
