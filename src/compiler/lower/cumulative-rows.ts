/** Distribution functions of builtin distributions as log F and log (1 − F), to the last digits in both tails, and their inverse. */
import type { CumulativeName } from "../../lang/cumulative.ts";
import type { Arguments } from "./distribution-row.ts";
import { betaTails } from "./incomplete-beta.ts";
import { gammaTails } from "./incomplete-gamma.ts";
import { logNormalCdf, normalQuantileBelow } from "./normal-tail.ts";
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
};
