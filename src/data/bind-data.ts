/** Data meet a model: names, sizes, shapes and values are checked, and what the compiler needs comes out. */

import { nearMisses } from "../base/near-miss.ts";
import { hasErrors, type Problem } from "../base/problem.ts";
import type { CoreInput, CoreModel, CoreVariable } from "../lang/core.ts";
import { formatType } from "../lang/format-type.ts";
import { sizeNames } from "../lang/size.ts";
import { checkMissingRows, wholeDimensions } from "./check-missing-rows.ts";
import { checkSupport } from "./check-support.ts";
import { checkValues } from "./check-values.ts";
import { type DataFacts, type Declared, explainData, type SizeBinding } from "./explain-data.ts";
import { fillMissing } from "./fill-missing.ts";
import { highestPosition } from "./highest-position.ts";
import { isRawData, rawDataFromValues } from "./parse-json-data.ts";
import { type Origin, placeOf, type RawData, type RawValue } from "./raw-data.ts";
import { type SizeClaim, solveSizes, valuesOf } from "./solve-sizes.ts";

export interface BindOptions {
  /** Sizes given by hand. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Sizes that are part of a trained model: nothing else may be said of them. */
  readonly trainedSizes?: Readonly<Record<string, number>>;
  /** Whether every observed variable must be given; true by default. */
  readonly requireObserved?: boolean;
  /** Names the model does not know are ignored instead of refused. */
  readonly allowExtra?: boolean;
}

export interface BoundData {
  /** Every size of the model. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Inputs and given observed variables, row-major; booleans are 0 and 1. */
  readonly values: Readonly<Record<string, BoundValue>>;
  /** Observed variables that were given. */
  readonly observed: readonly string[];
  /** Scalar Int and Bool inputs: known before anything runs. */
  readonly knowns: Readonly<Record<string, number>>;
  /** Names in the data that were not used: text columns, and unknown names where these are allowed. */
  readonly ignored: readonly string[];
}

export interface BoundValue {
  readonly shape: readonly number[];
  /** Where one is missing, some value that the variable can have. */
  readonly values: Float64Array;
  /** 1 where a value is there, 0 where it is missing; absent where all are there. */
  readonly present?: Float64Array;
  /** Where it was given, to name the place of an element. */
  readonly origin: Origin;
}

/**
 * `bound` is absent when there are errors. Sizes come from `options.sizes`, from data keys that name them, from shapes, and
 * last from defaults. `true` and `false` count as 1 and 0 wherever numbers are wanted; 0 and 1 serve as booleans.
 * Columns of text in a CSV file (names, dates) that the model does not ask for are ignored.
 */
export function bindData(
  model: CoreModel,
  data: RawData | Readonly<Record<string, unknown>>,
  options: BindOptions = {},
): { bound?: BoundData; problems: Problem[] } {
  const raw = isRawData(data) ? data : rawDataFromValues(data);
  const wanted = wantedValues(model);
  const present = wanted.filter(({ name }) => raw.values.has(name));
  const absent = wanted.filter(
    ({ name, role }) => !raw.values.has(name) && (role === "input" || options.requireObserved !== false),
  );

  const names = checkNames(model, raw, wanted, absent, options);
  const facts: DataFacts[] = [...names.facts];
  const usable: { readonly want: Wanted; readonly value: RawValue; readonly present?: Float64Array }[] = [];
  for (const want of present) {
    const value = raw.values.get(want.name);
    if (value === undefined) continue;
    const fault = wholeFault(value, want);
    if (fault === undefined)
      usable.push({ want, ...fillMissing(value, want.type, wholeDimensions(want.variable, model)) });
    else facts.push(fault);
  }

  const given = givenSizes(model, raw, options);
  facts.push(...given.facts);
  const claims = usable.flatMap(({ want, value }) => sizeClaims(want, value));
  const solved = solveSizes(model.sizes, given.bindings, claims);
  facts.push(...solved.facts);
  const unseen = wanted.filter(({ name }) => !usable.some(({ want }) => want.name === name));
  facts.push(
    ...unknownSizes(
      model,
      solved,
      [...absent, ...present].filter((want) => unseen.includes(want)),
      unseen,
      (name) => usable.find(({ want }) => want.name === name)?.value,
    ),
  );

  const sizes = valuesOf(solved.bindings);
  const values = Object.fromEntries(
    usable.map(({ value: { name, shape, values, origin }, present }) => [
      name,
      { shape, values, origin, ...(present && { present }) },
    ]),
  );
  for (const { want, value, present } of usable) {
    const { type, declared, variable } = want;
    const partly =
      present === undefined || variable === undefined
        ? undefined
        : checkMissingRows({ ...value, values: present }, variable, model);
    if (partly !== undefined) {
      facts.push(partly);
      continue;
    }
    const found = checkValues(value, type, declared);
    const support =
      found.length > 0 || variable === undefined
        ? undefined
        : checkSupport(value, variable, model, { sizes, values }, declared);
    facts.push(...found, ...(support === undefined ? [] : [support]));
  }

  const problems = facts.map(explainData);
  if (hasErrors(problems)) return { problems };
  const knowns = Object.fromEntries(
    usable.flatMap(({ want: { name, role, type }, value }) =>
      role === "input" && type.base !== "real" && type.dimensions.length === 0
        ? [[name, value.values[0]]]
        : [],
    ),
  );
  const observed = usable.filter(({ want }) => want.role === "observed").map(({ want }) => want.name);
  return { bound: { sizes, values, observed, knowns, ignored: names.ignored }, problems };
}

