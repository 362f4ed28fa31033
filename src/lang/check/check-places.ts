/**
 * First walk over a model: every plate and `for` becomes an `Axis`, every bound name a `Variable` whose pieces are
 * known before anything is typed, so that look-backs, coverage and use before binding can be decided.
 */
import type { Span } from "../../base/span.ts";
import { addSizes, constantSize, formatSize, type Size, subtractSizes } from "../size.ts";
import type {
  ChoiceStatement,
  DrawStatement,
  ForStatement,
  LetStatement,
  PlateStatement,
  Range,
  Statement,
  Target,
  VaryStatement,
} from "../tree.ts";
import { errorType } from "../type.ts";
import {
  type Axis,
  type BranchStep,
  bindError,
  isLocal,
  type Piece,
  type PiecePlace,
  type Scope,
  takenBy,
  uniqueIndex,
  type Variable,
} from "./check-scope.ts";
import { checkDimension, checkSize } from "./check-size.ts";
import { formatBrief } from "./format-brief.ts";
import { lowerBound, upperBound } from "./size-bounds.ts";

type AxisStatement = PlateStatement | ForStatement;

export interface Places {
  readonly axes: ReadonlyMap<AxisStatement, Axis>;
  readonly pieces: ReadonlyMap<Target, Piece>;
  readonly variables: readonly Variable[];
}

interface Walk {
  readonly scope: Scope;
  readonly axes: Map<AxisStatement, Axis>;
  readonly pieces: Map<Target, Piece>;
  readonly byName: Map<string, Piece[]>;
  /** Names of `vary` statements. */
  readonly varies: Set<string>;
}

/** Collects axes, pieces and variables, and enters the variables into the scope's bindings. */
export function collectPlaces(scope: Scope, body: readonly Statement[]): Places {
  const walk: Walk = { scope, axes: new Map(), pieces: new Map(), byName: new Map(), varies: new Set() };
  walkBody(walk, body, [], []);
  const variables = [...walk.byName].flatMap(([name, pieces]) => makeVariable(walk, name, pieces));
  for (const variable of variables) scope.bindings.set(variable.name, variable);
  return { axes: walk.axes, pieces: walk.pieces, variables };
}

function walkBody(
  walk: Walk,
  body: readonly Statement[],
  axes: readonly Axis[],
  branch: readonly BranchStep[],
): void {
  for (const statement of body) {
    switch (statement.kind) {
      case "draw":
        addPiece(walk, statement.target, statement, axes, branch);
        break;
      case "vary":
      case "choice":
        if (axes.length === 0 && branch.length === 0)
          addPiece(walk, statement.target, asDraw(statement), axes, branch);
        walk.varies.add(statement.target.name.text);
        break;
      case "let":
        for (const target of statement.targets) addPiece(walk, target, statement, axes, branch);
        break;
      case "plate":
      case "for": {
        const axis = makeAxis(walk, statement, axes);
        if (axis === undefined) {
          poison(walk.scope, statement.body);
          break;
        }
        walk.axes.set(statement, axis);
        walkBody(walk, statement.body, [...axes, axis], branch);
        break;
      }
      case "if": {
        const condition = statement.condition.span;
        walkBody(walk, statement.then, axes, [...branch, { condition, branch: "then" }]);
        walkBody(walk, statement.else, axes, [...branch, { condition, branch: "else" }]);
        break;
      }
      case "factor":
      case "learn":
      case "error":
        break;
    }
  }
}

/** The draw that a `vary` statement is where no one gives its value; all options are equally likely. */
export function asDraw(statement: VaryStatement | ChoiceStatement): DrawStatement {
  const { target, span } = statement;
  const common = { kind: "draw", observed: false, target, annotations: [], span } as const;
  if (statement.kind === "vary")
    return {
      ...common,
      ...(statement.type !== undefined && { type: statement.type }),
      distribution: statement.distribution,
    };
  const share = 1 / statement.options.length;
  const items = statement.options.map(
    () => ({ kind: "number", value: share, integer: false, span }) as const,
  );
  return {
    ...common,
    distribution: {
      kind: "call",
      callee: { kind: "name", text: "Categorical", span },
      arguments: [{ value: { kind: "array", items, span } }],
      span,
    },
  };
}

