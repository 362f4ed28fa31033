/** Against published values and against identities that relate different arguments. A&S: Abramowitz and Stegun (1964). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  digamma,
  erf,
  erfinv,
  lgamma,
  polygamma,
  sigmoid,
  softplus,
} from "../../src/compiler/special-functions.ts";

function expectNear(actual: number, expected: number, relative = 1e-14, absolute = 0): void {
  if (Object.is(actual, expected)) return;
  const error = Math.abs(actual - expected);
  if (!(error <= relative * Math.abs(expected) + absolute))
    expect.fail(`${actual} instead of ${expected}: relative error ${error / Math.abs(expected)}`);
}

const gammaConstant = 0.5772156649015329;
const catalan = 0.915965594177219;
const zeta3 = 1.2020569031595942;
const positive = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });

describe("published values", () => {
  test.each([
    ["lgamma ½ = log √π", lgamma(0.5), 0.5 * Math.log(Math.PI)],
    ["lgamma 1", lgamma(1), 0],
    ["lgamma 2", lgamma(2), 0],
    ["lgamma 3/2 = log √π/2", lgamma(1.5), Math.log(Math.sqrt(Math.PI) / 2)],
    ["lgamma 11 = log 10!", lgamma(11), Math.log(3628800)],
    ["lgamma 100", lgamma(100), 359.1342053695754],
    ["lgamma −½ = log 2√π", lgamma(-0.5), Math.log(2 * Math.sqrt(Math.PI))],
    ["lgamma at a pole", lgamma(-3), Number.POSITIVE_INFINITY],
    ["lgamma 0", lgamma(0), Number.POSITIVE_INFINITY],
    ["digamma 1 = −γ", digamma(1), -gammaConstant],
    ["digamma ½ = −γ − 2 log 2", digamma(0.5), -gammaConstant - 2 * Math.LN2],
    ["digamma ¼ = −γ − π/2 − 3 log 2", digamma(0.25), -gammaConstant - Math.PI / 2 - 3 * Math.LN2],
    ["digamma 2 = 1 − γ", digamma(2), 1 - gammaConstant],
    ["digamma −½ = 2 − γ − 2 log 2", digamma(-0.5), 2 - gammaConstant - 2 * Math.LN2],
    ["digamma at a pole", digamma(-2), Number.NaN],
    ["trigamma 1 = π²/6", polygamma(1, 1), Math.PI ** 2 / 6],
    ["trigamma ½ = π²/2", polygamma(1, 0.5), Math.PI ** 2 / 2],
    ["trigamma ¼ = π² + 8 G", polygamma(1, 0.25), Math.PI ** 2 + 8 * catalan],
    ["trigamma −½ = π²/2 + 4", polygamma(1, -0.5), Math.PI ** 2 / 2 + 4],
    ["ψ″(1) = −2 ζ(3)", polygamma(2, 1), -2 * zeta3],
    ["ψ″(½) = −14 ζ(3)", polygamma(2, 0.5), -14 * zeta3],
    ["ψ‴(1) = π⁴/15", polygamma(3, 1), Math.PI ** 4 / 15],
    ["ψ‴(½) = π⁴", polygamma(3, 0.5), Math.PI ** 4],
    // A&S table 7.1 and, for the last, 7.1.23.
    ["erf 0.5", erf(0.5), 0.5204998778130465],
    ["erf 1", erf(1), 0.8427007929497149],
    ["erf 2", erf(2), 0.9953222650189527],
    ["erf 3", erf(3), 0.9999779095030014],
    ["erf −1", erf(-1), -0.8427007929497149],
    ["erf 10", erf(10), 1],
    ["erf −∞", erf(Number.NEGATIVE_INFINITY), -1],
    // Quartile of the normal distribution over √2.
    ["erfinv ½", erfinv(0.5), 0.6744897501960817 * Math.SQRT1_2],
    ["erfinv 0.9", erfinv(0.9), 1.6448536269514722 * Math.SQRT1_2],
    ["erfinv 1", erfinv(1), Number.POSITIVE_INFINITY],
    ["erfinv −1", erfinv(-1), Number.NEGATIVE_INFINITY],
    ["erfinv 2", erfinv(2), Number.NaN],
    ["softplus 0 = log 2", softplus(0), Math.LN2],
    ["softplus 800", softplus(800), 800],
    ["softplus −50", softplus(-50), Math.exp(-50)],
    ["sigmoid 0", sigmoid(0), 0.5],
    ["sigmoid −50", sigmoid(-50), Math.exp(-50)],
  ])("%s", (_name, actual, expected) => expectNear(actual, expected));

  test("NaN stays NaN", () => {
    for (const f of [lgamma, digamma, erf, erfinv, softplus, sigmoid, (x: number) => polygamma(2, x)])
      expect(f(Number.NaN)).toBeNaN();
  });
});

describe("identities", () => {
  const holds = (arbitrary: fc.Arbitrary<number>, law: (x: number) => void) =>
    fc.assert(fc.property(arbitrary, law), { numRuns: 500 });

  test("recurrence: log Γ(x + 1) = log Γ(x) + log x", () =>
    holds(positive(1e-8, 1e6), (x) => expectNear(lgamma(x + 1), lgamma(x) + Math.log(x), 1e-14, 3e-14)));

  test("duplication, A&S 6.1.18: log Γ(2x) = log Γ(x) + log Γ(x + ½) + (2x − 1) log 2 − log √π", () =>
    holds(positive(0.01, 100), (x) =>
      expectNear(
        lgamma(2 * x),
        lgamma(x) + lgamma(x + 0.5) + (2 * x - 1) * Math.LN2 - 0.5 * Math.log(Math.PI),
        1e-14,
        2e-14,
      ),
    ));

  test("near 1 and 2 log Γ keeps its relative accuracy: slope −γ and 1 − γ", () => {
    for (const d of [1e-12, -1e-12, 1e-15]) {
      const exact = 1 + d - 1;
      expectNear(lgamma(1 + d), -gammaConstant * exact + (Math.PI ** 2 / 12) * exact ** 2);
      const exactAtTwo = 2 + d - 2;
      expectNear(lgamma(2 + d), (1 - gammaConstant) * exactAtTwo, 1e-11);
    }
  });

  test("recurrence: ψ(x + 1) = ψ(x) + 1/x", () =>
    holds(positive(1e-3, 1e6), (x) =>
      expectNear(digamma(x + 1), digamma(x) + 1 / x, 1e-14, 1e-15 * (1 / x + 10)),
    ));

  test("duplication, A&S 6.3.8: ψ(2x) = ½ ψ(x) + ½ ψ(x + ½) + log 2", () =>
    holds(positive(0.1, 1e3), (x) =>
      expectNear(digamma(2 * x), (digamma(x) + digamma(x + 0.5)) / 2 + Math.LN2, 1e-14, 1e-14),
    ));

  test("recurrence of polygamma", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), positive(0.05, 60), (order, x) => {
        let factorial = 1;
        for (let k = 2; k <= order; k++) factorial *= k;
        const step = (order % 2 === 0 ? 1 : -1) * factorial * x ** (-order - 1);
        expectNear(polygamma(order, x + 1), polygamma(order, x) + step, 1e-13, 4e-15 * Math.abs(step));
      }),
      { numRuns: 500 },
    ));

  test("polygamma is the derivative of what comes before it", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), positive(0.5, 20), (order, x) => {
        const lower = order === 1 ? digamma : (at: number) => polygamma(order - 1, at);
        const width = 1e-4 * x;
        const difference = (lower(x + width) - lower(x - width)) / (2 * width);
        expectNear(polygamma(order, x), difference, 1e-6);
      }),
    ));

  test("reflection, A&S 6.4.7, below zero", () =>
    holds(positive(0.05, 0.95), (x) =>
      expectNear(polygamma(1, -x), (Math.PI / Math.sin(Math.PI * x)) ** 2 - polygamma(1, 1 + x), 1e-13),
    ));

  test("erf is odd and erfinv its inverse", () =>
    holds(positive(1e-6, 2.5), (x) => {
      expect(erf(-x)).toBe(-erf(x));
      // The inverse is ill-conditioned where erf is flat: a relative error of erf grows by erf / (x erf′).
      const growth = Math.exp(x * x) / x;
      expectNear(erfinv(erf(x)), x, 1e-14 + 1e-15 * growth);
    }));

  test("erfinv inverts erf on both sides of the change of its approximations", () =>
    holds(positive(-0.9999999999, 0.9999999999), (y) => expectNear(erf(erfinv(y)), y, 4e-15, 1e-300)));

  test("erf′ = 2/√π exp(−x²), also across the change of its expansions", () =>
    holds(positive(-3.5, 3.5), (x) => {
      const width = 1e-4;
      const difference = (erf(x + width) - erf(x - width)) / (2 * width);
      expectNear(difference, (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x), 1e-6, 1e-11);
    }));

  test("softplus(x) − softplus(−x) = x and sigmoid(x) + sigmoid(−x) = 1", () =>
    holds(positive(-700, 700), (x) => {
      expectNear(softplus(x) - softplus(-x), x, 1e-14, 1e-15);
      expectNear(sigmoid(x) + sigmoid(-x), 1);
    }));
});
