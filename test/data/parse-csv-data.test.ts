import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsvData } from "../../src/data/parse-csv-data.ts";

const value = (text: string, name: string) => parseCsvData(text, "d.csv").data?.values.get(name);

describe("values", () => {
  test("columns of numbers, booleans and text; BOM, CRLF, quotes, blank lines and spaces", () => {
    const text = '\ufeffschool, "y" ,treated,n\r\n"A, ""B""",1.5,true,3\r\n\r\nC, -2e-1 ,FALSE,4\r\n\r\n';
    const got = [...(parseCsvData(text, "d.csv").data?.values.values() ?? [])];
    expect(got.map(({ name, kind, shape, values }) => [name, kind, shape, [...values]])).toEqual([
      ["school", "text", [2], []],
      ["y", "real", [2], [1.5, -0.2]],
      ["treated", "bool", [2], [1, 0]],
      ["n", "int", [2], [3, 4]],
    ]);
  });

  test.each([
    ["x[0],x[1],y\n1,2,9\n3,4,9\n", "brackets"],
    ["x.0,y,x.1\n1,9,2\n3,9,4\n", "dots"],
    ["x[1],x[0],y\n2,1,9\n4,3,9\n", "any order"],
  ])("%j gathers into a matrix: %s", (text) => {
    expect(value(text, "x")).toMatchObject({ shape: [2, 2], kind: "int" });
    expect([...(value(text, "x")?.values ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test("x[0, 1] gathers into an array of matrices", () => {
    const text = '"x[0, 0]","x[0, 1]","x[1, 0]","x[1, 1]"\n1,2,3,4\n';
    expect(value(text, "x")?.shape).toEqual([1, 2, 2]);
    expect([...(value(text, "x")?.values ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test("what was written as CSV is read back (any numbers)", () => {
    const table = fc.array(
      fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean()),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), (rows, newline) => {
        const text = ["x.0,x.1,b", ...rows.map((row) => row.join(","))].join(newline);
        expect([...(value(text, "x")?.values ?? [])]).toEqual(
          rows.flatMap(([a, b]) => [Number(String(a)), b]),
        );
        expect([...(value(text, "b")?.values ?? [])]).toEqual(rows.map(([, , flag]) => Number(flag)));
      }),
    );
  });

  test.each([
    ["y,z\n1,2\nNA,3\n", "data-missing-value", "d.csv, line 3 (row 2), column y"],
    ["y,z\n1,2\n\n,3\n", "data-missing-value", "d.csv, line 4 (row 2), column y"],
    ["y\n1\n\n2\n", "data-missing-value", "d.csv, line 3 (row 2), column y"],
    ["y\n1\n1e999\n", "data-nan", "d.csv, line 3 (row 2), column y"],
    ["y\n1\n0x10\n", "data-type", "d.csv, line 3 (row 2), column y"],
    ['y\n1\n"1,5"\n', "data-type", "d.csv, line 3 (row 2), column y"],
    ["y.0,y.1\n1,2\n3,oops\n", "data-type", "d.csv, line 3 (row 2), column y.1"],
    ["y.1,y.2\n1,2\n", "data-column-gap", undefined],
    ["y[0],y.2\n1,2\n", "data-column-gap", undefined],
  ])("%j is a defect that names its place", (text, code, place) => {
    expect(value(text, "y")?.defect).toMatchObject(place === undefined ? { code } : { code, place });
  });
});

test.each([
  ["", "data-empty", undefined],
  ["\n\n", "data-empty", undefined],
  ["x,y\n", "data-empty", undefined],
  ["x,y\n1,2\n3\n", "data-ragged", "d.csv, line 3 (row 2)"],
  ["x;y\n1;2,3\n", "data-syntax", "d.csv, line 1"],
  ["x,y,x\n1,2,3\n", "data-duplicate-column", "d.csv, columns 1 and 3"],
  ["x,x[0]\n1,2\n", "data-duplicate-column", "d.csv, columns 1 and 2"],
  ["x.0,x[0]\n1,2\n", "data-duplicate-column", "d.csv, columns 1 and 2"],
  ['x,y\n1,"2\n3,4\n', "data-syntax", "d.csv, line 3"],
  ['x,y\n1,2"\n', "data-syntax", "d.csv, line 2"],
])("%j is refused as a whole", (text, code, place) => {
  const { data, problems } = parseCsvData(text, "d.csv");
  expect(data).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0].code).toBe(code);
  expect(problems[0].place).toBe(place);
});

test("10 MB are read in a moment", () => {
  const rows = Array.from({ length: 110_000 }, (_, i) =>
    [0, 1, 2, 3, 4].map((j) => Math.sin(i * 5 + j)).join(","),
  );
  const text = `a,b,x.0,x.1,x.2\n${rows.join("\n")}`;
  expect(text.length).toBeGreaterThan(10_000_000);
  const start = performance.now();
  expect(value(text, "x")?.shape).toEqual([110_000, 3]);
  expect(performance.now() - start).toBeLessThan(5000);
});

test("any text is data or a problem, never an exception", () => {
  const cell = fc.oneof(
    fc.constantFrom(
      "x[0]",
      "x.1",
      "x",
      "1",
      "NA",
      "true",
      "",
      " ",
      '"a"',
      '"',
      "x[99999999]",
      "x[0, 3]",
      "\ufeff",
    ),
    fc.string({ maxLength: 4 }),
  );
  const text = fc
    .array(fc.array(cell, { maxLength: 4 }), { maxLength: 5 })
    .map((rows) => rows.map((row) => row.join(",")).join("\n"));
  fc.assert(
    fc.property(text, (given) => {
      const { data, problems } = parseCsvData(given, "d.csv");
      expect(data === undefined).toBe(problems.length > 0);
      for (const { shape, values, defect } of data?.values.values() ?? []) {
        const usable = defect === undefined || defect.code === "data-missing-value";
        const length = usable ? shape.reduce((product, count) => product * count, 1) : 0;
        expect(values).toHaveLength(length);
      }
    }),
    { numRuns: 1000 },
  );
});
