/** Whether the pieces of a variable bind every element exactly once, on every way through `if` statements. */

import { constantSize, equalSizes, formatSize, type Size, subtractSizes } from "../size.ts";
import { stretchOf } from "./check-piece.ts";
import type { BranchStep, Piece, Scope, Variable } from "./check-scope.ts";
import { formatBrief } from "./format-brief.ts";
import { lowerBound } from "./size-bounds.ts";

/** `if` statements around one variable at most: each doubles the ways to look at. */
const mostConditions = 8;

/** Reports elements of a variable that no piece binds, or several do. */
export function checkCoverage(scope: Scope, variable: Variable): void {
  coverBranches(scope, variable, variable.pieces, []);
}

/** Each way through the `if` statements around the pieces must cover by itself. */
function coverBranches(
  scope: Scope,
  variable: Variable,
  pieces: readonly Piece[],
  decided: readonly BranchStep["condition"][],
): void {
  const steps = pieces.flatMap((piece) => piece.branch);
  const step = steps.find(({ condition }) => !decided.includes(condition));
  if (step === undefined) {
    coverAxis(scope, variable, pieces, 0);
    return;
  }
  if (decided.length === mostConditions) {
    const feature = `a variable in more than ${mostConditions} \`if\` statements is`;
    scope.report({
      code: "not-supported-yet",
      feature,
      span: variable.span,
      help: "use `if` expressions in one statement",
    });
    return;
  }
  const taken = (piece: Piece): BranchStep["branch"] | undefined =>
    piece.branch.find(({ condition }) => condition === step.condition)?.branch;
  const then = pieces.filter((piece) => taken(piece) !== "else");
  const otherwise = pieces.filter((piece) => taken(piece) !== "then");
  if (then.length === 0 || otherwise.length === 0) {
    scope.report({
      code: "drawn-in-one-branch",
      target: { text: variable.name, span: pieces[0].target.span },
      branch: then.length === 0 ? "else" : "if",
      name: variable.name,
    });
    return;
  }
  coverBranches(scope, variable, then, [...decided, step.condition]);
  coverBranches(scope, variable, otherwise, [...decided, step.condition]);
}

interface Stretch {
  readonly from: Size;
  readonly to: Size;
  readonly pieces: readonly Piece[];
}

/** Covers one axis by stretches that follow each other; pieces over the same stretch must cover the remaining axes. */
function coverAxis(scope: Scope, variable: Variable, pieces: readonly Piece[], position: number): void {
  if (position === variable.axes.length) {
    if (pieces.length > 1) reportTwice(scope, variable, pieces[0], pieces[1]);
    return;
  }
  const stretches = new Map<string, { from: Size; to: Size; pieces: Piece[] }>();
  for (const piece of pieces) {
    const { from, to } = stretchOf(piece.places[position]);
    const key = `${formatSize(from)}..${formatSize(to)}`;
    const same = stretches.get(key);
    if (same === undefined) stretches.set(key, { from, to, pieces: [piece] });
    else same.pieces.push(piece);
  }
  for (const stretch of stretches.values()) coverAxis(scope, variable, stretch.pieces, position + 1);
  chainStretches(scope, variable, [...stretches.values()], position);
}

/** Follows the stretches from 0 (an observed variable: from its first stretch) to the end of the axis. */
function chainStretches(
  scope: Scope,
  variable: Variable,
  stretches: readonly Stretch[],
  position: number,
): void {
  const rest = new Map<string, Stretch>();
  for (const stretch of stretches) {
    const key = formatSize(stretch.from);
    const same = rest.get(key);
    if (same !== undefined) {
      reportTwice(scope, variable, same.pieces[0], stretch.pieces[0]);
      return;
    }
    rest.set(key, stretch);
  }
  // A lone `y[N] ~ …` is not meant as one element behind N that nobody looks at.
  const single = stretches.every(({ pieces }) =>
    pieces.every((each) => each.places[position].kind === "constant"),
  );
  let reached = variable.observed && !single ? earliest(stretches) : constantSize(0);
  let last: Stretch | undefined;
  while (rest.size > 0) {
    const key = formatSize(reached);
    const next = rest.get(key);
    if (next === undefined) {
      const [after] = rest.values();
      reportGap(scope, variable, after, reached, last, position);
      return;
    }
    rest.delete(key);
    reached = next.to;
    last = next;
  }
  if (last !== undefined && !equalSizes(reached, variable.axes[position])) {
    reportGap(scope, variable, { ...last, from: variable.axes[position] }, reached, last, position);
  }
}

function earliest(stretches: readonly Stretch[]): Size {
  const [first] = stretches.reduce<readonly Size[]>(
    ([least], { from }) => [least === undefined || lowerBound(subtractSizes(least, from)) > 0 ? from : least],
    [],
  );
  return first ?? constantSize(0);
}

/** A stretch that does not begin where the last one ended: provably earlier is twice, anything else a gap. */
function reportGap(
  scope: Scope,
  variable: Variable,
  stretch: Stretch,
  reached: Size,
  last: Stretch | undefined,
  position: number,
): void {
  const [piece] = stretch.pieces;
  if (last !== undefined && lowerBound(subtractSizes(reached, stretch.from)) > 0) {
    reportTwice(scope, variable, last.pieces[0], piece);
    return;
  }
  const element = elementText(piece, position, formatSize(reached));
  const draws = variable.origin === "draw";
  scope.report({
    code: "element-not-drawn",
    target: { text: variable.name, span: piece.target.span },
    element,
    bound: draws ? "drawn" : "bound",
    help:
      draws && stretch.pieces.every((each) => each.places[position].kind === "constant") && last === undefined
        ? `draw all elements: \`${variable.name}: Real[…] ~ …\`, or one at a time in a plate`
        : draws
          ? `add \`${element} ~ …\`, or let the range start at ${formatSize(reached)}`
          : `add \`${element} = …\``,
  });
}

function elementText(piece: Piece, position: number, place: string): string {
  const indices = piece.places.map((each, at) =>
    at === position ? place : each.kind === "axis" ? each.axis.name : formatSize(each.value),
  );
  return `${piece.target.name.text}[${indices.join(", ")}]`;
}

function reportTwice(scope: Scope, variable: Variable, first: Piece, again: Piece): void {
  if (variable.axes.length === 0) {
    scope.report({ code: "name-taken", name: again.target.name, what: "bound", first: first.target.span });
    return;
  }
  const indices = again.target.indices.map(formatBrief).join(", ");
  scope.report({
    code: "element-drawn-twice",
    target: { text: variable.name, span: again.target.span },
    element: `${variable.name}[${indices}]`,
    first: first.target.span,
  });
}
