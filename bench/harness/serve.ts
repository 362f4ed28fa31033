/**
 * Process of one of our contenders: `serve.ts MODULE ENTRY`. The first line of standard input is the task, for which ENTRY of
 * MODULE makes a `Measurable`; then each line `run N` is answered with the seconds that took. The peers speak the same protocol.
 */
import { createInterface } from "node:readline";
import type { Measurable } from "./contender.ts";

type Prepare = (task: unknown) => Promise<Measurable> | Measurable;

const [module, entry] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function answer(reply: object): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

try {
  const functions = (await import(module)) as Readonly<Record<string, Prepare>>;
  const first = await lines.next();
  const measurable = await functions[entry](JSON.parse(first.value ?? "null"));
  answer({ values: [...measurable.values] });
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const times = Number(line.value.split(" ")[1]);
    const start = performance.now();
    const facts = await measurable.run(times);
    answer({ seconds: (performance.now() - start) / 1000, ...facts });
  }
} catch (error) {
  answer({ failed: error instanceof Error ? error.message : String(error) });
}
process.exit();
