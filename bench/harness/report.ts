/** The report as Markdown: command, machine, one section per case. Nothing in it depends on the date. */
import { type Machine, quietCores } from "./machine.ts";
import type { Case, Section, Table } from "./section.ts";

export interface Result {
  readonly case: Case;
  readonly section: Section;
  /** Cores that others kept busy meanwhile. */
  readonly busyCores: number;
}

export interface ReportFacts {
  readonly machine: Machine;
  readonly command: string;
  /** Runnable processes in the minute before the start. */
  readonly loadBefore: number;
}

export function writeReport(results: readonly Result[], facts: ReportFacts): string {
  const { machine, command, loadBefore } = facts;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const noisy = results.filter((result) => result.busyCores > quietCores);
  const lines = [
    "# Benchmarks",
    "",
    "Our engines and other systems on the same work in the same run: contenders take turns (A B C A B C …), one at a time, each in a",
    "process of its own. Before anything is timed their results are compared; a system whose log density, gradient or loss",
    "differs is marked as disagreeing and not timed. Times are medians over turns with quartiles. `ppl / it` is our time over",
    "that of the system: below 1, ours is the faster. Times depend on the machine; ratios are what to look at.",
    "",
    "    npm run bench:peers    # once: the other systems, into a folder that git ignores",
    `    ${command}`,
    "",
    `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB. ${versions.join(", ")}.`,
    ...(machine.missing.length > 0 ? [`Not set up here: ${machine.missing.join(", ")}.`] : []),
    `Load before the run: ${loadBefore.toFixed(2)}.`,
    ...(noisy.length > 0
      ? [
          "",
          `**Noisy**: others were at work on this machine during ${noisy.map((result) => result.case.name).join(", ")}; those numbers are provisional.`,
        ]
      : []),
  ];
  for (const { case: each, section, busyCores } of results) {
    lines.push("", `## ${each.title}`, "", section.about, "");
    if (busyCores > quietCores) lines.push(`Noisy: others kept ${busyCores.toFixed(2)} cores busy.`, "");
    for (const table of section.tables) lines.push(...markdownTable(table), "");
    for (const note of section.notes) lines.push(`- ${note}`);
    if (lines.at(-1) === "") lines.pop();
  }
  return `${lines.join("\n")}\n`;
}

function markdownTable({ columns, rows }: Table): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** The same tables for a terminal. */
export function showSection({ case: each, section, busyCores }: Result): string {
  const lines = [each.title, ""];
  if (busyCores > quietCores) lines.push(`  noisy: others kept ${busyCores.toFixed(2)} cores busy`, "");
  for (const table of section.tables) lines.push(...alignedTable(table).map((line) => `  ${line}`), "");
  for (const note of section.notes) lines.push(`  ${note}`);
  return `${lines.join("\n")}\n`;
}

function alignedTable({ columns, rows }: Table): string[] {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}
