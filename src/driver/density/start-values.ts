/** Values to start chains from, as given: by variable name, on the model's own scale, for all chains or for each. */
import { ProblemError } from "../../base/problem.ts";
import { isRawData, rawDataFromValues } from "../../data/parse-json-data.ts";
import { placeOf, type RawData, type RawValue } from "../../data/raw-data.ts";
import type { TargetVariable } from "../../inference/target.ts";
import type { CoreModel } from "../../lang/core.ts";
import type { GivenData, StartingPoints } from "../api-types.ts";
import { shapeDiffers, unknownStart, unreadableStart, wrongCount } from "./explain-start.ts";

/** Values of some variables, each whole. */
export type StartValues = ReadonlyMap<string, StartValue>;

export interface StartValue {
  readonly values: Float64Array;
  /** Where it was given. */
  readonly place?: string;
}

/** One for each chain. Throws `ProblemError` for names, numbers of points and shapes that do not fit. */
export function startValues(
  init: StartingPoints,
  chains: number,
  model: CoreModel,
  variables: readonly TargetVariable[],
): readonly StartValues[] {
  const given: readonly GivenData[] = isList(init) ? init : [init];
  const points = given.flatMap((each) => separated(isRawData(each) ? each : rawDataFromValues(each)));
  if (points.length !== 1 && points.length !== chains)
    throw new ProblemError([wrongCount(points.length, chains)]);
  const checked = points.map(
    (point) => new Map(point.map((value) => [value.name, checkOne(value, model, variables)])),
  );
  return Array.from({ length: chains }, (_, chain) => checked[checked.length === 1 ? 0 : chain]);
}

/** A list of objects in a file, or the rows of a table, are a point each: with what the row has. */
function separated({ values }: RawData): readonly (readonly RawValue[])[] {
  const all = [...values.values()];
  const rows = all.filter(({ origin }) => origin.kind !== "key");
  if (rows.length === 0) return [all];
  const count = Math.max(...rows.map(({ shape }) => shape[0] ?? 0));
  return Array.from({ length: count }, (_, row) =>
    rows.map((value) => rowOf(value, row)).filter(({ values }) => !values.every(Number.isNaN)),
  );
}

function rowOf(value: RawValue, row: number): RawValue {
  const shape = value.shape.slice(1);
  const length = shape.reduce((product, each) => product * each, 1);
  const values = value.values.subarray(row * length, (row + 1) * length);
  const isWhole = value.defect?.code === "data-missing-value" && !values.some(Number.isNaN);
  return { ...value, shape, values, ...(isWhole && { defect: undefined }) };
}

function isList(init: StartingPoints): init is readonly GivenData[] {
  return Array.isArray(init);
}

function checkOne(value: RawValue, model: CoreModel, variables: readonly TargetVariable[]): StartValue {
  const { name, defect, origin, shape, values } = value;
  const place = placeOf(name, origin);
  const variable = variables.find(
    (each) => each.name === name && each.kind === "latent" && each.elements === undefined,
  );
  if (variable === undefined) throw new ProblemError([unknownStart(name, place, model, variables)]);
  if (defect !== undefined) throw new ProblemError([unreadableStart(defect)]);
  if (shape.length !== variable.shape.length || shape.some((length, axis) => length !== variable.shape[axis]))
    throw new ProblemError([shapeDiffers(name, place, shape, variable, model)]);
  return { values, place };
}
