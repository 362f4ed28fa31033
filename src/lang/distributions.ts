/**
 * What the checker knows of each distribution: its parameters with their domains, and its support. The densities and
 * draws are in `compiler/lower/distributions.ts`, one row per name again.
 */
import {
  type MatrixStructure,
  positiveRange,
  type Range,
  realLine,
  type Structure,
  unitRange,
} from "./type.ts";

export interface DistributionParameter {
  readonly name: string;
  readonly base: "real" | "int";
  readonly range: Range;
  /** 0: a number per draw. 1: a vector per draw (concentrations, probabilities of categories). 2: a square matrix per draw. */
  readonly rank: 0 | 1 | 2;
  readonly structure: Structure;
  /** A number may stand for a vector of equal numbers. */
  readonly orNumber?: boolean;
}

export interface DistributionSignature {
  /** Ways to write it: each a full list of parameters in positional order. The first is used for positional arguments. */
  readonly forms: readonly (readonly DistributionParameter[])[];
  readonly support:
    | "real"
    | "positive"
    | "unit"
    | "simplex"
    | "corr" // the matrix types: as large as the matrices among the arguments, or as the declared type says
    | "choleskyCorr"
    | "covariance"
    | "interval" // between its arguments `low` and `high`
    | "bool"
    | "category"; // 0 … K−1 with K the length of its vector argument
  /** 0: draws are numbers; 1: vectors, as long as the vectors and matrices among the arguments; 2: square matrices. */
  readonly eventRank: 0 | 1 | 2;
  /** False for an improper density: has no draws. */
  readonly proper: boolean;
}

function real(name: string): DistributionParameter {
  return { name, base: "real", range: realLine, rank: 0, structure: "plain" };
}
function positive(name: string): DistributionParameter {
  return { name, base: "real", range: positiveRange, rank: 0, structure: "plain" };
}
const probability: DistributionParameter = {
  name: "p",
  base: "real",
  range: unitRange,
  rank: 0,
  structure: "plain",
};
const location: DistributionParameter = { ...real("loc"), rank: 1, orNumber: true };
function matrix(name: string, structure: MatrixStructure): DistributionParameter {
  return { ...real(name), rank: 2, structure };
}

export const distributions = {
  Normal: row([[real("loc"), positive("scale")]], "real"),
  Gamma: row([[positive("shape"), positive("rate")]], "positive"),
  Beta: row([[positive("a"), positive("b")]], "unit"),
  Uniform: row([[real("low"), real("high")]], "interval"),
  Dirichlet: row([[{ ...positive("concentration"), rank: 1 }]], "simplex", {
    eventRank: 1,
  }),
  Bernoulli: row([[probability], [real("logits")]], "bool"),
  Categorical: row(
    [[{ ...probability, rank: 1, structure: "simplex" }], [{ ...real("logits"), rank: 1 }]],
    "category",
  ),
  RelaxedBernoulli: row(
    [
      [probability, positive("temperature")],
      [real("logits"), positive("temperature")],
    ],
    "unit",
  ),
  RelaxedCategorical: row(
    [
      [{ ...probability, rank: 1, structure: "simplex" }, positive("temperature")],
      [{ ...real("logits"), rank: 1 }, positive("temperature")],
    ],
    "simplex",
    { eventRank: 1 },
  ),
  MultivariateNormal: row(
    [
      [location, matrix("covariance", "covariance")],
      [location, matrix("precision", "covariance")],
      [location, matrix("cholesky", "choleskyCov")],
    ],
    "real",
    { eventRank: 1 },
  ),
  MultivariateStudentT: row(
    [
      [positive("df"), location, matrix("scale", "covariance")],
      [positive("df"), location, matrix("cholesky", "choleskyCov")],
    ],
    "real",
    { eventRank: 1 },
  ),
  LKJ: row([[positive("concentration")]], "corr", { eventRank: 2 }),
  LKJCholesky: row([[positive("concentration")]], "choleskyCorr", { eventRank: 2 }),
  Wishart: row([[positive("df"), matrix("scale", "covariance")]], "covariance", { eventRank: 2 }),
  InverseWishart: row([[positive("df"), matrix("scale", "covariance")]], "covariance", { eventRank: 2 }),
  Flat: row([[]], "real", {
    proper: false,
  }),
} as const satisfies Record<string, DistributionSignature>;

export type DistributionName = keyof typeof distributions;

function row(
  forms: DistributionSignature["forms"],
  support: DistributionSignature["support"],
  rest: Partial<DistributionSignature> = {},
): DistributionSignature {
  return { forms, support, eventRank: 0, proper: true, ...rest };
}
