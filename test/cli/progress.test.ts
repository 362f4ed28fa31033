import { describe, expect, test } from "vitest";
import { wantsColor } from "../../src/cli/context.ts";
import { createProgressDisplay, formatLine } from "../../src/cli/progress.ts";

function run(terminal: boolean, quiet: boolean, columns = 200): { text: string; pieces: string[] } {
  const pieces: string[] = [];
  let time = 0;
  const output = { write: (text: string) => void pieces.push(text), terminal, columns, color: false };
  const display = createProgressDisplay(output, () => time, quiet);
  for (let done = 0; done <= 1000; done++) {
    time += 10;
    display.update({ phase: "sampling", done, total: 1000, unit: "draws", chains: [done / 1000, 0.5] });
  }
  display.finish();
  display.finish();
  display.update({ phase: "late", done: 1, total: 2, unit: "draws" });
  return { text: pieces.join(""), pieces };
}

test("in a pipe: a line every quarter, none of them twice, no control characters", () => {
  const lines = run(false, false).text.trimEnd().split("\n");
  expect(lines.map((line) => line.split(" (")[0])).toEqual(
    [25, 50, 75, 100].map((percent) => `sampling: ${percent} %`),
  );
  expect(lines[1]).toBe("sampling: 50 % (500/1000 draws, 100/s)");
});

describe("on a terminal", () => {
  test("one line, redrawn at most ten times a second and removed at the end", () => {
    const { pieces } = run(true, false);
    expect(pieces.length).toBeLessThanOrEqual(103);
    expect(pieces.length).toBeGreaterThan(90);
    expect(
      pieces.every((piece) => piece.startsWith("\r") && piece.endsWith("\x1b[K") && !piece.includes("\n")),
    ).toBe(true);
    expect(pieces.at(-1)).toBe("\r\x1b[K");
  });

  test("is never wider than the terminal", () => {
    for (const piece of run(true, false, 40).pieces) {
      expect([...piece.replace("\r", "").replace("\x1b[K", "")].length).toBeLessThan(40);
    }
  });

  test("shows bar, count, chains, rate, time left and a remark", () => {
    const line = formatLine(
      {
        phase: "sampling",
        done: 500,
        total: 1000,
        unit: "draws",
        chains: [0, 0.5, 1],
        detail: "2 divergences",
      },
      100,
    );
    expect(line).toBe(
      `sampling ${"█".repeat(12)}${"░".repeat(12)}  50 %  500/1000 draws  ▁▅█  100/s  5.0 s left  2 divergences`,
    );
  });
});

test("quiet writes nothing", () => {
  expect(run(true, true).text).toBe("");
  expect(run(false, true).text).toBe("");
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  [{ TERM: "dumb" }, true, false],
])("colour with %j on a terminal (%s): %s", (environment, terminal, expected) => {
  expect(wantsColor(environment, terminal)).toBe(expected);
});
