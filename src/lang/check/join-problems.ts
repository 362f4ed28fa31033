/** Problems of parser and checker as one list. */
import type { Problem } from "../../base/problem.ts";

/** In order of the text. What the checker says of something that did not parse whole says nothing new. */
export function joinProblems(syntax: readonly Problem[], checked: readonly Problem[]): Problem[] {
  const holdsSyntax = ({ labels: [label] }: Problem): boolean =>
    syntax.some(({ labels: [inner] }) => {
      if (label === undefined || inner === undefined || inner.span.source !== label.span.source) return false;
      return label.span.start <= inner.span.start && inner.span.start < label.span.end;
    });
  return [...syntax, ...checked.filter((problem) => !holdsSyntax(problem))].sort(
    (a, b) => startOf(a) - startOf(b),
  );
}

function startOf({ labels }: Problem): number {
  return labels[0]?.span.start ?? 0;
}
