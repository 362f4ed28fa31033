import { describe, test } from "vitest";
import { renderProblem } from "../../src/base/render-problem.ts";
import { explainInference, type InferenceFact } from "../../src/inference/explain.ts";
import { type Finding, wordFinding } from "../../src/inference/quality-words.ts";
import { golden } from "../golden.ts";

const problems: Readonly<Record<string, InferenceFact>> = {
  "initialization-failed": {
    code: "initialization-failed",
    attempts: 100,
    radius: 2,
    logDensity: Number.NEGATIVE_INFINITY,
    badGradient: undefined,
  },
  "initialization-failed-gradient": {
    code: "initialization-failed",
    attempts: 100,
    radius: 2,
    logDensity: -12.5,
    badGradient: "tau",
  },
  "guide-start-failed": { code: "guide-start-failed", attempts: 100 },
  "training-not-finite": { code: "training-not-finite", steps: 100 },
  "step-size-vanished": { code: "step-size-vanished", stepSize: 2 ** -52 },
  "posterior-improper": { code: "posterior-improper", stepSize: 1e7 },
};

describe("problems", () => {
  test.each(Object.entries(problems))("%s", async (name, fact) => {
    const message = renderProblem(explainInference(fact), [], { color: false });
    await golden(`inference/${name}.txt`, { facts: JSON.stringify(fact), message });
  });
});

const findings: readonly Finding[] = [
  { kind: "no-draws" },
  { kind: "not-finite", names: ["ratio", "theta[0]"] },
  { kind: "not-finite", names: ["a[0]", "a[1]", "a[2]", "a[3]", "a[4]", "a[5]", "a[6]"] },
  { kind: "rhat", name: "tau", value: 1.0234 },
  { kind: "apart", lower: { chains: [0], around: -16816.8 }, others: { chains: [1, 2, 3], around: -65.01 } },
  { kind: "apart", lower: { chains: [0, 2], around: -120.4 }, others: { chains: [1], around: -65.01 } },
  { kind: "ess", part: "bulk", name: "tau", value: 212.3, needed: 400, total: 4000 },
  { kind: "ess", part: "tail", name: "theta[3]", value: 88, needed: 400, total: 4000 },
  { kind: "one-chain" },
  { kind: "divergences", count: 12, total: 4000, targetAccept: 0.8 },
  { kind: "energy", value: 0.171 },
  { kind: "saturated", share: 0.25, maxTreeDepth: 10 },
  { kind: "khat", value: 0.61 },
  { kind: "khat", value: 1.13 },
  { kind: "khat", value: Number.POSITIVE_INFINITY },
  { kind: "not-converged", steps: 10_000 },
];

test("what quality says", async () => {
  await golden("inference/quality.txt", { reasons: findings.map(wordFinding).join("\n\n") });
});
