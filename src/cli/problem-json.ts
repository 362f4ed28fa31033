/** Problems for programs: plain objects with lines and columns next to offsets. */
import type { Problem } from "../base/problem.ts";
import type { Source } from "../base/span.ts";

export interface JsonProblem extends Omit<Problem, "labels"> {
  readonly labels: readonly {
    readonly source: string;
    readonly start: number;
    readonly end: number;
    /** From 1; absent when the text is not at hand. */
    readonly line?: number;
    readonly column?: number;
    readonly text: string;
  }[];
}

export function problemJson(problem: Problem, sources: readonly Source[]): JsonProblem {
  return {
    ...problem,
    labels: problem.labels.map(({ span, text }) => {
      const before = sources.find((source) => source.name === span.source)?.text.slice(0, span.start);
      const { source, start, end } = span;
      return {
        source,
        start,
        end,
        ...(before !== undefined && {
          line: before.split("\n").length,
          column: start - before.lastIndexOf("\n"),
        }),
        text,
      };
    }),
  };
}
