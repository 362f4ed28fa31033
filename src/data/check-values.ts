/** Values against what the model declares: element kind, range, simplex rows, order. Shapes are right by now. */
import { contains } from "../lang/range.ts";
import { isMatrixStructure, type NumberType, type Range } from "../lang/type.ts";
import { checkMatrices } from "./check-matrices.ts";
import type { DataFacts, Declared } from "./explain-data.ts";
import { elementName, indicesAt, placeOf, type RawValue } from "./raw-data.ts";

/** How far the sum of a simplex may be from 1. */
const simplexTolerance = 1e-6;

/** At most one fact per kind of fault: the first element that has it, and how many more do. */
export function checkValues(value: RawValue, type: NumberType, declared: Declared): DataFacts[] {
  const kind = checkKind(value, type, declared);
  if (kind !== undefined) return [kind];
  const range = checkRange(value, () => type.range, declared);
  if (range !== undefined) return [range];
  const structure = checkStructure(value, type, declared);
  return structure === undefined ? [] : [structure];
}

function checkKind(value: RawValue, type: NumberType, declared: Declared): DataFacts | undefined {
  if (type.base === "real") return undefined;
  const wanted = type.base === "int" ? "a whole number" : "true or false (1 or 0)";
  const fits = type.base === "int" ? Number.isInteger : (element: number) => element === 0 || element === 1;
  return findBad(
    value,
    (element) => fits(element),
    (at, element, more) => ({
      code: "data-type",
      ...at,
      wanted,
      found: String(element),
      declared,
      more,
    }),
  );
}

/** `rangeAt` gives the range of the element at a flat position. */
export function checkRange(
  value: RawValue,
  rangeAt: (position: number) => Range,
  declared: Declared,
): DataFacts | undefined {
  const inside = (element: number, position: number): boolean => contains(rangeAt(position), element);
  return findBad(value, inside, (at, element, more, position) => ({
    code: "data-out-of-support",
    ...at,
    declared,
    remark: `is ${element}, but must be ${describeRange(rangeAt(position))}`,
    wanted: describeRange(rangeAt(position)),
    found: String(element),
    more,
  }));
}

/** The first element that is not `good`, as a fact. */
function findBad(
  { name, shape, values, origin }: RawValue,
  good: (element: number, position: number) => boolean,
  explain: (
    at: { readonly name: string; readonly place?: string },
    element: number,
    more: number,
    position: number,
  ) => DataFacts,
): DataFacts | undefined {
  let first = -1;
  let count = 0;
  for (let position = 0; position < values.length; position++) {
    if (good(values[position], position)) continue;
    if (count++ === 0) first = position;
  }
  if (count === 0) return undefined;
  const indices = indicesAt(shape, first);
  const at = { name: elementName(name, indices), place: placeOf(name, origin, indices) };
  return explain(at, values[first], count - 1, first);
}

function checkStructure(value: RawValue, type: NumberType, declared: Declared): DataFacts | undefined {
  if (type.structure === "plain") return undefined;
  if (isMatrixStructure(type.structure)) return checkMatrices(value, type.structure, declared);
  const length = value.shape.at(-1) ?? 0;
  const rows = length === 0 ? 0 : value.values.length / length;
  const rowShape = value.shape.slice(0, -1);
  const bad: { readonly row: number; readonly remark: string; readonly found: string }[] = [];
  for (let row = 0; row < rows; row++) {
    const elements = value.values.subarray(row * length, (row + 1) * length);
    if (type.structure === "simplex") {
      const sum = elements.reduce((total, element) => total + element, 0);
      const found = String(Number(sum.toPrecision(8)));
      if (Math.abs(sum - 1) > simplexTolerance)
        bad.push({ row, remark: `sums to ${found}, not to 1`, found });
    } else {
      const at = elements.findIndex((element, i) => i > 0 && element <= elements[i - 1]);
      if (at === -1) continue;
      const found = `${elements[at - 1]}, then ${elements[at]}`;
      bad.push({ row, remark: `does not ascend: ${found}`, found });
    }
  }
  if (bad.length === 0) return undefined;
  const [{ row, remark, found }] = bad;
  const indices = indicesAt(rowShape, row);
  return {
    code: "data-out-of-support",
    name: elementName(value.name, indices),
    place: placeOf(value.name, value.origin, indices),
    declared,
    remark,
    wanted: type.structure === "simplex" ? "a sum of 1" : "ascending values",
    found,
    more: bad.length - 1,
  };
}

/** "above 0", "0 or more", "from 0 to 1", "above 0 and at most 5". */
export function describeRange({ low, lowOpen, high, highOpen }: Range): string {
  const from = String(low);
  const to = String(high);
  if (low === -Infinity && high === Infinity) return "finite";
  if (high === Infinity) return lowOpen ? `above ${from}` : `${from} or more`;
  if (low === -Infinity) return highOpen ? `below ${to}` : `${to} or less`;
  if (low === high) return from;
  if (!lowOpen && !highOpen) return `from ${from} to ${to}`;
  return `${lowOpen ? `above ${from}` : `at least ${from}`} and ${highOpen ? `below ${to}` : `at most ${to}`}`;
}
