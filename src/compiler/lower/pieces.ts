/** Arrays that become known piece by piece along one dimension: `x[0] ~ …` and then `x[t] ~ …`. */
import { bug } from "../../base/bug.ts";
import type { CorePlace } from "../../lang/core.ts";
import { type Binding, type Context, isTuple, type Piece } from "./context.ts";
import type { Value } from "./value.ts";

type Pieces = Extract<Binding, { kind: "pieces" }>;

/** A variable's value as one array. */
export function boundArray(binding: Binding | undefined, context: Context): Value {
  if (binding?.kind === "pieces") return assemblePieces(binding, context);
  if (binding?.kind === "value" && !isTuple(binding.value)) return binding.value;
  return bug("a variable without an array");
}

/** All that is known, as one array. */
export function assemblePieces(binding: Pieces, context: Context): Value {
  if (binding.pieces[0]?.from !== 0 || !isGapless(binding)) return bug("an array that is known in part only");
  return joined(binding, context);
}

/** The elements from where the first piece begins, as one array; `undefined` where some in between are not known. */
export function knownElements(binding: Pieces, context: Context): Value | undefined {
  return isGapless(binding) ? joined(binding, context) : undefined;
}

function isGapless({ pieces }: Pieces): boolean {
  return pieces.every((piece, at) => at === 0 || pieces[at - 1].to === piece.from);
}

function joined(binding: Pieces, context: Context): Value {
  return context.algebra.concat(
    binding.pieces.map((piece) => piece.value),
    binding.dimension,
  );
}

/**
 * One more piece. Elements from 0 on that are there as a whole are the first piece. `place` names the axes of the array's leading
 * dimensions where this piece has them.
 */
export function addPiece(
  existing: Binding | undefined,
  dimension: number,
  piece: Piece,
  place: readonly CorePlace[],
): Pieces {
  const pieces = [...piecesOf(existing, dimension), piece].sort((a, b) => a.from - b.from);
  return { kind: "pieces", dimension, pieces, place };
}

function piecesOf(binding: Binding | undefined, dimension: number): readonly Piece[] {
  if (binding?.kind === "pieces") return binding.pieces;
  if (binding?.kind !== "value" || isTuple(binding.value)) return [];
  const { value } = binding;
  return [{ from: 0, to: value.event[dimension], value }];
}

/** Elements `from` … `to` − 1 of the piecewise dimension; `undefined` when they are not known or lie in several pieces. */
export function pieceRange(binding: Pieces, from: number, to: number, context: Context): Value | undefined {
  const piece = binding.pieces.findLast((each) => each.from <= from && to <= each.to);
  return piece && context.algebra.slice(piece.value, binding.dimension, from - piece.from, to - piece.from);
}

/** The element at `position` of the piecewise dimension, which disappears; `undefined` when it is not known. */
export function pieceElement(binding: Pieces, position: number, context: Context): Value | undefined {
  const row = pieceRange(binding, position, position + 1, context);
  return (
    row &&
    context.algebra.reshapeEvent(
      row,
      row.event.filter((_, each) => each !== binding.dimension),
    )
  );
}

/** The same array in one piece, where there are no gaps. */
export function mergePieces(binding: Pieces, context: Context): Pieces {
  const { pieces } = binding;
  if (!isGapless(binding)) return binding;
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  return {
    ...binding,
    own: undefined,
    pieces: [{ from: first.from, to: last.to, value: joined(binding, context) }],
  };
}
