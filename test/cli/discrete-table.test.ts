import { expect, test } from "vitest";
import { formatDiscrete } from "../../src/cli/discrete-table.ts";

const plain = (text: string): string => text;

function variable(name: string, probabilities: readonly number[]) {
  return {
    name,
    shape: [],
    count: probabilities.length,
    probabilities: Float64Array.from(probabilities),
    best: Float64Array.of(0),
  };
}

test("few values have a column each; of many the most probable are listed, and what is left", () => {
  const change = [0.02, 0.05, 0.4, 0.1, 0.2, 0.03, 0.05, 0.1, 0.025, 0.025];
  expect(formatDiscrete([variable("z", [0.25, 0.75]), variable("change", change)], plain, 10)).toEqual([
    "   mode  P(mode)   P(0)   P(1)",
    "z     1    0.750  0.250  0.750",
    "",
    "         mode (P)        2nd        3rd        4th        5th  all others",
    "change  2 (0.400)  4 (0.200)  3 (0.100)  7 (0.100)  1 (0.050)       0.150",
  ]);
});

test("of many elements the first are shown, and how many there are more", () => {
  const z = {
    ...variable("z", [0.25, 0.75]),
    shape: [3],
    probabilities: Float64Array.of(0.25, 0.75, 0.5, 0.5, 1, 0),
    best: Float64Array.of(1, 0, 0),
  };
  const lines = formatDiscrete([z], plain, 2);
  expect(lines.slice(1)).toEqual([
    "z[0]     1    0.750  0.250  0.750",
    "z[1]     0    0.500  0.500  0.500",
    "… 1 more row; --json or --out has all",
  ]);
});
