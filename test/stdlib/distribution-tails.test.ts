/** Both tails of each distribution that has them, in logarithms: values with 400 digits (`distribution-tails.py`), and their slopes. */
import { describe, expect, test } from "vitest";
import values from "./distribution-tails.json" with { type: "json" };
import { tailOf } from "./evaluate-distribution.ts";

describe.each(values.map((each) => [each.use, each] as const))("%s", (use, { at, ...tails }) => {
  test.each(["below", "above"] as const)("%s", (tail) => {
    const found = tailOf(use, tail);
    at.forEach((x, position) => {
      const wanted = Number(tails[tail][position]);
      const value = found(x);
      const error = value === wanted ? 0 : Math.abs(value - wanted);
      expect(error, `${value} for ${wanted} at ${x}`).toBeLessThan(
        1e-12 * Math.min(1e99, Math.abs(wanted)) + 1e-15,
      );
    });
  });
});

describe("BetaBinomial of many trials", () => {
  // The beta functions of the first term have 1e6 in them: fewer digits are left. Values as above.
  test("where a tail takes 1024 terms at most", () => {
    const use = "BetaBinomial(20000, 9e4, 1e4)";
    expect(Math.abs(tailOf(use, "below")(17_700) - -22.572379627040817)).toBeLessThan(1e-9);
    expect(Math.abs(tailOf(use, "above")(18_000) - -0.6985409350144315)).toBeLessThan(1e-9);
  });

  test("where it takes more, the result is no number", () => {
    expect(tailOf("BetaBinomial(100000, 1, 1)", "below")(40_000)).toBeNaN();
  });
});
