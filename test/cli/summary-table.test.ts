import { expect, test } from "vitest";
import { rowCounts, summarizeDraws } from "../../src/cli/summarize-draws.ts";
import { formatSummary, mostRows } from "../../src/cli/summary-table.ts";
import type { DrawnVariable } from "../../src/driver/api-types.ts";

const draws = 3;

function drawn(name: string, ...shape: number[]): DrawnVariable {
  const length = shape.reduce((product, each) => product * each, 1);
  const values = new Float64Array(draws * length);
  return { name, shape, dimensions: shape.map(() => ""), base: "real", values };
}

function tableOf(...variables: DrawnVariable[]): string[] {
  const rows = summarizeDraws(variables, draws, mostRows);
  const lines = formatSummary(rows, (text) => text, rowCounts(variables, draws));
  return lines.slice(1).map((line) => line.split(/\s{2,}/)[0]);
}

test("a table that fits is whole", () => {
  expect(tableOf(drawn("a"), drawn("b", 2))).toEqual(["a", "b[0]", "b[1]"]);
});

test("a large variable leaves room for those after it, and says how much of it is not shown", () => {
  const lines = tableOf(drawn("x", 100, 100), drawn("a"), drawn("y", 5));
  expect(lines).toContain("… 9966 more");
  expect(lines.slice(-7)).toEqual([
    "a",
    "y[0]",
    "y[1]",
    "y[2]",
    "y[3]",
    "y[4]",
    "… 9966 more rows; --json or --out has all",
  ]);
  expect(lines.filter((line) => line.startsWith("x["))).toHaveLength(mostRows - 6);
});

test("of very many variables some are shown, and all are counted", () => {
  const variables = Array.from({ length: 100 }, (_, at) => drawn(`v${at}`, 2));
  const lines = tableOf(...variables);
  expect(lines.filter((line) => line.startsWith("v"))).toHaveLength(mostRows);
  expect(lines.at(-1)).toBe("… 160 more rows; --json or --out has all");
});