interface Wanted {
  readonly name: string;
  readonly role: "input" | "observed";
  readonly type: CoreInput["type"];
  readonly declared: Declared;
  readonly variable?: CoreVariable;
  /** Declared with `?`. */
  readonly mayMiss: boolean;
}

function wantedValues(model: CoreModel): Wanted[] {
  const want = ({ name, type, span }: CoreInput | CoreVariable, role: Wanted["role"]): Wanted => ({
    name,
    role,
    type,
    declared: { span, type: formatType(type), role },
    mayMiss: role === "observed" && model.sites.some((site) => site.variable === name && site.mayMiss),
  });
  return [
    ...model.inputs.map((input) => want(input, "input")),
    ...model.variables
      .filter((variable) => variable.observed)
      .map((variable) => ({ ...want(variable, "observed"), variable })),
  ];
}

/** Missing, unknown and latent names. A missing name and an unknown one that is nearly it are one fact. */
function checkNames(
  model: CoreModel,
  raw: RawData,
  wanted: readonly Wanted[],
  absent: readonly Wanted[],
  options: BindOptions,
): { readonly facts: DataFacts[]; readonly ignored: string[] } {
  const known = new Set([...wanted.map(({ name }) => name), ...model.sizes.map(({ name }) => name)]);
  const latents = new Map(
    model.variables.filter(({ observed }) => !observed).map(({ name, span }) => [name, span]),
  );
  const unknown = [...raw.values.values()].filter(({ name }) => !known.has(name) && !latents.has(name));
  const meant = new Set<string>();
  const facts: DataFacts[] = absent.map(({ name, declared }) => {
    const [near] = nearNames(
      name,
      unknown.map((value) => value.name),
    );
    if (near !== undefined) meant.add(near);
    const columns = near === undefined ? numberedColumns(name, unknown) : [];
    for (const column of columns) meant.add(column);
    return {
      code: "data-missing",
      name,
      file: raw.values.size === 0 ? undefined : raw.name,
      given: [...raw.values.keys()],
      declared,
      meant: near,
      ...(columns.length > 0 && { columns }),
    };
  });
  for (const [name, span] of latents) {
    const value = raw.values.get(name);
    if (value !== undefined)
      facts.push({ code: "data-latent", name, place: placeOf(name, value.origin), span });
  }
  const ignored: string[] = [];
  const notGiven = [...known].filter((name) => !raw.values.has(name));
  for (const { name, kind, origin } of unknown) {
    if (options.allowExtra || (kind === "text" && origin.kind === "columns")) ignored.push(name);
    else if (!meant.has(name))
      facts.push({
        code: "data-unknown-key",
        name,
        place: placeOf(name, origin),
        model: model.name,
        wanted: wanted.map((want) => want.name),
        near: nearNames(name, notGiven),
      });
  }
  return { facts, ignored };
}

