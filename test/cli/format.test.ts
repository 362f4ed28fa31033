import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalsFor, formatDuration, formatNumber } from "../../src/cli/format-number.ts";
import { summarizeDraws } from "../../src/cli/summarize-draws.ts";
import { formatTable, textWidth } from "../../src/cli/table.ts";

test("columns are aligned whatever the cells (any text)", () => {
  const cell = fc.stringMatching(/^[\w .é😀-]{0,8}$/u);
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
      const lines = formatTable(
        rows.map(([a, b]) => [a, `${b}|`]),
        ["left", "right"],
      );
      expect(new Set(lines.map(textWidth)).size).toBe(1);
      for (const [i, [a, b]] of rows.entries())
        expect(lines[i].startsWith(a) && lines[i].endsWith(`${b}|`)).toBe(true);
    }),
  );
});

test("codes for colour take no width", () => {
  expect(
    formatTable(
      [
        ["\x1b[32mab\x1b[39m", "x"],
        ["abc", "y"],
      ],
      ["left", "left"],
    ),
  ).toEqual(["\x1b[32mab\x1b[39m   x", "abc  y"]);
});

test.each([
  [4.4132, 2, "4.41"],
  [-0.001, 2, "0.00"],
  [12345678, 0, "1.23e+7"],
  [1.5e-9, 6, "1.50e-9"],
  [Number.NaN, 2, "-"],
  [-Infinity, 2, "-inf"],
])("%d with %d decimals is %s", (value, decimals, text) => {
  expect(formatNumber(value, decimals)).toBe(text);
});

test.each([
  [0.031, 4],
  [0.31, 3],
  [3.1, 2],
  [31, 1],
  [310, 0],
  [0, 2],
  [1e-12, 6],
])("a spread of %d asks for %d decimals", (sd, decimals) => {
  expect(decimalsFor(sd)).toBe(decimals);
});

test.each([
  [0.418, "0.42 s"],
  [9.94, "9.9 s"],
  [12.3, "12 s"],
  [185, "3 min 05 s"],
  [7620, "2 h 07 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("moments and quantiles of 0, 1, …, 100 are those of the uniform grid", () => {
  const values = Float64Array.from({ length: 101 }, (_, i) => 100 - i);
  const [row] = summarizeDraws([{ name: "x", shape: [], dimensions: [], base: "real", values }], 101);
  expect(row).toMatchObject({ name: "x", mean: 50, q5: 5, q50: 50, q95: 95 });
  expect(row.sd).toBeCloseTo(Math.sqrt((101 * 102) / 12), 10);
});
