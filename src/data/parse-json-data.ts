/** JSON text to raw data: an object of values by name, or a list of objects, one per row of a table. */
import type { Problem } from "../base/problem.ts";
import { explainData } from "./explain-data.ts";
import { flattenValue } from "./flatten-value.ts";
import { findJsonError, topLevelKeys } from "./json-text.ts";
import type { RawData, RawValue } from "./raw-data.ts";

/** `file` is what messages call the text. Values that cannot be used become defects; problems here concern the whole file. */
export function parseJsonData(source: string, file: string): { data?: RawData; problems: Problem[] } {
  const text = source.replace(/^\ufeff/, "");
  if (text.trim() === "") {
    const expected = 'an object of values by name: { "y": [1.5, 2] }';
    return { problems: [explainData({ code: "data-empty", what: `\`${file}\``, expected })] };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { problems: [explainData({ code: "data-syntax", file, ...findJsonError(text) })] };
  }
  if (Array.isArray(parsed) && parsed.length > 0 && parsed.every(isObject)) {
    return { data: { kind: "raw-data", name: file, values: tableColumns(parsed, file) }, problems: [] };
  }
  if (!isObject(parsed)) {
    const problem = explainData({
      code: "data-syntax",
      file,
      line: 1,
      detail: "data in JSON are an object of values by name, or a list of objects, one per row",
      help: '{ "y": [1.5, 2] }',
    });
    return { problems: [problem] };
  }
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { key, line } of topLevelKeys(text)) {
    if (seen.has(key))
      problems.push(explainData({ code: "data-duplicate-column", file, name: key, at: `line ${line}` }));
    seen.add(key);
  }
  if (problems.length > 0) return { problems };
  const values = new Map<string, RawValue>();
  for (const [name, value] of Object.entries(parsed)) {
    values.set(name, flattenValue(name, value, { kind: "key", file }));
  }
  return { data: { kind: "raw-data", name: file, values }, problems };
}

/** Values by name from an embedding program, in the form of a file's. */
export function rawDataFromValues(values: Readonly<Record<string, unknown>>): RawData {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    kind: "raw-data",
    name: "the data",
    values: new Map(entries.map(([name, value]) => [name, flattenValue(name, value, { kind: "key" })])),
  };
}

export function isRawData(data: RawData | Readonly<Record<string, unknown>>): data is RawData {
  return data.kind === "raw-data" && data.values instanceof Map;
}

function tableColumns(
  rows: readonly Readonly<Record<string, unknown>>[],
  file: string,
): Map<string, RawValue> {
  const columns = new Map<string, unknown[]>();
  rows.forEach((row, position) => {
    for (const [name, value] of Object.entries(row)) {
      let column = columns.get(name);
      if (column === undefined) {
        column = new Array(rows.length).fill(undefined);
        columns.set(name, column);
      }
      column[position] = value;
    }
  });
  return new Map(
    [...columns].map(([name, column]) => [name, flattenValue(name, column, { kind: "rows", file })]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
