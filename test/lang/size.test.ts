import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extreme, lowerBound, solveSize, upperBound } from "../../src/lang/check/size-bounds.ts";
import {
  addSizes,
  constantSize,
  equalSizes,
  evaluateSize,
  multiplySizes,
  namedSize,
  type Size,
  substituteSizes,
  subtractSizes,
} from "../../src/lang/size.ts";

/** A size with the arithmetic it was built by, evaluated apart. */
interface Built {
  readonly size: Size;
  readonly value: (values: Readonly<Record<string, number>>) => number;
}

const names = ["K", "N", "T"];
const built: fc.Arbitrary<Built> = fc.letrec<{ leaf: Built; tree: Built }>((tie) => ({
  leaf: fc.oneof(
    fc
      .constantFrom(...names)
      .map((name): Built => ({ size: namedSize(name), value: (values) => values[name] })),
    fc
      .integer({ min: -4, max: 4 })
      .map((value): Built => ({ size: constantSize(value), value: () => value })),
  ),
  tree: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.tuple(tie("tree"), tie("tree"), fc.constantFrom("+", "-", "*")).map(([a, b, operator]): Built => {
      if (operator === "+") return { size: addSizes(a.size, b.size), value: (v) => a.value(v) + b.value(v) };
      if (operator === "-")
        return { size: subtractSizes(a.size, b.size), value: (v) => a.value(v) - b.value(v) };
      return { size: multiplySizes(a.size, b.size), value: (v) => a.value(v) * b.value(v) };
    }),
  ),
})).tree;

const values = fc.record({
  K: fc.integer({ min: 1, max: 9 }),
  N: fc.integer({ min: 1, max: 9 }),
  T: fc.integer({ min: 1, max: 9 }),
});

describe("sizes", () => {
  test("the normal form keeps the value", () => {
    fc.assert(
      fc.property(built, values, (each, v) => {
        expect(evaluateSize(each.size, v)).toBeCloseTo(each.value(v), 9);
      }),
    );
  });

  test("equal polynomials are equal data: commutative, associative, distributive", () => {
    fc.assert(
      fc.property(built, built, built, ({ size: a }, { size: b }, { size: c }) => {
        expect(addSizes(a, b)).toEqual(addSizes(b, a));
        expect(multiplySizes(a, b)).toEqual(multiplySizes(b, a));
        expect(multiplySizes(a, addSizes(b, c))).toEqual(addSizes(multiplySizes(a, b), multiplySizes(a, c)));
        expect(subtractSizes(a, a)).toEqual(constantSize(0));
      }),
    );
  });

  test("substitution commutes with evaluation", () => {
    fc.assert(
      fc.property(built, built, values, (a, b, v) => {
        const substituted = substituteSizes(a.size, new Map([["N", b.size]]));
        expect(evaluateSize(substituted, v)).toBe(evaluateSize(a.size, { ...v, N: b.value(v) }));
      }),
    );
  });

  test("bounds hold for all sizes from 1", () => {
    fc.assert(
      fc.property(built, values, ({ size }, v) => {
        const value = evaluateSize(size, v) ?? Number.NaN;
        expect(lowerBound(size)).toBeLessThanOrEqual(value);
        expect(upperBound(size)).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  test("bounds of degree one are attained or infinite", () => {
    const linear = subtractSizes(addSizes(namedSize("K"), namedSize("K")), constantSize(3));
    expect(lowerBound(linear)).toBe(-1);
    expect(upperBound(linear)).toBe(Infinity);
  });

  test("the extremes over an index are the extremes over its values", () => {
    const index = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(
        index,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        ([slope, offset], from, length) => {
          const range = { from: constantSize(from), to: constantSize(from + length) };
          const place = addSizes(multiplySizes(constantSize(slope), namedSize("t")), constantSize(offset));
          const all = Array.from({ length }, (_, step) => slope * (from + step) + offset);
          const indices = new Map([["t", range]]);
          expect(evaluateSize(extreme(place, indices, -1) ?? namedSize("?"), {})).toBe(Math.min(...all));
          expect(evaluateSize(extreme(place, indices, 1) ?? namedSize("?"), {})).toBe(Math.max(...all));
        },
      ),
    );
  });

  test("a solved size solves its equation", () => {
    fc.assert(
      fc.property(
        built,
        fc.integer({ min: 1, max: 4 }),
        built,
        ({ size: target }, factor, { size: rest }) => {
          const pattern = addSizes(multiplySizes(constantSize(factor), namedSize("?x")), rest);
          const solved = solveSize(pattern, target, new Set(["?x"]));
          if (solved === undefined) {
            expect(factor).toBeGreaterThan(1);
            return;
          }
          const back = substituteSizes(pattern, new Map([[solved.name, solved.value]]));
          expect(equalSizes(back, target)).toBe(true);
        },
      ),
    );
  });
});
