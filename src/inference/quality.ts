/**
 * Whether draws can be trusted, with reasons in plain words. Limits from Vehtari, Gelman, Simpson, Carpenter and Bürkner
 * (2021) for R-hat and effective sample sizes, Betancourt (2016) for E-BFMI, Vehtari et al. (2024) for k-hat.
 */
import { chainsApart } from "./diagnostics/chains-apart.ts";
import { energyFraction } from "./diagnostics/energy-fraction.ts";
import { smoothWeights } from "./diagnostics/pareto-smoothing.ts";
import type { PosteriorData } from "./posterior-data.ts";
import { type Finding, wordFinding } from "./quality-words.ts";
import type { Summary } from "./summary.ts";

export type Verdict = "good" | "caution" | "bad";

/** Numbers are null where they do not apply: nothing varies, or the strategy has no such thing. */
export interface Quality {
  readonly verdict: Verdict;
  /** One sentence each, worst first; empty when all is good. */
  readonly reasons: readonly string[];
  readonly maxRhat: number | null;
  readonly minEssBulk: number | null;
  readonly minEssTail: number | null;
  /** Transitions after warm-up whose energy error was beyond the limit. */
  readonly divergences: number | null;
  /** Share of transitions that ended at the largest tree depth. */
  readonly saturated: number | null;
  /** The smallest over chains. */
  readonly ebfmi: number | null;
  readonly khat: number | null;
}

interface Judged {
  readonly verdict: Verdict;
  readonly finding: Finding;
}

/** `summary` is that of `data`. */
export function judge(data: PosteriorData, summary: Readonly<Record<string, Summary>>): Quality {
  const markov = data.sampling !== undefined;
  const maxRhat = worst(summary, (row) => row.rhat, 1);
  const minEssBulk = worst(summary, (row) => row.essBulk, -1);
  const minEssTail = worst(summary, (row) => row.essTail, -1);
  const divergences = markov ? countOnes(data.statistics.divergent) : null;
  const saturated = data.sampling === undefined ? null : saturation(data, data.sampling.maxTreeDepth);
  const ebfmi = smallestEnergyFraction(data);
  const khat = data.logWeights === undefined ? null : smoothWeights(data.logWeights).kHat;
  const judged = [
    ...judgeValues(summary, data),
    ...(markov ? judgeChains(data, maxRhat, minEssBulk, minEssTail) : []),
    ...judgeTrajectories(data, divergences, saturated, ebfmi),
    ...judgeGuide(data, khat),
  ].sort((a, b) => severity[b.verdict] - severity[a.verdict]);
  return {
    verdict: judged[0]?.verdict ?? "good",
    reasons: judged.map(({ finding }) => wordFinding(finding)),
    maxRhat: maxRhat?.value ?? null,
    minEssBulk: minEssBulk?.value ?? null,
    minEssTail: minEssTail?.value ?? null,
    divergences,
    saturated,
    ebfmi,
    khat,
  };
}

const severity = { good: 0, caution: 1, bad: 2 } as const;

interface Worst {
  readonly name: string;
  readonly value: number;
}

/** Largest (sign 1) or smallest (sign −1) over the quantities that have it. */
function worst(
  summary: Readonly<Record<string, Summary>>,
  read: (row: Summary) => number,
  sign: 1 | -1,
): Worst | undefined {
  let found: Worst | undefined;
  for (const [name, row] of Object.entries(summary)) {
    const value = read(row);
    if (!Number.isNaN(value) && (found === undefined || sign * value > sign * found.value))
      found = { name, value };
  }
  return found;
}

function judgeValues(summary: Readonly<Record<string, Summary>>, data: PosteriorData): Judged[] {
  if (data.chains * data.draws === 0) return [{ verdict: "bad", finding: { kind: "no-draws" } }];
  const names = Object.keys(summary).filter((name) => Number.isNaN(summary[name].mean));
  return names.length === 0 ? [] : [{ verdict: "bad", finding: { kind: "not-finite", names } }];
}

function judgeChains(
  data: PosteriorData,
  rhat: Worst | undefined,
  bulk: Worst | undefined,
  tail: Worst | undefined,
): Judged[] {
  const judged: Judged[] = [];
  const { chains, draws } = data;
  const needed = Math.min(400, 100 * chains);
  if (rhat !== undefined && rhat.value >= 1.01) {
    judged.push({ verdict: rhat.value >= 1.05 ? "bad" : "caution", finding: { kind: "rhat", ...rhat } });
    const apart = rhat.value >= 1.05 ? chainsApart(data) : undefined;
    if (apart !== undefined) judged.push({ verdict: "bad", finding: { kind: "apart", ...apart } });
  }
  for (const [part, ess] of [["bulk", bulk] as const, ["tail", tail] as const]) {
    if (ess === undefined || ess.value >= needed) continue;
    const finding = { kind: "ess", part, ...ess, needed, total: chains * draws } as const;
    judged.push({ verdict: ess.value < needed / 4 ? "bad" : "caution", finding });
  }
  if (chains === 1) judged.push({ verdict: "caution", finding: { kind: "one-chain" } });
  return judged;
}

function judgeTrajectories(
  data: PosteriorData,
  divergences: number | null,
  saturated: number | null,
  ebfmi: number | null,
): Judged[] {
  const judged: Judged[] = [];
  const { sampling } = data;
  if (sampling === undefined) return judged;
  const total = data.chains * data.draws;
  if (divergences !== null && divergences > 0) {
    const finding = {
      kind: "divergences",
      count: divergences,
      total,
      targetAccept: sampling.targetAccept,
    } as const;
    judged.push({ verdict: divergences >= 0.01 * total ? "bad" : "caution", finding });
  }
  if (ebfmi !== null && ebfmi < 0.3) {
    judged.push({ verdict: "caution", finding: { kind: "energy", value: ebfmi } });
  }
  // A few long trajectories cost nothing but time; many mean that draws are cut short.
  if (saturated !== null && saturated > 0.01) {
    const finding = { kind: "saturated", share: saturated, maxTreeDepth: sampling.maxTreeDepth } as const;
    judged.push({ verdict: "caution", finding });
  }
  return judged;
}

function judgeGuide(data: PosteriorData, khat: number | null): Judged[] {
  const judged: Judged[] = [];
  if (khat !== null && khat >= 0.5) {
    judged.push({ verdict: khat >= 0.7 ? "bad" : "caution", finding: { kind: "khat", value: khat } });
  }
  if (data.optimization !== undefined && !data.optimization.converged) {
    judged.push({
      verdict: "caution",
      finding: { kind: "not-converged", steps: data.optimization.steps },
    });
  }
  return judged;
}

function countOnes(flags: Float64Array | undefined): number {
  return flags === undefined ? 0 : flags.reduce((sum, flag) => sum + flag, 0);
}

function saturation(data: PosteriorData, maxTreeDepth: number): number {
  const depths = data.statistics.treeDepth;
  return depths === undefined || depths.length === 0
    ? 0
    : depths.filter((depth) => depth >= maxTreeDepth).length / depths.length;
}

function smallestEnergyFraction(data: PosteriorData): number | null {
  const { energy } = data.statistics;
  if (energy === undefined) return null;
  const fractions = Array.from({ length: data.chains }, (_, chain) =>
    energyFraction(energy.subarray(chain * data.draws, (chain + 1) * data.draws)),
  ).filter((fraction) => !Number.isNaN(fraction));
  return fractions.length === 0 ? null : Math.min(...fractions);
}
