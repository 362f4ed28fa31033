/**
 * Data as given, before any model is known: named rectangular arrays of numbers, each able to say where in the user's
 * file an element stands. What is wrong with one value is kept as a defect and told only when a model wants that value.
 */
import type { DataFacts } from "./explain-data.ts";

export interface RawData {
  readonly kind: "raw-data";
  /** What a message calls it: "schools.csv", or "the data" for values of an embedding program. */
  readonly name: string;
  /** In the order of the file. */
  readonly values: ReadonlyMap<string, RawValue>;
}

export interface RawValue {
  readonly name: string;
  /** [] for a number. */
  readonly shape: readonly number[];
  /** Row-major; true is 1, what is missing NaN. Empty when there is a defect other than missing values. */
  readonly values: Float64Array;
  /** The narrowest that holds all values. "text": nothing in it is a number. */
  readonly kind: "real" | "int" | "bool" | "text";
  readonly origin: Origin;
  /** The value where it is one piece of text. */
  readonly text?: string;
  /** Why the value cannot be used: the first thing found. With `data-missing-value`, it can be where values may be missing. */
  readonly defect?: DataFacts;
}

/** Where a value comes from, to name the place of an element. */
export type Origin =
  /** A key of an object, or an argument of the embedding API (`file` absent). */
  | { readonly kind: "key"; readonly file?: string }
  /** A list of objects, one per row: element i of `name` is [i].name. */
  | { readonly kind: "rows"; readonly file?: string }
  /** Columns of a table: one, or one per element of a row. `lines` holds the line of each row, from 1. */
  | {
      readonly kind: "columns";
      readonly file: string;
      readonly headers: readonly string[];
      readonly lines: Int32Array;
    };

/** "y[3]", "x[2,0]", "mu". */
export function elementName(name: string, indices: readonly number[]): string {
  return indices.length === 0 ? name : `${name}[${indices.join(",")}]`;
}

/** The indices of the element at a flat row-major position. */
export function indicesAt(shape: readonly number[], position: number): number[] {
  const indices: number[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return indices;
}

/** Where an element stands: "schools.csv, line 5 (row 4), column y"; "schools.json, y[3]". No indices: the whole value. */
export function placeOf(name: string, origin: Origin, indices: readonly number[] = []): string | undefined {
  const inFile = (place: string): string => (origin.file === undefined ? place : `${origin.file}, ${place}`);
  switch (origin.kind) {
    case "key":
      if (indices.length === 0 && origin.file === undefined) return undefined;
      return inFile(indices.length === 0 ? `key ${name}` : name + indices.map((i) => `[${i}]`).join(""));
    case "rows":
      return indices.length === 0
        ? inFile(`field ${name}`)
        : inFile(
            `[${indices[0]}].${name}${indices
              .slice(1)
              .map((i) => `[${i}]`)
              .join("")}`,
          );
    case "columns": {
      if (indices.length === 0) return inFile(`column ${origin.headers[0]}`);
      const [row, ...rest] = indices;
      const header =
        origin.headers.find((candidate) => columnIndices(candidate).join() === rest.join()) ??
        origin.headers[0];
      return inFile(`line ${origin.lines[row]} (row ${row + 1}), column ${header}`);
    }
  }
}

/** What stands in brackets or behind dots: [0, 1] for "x[0, 1]", "x[0][1]" and "x.0.1"; [] for "x". */
export function columnIndices(header: string): number[] {
  const match = /^[^[.\]]+((?:\[\d+(?:\s*,\s*\d+)*\])+|(?:\.\d+)+)$/.exec(header);
  return match === null ? [] : (match[1].match(/\d+/g) ?? []).map(Number);
}
