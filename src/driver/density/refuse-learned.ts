/** Programs with `learn` have values to find by training first: asked for anything else they are refused. */
import { ProblemError } from "../../base/problem.ts";
import type { LearnedParameter } from "../../compiler/lower/lower-model.ts";

/** Throws `ProblemError` when there are learned parameters. */
export function refuseLearned(learned: readonly LearnedParameter[]): void {
  const [first] = learned;
  if (first === undefined) return;
  throw new ProblemError([
    {
      code: "learn-needs-training",
      severity: "error",
      message: "the program has parameters to `learn`, which only training gives values",
      labels: [{ span: first.learn.span, text: "learned" }],
      help: "ppl train MODEL.ppl --data FILE --out FILE.pplx, then ppl infer FILE.pplx --data FILE",
    },
  ]);
}
