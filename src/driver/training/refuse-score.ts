/** Discrete latents drawn with `score` have values only where a guide draws them. */
import { type Problem, ProblemError } from "../../base/problem.ts";
import type { CoreModel, CoreSite } from "../../lang/core.ts";

/** `what` needs a density of continuous variables alone: "NUTS", "an exported density". */
export function refuseScore({ variable, span }: CoreSite, what: string): Problem {
  return {
    code: "score-needs-guide",
    severity: "error",
    message: `${what === "nuts" ? "NUTS" : what} cannot draw \`${variable}\`, which is discrete and marked \`score\``,
    labels: [{ span, text: "drawn by the guide of a variational fit" }],
    notes: [
      "Gradients by the score function fit a guide. They do not move a sampler, which knows continuous variables only.",
    ],
    help: "take `--strategy svi` or `ppl train`, or remove `score`: the variable is then summed out",
  };
}

/** Throws where a model has such latents. */
export function refuseScored({ sites }: CoreModel, what: string): void {
  const site = sites.find(({ score }) => score);
  if (site !== undefined) throw new ProblemError([refuseScore(site, what)]);
}
