/**
 * Sample arguments for every distribution: the table is total, so a new distribution is tested the day it is added. And the
 * densities and distribution functions that the tests compare with.
 */
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { distributionRows, sum } from "../../../src/compiler/lower/distributions.ts";
import { createAlgebra, type Value } from "../../../src/compiler/lower/value.ts";
import type { Shape } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import {
  type DistributionName,
  type DistributionSignature,
  distributions,
} from "../../../src/lang/distributions.ts";

export type ArgumentValue = number | readonly number[] | readonly (readonly number[])[];
export type Arguments = Readonly<Record<string, ArgumentValue>>;

const covarianceOfTwo = [
  [4, 1.5],
  [1.5, 2],
];
const covarianceOfThree = [
  [2, -0.5, 0.3],
  [-0.5, 1, 0.4],
  [0.3, 0.4, 0.9],
];
const factorOfThree = [
  [0.7, 0, 0],
  [-2, 3, 0],
  [0.4, 1.5, 0.2],
];

/** Several arguments for each distribution, among them awkward ones. */
const sampleArguments = {
  Normal: [
    { loc: 0, scale: 1 },
    { loc: -2.5, scale: 0.3 },
  ],
  Gamma: [
    { shape: 2, rate: 3 },
    { shape: 0.4, rate: 1 },
    { shape: 1, rate: 2 },
    { shape: 40, rate: 0.5 },
  ],
  Beta: [
    { a: 2, b: 3 },
    { a: 0.5, b: 0.7 },
    { a: 1, b: 1 },
    { a: 20, b: 1 },
  ],
  Uniform: [
    { low: 0, high: 1 },
    { low: -3, high: 4.5 },
  ],
  Dirichlet: [{ concentration: [2, 3] }, { concentration: [0.6, 1.5, 3] }, { concentration: [1, 1, 1] }],
  RelaxedBernoulli: [
    { p: 0.3, temperature: 0.7 },
    { logits: -1.5, temperature: 2 },
  ],
  RelaxedCategorical: [
    { p: [0.2, 0.8], temperature: 0.8 },
    { logits: [0.3, -1, 1], temperature: 1.5 },
  ],
  Bernoulli: [{ p: 0.3 }, { p: 1e-12 }, { logits: -1.5 }, { logits: 6 }],
  Categorical: [{ p: [0.2, 0.5, 0.3] }, { p: [1e-9, 1 - 1e-9] }, { logits: [1, -2, 0.5, 3] }],
  MultivariateNormal: [
    { loc: [1, -2], covariance: covarianceOfTwo },
    { loc: 0.5, covariance: covarianceOfThree },
    { loc: [1, -2], precision: covarianceOfTwo },
    { loc: [0, 3, -1], precision: covarianceOfThree },
    { loc: [1, -2, 0.5], cholesky: factorOfThree },
  ],
  MultivariateStudentT: [
    { df: 3.5, loc: [1, -2], scale: covarianceOfTwo },
    { df: 40, loc: 0.5, scale: covarianceOfThree },
    { df: 1.2, loc: [1, -2, 0.5], cholesky: factorOfThree },
  ],
  // Matrices have tests of their own.
  LKJ: [],
  LKJCholesky: [],
  Wishart: [],
  InverseWishart: [],
  Flat: [{}],
} satisfies Record<DistributionName, readonly Arguments[]> as Record<DistributionName, readonly Arguments[]>;

export const cases = (Object.keys(sampleArguments) as DistributionName[]).flatMap((name) =>
  sampleArguments[name].map((args) => ({ name, args, label: `${name} ${JSON.stringify(args)}` })),
);
export const proper = cases.filter(({ name }) => distributions[name].proper);
export const isVector = (name: DistributionName): boolean => distributions[name].eventRank === 1;
export const isDiscrete = (name: DistributionName): boolean =>
  ["bool", "category"].includes(distributions[name].support);

