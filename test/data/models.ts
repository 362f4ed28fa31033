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

export const span = { source: "model.ppl", start: 0, end: 5 };

/** "2 * N - 1" as { N: 2, "": -1 }. */
export function size(terms: Readonly<Record<string, number>>): Size {
  return Object.entries(terms)
    .map(([name, factor]) => (name === "" ? constantSize(factor) : scaleSize(namedSize(name), factor)))
    .reduce(addSizes, constantSize(0));
}

const N = namedSize("N");
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
      value === undefined ? { name } : { name, default: constantSize(value) },
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
export const trialsModel = makeModel({
  sizes: { N: undefined },
  inputs: { trials: types.nat(N) },
  observed: { y: types.nat(N) },
  sites: [
    {
      id: "y",
      variable: "y",
      observed: true,
      place: [{ kind: "axis", index: "n" }],
      event: types.nat(),
      support: { kind: "discrete" },
      distribution: {
        kind: "distribution",
        name: "Binomial",
        arguments: {
          n: {
            kind: "index",
            base: { kind: "variable", name: "trials", type: types.nat(N), span },
            indices: [{ kind: "at", value: { kind: "variable", name: "n", type: types.int(), span } }],
            type: types.nat(),
            span,
          },
          p: { kind: "literal", value: 0.5, type: types.unit(), span },
        },
        span,
      },
      mayMiss: false,
      noncentered: false,
      marginal: false,
      span,
    },
  ],
});