/** "x1", "x2" of a table for `x`, where columns of a vector are called `x[0]`, `x[1]`. */
function numberedColumns(name: string, unknown: readonly RawValue[]): readonly string[] {
  return unknown
    .filter(({ origin }) => origin.kind === "columns")
    .map((value) => value.name)
    .filter((column) => column.startsWith(name) && /^_?\d+$/.test(column.slice(name.length)));
}

/** Near misses; names of one or two letters are near only when the same but for case. */
function nearNames(name: string, candidates: readonly string[]): string[] {
  return nearMisses(name, candidates).filter(
    (near) => Math.min(name.length, near.length) > 2 || near.toLowerCase() === name.toLowerCase(),
  );
}

/** A defect of the value itself, or a wrong number of dimensions. */
function wholeFault(value: RawValue, want: Wanted): DataFacts | undefined {
  const { name, type, declared } = want;
  const { defect, shape, origin } = value;
  if (defect?.code === "data-type") return { ...defect, declared };
  if (defect?.code !== "data-missing-value") {
    if (defect !== undefined) return defect;
  } else if (!want.mayMiss) return want.role === "observed" ? { ...defect, observed: declared } : defect;
  if (shape.length === type.dimensions.length) return undefined;
  return {
    code: "data-shape",
    name,
    place: placeOf(name, origin),
    declared,
    found: shape,
    inTable: origin.kind === "columns",
  };
}

function sizeClaims({ name, type, declared }: Wanted, { shape, origin }: RawValue): SizeClaim[] {
  return type.dimensions.map((size, axis) => ({
    name,
    axis,
    size,
    length: shape[axis],
    declared,
    place: placeOf(name, origin),
  }));
}

/** Sizes stated outright: by hand, then by data keys. */
function givenSizes(
  model: CoreModel,
  raw: RawData,
  options: BindOptions,
): { readonly bindings: SizeBinding[]; readonly facts: DataFacts[] } {
  const bindings: SizeBinding[] = [];
  const facts: DataFacts[] = [];
  const known = model.sizes.map(({ name }) => name);
  const add = (size: string, value: number, from: string, place?: string): void => {
    if (Number.isInteger(value) && value >= 1) bindings.push({ size, value, from });
    else facts.push({ code: "data-size-value", size, found: String(value), from, place });
  };
  for (const [size, value] of Object.entries(options.trainedSizes ?? {}))
    add(size, value, "the trained model");
  for (const [size, value] of Object.entries(options.sizes ?? {})) {
    if (known.includes(size)) add(size, value, `--set ${size}`);
    else facts.push({ code: "data-size-unknown-name", size, near: nearMisses(size, known), known });
  }
  for (const size of known) {
    const value = raw.values.get(size);
    if (value === undefined) continue;
    const place = placeOf(size, value.origin);
    if (value.defect !== undefined) facts.push(value.defect);
    else if (value.shape.length > 0)
      facts.push({ code: "data-size-value", size, found: "an array", from: raw.name, place });
    else add(size, value.values[0], `${size} in ${raw.name}`, place);
  }
  return { bindings, facts };
}

/** Sizes that nothing gives, but for those whose reason is told already: a missing or broken value has them. */
function unknownSizes(
  model: CoreModel,
  solved: ReturnType<typeof solveSizes>,
  faulty: readonly Wanted[],
  unseen: readonly Wanted[],
  rawValue: (name: string) => RawValue | undefined,
): DataFacts[] {
  const has = (want: Wanted, size: string): boolean =>
    want.type.dimensions.some((dimension) => sizeNames(dimension).includes(size));
  return model.sizes.flatMap(({ name: size, span }): DataFacts[] => {
    if (solved.bindings.has(size) || solved.blamed.has(size)) return [];
    if (faulty.some((want) => has(want, size))) return [];
    const shownBy = unseen
      .filter((want) => has(want, size))
      .map(({ name, type }) => `${name}: ${formatType(type)}`);
    const pointer = highestPosition(model, size, rawValue);
    const fact = { code: "data-size-unknown", size, model: model.name, shownBy, span } as const;
    return [pointer === undefined ? fact : { ...fact, pointer }];
  });
}
