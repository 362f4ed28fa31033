import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BindOptions, bindData } from "../../src/data/bind-data.ts";
import { parseCsvData } from "../../src/data/parse-csv-data.ts";
import { evaluateSize, namedSize } from "../../src/lang/size.ts";
import { eightSchools, type ModelParts, makeModel, schoolsData, size, trialsModel, types } from "./models.ts";

const N = namedSize("N");
const K = namedSize("K");

function codes(parts: ModelParts, data: Record<string, unknown>, options?: BindOptions): string[] {
  return bindData(makeModel(parts), data, options).problems.map(({ code }) => code);
}

describe("what is right", () => {
  test("eight schools", () => {
    const { bound, problems } = bindData(eightSchools, schoolsData);
    expect(problems).toEqual([]);
    expect(bound).toEqual({
      sizes: { J: 8 },
      values: {
        sigma: { shape: [8], values: Float64Array.from(schoolsData.sigma), origin: { kind: "key" } },
        y: { shape: [8], values: Float64Array.from(schoolsData.y), origin: { kind: "key" } },
      },
      observed: ["y"],
      knowns: {},
      ignored: [],
    });
  });

  test("CSV binds like JSON, and names of schools do no harm", () => {
    const rows = schoolsData.y.map((y, i) => `school ${i},${y},${schoolsData.sigma[i]}`);
    const { data } = parseCsvData(`name,y,sigma\n${rows.join("\n")}\n`, "schools.csv");
    const { bound } = bindData(eightSchools, data!);
    expect(bound?.values).toMatchObject({
      sigma: { values: Float64Array.from(schoolsData.sigma) },
      y: { values: Float64Array.from(schoolsData.y) },
    });
    expect(bound?.ignored).toEqual(["name"]);
  });

  test("observed variables may be left out when they are to be drawn", () => {
    const { bound } = bindData(eightSchools, { sigma: [1, 2] }, { requireObserved: false });
    expect(bound?.observed).toEqual([]);
    expect(bound?.sizes).toEqual({ J: 2 });
  });

  test("scalar Int and Bool inputs are known; booleans and 0, 1 stand for each other", () => {
    const parts = {
      inputs: { k: types.nat(), flag: types.bool(), x: types.real(N) },
      sizes: { N: undefined },
    };
    const { bound } = bindData(makeModel(parts), { k: 3, flag: true, x: [true, false] });
    expect(bound?.knowns).toEqual({ k: 3, flag: 1 });
    expect([...(bound?.values.x.values ?? [])]).toEqual([1, 0]);
    expect(codes({ inputs: { flag: types.bool() } }, { flag: 0 })).toEqual([]);
  });

  test("extra names only when they are allowed", () => {
    const data = { ...schoolsData, extra: [[1], "x"] };
    expect(bindData(eightSchools, data).problems).toMatchObject([{ code: "data-unknown-key" }]);
    expect(bindData(eightSchools, data, { allowExtra: true }).bound?.ignored).toEqual(["extra"]);
  });
});

