import { describe, expect, test } from "vitest";
import { fillGlorot, fillHe, fillOrthogonal } from "../../../src/driver/training/fill-initial.ts";

const key = { seed: 5, stream: 1 };

function filled(fill: typeof fillGlorot, shape: readonly number[]): Float64Array {
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  fill(values, shape, key, 0);
  return values;
}

function variance(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each * each, 0) / values.length;
}

// A uniform variable in ±a has variance a² / 3 = 2 / (fan in + fan out).
test.each([
  { shape: [300, 100], fanIn: 300, fanOut: 100 },
  { shape: [5, 5, 20, 40], fanIn: 500, fanOut: 1000 },
])("variances of $shape", ({ shape, fanIn, fanOut }) => {
  const glorot = filled(fillGlorot, shape);
  expect(variance(glorot) / (2 / (fanIn + fanOut))).toBeCloseTo(1, 1);
  expect(Math.max(...glorot)).toBeLessThan(Math.sqrt(6 / (fanIn + fanOut)));
  expect(variance(filled(fillHe, shape)) / (2 / fanIn)).toBeCloseTo(1, 1);
});

describe("orthogonal", () => {
  test.each([[[7, 4]], [[4, 7]], [[5, 5]], [[3, 3, 2, 6]]])("%j", (shape) => {
    const values = filled(fillOrthogonal, shape);
    const columns = shape[shape.length - 1];
    const rows = values.length / columns;
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const at = (v: number, i: number): number => values[rows < columns ? v * columns + i : i * columns + v];
    for (let a = 0; a < count; a++)
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 12);
      }
  });
});
