/** Problems and places for programs: plain objects with lines and columns next to offsets. */
import type { Problem } from "../base/problem.ts";
import { lineAndColumn } from "../base/render-problem.ts";
import type { Source, Span } from "../base/span.ts";

/** Lines and columns count from 1, columns in code points; they are absent when the text is not at hand. */
export interface JsonPlace {
  readonly source: string;
  readonly start: number;
  readonly end: number;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface JsonProblem extends Omit<Problem, "labels"> {
  readonly labels: readonly (JsonPlace & { readonly text: string })[];
}

export function problemJson(problem: Problem, sources: readonly Source[]): JsonProblem {
  return {
    ...problem,
    labels: problem.labels.map(({ span, text }) => ({ ...placeJson(span, sources), text })),
  };
}

export function placeJson({ source: name, start, end }: Span, sources: readonly Source[]): JsonPlace {
  const place = { source: name, start, end };
  const source = sources.find((each) => each.name === name);
  if (source === undefined) return place;
  const { line, column } = lineAndColumn(source, start);
  const { line: endLine, column: endColumn } = lineAndColumn(source, end);
  return { ...place, line, column, endLine, endColumn };
}
