/** `npm run bench`: our engines and other systems on the same work in one run. See `docs/benchmarks.md`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { cases } from "./cases/cases.ts";
import { createBackgroundMeter, describeMachine } from "./harness/machine.ts";
import { findPeers } from "./harness/peers.ts";
import { type Result, showSection, writeReport } from "./harness/report.ts";

interface Options {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly json?: boolean;
  readonly write?: boolean;
  readonly list?: boolean;
}

const reportPath = resolve(import.meta.dirname, "../docs/benchmarks.md");

async function main(options: Options): Promise<number> {
  if (options.list) {
    for (const each of cases) process.stdout.write(`${each.name.padEnd(20)} ${each.title}\n`);
    return 0;
  }
  const unknown = options.only?.find((name) => !cases.some((each) => each.name === name));
  if (unknown !== undefined) {
    process.stderr.write(
      `there is no benchmark ${unknown}; there are ${cases.map((each) => each.name).join(", ")}\n`,
    );
    return 2;
  }
  const loadBefore = loadavg()[0];
  const peers = findPeers();
  const machine = describeMachine(peers);
  const temporaryFolder = mkdtempSync(join(tmpdir(), "ppl-bench-"));
  const results: Result[] = [];
  try {
    for (const each of cases) {
      if (options.only !== undefined && !options.only.includes(each.name)) continue;
      const meter = createBackgroundMeter();
      const progress = (line: string): void => void process.stderr.write(`${each.name}: ${line}\n`);
      const context = { quick: options.quick === true, peers, meter, temporaryFolder, progress };
      const section = await each.run(context);
      const result = { case: each, section, busyCores: meter.busyCores() };
      results.push(result);
      if (!options.json) process.stdout.write(`${showSection(result)}\n`);
    }
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
  if (options.json) {
    const all = results.map(({ case: { name }, section, busyCores }) => ({
      name,
      busyCores,
      measurements: section.measurements,
      notes: section.notes,
    }));
    process.stdout.write(`${JSON.stringify({ machine, loadBefore, cases: all }, null, 2)}\n`);
  }
  if (options.write) {
    const command = `npm run bench${options.quick ? " -- --quick" : ""}`;
    writeFileSync(reportPath, writeReport(results, { machine, command, loadBefore }));
    process.stderr.write(`wrote ${reportPath}\n`);
  }
  return 0;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const program = new Command("bench")
  .description("Measures our engines and the peers that are set up, on the same work in one run.")
  .option("--quick", "fewer and shorter turns: minutes instead of a quarter of an hour")
  .option("--only <name>", "one benchmark, by its name; may be given several times", collect)
  .option("--list", "names the benchmarks")
  .option("--json", "prints all numbers as JSON")
  .option("--no-write", "leaves docs/benchmarks.md as it is; so does --only")
  .action(async (options: Options) => {
    process.exitCode = await main({
      ...options,
      write: options.write !== false && options.only === undefined,
    });
  });
await program.parseAsync();
