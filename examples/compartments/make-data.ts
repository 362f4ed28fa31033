/** Writes data.json: six subjects, a dose each, eight samples of their blood. `node make-data.ts` gives the same file. */
import { writeFileSync } from "node:fs";

const absorption = 1.2;
const volume = 20;
const noise = 0.1;
const dose = [300, 320, 260, 400, 340, 280];
const hours = [0.5, 1, 2, 4, 6, 8, 10, 12];

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

const uniform = uniforms(11);
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

/** What is in the blood, in closed form (Bateman 1910). */
function blood(amount: number, elimination: number, t: number): number {
  const decay = Math.exp(-elimination * t) - Math.exp(-absorption * t);
  return ((amount * absorption) / (absorption - elimination)) * decay;
}

const y = dose.map((amount) => {
  const elimination = Math.exp(Math.log(0.12) + 0.25 * normal());
  return hours.map((t) =>
    Number(((blood(amount, elimination, t) / volume) * Math.exp(noise * normal())).toFixed(3)),
  );
});

const rows = y.map((row) => `    [${row.join(", ")}]`);
writeFileSync(
  new URL("data.json", import.meta.url),
  `{\n  "dose": [${dose.join(", ")}],\n  "hours": [${hours.join(", ")}],\n  "y": [\n${rows.join(",\n")}\n  ]\n}\n`,
);
