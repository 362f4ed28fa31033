/** Core models made by hand, as small as what data see of a model. */

import type { CoreModel, CoreSite, CoreVariable } from "../../src/lang/core.ts";
import { addSizes, constantSize, namedSize, type Size, scaleSize } from "../../src/lang/size.ts";
import {
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  realLine,
  unitRange,
} from "../../src/lang/type.ts";
import { loadModel } from "../compiler/lower/load-model.ts";

export const span = { source: "model.ppl", start: 0, end: 5 };

/** "2 * N - 1" as { N: 2, "": -1 }. */
export function size(terms: Readonly<Record<string, number>>): Size {
  return Object.entries(terms)
    .map(([name, factor]) => (name === "" ? constantSize(factor) : scaleSize(namedSize(name), factor)))
    .reduce(addSizes, constantSize(0));
}

export const types = {
  real: (...dimensions: Size[]): NumberType => numberType("real", realLine, dimensions),
  positive: (...dimensions: Size[]): NumberType => numberType("real", positiveRange, dimensions),
  unit: (...dimensions: Size[]): NumberType => numberType("real", unitRange, dimensions),
  int: (...dimensions: Size[]): NumberType => numberType("int", realLine, dimensions),
  nat: (...dimensions: Size[]): NumberType => numberType("int", nonNegativeRange, dimensions),
  bool: (...dimensions: Size[]): NumberType => numberType("bool", unitRange, dimensions),
  simplex: (...dimensions: Size[]): NumberType => numberType("real", unitRange, dimensions, "simplex"),
  ordered: (...dimensions: Size[]): NumberType => numberType("real", realLine, dimensions, "ordered"),
};

export interface ModelParts {
  readonly name?: string;
  /** Size names with their defaults. */
  readonly sizes?: Readonly<Record<string, number | undefined>>;
  readonly inputs?: Readonly<Record<string, NumberType>>;
  readonly observed?: Readonly<Record<string, NumberType>>;
  readonly latent?: Readonly<Record<string, NumberType>>;
  readonly sites?: readonly CoreSite[];
}

export function makeModel(parts: ModelParts): CoreModel {
  const variables = (given: Readonly<Record<string, NumberType>> = {}, observed: boolean): CoreVariable[] =>
    Object.entries(given).map(([name, type]) => ({
      name,
      observed,
      type,
      axes: 0,
      sites: (parts.sites ?? []).filter((site) => site.variable === name).map((site) => site.id),
      span,
    }));
  return {
    name: parts.name ?? "M",
    doc: "",
    sizes: Object.entries(parts.sizes ?? {}).map(([name, value]) =>
      value === undefined ? { name, span } : { name, default: constantSize(value), span },
    ),
    inputs: Object.entries(parts.inputs ?? {}).map(([name, type]) => ({ name, type, span })),
    variables: [...variables(parts.latent, false), ...variables(parts.observed, true)],
    sites: parts.sites ?? [],
    body: [],
    varies: [],
    span,
  };
}

const J = namedSize("J");

export const eightSchools = makeModel({
  name: "EightSchools",
  sizes: { J: undefined },
  inputs: { sigma: types.positive(J) },
  latent: { mu: types.real(), tau: types.positive(), theta: types.real(J) },
  observed: { y: types.real(J) },
});

export const schoolsData = {
  J: 8,
  y: [28, 8, -3, 7, -1, 1, 18, 12],
  sigma: [15, 10, 16, 11, 9, 11, 10, 18],
};

/** y[n] ~ Binomial(n[n], p), with n an input. */
export const trialsModel = loadModel(
  "model M[N](trials: Nat[N]) { plate n in N { observe y[n] ~ Binomial(trials[n], 0.5) } }",
).model;
