import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonError } from "../../src/data/json-text.ts";
import { parseJsonData, rawDataFromValues } from "../../src/data/parse-json-data.ts";

const value = (text: string, name: string) => parseJsonData(text, "d.json").data?.values.get(name);

describe("values", () => {
  test("numbers, booleans and nested arrays keep shape, order and kind", () => {
    const text =
      '{"a": 1.5, "b": true, "c": [[1, 2, 3], [4, 5, 6]], "d": [true, false], "e": [[[1e-3]]], "f": []}';
    const got = [...(parseJsonData(text, "d.json").data?.values.values() ?? [])];
    expect(got.map(({ name, shape, kind, values }) => [name, shape, kind, [...values]])).toEqual([
      ["a", [], "real", [1.5]],
      ["b", [], "bool", [1]],
      ["c", [2, 3], "int", [1, 2, 3, 4, 5, 6]],
      ["d", [2], "bool", [1, 0]],
      ["e", [1, 1, 1], "real", [0.001]],
      ["f", [0], "int", []],
    ]);
  });

  test("a list of objects is a table, one object per row", () => {
    const text = '[{"y": 1, "x": [1, 2]}, {"x": [3, 4], "y": 2}]';
    expect([...(value(text, "x")?.values ?? [])]).toEqual([1, 2, 3, 4]);
    expect(value(text, "y")?.shape).toEqual([2]);
    expect(value('[{"y": 1}, {"x": 2}]', "y")?.defect).toMatchObject({
      code: "data-missing-value",
      place: "d.json, [1].y",
    });
  });

  test("a byte order mark, CRLF and names that objects inherit are nothing special", () => {
    expect(value('\ufeff{\r\n"y": [1]\r\n}', "y")?.shape).toEqual([1]);
    expect(value('{"__proto__": [1, 2], "toString": 3}', "__proto__")?.shape).toEqual([2]);
  });

  test.each([
    ["[[1, 2], [3]]", "data-ragged", "d.json, y[1]"],
    ["[[1, 2], 3]", "data-ragged", "d.json, y[1]"],
    ["[1, [2]]", "data-ragged", "d.json, y[1]"],
    ["[[[1], [2]], [[3], []]]", "data-ragged", "d.json, y[1][1]"],
    ['[1, "a"]', "data-type", "d.json, y[1]"],
    ["[1, null]", "data-missing-value", "d.json, y[1]"],
    ["[[1], [null]]", "data-missing-value", "d.json, y[1][0]"],
    ["1e999", "data-nan", "d.json, key y"],
    ['{"a": 1}', "data-type", "d.json, key y"],
    [`${"[".repeat(40)}1${"]".repeat(40)}`, "data-ragged", "d.json, key y"],
  ])("%s is a defect that names its place", (text, code, place) => {
    expect(value(`{"y": ${text}}`, "y")?.defect).toMatchObject({ code, place });
  });

  test("a ragged array of absurd leading lengths allocates nothing", () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => (i === 0 ? new Float64Array(1_000_000) : []));
    expect(rawDataFromValues({ x: rows }).values.get("x")?.defect?.code).toBe("data-ragged");
  });

  test("typed arrays are taken, alone and as rows", () => {
    const data = rawDataFromValues({
      x: [new Float32Array([1, 2]), new Int8Array([3, 4])],
      y: new Uint8Array([7]),
    });
    expect([...(data.values.get("x")?.values ?? [])]).toEqual([1, 2, 3, 4]);
    expect(data.values.get("y")?.kind).toBe("int");
  });

  test("what was flattened can be nested again (any rectangular array)", () => {
    const rectangular = fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 4 })).chain(([rows, columns]) =>
      fc.array(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: columns,
          maxLength: columns,
        }),
        {
          minLength: rows,
          maxLength: rows,
        },
      ),
    );
    fc.assert(
      fc.property(rectangular, (rows) => {
        const got = parseJsonData(JSON.stringify({ x: rows }), "d.json").data?.values.get("x");
        expect(got?.shape).toEqual(rows.length === 0 ? [0] : [rows.length, rows[0].length]);
        expect([...(got?.values ?? [])]).toEqual(JSON.parse(JSON.stringify(rows.flat())));
      }),
    );
  });

  test("10 MB are read in a moment", () => {
    const rows = Array.from({ length: 60_000 }, (_, i) =>
      Array.from({ length: 10 }, (_, j) => Math.sin(i * 10 + j)),
    );
    const text = JSON.stringify({ x: rows });
    expect(text.length).toBeGreaterThan(10_000_000);
    const start = performance.now();
    expect(value(text, "x")?.shape).toEqual([60_000, 10]);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("syntax errors", () => {
  test.each([
    ['{"y": [1, NaN]}', 1, 11, "JSON has no `NaN`"],
    ['{"y": [1,\n 2,\n ]}', 3, 2, "unexpected `]` where a value should be"],
    ['{"y": 1,}', 1, 9, 'unexpected `}` where a name in "quotes" should be'],
    ["{y: 1}", 1, 2, 'unexpected `y` where a name in "quotes" or `}` should be'],
    ['{"y" 1}', 1, 6, "unexpected `1` where `:` should be"],
    ['{"y": 1', 1, 8, "the text ends where `,` or `}` should be"],
    ['{"y": .5}', 1, 7, "unexpected `.5` where a value should be"],
    ['{"y": 01}', 1, 7, "unexpected `01` where a value should be"],
    ['{"y": 1} {', 1, 10, "unexpected `{` where the end of the text should be"],
    ['{"y": "a\nb"}', 1, 7, "this text in quotes is not closed on its line or holds a bad escape"],
    ["{'y': 1}", 1, 2, 'unexpected `\'` where a name in "quotes" or `}` should be'],
    ['{"y": -Infinity}', 1, 7, "JSON has no `-Infinity`"],
  ])("%j", (text, line, column, detail) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(findJsonError(text)).toMatchObject({ line, column, detail });
  });

  test("the scan stops inside every text that is not JSON, and only there (random damage)", () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", "{", "]", ",", '"', "x", "-", "\\", ":"), fc.nat(1))
      .map(([text, at, insert, cut]) => {
        const position = at % (text.length + 1);
        return text.slice(0, position) + insert + text.slice(position + cut);
      })
      .filter((text) => {
        try {
          JSON.parse(text);
          return false;
        } catch {
          return true;
        }
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const { line, column, detail } = findJsonError(text);
        const lines = text.split("\n");
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual(lines[line - 1].length + 1);
        expect(detail).not.toContain("ends where the end");
      }),
      { numRuns: 300 },
    );
  });

  test("one key twice, text in keys and strings notwithstanding", () => {
    const { problems } = parseJsonData(
      '{"a": {"a": 1}, "b": "\\"a\\":", "c": ["a", "a"],\n"\\u0061": 2}',
      "d.json",
    );
    expect(problems).toMatchObject([{ code: "data-duplicate-column", place: "d.json, line 2" }]);
    expect(parseJsonData('{"a": {"b": 1}, "b": 2}', "d.json").problems).toEqual([]);
  });

  test.each(["", "  \n", "3", '"text"', "[1, 2]", "[]", "null"])("%j is no data", (text) => {
    expect(parseJsonData(text, "d.json").data).toBeUndefined();
    expect(parseJsonData(text, "d.json").problems).toHaveLength(1);
  });
});