/** Binds what a failed axis holds to the error type, so that uses of it stay silent. */
function poison(scope: Scope, body: readonly Statement[]): void {
  for (const statement of body) {
    if (statement.kind === "draw") bindError(scope, statement.target.name);
    else if (statement.kind === "let") for (const { name } of statement.targets) bindError(scope, name);
    else if (statement.kind === "plate" || statement.kind === "for") poison(scope, statement.body);
    else if (statement.kind === "if") poison(scope, [...statement.then, ...statement.else]);
  }
}

function makeAxis(walk: Walk, statement: AxisStatement, around: readonly Axis[]): Axis | undefined {
  const { scope } = walk;
  const { index, range } = statement;
  const from = range.from === undefined ? constantSize(0) : checkDimension(scope, range.from);
  const to = checkDimension(scope, range.to);
  const outer = around.find((axis) => axis.name === index.text);
  const [piece] = walk.byName.get(index.text) ?? [];
  const bound =
    piece === undefined ? takenBy(scope, index.text) : { what: "bound", first: piece.target.span };
  const taken = outer === undefined ? bound : { what: "an index", first: outer.span };
  if (taken !== undefined) scope.report({ code: "name-taken", name: index, ...taken });
  if (from === undefined || to === undefined || taken !== undefined) return undefined;
  checkRange(scope, range, from, to);
  const name = uniqueIndex(scope.indices, index.text);
  scope.indices.set(name, { from, to });
  const span: Span = { ...statement.span, end: range.span.end };
  return { name: index.text, index: name, ordered: statement.kind === "for", from, to, span };
}

function addPiece(
  walk: Walk,
  target: Target,
  statement: DrawStatement | LetStatement,
  axes: readonly Axis[],
  branch: readonly BranchStep[],
): void {
  const { scope } = walk;
  const taken = takenBy(scope, target.name.text);
  const index = [...walk.axes.values()].find((axis) => axis.name === target.name.text);
  if (taken !== undefined) {
    const both = statement.kind === "draw" && taken.what === "an input";
    const { text } = target.name;
    const help =
      statement.kind === "draw" && statement.observed
        ? "an observed variable is given by the data without being an input: take it out of the header"
        : `choose another name, such as \`${text}2\`; or, to condition on it, take it out of the header and write \`observe ${text} ~ …\``;
    scope.report({ code: "name-taken", name: target.name, ...taken, ...(both && { help }) });
  } else if (index !== undefined)
    scope.report({ code: "name-taken", name: target.name, what: "an index", first: index.span });
  const all = axes.map((axis) => ({ kind: "axis", axis }) as const);
  const local = statement.kind === "let" && target.indices.length === 0;
  const places = local ? all : (placesOf(scope, target, axes) ?? all);
  const piece: Piece = { target, statement, places, branch };
  walk.pieces.set(target, piece);
  if (taken !== undefined) return;
  const others = walk.byName.get(target.name.text) ?? [];
  walk.byName.set(target.name.text, [...others, piece]);
}

