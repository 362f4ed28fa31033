/** Programs changed by programs. What an edit leaves alone is the same object afterwards, and is not checked again. */
import { type Draft, produce } from "immer";
import { hasErrors, type Problem, ProblemError } from "../../base/problem.ts";
import type { File } from "../../lang/tree.ts";
import type { Compilation, Program } from "../api-types.ts";
import { compiled } from "../compile.ts";
import { nextEdition } from "./edition.ts";

/** A program's tree, to be changed in place: by the functions of `edits.ts`, or by hand. */
export type ProgramDraft = Draft<File>;

/**
 * The program as `recipe` leaves it. Never throws for what is wrong with the edit or with the edited program: that is in
 * `problems`. The edited text is `source.text` of the result.
 */
export function edit(program: Program, recipe: (draft: ProgramDraft) => void): Compilation {
  const { edition, source } = program;
  let file: File;
  try {
    file = produce(edition.checked.file, (draft) => {
      recipe(draft);
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { source, sources: edition.sources, problems: error.problems };
  }
  if (file === edition.checked.file) return compiled(edition, edition.checked.problems);
  const next = nextEdition(edition, file);
  const problems: readonly Problem[] = next.problems;
  if (!hasErrors(problems)) return compiled(next.edition, problems);
  return { source: next.edition.sources[0], sources: next.edition.sources, problems };
}
