/** What the steps of an ordered axis bind and record, made by one loop instead of step by step. */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import { equalShapes, type NodeId } from "../graph.ts";
import type { Binding, Context, Piece } from "./context.ts";
import { addPiece } from "./pieces.ts";
import { rollSteps, sampledSeasons, sampledSteps } from "./roll-steps.ts";
import type { Axis, Value } from "./value.ts";

type Scope = ReadonlyMap<string, Binding>;

/** So many first steps may differ from the others, as where they read what has another element kind. */
const mostPeeled = 2;

/** Longest axis that is taken step by step. */
export const longestUnrolled = 20_000;
export const unrollingHelp =
  "steps become a loop where all do the same to states that are real numbers: keep a truth value as 0 or 1";

/** Shorter axes are unrolled. */
export const fewestRolled = 16;

/** A term of the log density, recorded on the way. */
export interface Term {
  readonly label: string;
  readonly value: Value;
  readonly plates: readonly Axis[];
  readonly span: Span;
}

/** What walking one step did. */
export interface WalkedStep {
  /** Per name the element that was added to it. */
  readonly pieces: ReadonlyMap<string, Piece>;
  readonly terms: readonly Term[];
}

/** Whether so many steps have been walked that it is time to roll the others. */
export function isTimeToRoll(walked: number, count: number): boolean {
  return (
    (walked === sampledSteps && count >= fewestRolled) ||
    (walked === sampledSeasons && count >= 2 * sampledSeasons)
  );
}

/** One piece per name bound since `before`, for that step; undefined where a step binds anything else than one element each. */
export function piecesOfStep(
  scope: Scope,
  before: Scope,
  index: string,
  step: number,
): WalkedStep["pieces"] | undefined {
  const added = new Map<string, Piece>();
  for (const [name, binding] of scope) {
    if (name === index || before.get(name) === binding) continue;
    const own = binding.kind === "pieces" ? binding.pieces.filter(({ from }) => from === step) : [];
    if (own.length !== 1 || own[0].to !== step + 1) return undefined;
    added.set(name, own[0]);
  }
  return added;
}

/**
 * Binds what the steps `from` … `to` − 1 bind, given what the first of them did, and returns their terms, those of a loop summed
 * over its steps. Undefined, with nothing changed, where they are no loop.
 */
export function rollBindings(
  samples: readonly WalkedStep[],
  before: Scope,
  from: number,
  to: number,
  context: Context,
): readonly Term[] | undefined {
  const [first] = samples;
  const names = [...first.pieces.keys()];
  if (names.length === 0 || !samples.every((sample) => didTheSame(sample, first))) return undefined;
  const results = samples.map(({ pieces, terms }) => [
    ...names.flatMap((name) => pieces.get(name)?.value.node ?? []),
    ...terms.map(({ value }) => value.node),
  ]);
  for (let start = 0; start <= mostPeeled; start++) {
    const count = to - from - start;
    const stacked = rollSteps(context.algebra.builder, results.slice(start), count);
    if (stacked === undefined) continue;
    const peeled = samples.slice(0, start);
    names.forEach((name, at) => {
      const { binding, pieces } = addedPieces(name, peeled, before, context);
      const value = samples[start].pieces.get(name)?.value;
      if (value === undefined) return;
      const array = alongDimension(stacked[at], value, binding.dimension, count, context);
      const all = addPiece(
        pieces,
        binding.dimension,
        { from: from + start, to, value: array },
        binding.place,
      );
      context.scope.set(name, all);
    });
    const summed = samples[start].terms.map((term, at): Term => {
      const { builder } = context.algebra;
      const node = builder.emit("reduceSum", [stacked[names.length + at]], { axes: [0] });
      return { ...term, value: { ...term.value, node } };
    });
    return [...peeled.flatMap(({ terms }) => terms), ...summed];
  }
  return undefined;
}

function didTheSame({ pieces, terms }: WalkedStep, first: WalkedStep): boolean {
  return (
    pieces.size === first.pieces.size &&
    [...pieces].every(([name, { value }]) => isAlike(value, first.pieces.get(name)?.value)) &&
    terms.length === first.terms.length &&
    terms.every(
      ({ label, value, plates }, at) =>
        label === first.terms[at].label &&
        isAlike(value, first.terms[at].value) &&
        plates.every((plate, position) => plate === first.terms[at].plates[position]),
    )
  );
}

/** What a name is bound to now, and what it was bound to before, with the pieces of these steps. */
function addedPieces(name: string, steps: readonly WalkedStep[], before: Scope, context: Context) {
  const binding = context.scope.get(name);
  if (binding?.kind !== "pieces") return bug(`${name} was not bound in pieces`);
  const pieces = steps.reduce((existing: Binding | undefined, step) => {
    const piece = step.pieces.get(name);
    return piece && addPiece(existing, binding.dimension, piece, binding.place);
  }, before.get(name));
  return { binding, pieces };
}

function isAlike(value: Value, other: Value | undefined): boolean {
  return (
    other !== undefined &&
    equalShapes(value.event, other.event) &&
    value.axes.length === other.axes.length &&
    value.axes.every(({ id }, at) => id === other.axes[at].id)
  );
}

/** [count, axes…, event…] as a value whose event has `count` in place of the one element at that dimension. */
function alongDimension(
  stacked: NodeId,
  { axes, event }: Value,
  dimension: number,
  count: number,
  { algebra: { builder } }: Context,
): Value {
  const at = axes.length + dimension;
  const order = Array.from({ length: axes.length + event.length }, (_, position) => position + 1);
  const permutation = order.toSpliced(at, 1, 0, at + 1);
  const moved = builder.emit("transpose", [stacked], { permutation });
  const wide = event.with(dimension, count);
  const shape = [...axes.map(({ size }) => size), ...wide];
  return { node: builder.emit("reshape", [moved], { shape }), axes, event: wide };
}
