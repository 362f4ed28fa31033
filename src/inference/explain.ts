/** What can go wrong before inference has a first state: facts on a stable code, and the one place that words them. */
import type { Problem } from "../base/problem.ts";

export type InferenceFact =
  | {
      readonly code: "initialization-failed";
      readonly attempts: number;
      readonly radius: number;
      /** What the last attempt gave: the log density, and the first coordinate whose gradient was not finite. */
      readonly logDensity: number;
      readonly badGradient: string | undefined;
    }
  | { readonly code: "guide-start-failed"; readonly attempts: number }
  | { readonly code: "training-not-finite"; readonly steps: number }
  | { readonly code: "step-size-vanished"; readonly stepSize: number }
  | { readonly code: "posterior-improper"; readonly stepSize: number };

export function explainInference(fact: InferenceFact): Problem {
  switch (fact.code) {
    case "initialization-failed":
      return {
        code: fact.code,
        severity: "error",
        message: `no starting point with a finite density was found in ${fact.attempts} attempts`,
        labels: [],
        expected: "a finite log density and gradient somewhere near 0 on the unconstrained scale",
        found:
          fact.badGradient === undefined
            ? `log density ${fact.logDensity} at the last attempt`
            : `a gradient that is not finite for ${fact.badGradient} at the last attempt`,
        notes: [
          `starting points are drawn from −${fact.radius} to ${fact.radius} in every unconstrained coordinate`,
        ],
        help: "check that the data can occur under the model: supports, scales, and indices",
      };
    case "guide-start-failed":
      return {
        code: fact.code,
        severity: "error",
        message: `none of ${fact.attempts} draws from the guide, as it starts, has a finite density`,
        labels: [],
        expected: "a finite log density under model and guide, and a finite gradient",
        help: "start the guide's `learn` nearer to the posterior, with smaller scales",
      };
    case "training-not-finite":
      return {
        code: fact.code,
        severity: "error",
        message: `nothing is learned: the objective or its gradient was not finite in each of ${fact.steps} steps`,
        labels: [],
        expected: "a finite log density of the data under the model",
        help: "check that the data can occur under the model: supports, scales, and indices",
      };
    case "step-size-vanished":
      return {
        code: fact.code,
        severity: "error",
        message: "no step of the sampler keeps the density, however small",
        labels: [],
        found: `the step size fell to ${fact.stepSize.toExponential(1)}`,
        help: "the density may jump or its gradient may be wrong: look for conditions on continuous variables",
      };
    case "posterior-improper":
      return {
        code: fact.code,
        severity: "error",
        message: "the posterior looks improper: its density does not fall off",
        labels: [],
        found: `the step size grew to ${fact.stepSize.toExponential(1)}`,
        help: "give every variable a proper prior, or data that determine it",
      };
  }
}
