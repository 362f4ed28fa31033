/**
 * One row per distribution: log density, and draws as functions of noise. A log density is a list of terms to be added,
 * each with only the axes it needs, so that log σ is computed once and not once per row.
 * Formulas: Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions"; draws cite their own source.
 */
import type { DistributionName } from "../../lang/distributions.ts";
import { logProbabilities, overLast } from "./distribution-arguments.ts";
import type { Arguments, DistributionRow } from "./distribution-row.ts";
import { drawCategory, drawGamma } from "./draws.ts";
import { chooseLast } from "./gather.ts";
import { vectorsOverRows } from "./matrices.ts";
import { inverseWishart, lkj, lkjCholesky, wishart } from "./matrix-distributions.ts";
import { multivariateNormal, multivariateStudentT } from "./multivariate-normal.ts";
import { relaxedBernoulli, relaxedCategorical } from "./relaxed.ts";
import type { Algebra, Operand, Value } from "./value.ts";

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

export const distributionRows = {
  Normal: {
    logDensity: (a, x, { loc, scale }) => normalTerms(a, standardize(a, x, loc, scale), scale),
    draw: (a, noise, { loc, scale }) => a.add(loc, a.mul(scale, noise.normal())),
    place: (a, z, { loc, scale }) => a.add(loc, a.mul(scale, z)),
    unplace: (a, x, { loc, scale }) => a.div(a.sub(x, loc), scale),
  },
  Gamma: {
    logDensity: (a, x, { shape, rate }) => [
      ...powerTerm(a, shape, () => a.unary("log", x)),
      a.unary("neg", a.mul(rate, x)),
      a.sub(a.mul(shape, a.unary("log", rate)), a.unary("lgamma", shape)),
    ],
    draw: (a, noise, { shape, rate }) => a.div(drawGamma(a, noise, shape), rate),
  },
  Beta: {
    logDensity: (a, x, args) => [
      ...powerTerm(a, args.a, () => a.unary("log", x)),
      ...powerTerm(a, args.b, () => a.unary("log1p", a.unary("neg", x))),
      a.unary("lgamma", a.add(args.a, args.b)),
      a.unary("neg", a.unary("lgamma", args.a)),
      a.unary("neg", a.unary("lgamma", args.b)),
    ],
    draw: (a, noise, args) => {
      const x = drawGamma(a, noise, args.a);
      return a.div(x, a.add(x, drawGamma(a, noise, args.b)));
    },
  },
  Uniform: {
    logDensity: (a, x, { low, high }) => {
      const inside = a.binary("and", a.binary("lessEqual", low, x), a.binary("lessEqual", x, high));
      return [minusLog(a, a.sub(high, low)), a.select(inside, 0, Number.NEGATIVE_INFINITY)];
    },
    draw: (a, noise, { low, high }) => a.add(low, a.mul(a.sub(high, low), noise.uniform())),
  },
  Dirichlet: {
    logDensity: (a, x, { concentration }) => {
      const last = x.event.length - 1;
      const c = concentration;
      const total = a.reduce("reduceSum", c, c.event.length - 1);
      const powers = powerTerm(a, vectorsOverRows(a, c, x.event), () => a.unary("log", x));
      return [
        ...powers.map((term) => a.reduce("reduceSum", term, last)),
        a.unary("lgamma", total),
        a.unary("neg", a.reduce("reduceSum", a.unary("lgamma", c), c.event.length - 1)),
      ];
    },
    draw: (a, noise, { concentration }) => {
      const gammas = drawGamma(a, noise, vectorsOverRows(a, concentration, noise.event));
      const total = a.reduce("reduceSum", gammas, gammas.event.length - 1);
      return a.div(gammas, overLast(a, total, gammas.event));
    },
  },
  Bernoulli: {
    logDensity(a, x, args) {
      const outcome = a.convert(x, "bool");
      if (args.logits !== undefined)
        // log σ(ℓ) if true, log σ(−ℓ) if false: x ℓ − softplus(ℓ)
        return [
          a.mul(a.convert(outcome, "float"), args.logits),
          a.unary("neg", a.unary("softplus", args.logits)),
        ];
      const no = a.unary("log1p", a.unary("neg", args.p));
      return [a.select(outcome, a.unary("log", args.p), no)];
    },
    draw: (a, noise, args) => a.binary("less", noise.uniform(), probability(a, args)),
  },
  Categorical: {
    logDensity: (a, x, args) => [chooseLast(a, logProbabilities(a, args), x)],
    draw: (a, noise, args) => drawCategory(a, noise, a.unary("exp", logProbabilities(a, args))),
  },
  RelaxedBernoulli: relaxedBernoulli,
  RelaxedCategorical: relaxedCategorical,
  MultivariateNormal: multivariateNormal,
  MultivariateStudentT: multivariateStudentT,
  LKJ: lkj,
  LKJCholesky: lkjCholesky,
  Wishart: wishart,
  InverseWishart: inverseWishart,
  Flat: { logDensity: (a) => [a.of(0)] },
} satisfies Record<DistributionName, DistributionRow> as Record<DistributionName, DistributionRow>;

/** z = (x − loc) / scale, without the work where loc is 0 or scale is 1. */
function standardize(a: Algebra, x: Value, loc: Operand, scale: Operand): Value {
  const centred = isNumber(a, loc, 0) ? x : a.sub(x, loc);
  return isNumber(a, scale, 1) ? centred : a.div(centred, scale);
}

function isNumber(a: Algebra, operand: Operand, value: number): boolean {
  if (typeof operand === "number") return operand === value;
  let node = a.builder.nodeOf(operand.node);
  while (node.op === "broadcast") node = a.builder.nodeOf(node.inputs[0]);
  return node.op === "constant" && node.params.values.every((each) => each === value);
}

/** −z²/2 − log scale − log √2π */
function normalTerms(a: Algebra, z: Value, scale: Value): Value[] {
  return [a.mul(-0.5, a.square(z)), minusLog(a, scale), a.of(-halfLog2Pi)];
}

function minusLog(a: Algebra, x: Value): Value {
  return a.unary("neg", a.unary("log", x));
}

function probability(a: Algebra, args: Arguments): Value {
  return args.p ?? a.unary("sigmoid", args.logits);
}

/** (exponent − 1) · log x: nothing where the exponent is the number 1, also where log x is infinite. */
function powerTerm(a: Algebra, exponent: Value, logX: () => Value): Value[] {
  return isNumber(a, exponent, 1) ? [] : [a.mul(a.sub(exponent, 1), logX())];
}

export function sum(a: Algebra, terms: readonly Value[]): Value {
  return a.add(...terms);
}
