/** Arrays that become known piece by piece along one dimension: `x[0] ~ …` and then `x[t] ~ …`. */
import { bug } from "../../base/bug.ts";
import type { Binding, Context, Piece } from "./context.ts";
import type { Value } from "./value.ts";

type Pieces = Extract<Binding, { kind: "pieces" }>;

/** All that is known, as one array. */
export function assemblePieces(binding: Pieces, context: Context): Value {
  if (binding.pieces.length === 0) return bug("an array without pieces");
  return context.algebra.concat(
    binding.pieces.map((piece) => piece.value),
    binding.dimension,
  );
}

export function addPiece(existing: Binding | undefined, dimension: number, piece: Piece): Pieces {
  const before = existing?.kind === "pieces" ? existing.pieces : [];
  const pieces = [...before, piece].sort((a, b) => a.from - b.from);
  return { kind: "pieces", dimension, pieces };
}

/** The element at `position` of the piecewise dimension, which disappears; `undefined` when it is not known. */
export function pieceElement(binding: Pieces, position: number, context: Context): Value | undefined {
  const { pieces, dimension } = binding;
  for (let at = pieces.length - 1; at >= 0; at--) {
    const { from, to, value } = pieces[at];
    if (position < from || position >= to) continue;
    const row = context.algebra.slice(value, dimension, position - from, position - from + 1);
    return context.algebra.reshapeEvent(
      row,
      row.event.filter((_, each) => each !== dimension),
    );
  }
  return undefined;
}

/** The same array in one piece. */
export function mergePieces(binding: Pieces, context: Context): Pieces {
  const { pieces, dimension } = binding;
  const value = assemblePieces(binding, context);
  return {
    kind: "pieces",
    dimension,
    pieces: [{ from: pieces[0].from, to: pieces[pieces.length - 1].to, value }],
  };
}
