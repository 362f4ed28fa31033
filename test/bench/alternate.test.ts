/** The harness itself: who is timed, who is not, and whether times are right. */
import { expect, test } from "vitest";
import { alternate, type Outcome } from "../../bench/harness/alternate.ts";
import { type Contender, missing, ours } from "../../bench/harness/contender.ts";
import { createBackgroundMeter } from "../../bench/harness/machine.ts";
import { fitCost, geometricMean, spreadOf } from "../../bench/harness/statistics.ts";

const module = new URL("./contenders.ts", import.meta.url).href;

function measure(contenders: readonly Contender[], turnSeconds = 0): Promise<readonly Outcome[]> {
  const meter = createBackgroundMeter();
  return alternate(contenders, { rounds: 3, turnSeconds, tolerance: 1e-6, mostSeconds: 5, meter });
}

const waiting = (name: string, values: readonly number[], milliseconds: number): Contender =>
  ours(name, module, "waiting", { values, milliseconds });

test("times are per piece of work, however often a turn repeats it", async () => {
  const [short, long] = await measure([waiting("a", [1, 2], 1), waiting("b", [1, 2 + 1e-7], 8)], 0.02);
  if (short.kind !== "measured" || long.kind !== "measured") throw new Error("not measured");
  expect(short.times).toBeGreaterThanOrEqual(20);
  expect(short.seconds.least).toBeGreaterThanOrEqual(0.001);
  expect(long.seconds.least).toBeGreaterThanOrEqual(0.008);
  expect(short.seconds.least).toBeLessThan(0.004);
});

test("who disagrees is not timed, and says by how much", async () => {
  const outcomes = await measure([
    waiting("first", [100, 1], 1),
    waiting("other", [100, 2], 1),
    waiting("fewer", [100], 1),
    waiting("not finite", [Number.NaN, 1], 1),
  ]);
  expect(outcomes.map((outcome) => outcome.kind)).toEqual([
    "measured",
    "disagrees",
    "disagrees",
    "disagrees",
  ]);
  expect(outcomes[1]).toMatchObject({ difference: 0.01 });
});

test("who is missing, fails or dies leaves the others alone", async () => {
  const outcomes = await measure([
    missing("absent", "not set up"),
    ours("refusing", module, "refusing", {}),
    ours("dying", module, "dying", { values: [1] }),
    waiting("sound", [1], 1),
  ]);
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(["failed", "failed", "failed", "measured"]);
  expect(outcomes[0]).toMatchObject({ reason: "not set up" });
  expect(outcomes[1]).toMatchObject({ reason: "cannot be prepared" });
});

test("quartiles and the geometric mean", () => {
  expect(spreadOf([4, 1, 3, 2, 5])).toEqual({ median: 3, lower: 2, upper: 4, least: 1, most: 5 });
  expect(spreadOf([2, 1])).toMatchObject({ median: 1.5, lower: 1.25 });
  expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
});

test("costs are fitted by a line, small and large sizes alike, and never below 0", () => {
  const line = [1, 100, 1e6].map((x) => ({ x, y: 3 + 0.5 * x }));
  const { constant, slope } = fitCost(line);
  expect([constant, slope].map((each) => Number(each.toFixed(9)))).toEqual([3, 0.5]);
  // Through 1 at 1 and 10 at 5 goes a line that starts below 0.
  const [low, high] = [
    { x: 1, y: 1 },
    { x: 5, y: 10 },
  ];
  expect(fitCost([low, high])).toEqual({ constant: 0, slope: (1 + 0.5) / (1 + 0.25) });
  expect(
    fitCost([
      { x: 1, y: 10 },
      { x: 5, y: 1 },
    ]).slope,
  ).toBe(0);
});
