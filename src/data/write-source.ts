/** A model's text back into its file. */
import { realpathSync, statSync } from "node:fs";
import { writeFileAtomically } from "./write-file.ts";

/** Replaces the text of a file that is there; keeps its permissions, and a link to it. Throws `ProblemError` (`output-unwritable`). */
export function writeSource(path: string, text: string): void {
  const file = realpathSync(path);
  writeFileAtomically(file, [text], statSync(file).mode & 0o7777);
}
