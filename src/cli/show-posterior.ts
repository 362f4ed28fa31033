/** A posterior on the terminal and as JSON. */
import { createColors } from "picocolors";
import type { Decision, Posterior, Quality } from "../driver/api-types.ts";
import { discreteRows, formatDiscrete } from "./discrete-table.ts";
import { formatDuration } from "./format-number.ts";
import { formatSummary } from "./summary-table.ts";

export function formatPosterior(posterior: Posterior, color: boolean): string {
  const { model, strategy, engine, seed, seconds, chains, draws, summary, quality } = posterior;
  const colors = createColors(color);
  const facts = [strategy, engine, `seed ${seed}`, formatDuration(seconds)];
  const kept = `${draws} ${draws === 1 ? "draw" : "draws"}`;
  const drawn = chains === 1 ? kept : `${chains} chains of ${kept}`;
  return [
    `${colors.bold(model)}  ${facts.join(" · ")} · ${drawn}${posterior.interrupted ? " · interrupted" : ""}`,
    "",
    ...formatSummary(summary, colors.dim),
    ...(posterior.discrete.length === 0
      ? []
      : ["", ...formatDiscrete(posterior.discrete, colors.dim, discreteShown)]),
    "",
    ...formatQuality(quality, color),
  ].join("\n");
}

/** Rows of the table of discrete variables: there may be one per row of the data. */
const discreteShown = 10;

/** "strategy: nuts (10 unknown numbers; up to 1000 are sampled)". */
export function formatDecision({ what, choice, reason }: Decision): string {
  return `${what}: ${choice} (${reason})`;
}

/** The verdict in words, and a line per reason. */
export function formatQuality({ verdict, reasons }: Quality, color: boolean): string[] {
  const { green, yellow, red } = createColors(color);
  const words = {
    good: green("good: no check found anything against these draws"),
    caution: yellow("caution: read this before using these draws"),
    bad: red("bad: do not use these draws"),
  };
  return [words[verdict], ...reasons.map((reason) => `  - ${reason}`)];
}

/** Numbers that do not exist (R-hat of a constant) are null. */
export function posteriorSummaryJson(posterior: Posterior): Record<string, unknown> {
  const { model, strategy, engine, seed, seconds, interrupted, chains, draws, summary, quality } = posterior;
  return {
    model,
    strategy,
    engine,
    seed,
    seconds,
    interrupted,
    chains,
    draws,
    summary: Object.fromEntries(
      summary.map(({ name, mean, sd, q5, q50, q95, ess, essTail, rhat, mcse }) => [
        name,
        { mean, sd, q5, q50, q95, ess, ess_tail: essTail, rhat, mcse },
      ]),
    ),
    ...(posterior.discrete.length > 0 && {
      discrete: Object.fromEntries(
        discreteRows(posterior.discrete).map(({ name, mode, best, probabilities }) => [
          name,
          { mode, best, probabilities },
        ]),
      ),
    }),
    quality: { verdict: quality.verdict, reasons: quality.reasons, ...quality.numbers },
  };
}
