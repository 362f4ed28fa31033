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
