/**
 * Writes train.json and test.json: images of 8 × 8 binary pixels. Item i shows glyph i mod 4 (ring, bar, plus, cross) in the
 * middle or one pixel to its left or right, and two pixels in a hundred are wrong. `node make-data.ts` gives the same files.
 */
import { writeFileSync } from "node:fs";

const glyphs = [
  ["........", "..####..", ".#....#.", ".#....#.", ".#....#.", ".#....#.", "..####..", "........"],
  ["........", "...##...", "...##...", "...##...", "...##...", "...##...", "...##...", "........"],
  ["........", "...##...", "...##...", ".######.", ".######.", "...##...", "...##...", "........"],
  ["........", ".#....#.", "..#..#..", "...##...", "...##...", "..#..#..", ".#....#.", "........"],
];
const wrong = 0.02;

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

const uniform = uniforms(3);

function image(position: number): number[] {
  const shift = Math.floor(3 * uniform()) - 1;
  return glyphs[position % glyphs.length].flatMap((row) =>
    Array.from({ length: row.length }, (_, column) => {
      const on = row[column - shift] === "#";
      return Number(uniform() < wrong ? !on : on);
    }),
  );
}

function write(file: string, count: number): void {
  const rows = Array.from({ length: count }, (_, i) => `[${image(i).join(",")}]`);
  writeFileSync(new URL(file, import.meta.url), `{ "x": [\n${rows.join(",\n")}\n] }\n`);
}

write("train.json", 400);
write("test.json", 80);
