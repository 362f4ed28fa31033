/** Distribution functions of builtin distributions as log F and log (1 − F), to the last digits in both tails, and their inverse. */
import type { CumulativeName } from "../../lang/cumulative.ts";
import { logProbabilities } from "./distribution-arguments.ts";
import type { Arguments } from "./distribution-row.ts";
import { chooseLast } from "./gather.ts";
import { betaTails } from "./incomplete-beta.ts";
import { gammaTails } from "./incomplete-gamma.ts";
import { logNormalCdf, normalQuantileBelow } from "./normal-tail.ts";
import { logOdds } from "./relaxed.ts";
import type { Algebra, Value } from "./value.ts";

export interface CumulativeRow {
  /** log F(x) */
  logCdf(a: Algebra, x: Value, args: Arguments): Value;
  /** log (1 − F(x)) */
  logSurvival(a: Algebra, x: Value, args: Arguments): Value;
  /** The x with these two: the smaller one tells it best. */
  quantile?(a: Algebra, logCdf: Value, logSurvival: Value, args: Arguments): Value;
}

function standard(a: Algebra, x: Value, { loc, scale }: Arguments): Value {
  return a.div(a.sub(x, loc), scale);
}

/** log of a part of a length: of none, and of all, beyond its ends. */
function logShare(a: Algebra, part: Value, length: Value): Value {
  return a.unary("log", a.div(a.binary("min", a.binary("max", part, 0), length), length));
}

/** The log odds less λ logit x: a draw is up to x where logistic noise is up to minus this. */
function relaxedExcess(a: Algebra, x: Value, args: Arguments): Value {
  const logit = a.sub(a.unary("log", x), a.unary("log1p", a.unary("neg", x)));
  return a.sub(logOdds(a, args), a.mul(args.temperature, logit));
}

/** log of the sum of the probabilities from one end up to the category `at`; of none, and of all, beyond. */
function logSumFromEnd(a: Algebra, args: Arguments, at: Value, fromTop: boolean): Value {
  const probabilities = a.unary("exp", logProbabilities(a, args));
  const last = probabilities.event.length - 1;
  const count = probabilities.event[last];
  const sums = a.cumsum(probabilities, last, fromTop);
  const inside = a.binary("max", a.binary("min", at, count - 1), 0);
  const isNone = fromTop ? a.binary("less", count - 1, at) : a.binary("less", at, 0);
  const isAll = fromTop ? a.binary("lessEqual", at, 0) : a.binary("lessEqual", count - 1, at);
  const sum = a.select(a.binary("or", isNone, isAll), 1, chooseLast(a, sums, a.convert(inside, "int")));
  return a.select(isNone, Number.NEGATIVE_INFINITY, a.unary("log", sum));
}

export const cumulativeRows: { readonly [Name in CumulativeName]: CumulativeRow } = {
  Normal: {
    logCdf: (a, x, args) => logNormalCdf(a, standard(a, x, args)),
    logSurvival: (a, x, args) => logNormalCdf(a, a.unary("neg", standard(a, x, args))),
    quantile(a, log, logAbove, { loc, scale }) {
      const isBelow = a.binary("less", log, logAbove);
      const z = normalQuantileBelow(a, a.select(isBelow, log, logAbove));
      return a.add(loc, a.mul(scale, a.select(isBelow, z, a.unary("neg", z))));
    },
  },
  Gamma: {
    logCdf: (a, x, { shape, rate }) => gammaTails(a, shape, a.mul(rate, x)).below,
    logSurvival: (a, x, { shape, rate }) => gammaTails(a, shape, a.mul(rate, x)).above,
  },
  Beta: {
    logCdf: (a, x, args) => betaTails(a, args.a, args.b, x).below,
    logSurvival: (a, x, args) => betaTails(a, args.a, args.b, x).above,
  },
  Uniform: {
    logCdf: (a, x, { low, high }) => logShare(a, a.sub(x, low), a.sub(high, low)),
    logSurvival: (a, x, { low, high }) => logShare(a, a.sub(high, x), a.sub(high, low)),
    quantile(a, log, logAbove, { low, high }) {
      const part = (share: Value): Value => a.mul(a.unary("exp", share), a.sub(high, low));
      return a.select(a.binary("less", log, logAbove), a.add(low, part(log)), a.sub(high, part(logAbove)));
    },
  },
  Categorical: {
    logCdf: (a, x, args) => logSumFromEnd(a, args, a.unary("floor", x), false),
    logSurvival: (a, x, args) => logSumFromEnd(a, args, a.add(a.unary("floor", x), 1), true),
  },
  RelaxedBernoulli: {
    logCdf: (a, x, args) => a.unary("neg", a.unary("softplus", relaxedExcess(a, x, args))),
    logSurvival: (a, x, args) =>
      a.unary("neg", a.unary("softplus", a.unary("neg", relaxedExcess(a, x, args)))),
    quantile: (a, log, logAbove, args) =>
      a.unary("sigmoid", a.div(a.add(logOdds(a, args), a.sub(log, logAbove)), args.temperature)),
  },
};
