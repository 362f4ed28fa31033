/** What a case gives: tables for people, the same numbers for programs. */
import type { Outcome, TurnPlan } from "./alternate.ts";
import type { BackgroundMeter } from "./machine.ts";
import type { Peers } from "./peers.ts";
import type { Spread } from "./statistics.ts";

/** One benchmark: a file of `cases/` exports one. */
export interface Case {
  readonly name: string;
  readonly title: string;
  run(context: Context): Promise<Section>;
}

export interface Context {
  /** Fewer and shorter turns. */
  readonly quick: boolean;
  readonly peers: Peers;
  readonly meter: BackgroundMeter;
  /** For files that contenders read; removed at the end. */
  readonly temporaryFolder: string;
  /** Tells what is being measured. */
  progress(line: string): void;
}

/** How long contenders are measured, unless a case has its reasons. */
export function usualTurns({ quick, meter }: Context): Omit<TurnPlan, "tolerance"> {
  return { rounds: quick ? 5 : 15, turnSeconds: quick ? 0.05 : 0.2, mostSeconds: quick ? 8 : 30, meter };
}

export interface Section {
  /** What is measured, and how, in a few sentences. */
  readonly about: string;
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
  /** The numbers, for `--json`. */
  readonly measurements: readonly Measurement[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Measurement {
  readonly work: string;
  readonly system: string;
  readonly ours: boolean;
  readonly unit: string;
  readonly value?: Spread;
  /** Ours over this one; below 1 ours is faster. */
  readonly ratio?: number;
  /** Why there is no value. */
  readonly remark?: string;
}

export interface Work {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

/** Seconds of every contender, and how long ours takes in comparison; ours is the first of our own that was measured. */
export function measureTimes(works: readonly Work[]): Measurement[] {
  return works.flatMap(({ name, outcomes }) => {
    const own = outcomes.find((outcome) => outcome.kind === "measured" && outcome.contender.ours);
    const ownSeconds = own?.kind === "measured" ? own.seconds.median : undefined;
    return outcomes.map((outcome) => measurementOf(name, outcome, ownSeconds));
  });
}

export function measurementOf(work: string, outcome: Outcome, ownSeconds: number | undefined): Measurement {
  const { name: system, ours } = outcome.contender;
  const common = { work, system, ours, unit: "s" };
  switch (outcome.kind) {
    case "measured": {
      const ratio = ownSeconds === undefined ? undefined : ownSeconds / outcome.seconds.median;
      return { ...common, value: outcome.seconds, ratio };
    }
    case "disagrees":
      return { ...common, remark: `disagrees by ${outcome.difference.toExponential(1)}` };
    case "failed":
      return { ...common, remark: outcome.reason };
  }
}

export function timesTable(measurements: readonly Measurement[]): Table {
  return {
    columns: ["work", "system", "median", "quartiles", "ppl / it"],
    rows: measurements.map(({ work, system, value, ratio, remark }, position) => [
      measurements[position - 1]?.work === work ? "" : work,
      system,
      value === undefined ? (remark ?? "") : formatSeconds(value.median),
      value === undefined ? "" : `${formatSeconds(value.lower)} – ${formatSeconds(value.upper)}`,
      ratio === undefined ? "" : formatRatio(ratio),
    ]),
  };
}

/** Three digits with a unit of time: "1.23 µs". */
export function formatSeconds(seconds: number): string {
  const units = [
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
    [1e-9, "ns"],
  ] as const;
  const [size, unit] = units.find(([each]) => seconds >= each) ?? units[units.length - 1];
  return `${threeDigits(seconds / size)} ${unit}`;
}

export function formatRatio(ratio: number): string {
  return threeDigits(ratio);
}

export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = value === 0 ? 2 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}
