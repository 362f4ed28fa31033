/**
 * CSV text (RFC 4180, comma, header row) to raw data. Columns `x[0]`, `x[1]`, … (or `x.0`, `x[0, 1]`) gather into one array
 * with the rows as its first dimension. Columns of text are kept as such: ignored unless the model wants one.
 */
import { CsvError, parse } from "csv-parse/sync";
import type { Problem } from "../base/problem.ts";
import { type DataFacts, explainData } from "./explain-data.ts";
import { columnIndices, elementName, type Origin, placeOf, type RawData, type RawValue } from "./raw-data.ts";

type ColumnOrigin = Origin & { readonly kind: "columns" };

interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of each row in the file, from 1 (its last line where a quoted text spans several). */
  readonly lines: Int32Array;
}

/** `file` is what messages call the text. Cells that cannot be used become defects; problems here concern the whole file. */
export function parseCsvData(text: string, file: string): { data?: RawData; problems: Problem[] } {
  const table = splitTable(text, file);
  if ("code" in table) return { problems: [explainData(table)] };
  const groups = new Map<string, number[]>();
  table.headers.forEach((header, column) => {
    const name = columnIndices(header).length === 0 ? header : header.replace(/[.[].*$/, "");
    groups.set(name, [...(groups.get(name) ?? []), column]);
  });
  const problems = [...duplicates(table.headers, file)].map(explainData);
  if (problems.length > 0) return { problems };
  const values = new Map<string, RawValue>();
  for (const [name, columns] of groups) values.set(name, gatherColumns(name, columns, table, file));
  return { data: { kind: "raw-data", name: file, values }, problems };
}

function splitTable(text: string, file: string): Table | DataFacts {
  const lines: number[] = [];
  let records: string[][];
  try {
    records = parse(text, {
      bom: true,
      trim: true,
      relax_column_count: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (record: string[], context) => {
        lines.push(context.lines);
        return record;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { code: "data-syntax", file, line: Number(error.lines ?? 1), ...describeCsvError(error) };
  }
  while (records.length > 0 && isBlank(records[records.length - 1])) records.pop();
  if (records.length === 0) return { code: "data-empty", what: `\`${file}\``, expected: expectedTable };
  const headers = records[0].map((header) => header.trim());
  const kept = records.map((_, i) => i).slice(1);
  // A blank line is a missing value where there is one column, and nothing elsewhere.
  const rows = headers.length === 1 ? kept : kept.filter((i) => !isBlank(records[i]));
  if (rows.length === 0)
    return {
      code: "data-empty",
      what: `\`${file}\``,
      expected: expectedTable,
      note: "there is a header, but no row below it",
    };
  if (headers[0].startsWith("#"))
    return {
      code: "data-syntax",
      file,
      line: lines[0],
      detail: "`#` begins no comment in a table, and no name",
      help: "remove the line; the first line holds the names of the columns",
    };
  const foreign = foreignSeparator(headers, records);
  if (foreign !== undefined)
    return {
      code: "data-syntax",
      file,
      line: 1,
      detail: `cells are separated by ${foreign}, not by commas`,
      help: "save the table with commas between its cells, and decimal points in its numbers",
    };
  const ragged = rows.find((i) => records[i].length !== headers.length);
  if (ragged !== undefined) {
    return {
      code: "data-ragged",
      what: `\`${file}\``,
      place: `${file}, line ${lines[ragged]} (row ${rows.indexOf(ragged) + 1})`,
      expected: `${headers.length} ${headers.length === 1 ? "cell" : "cells"}, as in the header`,
      found: String(records[ragged].length),
      note:
        records[ragged].length > headers.length
          ? "commas separate cells: numbers are written with a decimal point, texts with commas in quotes"
          : undefined,
    };
  }
  return { headers, rows: rows.map((i) => records[i]), lines: Int32Array.from(rows, (i) => lines[i]) };
}

const expectedTable = "a row with the names of the columns, then rows of values";

/** A one-column table whose header and first row hold another separator. Semicolons may bring decimal commas along. */
function foreignSeparator(
  headers: readonly string[],
  records: readonly (readonly string[])[],
): string | undefined {
  if (headers.length !== 1) return undefined;
  const first = records[1].join();
  if (headers[0].includes(";") && first.includes(";")) return "semicolons";
  return headers[0].includes("\t") && first.includes("\t") ? "tabs" : undefined;
}

function isBlank(record: readonly string[]): boolean {
  return record.length === 1 && record[0].trim() === "";
}

function describeCsvError(error: CsvError): { readonly detail: string; readonly help?: string } {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return { detail: "a quoted cell is not closed" };
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return {
        detail: "a quote stands inside a cell",
        help: 'quote the whole cell and double the quotes in it: "a ""b"" c"',
      };
    default:
      return { detail: error.message };
  }
}

function* duplicates(headers: readonly string[], file: string): Generator<DataFacts> {
  const seen = new Map<string, number>();
  for (const [column, header] of headers.entries()) {
    const name = header.replace(/[.[].*$/, "");
    const indices = columnIndices(header);
    const key = indices.length === 0 ? header : elementName(name, indices);
    const other = seen.get(key) ?? (indices.length > 0 ? seen.get(name) : undefined);
    if (other !== undefined)
      yield {
        code: "data-duplicate-column",
        file,
        name: key,
        at: `columns ${other + 1} and ${column + 1}`,
      };
    seen.set(key, column);
  }
}

function gatherColumns(name: string, columns: readonly number[], table: Table, file: string): RawValue {
  const headers = columns.map((column) => table.headers[column]);
  const origin: ColumnOrigin = { kind: "columns", file, headers, lines: table.lines };
  const indices = headers.map(columnIndices);
  const rank = Math.max(...indices.map((index) => index.length));
  const rowShape = Array.from(
    { length: rank },
    (_, axis) => 1 + Math.max(...indices.map((index) => index[axis] ?? 0)),
  );
  const width = rowShape.reduce((product, length) => product * length, 1);
  const byPosition = new Map(indices.map((index, i) => [flatPosition(index, rowShape), columns[i]]));
  const shape = [table.rows.length, ...rowShape];
  if (byPosition.size !== width || indices.some((index) => index.length !== rank)) {
    let missing = 0;
    while (byPosition.has(missing)) missing++;
    const missingName = elementName(name, unflatten(missing, rowShape));
    return {
      name,
      shape,
      values: new Float64Array(0),
      kind: "real",
      origin,
      defect: { code: "data-column-gap", file, name, missing: missingName },
    };
  }
  return readCells(
    name,
    Array.from({ length: width }, (_, i) => byPosition.get(i) ?? 0),
    shape,
    table,
    origin,
  );
}

const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const missingText = /^(?:|na|n\/a|nan|null|none|\.|-)$/i;
const infiniteText = /^[+-]?inf(?:inity)?$/i;

/** `columns` in the order of the elements of a row. */
function readCells(
  name: string,
  columns: readonly number[],
  shape: readonly number[],
  table: Table,
  origin: ColumnOrigin,
): RawValue {
  const values = new Float64Array(table.rows.length * columns.length);
  let numbers = 0;
  let integers = 0;
  let booleans = 0;
  const missing: BadCells = { first: -1, text: "", count: 0 };
  const infinite: BadCells = { first: -1, text: "", count: 0 };
  const texts: BadCells = { first: -1, text: "", count: 0 };
  let position = 0;
  for (const row of table.rows) {
    for (const column of columns) {
      const cell = row[column].trim();
      if (numberText.test(cell) && Number.isFinite(Number(cell))) {
        const value = Number(cell);
        values[position] = value;
        numbers++;
        if (Number.isInteger(value)) integers++;
      } else if (/^(?:true|false)$/i.test(cell)) {
        values[position] = cell.length === 4 ? 1 : 0;
        booleans++;
      } else if (missingText.test(cell)) {
        values[position] = Number.NaN;
        note(missing, position, cell);
      } else note(infiniteText.test(cell) || numberText.test(cell) ? infinite : texts, position, cell);
      position++;
    }
  }
  const usable = numbers + booleans;
  const bad = [texts, infinite, missing].find(({ count }) => count > 0);
  const kind = usable > 0 && booleans === usable ? "bool" : integers + booleans === usable ? "int" : "real";
  if (bad === undefined) return { name, shape, values, kind, origin };
  const indices = [
    Math.floor(bad.first / columns.length),
    ...unflatten(bad.first % columns.length, shape.slice(1)),
  ];
  const at = { name: elementName(name, indices), place: placeOf(name, origin, indices), more: bad.count - 1 };
  const found = bad.text === "" ? "nothing" : bad.text;
  if (bad === missing)
    return { name, shape, values, kind, origin, defect: { code: "data-missing-value", ...at, found } };
  return {
    name,
    shape,
    values: new Float64Array(0),
    kind: usable === 0 && bad === texts ? "text" : "real",
    origin,
    defect:
      bad === texts
        ? { code: "data-type", ...at, wanted: "a number", found: JSON.stringify(bad.text.slice(0, 40)) }
        : { code: "data-nan", ...at, found },
  };
}
interface BadCells {
  first: number;
  text: string;
  count: number;
}

function note(cells: BadCells, position: number, cell: string): void {
  if (cells.count++ > 0) return;
  cells.first = position;
  cells.text = cell;
}

function flatPosition(indices: readonly number[], shape: readonly number[]): number {
  return shape.reduce((position, length, axis) => position * length + (indices[axis] ?? 0), 0);
}

function unflatten(position: number, shape: readonly number[]): number[] {
  return shape.map((_, axis) => {
    const below = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    return Math.floor(position / below) % shape[axis];
  });
}
