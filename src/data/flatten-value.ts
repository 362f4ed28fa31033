/** Nested arrays of numbers and booleans, as JSON and embedding programs give them, to one flat array and a shape. */
import type { DataFacts } from "./explain-data.ts";
import { elementName, indicesAt, type Origin, placeOf, type RawValue } from "./raw-data.ts";

const mostDimensions = 16;

/**
 * Takes numbers, booleans and rectangular nested (also typed) arrays of them. Whatever else is in it becomes the
 * value's `defect`; never throws.
 */
export function flattenValue(name: string, value: unknown, origin: Origin): RawValue {
  const shape = leadingShape(value);
  const broken = (kind: RawValue["kind"], defect: DataFacts): RawValue => ({
    name,
    shape: shape ?? [],
    values: new Float64Array(0),
    kind,
    origin,
    defect,
  });
  if (shape === undefined) {
    return broken("real", {
      code: "data-ragged",
      what: `\`${name}\``,
      place: placeOf(name, origin),
      expected: `at most ${mostDimensions} dimensions`,
      found: "more",
    });
  }
  const ragged = findRagged(value, shape, []);
  if (ragged !== undefined) {
    const { indices, found } = ragged;
    const zeros = indices.map(() => 0);
    const like =
      indices.length > 0
        ? ` in \`${elementName(name, indices)}\`, as in \`${elementName(name, zeros)}\``
        : "";
    return broken("real", {
      code: "data-ragged",
      what: `\`${name}\``,
      place: placeOf(name, origin, indices),
      expected: (indices.length === shape.length ? "a number" : describeLength(shape[indices.length])) + like,
      found,
    });
  }

  const flat = new Float64Array(shape.reduce((product, length) => product * length, 1));
  const seen: Seen = { position: 0, booleans: 0, integers: 0, numbers: 0, bad: none, missing: none };
  fill(value, flat, seen);
  const defectOf = ({ count, first }: Faults, code: "data-nan" | "data-missing-value"): DataFacts =>
    leafDefect(name, code, first.value, origin, indicesAt(shape, first.position), count - 1);
  if (seen.bad.count > 0) {
    const onlyText = seen.numbers + seen.booleans === 0 && typeof seen.bad.first.value === "string";
    const defective = broken(onlyText ? "text" : "real", defectOf(seen.bad, "data-nan"));
    return typeof value === "string" ? { ...defective, text: value } : defective;
  }
  const count = flat.length - seen.missing.count;
  const kind =
    count > 0 && seen.booleans === count ? "bool" : seen.integers + seen.booleans === count ? "int" : "real";
  const defect = seen.missing.count > 0 && { defect: defectOf(seen.missing, "data-missing-value") };
  return { name, shape, values: flat, kind, origin, ...defect };
}

/** What is wrong with one leaf that is no finite number and no boolean. */
function leafDefect(
  name: string,
  code: "data-nan" | "data-missing-value",
  leaf: unknown,
  origin: Origin,
  indices: readonly number[],
  more: number,
): DataFacts {
  const at = { name: elementName(name, indices), place: placeOf(name, origin, indices), more };
  if (code === "data-missing-value") return { code, ...at, found: String(leaf ?? "nothing") };
  if (typeof leaf === "number") return { code, ...at, found: String(leaf) };
  return { code: "data-type", ...at, wanted: "a number", found: describeLeaf(leaf) };
}

function describeLeaf(leaf: unknown): string {
  if (typeof leaf === "string") return JSON.stringify(leaf.length > 30 ? `${leaf.slice(0, 30)}…` : leaf);
  if (typeof leaf === "object") return "an object";
  return typeof leaf === "bigint" ? `${leaf}n` : `a ${typeof leaf}`;
}

interface Seen {
  position: number;
  booleans: number;
  integers: number;
  numbers: number;
  /** Neither numbers nor missing. */
  bad: Faults;
  missing: Faults;
}

interface Faults {
  readonly count: number;
  readonly first: { readonly position: number; readonly value: unknown };
}

const none: Faults = { count: 0, first: { position: -1, value: undefined } };

function another({ count, first }: Faults, position: number, value: unknown): Faults {
  return { count: count + 1, first: count === 0 ? { position, value } : first };
}

function fill(value: unknown, flat: Float64Array, seen: Seen): void {
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) fill(value[i], flat, seen);
    return;
  }
  if (typeof value === "number" && Number.isFinite(value)) {
    flat[seen.position] = value;
    seen.numbers++;
    if (Number.isInteger(value)) seen.integers++;
  } else if (typeof value === "boolean") {
    flat[seen.position] = value ? 1 : 0;
    seen.booleans++;
  } else if (value === null || value === undefined || Number.isNaN(value)) {
    flat[seen.position] = Number.NaN;
    seen.missing = another(seen.missing, seen.position, value);
  } else seen.bad = another(seen.bad, seen.position, value);
  seen.position++;
}

/** Lengths along the first elements; `undefined` when nested too deeply. */
function leadingShape(value: unknown): number[] | undefined {
  const shape: number[] = [];
  let here = value;
  while (isArray(here)) {
    if (shape.length === mostDimensions) return undefined;
    shape.push(here.length);
    here = here[0];
  }
  return shape;
}

/** The first place where the nesting differs from `shape`: an array of another length, or no array, or one too many. */
function findRagged(
  value: unknown,
  shape: readonly number[],
  indices: readonly number[],
): { readonly indices: readonly number[]; readonly found: string } | undefined {
  const depth = indices.length;
  if (depth === shape.length) return isArray(value) ? { indices, found: describeNesting(value) } : undefined;
  if (!isArray(value) || value.length !== shape[depth]) return { indices, found: describeNesting(value) };
  if (ArrayBuffer.isView(value)) return undefined;
  for (let i = 0; i < value.length; i++) {
    if (depth + 1 === shape.length && !isArray(value[i])) continue;
    const found = findRagged(value[i], shape, [...indices, i]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describeNesting(value: unknown): string {
  if (isArray(value)) return describeLength(value.length);
  return typeof value === "number"
    ? "a number"
    : value === undefined
      ? "nothing"
      : JSON.stringify(value).slice(0, 30);
}

function describeLength(length: number): string {
  return length === 1 ? "1 value" : `${length} values`;
}

function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
