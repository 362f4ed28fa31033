/** Arguments at which the library's distributions are tested, edges among them, and what their draws are. */

/** An argument: a number, with what moves it without leaving its type; or text that stays as it is. */
export type Argument =
  | { readonly kind: "real" | "positive" | "unit"; readonly value: number }
  | { readonly kind: "fixed"; readonly text: string };

export interface Case {
  readonly name: string;
  readonly args: readonly Argument[];
  /** Ends of the draws; whole numbers where `counts`. */
  readonly low: number;
  readonly high: number;
  readonly counts: boolean;
  /** How many moments are finite: at most two are looked at. */
  readonly moments: 0 | 1 | 2;
  /** Where the density, on the whole line, has a corner or a pole. */
  readonly corner?: number;
}

const real = (value: number): Argument => ({ kind: "real", value });
const positive = (value: number): Argument => ({ kind: "positive", value });
const unit = (value: number): Argument => ({ kind: "unit", value });
const fixed = (text: string | number): Argument => ({ kind: "fixed", text: String(text) });

function on(low: number, high: number): (name: string, ...args: Argument[]) => Case {
  return (name, ...args) => ({ name, args, low, high, counts: false, moments: 2 });
}
function counting(high: number): (name: string, ...args: Argument[]) => Case {
  return (name, ...args) => ({ name, args, low: 0, high, counts: true, moments: 2 });
}
const line = on(-Infinity, Infinity);
const half = on(0, Infinity);
const between = on(0, 1);
const counts = counting(Infinity);

export const cases: readonly Case[] = [
  { ...line("Cauchy", real(0), positive(1)), moments: 0 },
  { ...line("Cauchy", real(3), positive(0.5)), moments: 0 },
  { ...line("Horseshoe", positive(1)), corner: 0, moments: 0 },
  { ...line("Horseshoe", positive(0.01)), corner: 0, moments: 0 },
  line("StudentT", positive(4), real(0), positive(1)),
  { ...line("StudentT", positive(1.5), real(2), positive(0.7)), moments: 1 },
  line("StudentT", positive(60), real(-1), positive(3)),
  { ...line("Laplace", real(0), positive(1)), corner: 0 },
  { ...line("Laplace", real(1), positive(3)), corner: 1 },
  line("Logistic", real(0), positive(1)),
  line("Logistic", real(-1), positive(0.4)),
  half("LogNormal", real(0), positive(1)),
  half("LogNormal", real(1), positive(0.25)),
  half("HalfNormal", positive(1)),
  half("HalfNormal", positive(4)),
  { ...half("HalfCauchy", positive(1)), moments: 0 },
  { ...half("HalfCauchy", positive(2.5)), moments: 0 },
  { ...half("HalfStudentT", positive(3), positive(2)), moments: 1 },
  { ...half("HalfStudentT", positive(1), positive(0.5)), moments: 0 },
  half("Exponential", positive(0.2)),
  half("InverseGamma", positive(3), positive(2)),
  { ...half("InverseGamma", positive(1.2), positive(0.5)), moments: 1 },
  line("Gumbel", real(1), positive(2)),
  line("Gumbel", real(-0.3), positive(0.4)),
  line("SkewNormal", real(0.5), positive(2), real(3)),
  line("SkewNormal", real(0), positive(1), real(0)),
  half("Weibull", positive(1.5), positive(2)),
  half("Weibull", positive(0.7), positive(0.3)),
  half("Weibull", positive(1), positive(1)),
  on(2, Infinity)("Pareto", fixed(2), positive(5)),
  on(0.5, Infinity)("Pareto", fixed(0.5), positive(3.5)),
  between("Kumaraswamy", positive(2), positive(3)),
  between("Kumaraswamy", positive(0.6), positive(0.8)),
  between("BetaProportion", unit(0.3), positive(6)),
  between("BetaProportion", unit(0.7), positive(2.5)),
  between("LogitNormal", real(0.4), positive(0.8)),
  on(-Math.PI, Math.PI)("VonMises", real(0.7), positive(2)),
  on(-Math.PI, Math.PI)("VonMises", real(-1), positive(49)),
  on(-Math.PI, Math.PI)("VonMises", real(0), positive(80)),
  on(-Math.PI, Math.PI)("VonMises", real(0), fixed(0)),
  on(-1, 2)("TruncatedNormal", real(0.3), positive(1.5), fixed(-1), fixed(2)),
  on(4, 6)("TruncatedNormal", real(0), positive(1), fixed(4), fixed(6)),
  on(-9, -8)("TruncatedNormal", real(0), positive(1), fixed(-9), fixed(-8)),
  half("InverseGaussian", positive(1.5), positive(2)),
  half("InverseGaussian", positive(0.5), positive(9)),
  half("Rayleigh", positive(1.7)),
  half("LogLogistic", positive(2), positive(3)),
  half("ChiSquared", positive(3)),
  half("ChiSquared", positive(2)),
  counts("Poisson", positive(3)),
  counts("Poisson", positive(40)),
  counting(8)("Binomial", fixed(8), unit(0.4)),
  counting(5)("Binomial", fixed(5), fixed(0)),
  counting(5)("Binomial", fixed(5), fixed(1)),
  counts("Geometric", unit(0.3)),
  counts("Geometric", fixed(1)),
  counts("NegativeBinomial", positive(4), positive(1.5)),
  counts("NegativeBinomial", positive(0.3), positive(20)),
  counting(9)("BetaBinomial", fixed(9), positive(2), positive(0.5)),
  counting(1)("BetaBinomial", fixed(1), positive(1), positive(1)),
  counts("ZeroInflatedPoisson", unit(0.2), positive(3)),
  counts("ZeroInflatedPoisson", fixed(0), positive(0.5)),
  counts("ZeroInflatedNegativeBinomial", unit(0.4), positive(3), positive(2)),
  counting(8)("ZeroInflatedBinomial", unit(0.25), fixed(8), unit(0.4)),
  counting(5)("ZeroInflatedBinomial", fixed(1), fixed(5), fixed(0)),
  counting(3)("OrderedLogistic", real(0.4), fixed("[-1, 0.2, 1.5] as Ordered")),
  counting(2)("OrderedLogistic", real(-30), fixed("[-1, 1] as Ordered")),
  counting(10)("DiscretizedLogistic", real(4.2), positive(1.1), fixed(10)),
  counting(255)("DiscretizedLogistic", real(250), positive(20), fixed(255)),
];

export function text({ name, args }: Case): string {
  return `${name}(${args.map((each) => (each.kind === "fixed" ? each.text : each.value)).join(", ")})`;
}
