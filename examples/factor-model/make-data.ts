/** Writes train.json and test.json: six measurements of two hidden factors with noise 0.5. `node make-data.ts` gives the same files. */
import { writeFileSync } from "node:fs";

const loadings = [
  [0.9, 0.1],
  [-0.6, 0.8],
  [0.3, -1.1],
  [1.2, 0.4],
  [0.0, 0.7],
  [-0.8, -0.5],
];
const centre = [2, -1, 0, 5, 0.5, -3];
const noise = 0.5;

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

const uniform = uniforms(7);
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

function item(): number[] {
  const [first, second] = [normal(), normal()];
  return loadings.map(([a, b], i) => centre[i] + a * first + b * second + noise * normal());
}

function write(file: string, count: number): void {
  const rows = Array.from(
    { length: count },
    () =>
      `    [${item()
        .map((x) => x.toFixed(3))
        .join(", ")}]`,
  );
  writeFileSync(new URL(file, import.meta.url), `{\n  "x": [\n${rows.join(",\n")}\n  ]\n}\n`);
}

write("train.json", 600);
write("test.json", 50);
