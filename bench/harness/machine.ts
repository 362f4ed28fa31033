/** What is measured on, and whether it was quiet. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Peers } from "./peers.ts";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Name → version of what was measured with; only what is there. */
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

export function describeMachine(peers: Peers): Machine {
  const found = Object.entries(peers.versions);
  const present = found.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    processor: `${cpus()[0]?.model.trim() || "unknown processor"} (${process.arch})`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: { Node: process.versions.node, V8: process.versions.v8, ...Object.fromEntries(present) },
    missing: found.filter(([, version]) => version === undefined).map(([name]) => name),
  };
}

/** Notes what the cores do while nothing of ours runs. */
export interface BackgroundMeter {
  /** Waits that long and notes how busy the cores were. Call it when every contender is idle. */
  rest(milliseconds: number): Promise<void>;
  /** Mean number of cores that others kept busy. */
  busyCores(): number;
}

/** Cores that others keep busy, from which on times are not to be relied on. */
export const quietCores = 0.1;

export function createBackgroundMeter(): BackgroundMeter {
  let busy = 0;
  let total = 0;
  return {
    async rest(milliseconds) {
      const before = coreTimes();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      const after = coreTimes();
      busy += after.busy - before.busy;
      total += after.total - before.total;
    },
    busyCores: () => (total === 0 ? 0 : (cpus().length * busy) / total),
  };
}

function coreTimes(): { readonly busy: number; readonly total: number } {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, core) => sum + core.idle, 0);
  const total = times.reduce((sum, core) => sum + core.user + core.nice + core.sys + core.irq + core.idle, 0);
  return { busy: total - idle, total };
}

/** Bytes of this process in memory; where the system does not tell, Node's own count. */
export function residentBytes(): number {
  try {
    return Number(readFileSync("/proc/self/statm", "utf8").split(" ")[1]) * 4096;
  } catch {
    return process.memoryUsage.rss();
  }
}
