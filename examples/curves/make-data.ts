/**
 * Writes train.json and test.json: curves a sin(time + p) at 16 times, with noise of standard deviation 0.1; a is uniform in
 * (0.5, 2) and p in (0, 2). `node make-data.ts` gives the same files.
 */
import { writeFileSync } from "node:fs";

/** Uniform in (0, 1): the generator mulberry32 of Tommy Ettinger. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

const uniform = uniforms(5);
const times = Array.from({ length: 16 }, (_, t) => t / 2.5);

/** Box and Muller (1958). */
function normal(): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function curve(): string {
  const [a, p] = [0.5 + 1.5 * uniform(), 2 * uniform()];
  return `[${times.map((t) => (a * Math.sin(t + p) + 0.1 * normal()).toFixed(3)).join(",")}]`;
}

function write(file: string, count: number): void {
  const rows = Array.from({ length: count }, curve);
  const text = `{ "time": [${times.join(",")}],\n"y": [\n${rows.join(",\n")}\n] }\n`;
  writeFileSync(new URL(file, import.meta.url), text);
}

write("train.json", 300);
write("test.json", 6);
