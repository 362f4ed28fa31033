/**
 * The gradient of a choice is a choice, by the same condition, of the gradients of its branches: what is infinite or NaN in the
 * branch not taken stays there, which a `select` of both would not promise. Each branch is computed again in its gradient.
 */
import type { Builder } from "./builder.ts";
import { condParts, copyBranch, emitCond } from "./cond.ts";
import type { Graph, NodeId, NodeOf } from "./graph.ts";
import type { PullBack } from "./scan-gradient.ts";

/** The adjoints of all float operands, in order; undefined for the others. */
export function condAdjoints(
  builder: Builder,
  { inputs: [condition, ...operands], params: { yes, no } }: NodeOf<"cond">,
  adjoint: NodeId,
  pullBack: PullBack,
): readonly (NodeId | undefined)[] {
  const isFloat = (id: NodeId): boolean => builder.typeOf(id).dtype === "float";
  const pulled =
    (branch: Graph) =>
    (inner: Builder, given: readonly NodeId[]): readonly NodeId[] => {
      const inputs = given.slice(0, operands.length);
      const adjoints = given.slice(operands.length);
      const seeds = copyBranch(inner, branch, inputs).map((id, at) => [id, adjoints[at]] as const);
      return pullBack(
        inner,
        seeds,
        inputs.filter((_, at) => isFloat(operands[at])),
      );
    };
  const shares = emitCond(builder, {
    condition,
    operands: [...operands, ...condParts(builder, adjoint, yes)],
    yes: pulled(yes),
    no: pulled(no),
  });
  return [undefined, ...operands.map((id) => (isFloat(id) ? shares.shift() : undefined))];
}
