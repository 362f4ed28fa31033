/** A guide of a family draws the latents of a member that is described: what it does not draw itself has to be given. */
import { ProblemError } from "../../base/problem.ts";
import type { CoreModel, CoreVary } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { programExpressions } from "../../lang/program-expressions.ts";

/**
 * Throws `ProblemError` where a description is left out that the guide has no draw for. Options are summed out of the member's
 * density, so those that the guide does not choose by may be left out.
 */
export function refuseUndescribed({ guide, varies }: CoreModel): void {
  if (guide === undefined) return;
  const isUsed = (name: string): boolean =>
    programExpressions(guide).some(
      (each) => findExpression(each, (part) => part.kind === "variable" && part.name === name) !== undefined,
    );
  const missing = varies.find(({ name, options }) => options === undefined || isUsed(name));
  if (missing === undefined) return;
  throw new ProblemError([
    {
      code: "guide-needs-description",
      severity: "error",
      message: `the guide of \`${guide.name}\` is for members whose \`${missing.name}\` is given`,
      labels: [{ span: missing.span, text: "not given" }],
      notes: ["A guide draws the latents of a member that is described; it has no draw for a description."],
      help: `give it: \`--member ${missing.name}=${example(missing)}\`, or infer it with NUTS, which needs no guide: \`--strategy nuts\``,
    },
  ]);
}

function example({ options }: CoreVary): string {
  return options === undefined ? "…" : options[0];
}