describe("sizes", () => {
  test("are found from any polynomial that is linear in one unknown at a time", () => {
    const polynomial = fc.record({ a: fc.integer({ min: 1, max: 4 }), b: fc.integer({ min: -2, max: 3 }) });
    fc.assert(
      fc.property(
        polynomial,
        polynomial,
        fc.integer({ min: 3, max: 9 }),
        fc.integer({ min: 3, max: 9 }),
        (p, q, n, k) => {
          const first = size({ N: p.a, "": p.b });
          const second = size({ K: q.a, N: 1, "": q.b });
          const parts = {
            sizes: { K: undefined, N: undefined },
            inputs: { both: types.real(second), one: types.real(first) },
          };
          const lengths = [second, first].map((s) => evaluateSize(s, { N: n, K: k }) ?? 0);
          const { bound, problems } = bindData(makeModel(parts), {
            both: new Float64Array(lengths[0]),
            one: new Float64Array(lengths[1]),
          });
          expect(problems).toEqual([]);
          expect(bound?.sizes).toEqual({ N: n, K: k });
        },
      ),
    );
  });

  test("a default serves only when nothing else says", () => {
    const parts = {
      sizes: { K: 3, N: undefined },
      inputs: { x: types.real(N) },
      observed: { w: types.real(K) },
    };
    const bind = (data: Record<string, unknown>, options: BindOptions = {}) =>
      bindData(makeModel(parts), data, { requireObserved: false, ...options }).bound?.sizes.K;
    expect(bind({ x: [1] })).toBe(3);
    expect(bind({ x: [1], w: [1, 2] })).toBe(2);
    expect(bind({ x: [1], K: 5 })).toBe(5);
    expect(bind({ x: [1] }, { sizes: { K: 7 } })).toBe(7);
  });

  const message = (parts: ModelParts, data: Record<string, unknown>, options?: BindOptions): string[] =>
    bindData(makeModel(parts), data, options).problems.map((problem) => problem.message);
  const rows = (count: number): Float64Array => new Float64Array(count);

  test("a conflict says who bound what", () => {
    const parts = {
      sizes: { N: undefined, K: undefined },
      inputs: { s: types.real(N) },
      observed: {
        y: types.real(N),
        d: types.real(size({ N: 1, "": -1 })),
        x: types.real(N, size({ "": 2 })),
      },
    };
    const optional = { requireObserved: false, sizes: { K: 1 } };
    expect(message(parts, { s: rows(8), y: rows(7) }, optional)).toEqual([
      "y has 7 rows, but N = 8 (from s)",
    ]);
    expect(message(parts, { s: rows(8), d: rows(8) }, optional)).toEqual([
      "d has 8 rows, but N - 1 = 7 (N = 8 from s)",
    ]);
    expect(message(parts, { s: rows(1), x: [[1, 2, 3]] }, optional)).toEqual(["x has 3 columns, not 2"]);
    expect(message(parts, { s: rows(8), N: 9 }, optional)).toEqual([
      "s has 8 rows, but N = 9 (from N in the data)",
    ]);
    expect(message(parts, { s: rows(8), N: 8 }, { ...optional, sizes: { K: 1, N: 9 } })).toEqual([
      "N in the data is 8, but N = 9 (from --set N)",
    ]);
  });

  test("are whole and at least 1", () => {
    const parts = { sizes: { N: undefined }, inputs: { x: types.real(size({ N: 2 })) } };
    expect(message(parts, { x: rows(7) })).toEqual([
      "the size `N` cannot be 3.50 (from 2 * N = 7, the rows of x)",
    ]);
    expect(codes(parts, { x: rows(0) })).toEqual(["data-empty"]);
    expect(codes(parts, { x: rows(2), N: 1.5 })).toEqual(["data-size-value"]);
    expect(codes(parts, { x: rows(2), N: [1] })).toEqual(["data-size-value"]);
    expect(codes(parts, { x: rows(2) }, { sizes: { M: 1 } })).toEqual(["data-size-unknown-name"]);
  });

  test("that nothing gives are told once, and not when a missing value is the reason", () => {
    const parts = { sizes: { N: undefined, K: undefined }, inputs: { x: types.real(N) } };
    expect(codes(parts, {})).toEqual(["data-missing", "data-size-unknown"]);
    expect(codes(parts, {}, { sizes: { K: 1 } })).toEqual(["data-missing"]);
    expect(
      codes({ sizes: { N: undefined }, observed: { y: types.real(N) } }, {}, { requireObserved: false }),
    ).toEqual(["data-size-unknown"]);
  });
});