/** The enclosing axes in order, with constants between them. Reports and gives `undefined` for anything else. */
function placesOf(scope: Scope, target: Target, axes: readonly Axis[]): readonly PiecePlace[] | undefined {
  const places: PiecePlace[] = [];
  let next = 0;
  for (const index of target.indices) {
    const axis = axes[next];
    if (index.kind === "name" && axis !== undefined && index.text === axis.name) {
      places.push({ kind: "axis", axis });
      next++;
      continue;
    }
    const names = axes.map((each) => each.name);
    const isAxis = index.kind === "name" && names.includes(index.text);
    const value = isAxis ? undefined : checkSize({ ...scope, report: () => {} }, index);
    if (value === undefined) break;
    places.push({ kind: "constant", value });
  }
  if (next === axes.length && places.length === target.indices.length) return places;
  const list = axes.map((axis) => axis.name);
  const text =
    target.name.text + (target.indices.length === 0 ? "" : `[${target.indices.map(formatBrief).join(", ")}]`);
  scope.report({
    code: "wrong-indices",
    target: { text, span: target.span },
    expected: list.length === 0 ? target.name.text : `${target.name.text}[${list.join(", ")}]`,
    axes:
      list.length === 0 ? "under no plate or `for`" : `under ${list.map((each) => `\`${each}\``).join(", ")}`,
    ...helpWithPlate(scope, target, text, list),
  });
  return undefined;
}

/** Indices that are names of nothing, under no axis: plates are missing. */
function helpWithPlate(
  scope: Scope,
  { indices }: Target,
  text: string,
  axes: readonly string[],
): { readonly help?: string } {
  const names = indices.flatMap((each) =>
    each.kind === "name" && !scope.sizes.has(each.text) ? [each.text] : [],
  );
  if (axes.length > 0 || names.length === 0 || names.length < indices.length) return {};
  const heads = names.map((name) => {
    const size = name.toUpperCase();
    return `plate ${name} in ${scope.sizes.has(size) ? size : "…"} { `;
  });
  return { help: `put it in a plate: \`${heads.join("")}${text} ~ …${" }".repeat(heads.length)}\`` };
}

function makeVariable(walk: Walk, name: string, pieces: readonly Piece[]): Variable[] {
  const { scope } = walk;
  const [first] = pieces;
  const { statement } = first;
  const observed = statement.kind === "draw" && statement.observed;
  const count = first.places.length;
  const odd = pieces.find(
    (piece) =>
      piece.places.length !== count ||
      piece.statement.kind !== statement.kind ||
      isObserved(piece) !== observed ||
      (isLocal(piece) && !sameAxes(piece, first)),
  );
  if (odd !== undefined)
    scope.report({ code: "name-taken", name: odd.target.name, what: "bound", first: first.target.span });
  const axes = Array.from({ length: count }, (_, position) => extent(pieces, position));
  const kept = odd === undefined ? pieces : pieces.filter((piece) => piece.places.length === count);
  const origin = statement.kind;
  return [
    {
      kind: "variable",
      name,
      origin,
      observed,
      span: first.target.span,
      pieces: kept,
      axes,
      varies: walk.varies.has(name),
      bound: new Map(),
      joined: errorType,
      assumed: new Map(),
      unknown: origin === "draw" ? !observed : false,
    },
  ];
}

function sameAxes(a: Piece, b: Piece): boolean {
  const axisAt = ({ places }: Piece, at: number): Axis | undefined => {
    const place = places[at];
    return place?.kind === "axis" ? place.axis : undefined;
  };
  return a.places.every((_, at) => axisAt(a, at) === axisAt(b, at));
}

function isObserved({ statement }: Piece): boolean {
  return statement.kind === "draw" && statement.observed;
}

/** Reports a range that holds nothing whatever its sizes stand for. */
export function checkRange(scope: Scope, range: Range, from: Size, to: Size): void {
  if (upperBound(subtractSizes(to, from)) > 0) return;
  const value = { text: formatBrief(range.to), span: range.span };
  scope.report({ code: "empty-interval", value, low: formatSize(from), high: formatSize(to) });
}

/** One past the last place of the pieces along one axis. */
function extent(pieces: readonly Piece[], position: number): Size {
  const ends = pieces.flatMap((piece) => {
    const place = piece.places[position];
    if (place === undefined) return [];
    return [place.kind === "axis" ? place.axis.to : addSizes(place.value, constantSize(1))];
  });
  return ends.reduce((longest, end) => (atMost(end, longest) ? longest : end));
}

/** Provably a ≤ b; where nothing can be proved, names win over constants. */
function atMost(a: Size, b: Size): boolean {
  const difference = subtractSizes(b, a);
  if (lowerBound(difference) >= 0) return true;
  return (
    upperBound(difference) > 0 &&
    b.terms.some(({ factors }) => factors.length > 0) &&
    !a.terms.some(({ factors }) => factors.length > 0)
  );
}
