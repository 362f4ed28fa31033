/** The one place that words what `quality.ts` finds: a number, what it means, what to do. */
export type Finding =
  | { readonly kind: "no-draws" }
  | { readonly kind: "not-finite"; readonly names: readonly string[] }
  | { readonly kind: "rhat"; readonly name: string; readonly value: number }
  | {
      readonly kind: "apart";
      readonly lower: Apart;
      readonly others: Apart;
    }
  | {
      readonly kind: "ess";
      readonly part: "bulk" | "tail";
      readonly name: string;
      readonly value: number;
      readonly needed: number;
      readonly total: number;
    }
  | { readonly kind: "one-chain" }
  | {
      readonly kind: "divergences";
      readonly count: number;
      readonly total: number;
      readonly targetAccept: number;
    }
  | { readonly kind: "energy"; readonly value: number }
  | { readonly kind: "saturated"; readonly share: number; readonly maxTreeDepth: number }
  | { readonly kind: "khat"; readonly value: number }
  | { readonly kind: "not-converged"; readonly steps: number };

/** Chains whose log densities lie together; `around` is their median. */
export interface Apart {
  readonly chains: readonly number[];
  readonly around: number;
}

/** One sentence or two, without a full stop at the end. */
export function wordFinding(finding: Finding): string {
  switch (finding.kind) {
    case "no-draws":
      return "there are no draws";
    case "not-finite":
      return `${listed(finding.names)} took values that are not finite: look for overflow, log of 0, or 0 / 0 in the model`;
    case "rhat":
      return (
        `R-hat of ${finding.name} is ${finding.value.toFixed(3)} (should be below 1.01): the chains have not ` +
        "agreed yet. Run longer, and look for several modes or variables the data do not determine"
      );
    case "apart": {
      const { lower, others } = finding;
      return (
        `${chainList(lower.chains)} stayed at log densities around ${lower.around.toFixed(0)}, ${chainList(others.chains)} around ` +
        `${others.around.toFixed(0)}: these are modes apart, or places that a chain cannot leave, and shares of the draws are not their ` +
        "shares of the posterior. Run again with another seed; where it comes back, rule the wrong place out with tighter priors"
      );
    }
    case "ess": {
      const what = finding.part === "bulk" ? "the mean" : "the 5 % and 95 % quantiles";
      return (
        `${finding.part} effective sample size of ${finding.name} is ${Math.round(finding.value)} from ${finding.total} ` +
        `draws (should be at least ${finding.needed}): ${what} may be off. Take more draws`
      );
    }
    case "one-chain":
      return "there is only one chain: whether chains agree cannot be seen. Run four";
    case "divergences":
      return (
        `${finding.count} of ${finding.total} transitions diverged: part of the posterior may not be explored and results may be ` +
        `biased. Write the model with \`via noncentered\` where a scale is estimated, or raise the target acceptance above ${finding.targetAccept}`
      );
    case "energy":
      return (
        `E-BFMI is ${finding.value.toFixed(2)} (should be at least 0.3): the tails are explored slowly. Rewrite the model with ` +
        "`via noncentered` or with tighter priors on scales"
      );
    case "saturated":
      return (
        `${percent(finding.share)} of the transitions reached the largest tree depth of ${finding.maxTreeDepth}: trajectories ` +
        "were cut short. Bring variables to similar scales, or raise the largest tree depth"
      );
    case "khat":
      return Number.isFinite(finding.value)
        ? `Pareto k-hat is ${finding.value.toFixed(2)} (${finding.value >= 0.7 ? "usable below 0.7" : "good below 0.5"}): ` +
            "the guide's shape differs from the posterior's. Use NUTS, or a richer guide"
        : "the importance weights could not be judged: too few draws, or none with a finite weight. Use NUTS";
    case "not-converged":
      return `the ELBO was still rising after ${finding.steps} steps. Allow more steps`;
  }
}

/** Counted from 0, as in files of draws. */
function chainList(chains: readonly number[]): string {
  return chains.length === 1 ? `chain ${chains[0]}` : `chains ${listed(chains.map(String))}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