/** log p at many points: x, and each argument, as graph inputs. */
export function densityGraph(name: DistributionName, args: Arguments, points: number): Graph {
  const builder = createBuilder();
  const algebra = createAlgebra(builder);
  const axis = { id: "point", size: points, start: 0, order: 0, kind: "plate" } as const;
  const event = eventOf(name, args);
  const node = builder.input("x", { dtype: isDiscrete(name) ? "int" : "float", shape: [points, ...event] });
  const x: Value = { node, axes: [axis], event };
  const values = Object.entries(args).map(([key, value]) => [key, inputValue(key, shapeOf(value))] as const);
  const terms = distributionRows[name].logDensity(algebra, x, Object.fromEntries(values));
  return builder.finish({ logDensity: algebra.stretch(sum(algebra, terms), [axis], []).node });

  function inputValue(key: string, shape: Shape): Value {
    return { node: builder.input(key, { dtype: "float", shape }), axes: [], event: shape };
  }
}

export function shapeOf(value: ArgumentValue | number): number[] {
  return typeof value === "number" ? [] : [value.length, ...shapeOf(value[0])];
}

/** Shape of one draw: vectors are as long as the vectors and matrices among the arguments. */
export function eventOf(name: DistributionName, args: Arguments): number[] {
  const length = Object.values(args).flatMap(shapeOf)[0];
  return Array.from({ length: distributions[name].eventRank }, () => length);
}

export function numbersOf(value: ArgumentValue): readonly number[] {
  return typeof value === "number" ? [value] : value.flat();
}

export function argumentInputs(args: Arguments): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, numbersOf(value)]));
}

export function logDensities(
  name: DistributionName,
  args: Arguments,
  x: readonly number[],
  points: number,
): Float64Array {
  const graph = densityGraph(name, args, points);
  const inputs: Record<string, readonly number[]> = { ...argumentInputs(args), x };
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((each) => [each, inputs[each]]));
  return Float64Array.from(referenceEngine.compile(graph).run(needed).logDensity);
}

export function signature(name: DistributionName): DistributionSignature {
  return distributions[name];
}

/** Values of u in (0, 1) and the points of the support they stand for, with dx/du: a substitution for integrals. */
interface Substitution {
  point(u: number): number;
  slope(u: number): number;
}

function substitution(name: DistributionName, args: Arguments): Substitution {
  const { support } = signature(name);
  const low = support === "interval" ? Number(args.low) : 0;
  const width = support === "interval" ? Number(args.high) - low : 1;
  // t = tan-like maps of u: x = sinh(k t) covers all scales of a real line with heavy tails.
  const real = (u: number): number => Math.sinh(30 * (2 * u - 1));
  const realSlope = (u: number): number => 60 * Math.cosh(30 * (2 * u - 1));
  const positive = (u: number): number => Math.exp(60 * (2 * u - 1));
  const positiveSlope = (u: number): number => 120 * Math.exp(60 * (2 * u - 1));
  if (support === "real") return { point: real, slope: realSlope };
  if (support === "positive") return { point: positive, slope: positiveSlope };
  // Towards both ends on a logarithmic scale: x = σ(70 (2u − 1)).
  const share = (u: number): number => 1 / (1 + Math.exp(-70 * (2 * u - 1)));
  const shareSlope = (u: number): number => 140 * share(u) * (1 / (1 + Math.exp(70 * (2 * u - 1))));
  return { point: (u) => low + width * share(u), slope: (u) => width * shareSlope(u) };
}

/** The distribution function at the midpoints of a fine grid, by the midpoint rule. */
export function distributionFunction(
  name: DistributionName,
  args: Arguments,
): { x: number[]; mass: number[] } {
  const cells = 20_000;
  const { point, slope } = substitution(name, args);
  const u = Array.from({ length: cells }, (_, i) => (i + 0.5) / cells);
  const x = u.map(point);
  const densities = logDensities(name, args, x, cells);
  let total = 0;
  const mass = u.map((each, i) => {
    const own = Math.exp(densities[i]) * slope(each) * (1 / cells);
    if (Number.isFinite(own)) total += own;
    return total;
  });
  return { x, mass };
}

export function supportSize(name: DistributionName, args: Arguments): number {
  switch (name) {
    case "Bernoulli":
      return 2;
    case "Categorical":
      return shapeOf(args.p ?? args.logits)[0];
    default:
      return 800;
  }
}
