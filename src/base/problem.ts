/**
 * A problem is data: what is wrong, where, and what to do. Each area turns its own facts into problems in one
 * `explain` function; `render-problem.ts` turns problems into text. Nothing here knows a particular problem.
 */
import type { PlainFact } from "./plain-facts.ts";
import type { Span } from "./span.ts";

export interface Label {
  readonly span: Span;
  /** A short remark shown under the marked source, e.g. "has 7 rows". */
  readonly text: string;
}

export interface Problem {
  /** Stable, kebab-case: "unknown-name". */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** One sentence, no full stop: "unknown name `taau`". */
  readonly message: string;
  /** Places in source texts, the primary one first. Empty when the problem is not in a source text. */
  readonly labels: readonly Label[];
  /** A place outside source texts: "schools.csv, row 3, column y". */
  readonly place?: string;
  readonly expected?: string;
  readonly found?: string;
  /** Further facts, one sentence each. */
  readonly notes?: readonly string[];
  /** One suggestion that can be typed. */
  readonly help?: string;
  /** What the text is made of, for programs: `plain-facts.ts`. */
  readonly facts?: Readonly<Record<string, PlainFact>>;
}

/** A user-facing failure on its way to the edge (command line, embedding API): carries problems, never prose. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.code}: ${problem.message}`).join("\n"));
    this.name = "ProblemError";
    this.problems = problems;
  }
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}
