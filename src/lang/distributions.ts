/**
 * What the checker knows of each distribution: its parameters with their domains, and its support. The densities and
 * draws are in `compiler/lower/distributions.ts`, one row per name again.
 */
import {
  type MatrixStructure,
  nonNegativeRange,
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
    | "category" // 0 … K−1 with K the length of its vector argument
    | "count" // 0, 1, 2, …
    | "countTo"; // 0 … n with n its argument `n`
  /** 0: draws are numbers; 1: vectors, as long as the vectors and matrices among the arguments; 2: square matrices. */
  readonly eventRank: 0 | 1 | 2;
  /** False for an improper density: has no draws. */
  readonly proper: boolean;
  readonly doc: string;
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
const trials: DistributionParameter = {
  name: "n",
  base: "int",
  range: nonNegativeRange,
  rank: 0,
  structure: "plain",
};

export const distributions = {
  Normal: row(
    [[real("loc"), positive("scale")]],
    "real",
    "Normal with mean `loc` and standard deviation `scale`.",
  ),
  HalfNormal: row([[positive("scale")]], "positive", "Normal(0, scale) given that it is positive."),
  Cauchy: row([[real("loc"), positive("scale")]], "real", "Cauchy."),
  HalfCauchy: row([[positive("scale")]], "positive", "Cauchy(0, scale) given that it is positive."),
  StudentT: row(
    [[positive("df"), real("loc"), positive("scale")]],
    "real",
    "Student's t with `df` degrees of freedom.",
  ),
  HalfStudentT: row(
    [[positive("df"), positive("scale")]],
    "positive",
    "StudentT(df, 0, scale) given that it is positive.",
  ),
  Laplace: row([[real("loc"), positive("scale")]], "real", "Laplace (double exponential)."),
  Logistic: row([[real("loc"), positive("scale")]], "real", "Logistic."),
  LogNormal: row([[real("loc"), positive("scale")]], "positive", "exp of a Normal(loc, scale)."),
  Exponential: row([[positive("rate")]], "positive", "Exponential with mean 1 / rate."),
  Gamma: row([[positive("shape"), positive("rate")]], "positive", "Gamma with mean shape / rate."),
  InverseGamma: row([[positive("shape"), positive("scale")]], "positive", "1 / Gamma(shape, scale)."),
  Beta: row([[positive("a"), positive("b")]], "unit", "Beta with mean a / (a + b)."),
  Uniform: row([[real("low"), real("high")]], "interval", "Uniform between `low` and `high`."),
  Dirichlet: row([[{ ...positive("concentration"), rank: 1 }]], "simplex", "Dirichlet on the simplex.", {
    eventRank: 1,
  }),
  Bernoulli: row([[probability], [real("logits")]], "bool", "True with probability `p`, or sigmoid(logits)."),
  Binomial: row(
    [
      [trials, probability],
      [trials, real("logits")],
    ],
    "countTo",
    "Successes among `n` trials.",
  ),
  Categorical: row(
    [[{ ...probability, rank: 1, structure: "simplex" }], [{ ...real("logits"), rank: 1 }]],
    "category",
    "0 … K−1 with the probabilities `p`, or softmax(logits).",
  ),
  RelaxedBernoulli: row(
    [
      [probability, positive("temperature")],
      [real("logits"), positive("temperature")],
    ],
    "unit",
    "A Bernoulli draw made continuous: near 0 or 1 where the temperature is low (binary Concrete).",
  ),
  RelaxedCategorical: row(
    [
      [{ ...probability, rank: 1, structure: "simplex" }, positive("temperature")],
      [{ ...real("logits"), rank: 1 }, positive("temperature")],
    ],
    "simplex",
    "A Categorical draw made continuous: weights near one-hot where the temperature is low (Concrete, Gumbel-softmax).",
    { eventRank: 1 },
  ),
  Poisson: row(
    [[positive("rate")], [real("log_rate")]],
    "count",
    "Poisson with mean `rate`, or exp(log_rate).",
  ),
  MultivariateNormal: row(
    [
      [location, matrix("covariance", "covariance")],
      [location, matrix("precision", "covariance")],
      [location, matrix("cholesky", "choleskyCov")],
    ],
    "real",
    "Normal vectors with mean `loc` and a covariance matrix, the inverse of a `precision`, or L Lᵀ with L its `cholesky` factor.",
    { eventRank: 1 },
  ),
  MultivariateStudentT: row(
    [
      [positive("df"), location, matrix("scale", "covariance")],
      [positive("df"), location, matrix("cholesky", "choleskyCov")],
    ],
    "real",
    "Student's t for vectors: covariance df / (df − 2) · scale; `scale` may be given by its `cholesky` factor.",
    { eventRank: 1 },
  ),
  LKJ: row(
    [[positive("concentration")]],
    "corr",
    "Correlation matrices R with density |R|^(concentration − 1): uniform at 1. The declared type says how large.",
    { eventRank: 2 },
  ),
  LKJCholesky: row(
    [[positive("concentration")]],
    "choleskyCorr",
    "The Cholesky factor of an LKJ(concentration). The declared type says how large.",
    { eventRank: 2 },
  ),
  Wishart: row(
    [[positive("df"), matrix("scale", "covariance")]],
    "covariance",
    "Wishart with mean df · scale; `df` is above K − 1.",
    { eventRank: 2 },
  ),
  InverseWishart: row(
    [[positive("df"), matrix("scale", "covariance")]],
    "covariance",
    "The inverse of a Wishart(df, scale⁻¹): mean scale / (df − K − 1); `df` is above K − 1.",
    { eventRank: 2 },
  ),
  Flat: row([[]], "real", "The improper constant density; says aloud that there is no prior.", {
    proper: false,
  }),
} as const satisfies Record<string, DistributionSignature>;

export type DistributionName = keyof typeof distributions;

function row(
  forms: DistributionSignature["forms"],
  support: DistributionSignature["support"],
  doc: string,
  rest: Partial<DistributionSignature> = {},
): DistributionSignature {
  return { forms, support, eventRank: 0, proper: true, doc, ...rest };
}
