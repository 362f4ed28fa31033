/** What programs that are trained in batches may look at. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { refuseOtherItems } from "../../../src/compiler/lower/item-data.ts";
import { findItemPlate } from "../../../src/compiler/lower/item-plate.ts";
import { loadModel } from "./load-model.ts";

/** A model with these lines in front of its plate and in it. */
function check(shared: string, own: string, declared = ""): void {
  const { model, functions } = loadModel(`${declared}
  model M[N, D](x: Real[N], rows: Real[N, D], group: Int(0, 2)[N]) {
    learn w = 0.5
    learn v: Real[3] = 0.5
    learn u: Real[D] = 0.5
    ${shared}
    plate n in N {
      z[n] ~ Normal(0, 1)
      ${own}
      observe y[n] ~ Normal(w * x[n] + z[n], 1)
    }
  }`);
  refuseOtherItems(model, findItemPlate(model), functions);
}

describe("an item may look at", () => {
  test.each([
    ["its own data", "", "factor -x[n] * sum(rows[n]) * v[group[n]]"],
    ["entries that it made", "", "m[n] = square(x[n])\nfactor -m[n]"],
    ["how many items there are", "", "factor -w / N"],
    ["its entry of what is made item by item", "t = [exp(x[k]) for k in N]", "factor -t[n]"],
    ["elementwise results", "t = exp(x) + w * x", "factor -t[n]"],
    ["rows of a product", "t = rows @ u", "factor -t[n]"],
  ])("%s", (_, shared, own) => {
    expect(() => check(shared, own)).not.toThrow();
  });

  test("how many items there are, handed on", () => {
    expect(() => check("", "factor -f[N](w)", "def f[K](a: Real) -> Real = a / K")).not.toThrow();
    const held = "dist Held[K](a: Real) on Real { logpdf(u) = -square(u) - a / K }";
    expect(() => check("", "factor logpdf(Held[N](w), 0)", held)).not.toThrow();
  });
});

describe("an item may not look at", () => {
  test.each([
    ["a mean of all", "m = mean(x)", "factor -m", "all items"],
    ["a sum of all", "", "factor -sum(x) / N", "all items"],
    ["as many ones as items", "", "factor -w / sum(ones(N))", "all items"],
    ["a sum of what is made item by item", "m = sum([x[k] for k in N])", "factor -m", "all items"],
    ["places among all", "t = cumsum(x)", "factor -t[n]", "all items"],
    ["the first item", "", "factor -x[0]", "another item"],
    ["an item that data name", "", "factor -x[group[n]]", "another item"],
    ["its position", "", "factor -w * n", "the position of an item"],
    ["positions", "t = [w * k for k in N]", "factor -t[n]", "the position of an item"],
    ["weights for each item", "learn s: Real[N] = 0.1", "factor -s[n]", "as many as items"],
    [
      "products of items",
      "t = rows @ transpose(rows)",
      "factor -t[n, 0]",
      "more than an entry for each item",
    ],
  ])("%s", (_, shared, own, text) => {
    expect(label(() => check(shared, own))).toBe(text);
  });

  test("all items in a function or a distribution", () => {
    const average = "def f[K](a: Real[K]) -> Real = sum(a) / K";
    expect(label(() => check("", "factor -f(x)", average))).toBe("all items");
    const many = "def f[K](a: Real) -> Real = a / sum(ones(K))";
    expect(label(() => check("", "factor -f[N](w)", many))).toBe("looks at all items inside");
    const held = "dist Held[K](a: Real) on Real { logpdf(u) = -square(u) - a / sum(ones(K)) }";
    expect(label(() => check("", "factor logpdf(Held[N](w), 0)", held))).toBe("looks at all items inside");
  });
});

function label(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0].code === "not-amortizable")
      return error.problems[0].labels[0].text;
    throw error;
  }
  return "nothing";
}
