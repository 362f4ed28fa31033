/** The transcripts `expected.txt` of the examples: what was typed and what it printed. Numbers are read back from them. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Block {
  /** As typed: "ppl infer examples/…". */
  readonly command: string;
  readonly output: string;
}

/** Blocks of `expected.txt` in an example's folder; each begins with "$ ". */
export function readTranscript(example: string): Block[] {
  const text = readFileSync(join(root, "examples", example, "expected.txt"), "utf8");
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((block) => {
      const end = block.indexOf("\n");
      return { command: block.slice(0, end), output: block.slice(end + 1) };
    });
}

export interface Row {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** NaN for constants and where there is no such column. */
  readonly ess: number;
}

/** Rows of a summary table: name, mean, sd, three quantiles, effective sample size, R-hat. */
export function readRows(output: string): Row[] {
  return output.split("\n").flatMap((line): Row[] => {
    const [name, ...cells] = line.trim().split(/\s+/);
    const numbers = cells.map((cell) => (cell === "-" ? Number.NaN : Number(cell)));
    const isRow = cells.length === 7 && cells.every((cell) => /^-?[\d.]+(e[-+]\d+)?$|^-$/.test(cell));
    return isRow ? [{ name, mean: numbers[0], sd: numbers[1], ess: numbers[5] }] : [];
  });
}

export function readElbo(output: string): number {
  return Number(/^ELBO (-?[\d.]+)/m.exec(output)?.[1]);
}

export function readVerdict(output: string): string | undefined {
  return /^(good|caution|bad):/m.exec(output)?.[1];
}
