/** How a run is going, on stderr: one line drawn anew on a terminal, a line every quarter in a pipe, nothing when quiet. */
import type { Progress } from "../driver/api-types.ts";
import type { Output } from "./context.ts";
import { formatDuration } from "./format-number.ts";

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** Removes the line. Nothing is drawn afterwards. */
  finish(): void;
}

const redrawMilliseconds = 100;
/** In a pipe, runs shorter than this say nothing. */
const silentMilliseconds = 1000;
const barWidth = 24;
const chainBlocks = "▁▂▃▄▅▆▇█";

export function createProgressDisplay(output: Output, now: () => number, quiet: boolean): ProgressDisplay {
  if (quiet) return { update: () => {}, finish: () => {} };
  const start = { time: now(), done: 0, known: false };
  let drawnAt = -Infinity;
  let quarter = 0;
  let drawn = false;
  let finished = false;

  const rate = (progress: Progress): number => {
    const seconds = (now() - start.time) / 1000;
    return seconds > 0 ? (progress.done - start.done) / seconds : 0;
  };
  return {
    update(progress) {
      if (finished || progress.total <= 0) return;
      if (!start.known) Object.assign(start, { time: now(), done: progress.done, known: true });
      if (output.terminal) {
        if (now() - drawnAt < redrawMilliseconds && progress.done < progress.total) return;
        drawnAt = now();
        drawn = true;
        output.write(`\r${clip(formatLine(progress, rate(progress)), output.columns - 1)}\x1b[K`);
        return;
      }
      const reached = Math.floor((4 * progress.done) / progress.total);
      if (reached <= quarter) return;
      quarter = reached;
      if (now() - start.time < silentMilliseconds) return;
      output.write(`${formatPlain(progress, rate(progress))}\n`);
    },
    finish() {
      if (finished) return;
      finished = true;
      if (drawn) output.write("\r\x1b[K");
    },
  };
}

/** "sampling ████████░░░░  52 %  1040/2000 draws  ▆▇▆▆  310/s  3.1 s left  2 divergences". */
export function formatLine(progress: Progress, rate: number): string {
  const { phase, done, total, unit, chains, detail } = progress;
  const filled = Math.round((barWidth * done) / total);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const blocks = chains === undefined || chains.length < 2 ? undefined : chains.map(chainBlock).join("");
  const left = rate > 0 ? `${formatDuration((total - done) / rate)} left` : undefined;
  const parts = [
    `${phase} ${bar} ${percent(progress).padStart(5)}`,
    `${done}/${total} ${unit}`,
    blocks,
    formatRate(rate),
    left,
    detail,
  ];
  return parts.filter((part) => part !== undefined).join("  ");
}

function formatPlain(progress: Progress, rate: number): string {
  const { phase, done, total, unit, detail } = progress;
  const parts = [`${done}/${total} ${unit}`, formatRate(rate), detail].filter((part) => part !== undefined);
  return `${phase}: ${percent(progress)} (${parts.join(", ")})`;
}

function percent({ done, total }: Progress): string {
  return `${Math.floor((100 * done) / total)} %`;
}

function formatRate(rate: number): string | undefined {
  if (!(rate > 0)) return undefined;
  return rate >= 10 ? `${Math.round(rate)}/s` : `${rate.toFixed(1)}/s`;
}

function chainBlock(fraction: number): string {
  return chainBlocks[
    Math.min(chainBlocks.length - 1, Math.max(0, Math.floor(fraction * chainBlocks.length)))
  ];
}

function clip(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : characters.slice(0, Math.max(0, width)).join("");
}
