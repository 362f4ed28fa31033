/** Thirty rows from a regression with coefficients 1.5, 0, −0.8 and noise 0.5, two of them far off. Run with node. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const coefficients = [1.5, 0, -0.8];
const outliers: Readonly<Record<number, number>> = { 7: 4, 19: -5 };

/** Uniform numbers of a linear congruential generator (Numerical Recipes), then Box and Muller. */
let state = 42;
function uniform(): number {
  state = (state * 1664525 + 1013904223) % 4294967296;
  return (state + 0.5) / 4294967296;
}
function normal(): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
const rounded = (value: number): number => Math.round(100 * value) / 100;

const rows = Array.from({ length: 30 }, (_, row) => {
  const x = coefficients.map(() => rounded(normal()));
  const noise = 0.5 * normal();
  const mean = x.reduce((sum, each, p) => sum + each * coefficients[p], 0);
  return { x, y: rounded(mean + (outliers[row] ?? noise)) };
});
const text = `{\n  "X": ${JSON.stringify(rows.map(({ x }) => x))},\n  "y": ${JSON.stringify(rows.map(({ y }) => y))}\n}\n`;
writeFileSync(join(import.meta.dirname, "data.json"), text);