describe("names", () => {
  test("a missing name and an unknown one nearly like it are one problem", () => {
    const { problems } = bindData(eightSchools, { y: schoolsData.y, sigmas: schoolsData.sigma });
    expect(problems).toMatchObject([{ code: "data-missing", help: "rename `sigmas` to `sigma`" }]);
  });

  test("short names are near misses only by case", () => {
    const parts = { sizes: { N: undefined }, inputs: { y: types.real(N) } };
    expect(bindData(makeModel(parts), { x: [1] }).problems.map(({ code }) => code)).toEqual([
      "data-missing",
      "data-unknown-key",
    ]);
    expect(bindData(makeModel(parts), { Y: [1] }).problems).toMatchObject([{ help: "rename `Y` to `y`" }]);
  });

  test("latents are refused", () => {
    expect(bindData(eightSchools, { ...schoolsData, tau: 1 }).problems).toMatchObject([
      { code: "data-latent" },
    ]);
  });

  test("text is refused where it is wanted", () => {
    const { data } = parseCsvData("y,sigma\na,1\nb,2\n", "d.csv");
    expect(bindData(eightSchools, data!).problems).toMatchObject([
      { code: "data-type", place: "d.csv, line 2 (row 1), column y" },
    ]);
  });
});

describe("values", () => {
  const one = (type: Parameters<typeof makeModel>[0]["inputs"], x: unknown): string[] =>
    bindData(makeModel({ inputs: type, sizes: { N: undefined } }), { x }, { sizes: { N: 2 } }).problems.map(
      (problem) => `${problem.code}: ${problem.message}`,
    );

  test.each([
    [types.int(), 2.5, "data-type: `x` is 2.5, not a whole number"],
    [types.bool(N), [1, 2], "data-type: `x[1]` is 2, not true or false (1 or 0)"],
    [types.nat(N), [0, -1], "data-out-of-support: `x[1]` is -1, but must be 0 or more"],
    [types.positive(N), [1, 0], "data-out-of-support: `x[1]` is 0, but must be above 0"],
    [types.unit(N), [1, 1.5], "data-out-of-support: `x[1]` is 1.5, but must be from 0 to 1"],
    [types.simplex(N), [0.5, 0.4], "data-out-of-support: `x` sums to 0.9, not to 1"],
    [
      types.simplex(N, N),
      [
        [0.5, 0.5],
        [1, 0.1],
      ],
      "data-out-of-support: `x[1]` sums to 1.1, not to 1",
    ],
    [types.ordered(N), [2, 2], "data-out-of-support: `x` does not ascend: 2, then 2"],
    [types.real(N), [1, Number.NaN], "data-missing-value: `x[1]` is missing (NaN)"],
    [types.real(N), [1, undefined], "data-missing-value: `x[1]` is missing"],
    [types.real(N), 1, "data-shape: `x` has the wrong number of dimensions"],
    [types.real(), "1", 'data-type: `x` is "1", not a number'],
  ])("%#: refused", (type, x, expected) => {
    expect(one({ x: type }, x)).toEqual([expected]);
  });

  test.each([
    [types.simplex(N), [0.5, 0.5 + 1e-7]],
    [types.ordered(N), [1, 2]],
    [types.unit(N), [0, 1]],
    [types.int(), -3],
  ])("%#: taken", (type, x) => {
    expect(one({ x: type }, x)).toEqual([]);
  });

  test("the first fault is named and the others are counted", () => {
    const { problems } = bindData(eightSchools, { ...schoolsData, sigma: [1, -1, -2, 3, -4, 5, 6, 7] });
    expect(problems).toMatchObject([{ place: "sigma[1]", notes: ["2 more values have the same fault"] }]);
  });

  test("bounds that depend on inputs are checked per row", () => {
    expect(bindData(trialsModel, { trials: [3, 5], y: [3, 5] }).problems).toEqual([]);
    expect(bindData(trialsModel, { trials: [3, 5], y: [3, 6] }).problems).toMatchObject([
      { code: "data-out-of-support", message: "`y[1]` is 6, but must be from 0 to 5" },
    ]);
  });
});

test("any data at all give problems or bound data, never an exception", () => {
  const parts = {
    sizes: { N: undefined, K: 2 },
    inputs: { x: types.positive(N, K), k: types.nat() },
    observed: { y: types.bool(N) },
    latent: { z: types.real() },
  };
  const model = makeModel(parts);
  const names = fc.constantFrom("x", "y", "z", "k", "N", "K", "other", "__proto__");
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (data) => {
      const { bound, problems } = bindData(model, data);
      expect(bound === undefined).toBe(problems.length > 0);
    }),
    { numRuns: 500 },
  );
});
