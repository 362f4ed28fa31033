/** Random draws: numbers, vectors, matrices and counts; latent, observed, or observed with missing values. */
import { argumentsOf, matrix, moderate, number, vector } from "./typed-expression.ts";
import { type Choose, dependence, type Entry, type Here, places, readsOf } from "./typed-scope.ts";
import type { Scored } from "./typed-scored.ts";

export interface Growing {
  readonly choose: Choose;
  /** Choices are left. */
  readonly more: () => boolean;
  readonly names: Map<string, number>;
  readonly indexBounds: Record<string, number>;
  /** Guides reach all that is inferred. */
  readonly guided: boolean;
  /** Distributions that a family's `vary` names. */
  readonly priors: readonly string[];
  /** How many assignments of the discrete latents there are so far. */
  assignments: number;
}

/** A part of a body: its lines, and what later parts may read. */
export interface Part {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  /** What is inferred, in order; `support` chooses what a guide draws it from. */
  readonly latents?: readonly Latent[];
}

export interface Latent {
  readonly entry: Entry;
  /** What a guide may draw it from: "real" and "positive" where its support is all of that, what is discrete, others by coordinates on the whole line. */
  readonly coordinates: "real" | "positive" | "scalar" | "vector" | "simplex" | Scored | undefined;
}

export function fresh({ names }: Growing, stem: string): string {
  const count = (names.get(stem) ?? 0) + 1;
  names.set(stem, count);
  return `${stem}${count}`;
}

const real = ({ choose }: Growing, here: Here): string => number(choose, here, "real", 2);
const positive = ({ choose }: Growing, here: Here): string => number(choose, here, "positive", 1);
const unit = ({ choose }: Growing, here: Here): string => number(choose, here, "unit", 1);

type Draw = (growing: Growing, here: Here) => string;

/** Distributions of one number, by the kind of what they draw. */
const distributionsOf: Readonly<Record<"real" | "positive" | "unit", readonly Draw[]>> = {
  real: [
    (growing, here) => `Normal(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Normal(scale: ${positive(growing, here)} + 0.1, loc: ${real(growing, here)})`,
    (growing, here) =>
      `StudentT(${positive(growing, here)} + 1, ${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Laplace(${real(growing, here)}, ${positive(growing, here)} + 0.2)`,
    (growing, here) => `Logistic(${real(growing, here)}, ${positive(growing, here)} + 0.2)`,
    (growing, here) => `Cauchy(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `${real(growing, here)} + (${positive(growing, here)} + 0.1) * Laplace(0, 1)`,
    (growing, here) => `log(Gamma(${positive(growing, here)} + 0.5, ${positive(growing, here)} + 0.1))`,
    (growing, here) => `-Gumbel(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Horseshoe(${positive(growing, here)} + 0.1)`,
    (growing, here) => `SkewNormal(tanh(${real(growing, here)}), ${positive(growing, here)} + 1, 0.3)`,
    (growing, here) => moderate(growing.choose, here),
  ],
  positive: [
    (growing, here) => `HalfNormal(${positive(growing, here)} + 0.1)`,
    (growing, here) => `HalfCauchy(${positive(growing, here)} + 0.1)`,
    (growing, here) => `HalfStudentT(${positive(growing, here)} + 1, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `LogNormal(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Exponential(${positive(growing, here)})`,
    (growing, here) => `Gamma(${positive(growing, here)}, ${positive(growing, here)})`,
    (growing, here) => `InverseGamma(${positive(growing, here)}, ${positive(growing, here)})`,
    (growing, here) => `exp(Normal(${real(growing, here)}, ${positive(growing, here)} + 0.1))`,
    (growing, here) => `softplus(Logistic(${real(growing, here)}, ${positive(growing, here)} + 0.2))`,
    (growing, here) => `Weibull(${positive(growing, here)} + 0.5, 1) ^ (-1 - ${unit(growing, here)})`,
    (growing, here) => `ChiSquared(${positive(growing, here)} + 0.5)`,
    (growing, here) => `Rayleigh(${positive(growing, here)} + 0.2)`,
    (growing, here) => `InverseGaussian(${positive(growing, here)} + 0.5, ${positive(growing, here)} + 0.5)`,
    (growing, here) => `LogLogistic(${positive(growing, here)} + 0.2, ${positive(growing, here)} + 0.5)`,
  ],
  unit: [
    (growing, here) => `Beta(${positive(growing, here)}, ${positive(growing, here)})`,
    () => "Uniform(0, 1)",
    (growing, here) => `sigmoid(Normal(${real(growing, here)}, ${positive(growing, here)} + 0.1))`,
    (growing, here) => `Kumaraswamy(${positive(growing, here)} + 0.5, ${positive(growing, here)} + 0.5)`,
    (growing, here) => `LogitNormal(${real(growing, here)}, ${positive(growing, here)} + 0.2)`,
    (growing, here) => `BetaProportion(${unit(growing, here)}, ${positive(growing, here)} + 0.5)`,
  ],
};

function own(growing: Growing, here: Here, draws: string, size = ""): readonly Draw[] {
  const given = argumentsOf(growing.choose, here, 1);
  return here.distributions
    .filter((each) => each.draws === draws)
    .flatMap(({ write }): Draw[] => [() => write(given, size), () => write(given, size)]);
}

/** A distribution on the whole line. */
export function realDistribution(growing: Growing, here: Here): string {
  return growing.choose([...distributionsOf.real, ...own(growing, here, "real")])(growing, here);
}

function distribution(growing: Growing, here: Here, kind: "real" | "positive" | "unit"): string {
  const all = [...distributionsOf[kind], ...own(growing, here, kind)];
  const one = (): string => growing.choose(all)(growing, here);
  const condition = (): string => number(growing.choose, here, "bool", 1);
  return growing.choose([
    one,
    one,
    one,
    () => `if ${condition()} then ${one()} else ${one()}`,
    () => `match ${condition()} { false => ${one()}, _ => ${one()} }`,
  ])();
}

/** One draw statement, latent or observed; what may be missing cannot be read. */
export function drawn(
  growing: Growing,
  here: Here,
  type: string | undefined,
  text: string,
  made: { readonly kind: Entry["kind"]; readonly event: readonly string[]; readonly needsType?: boolean },
  coordinates: Latent["coordinates"],
): Part {
  const { choose } = growing;
  const observed = choose([false, false, true]);
  const missing = observed && choose([false, false, true]);
  const name = fresh(growing, observed ? "y" : "a");
  const movable =
    /^(Normal|StudentT|Laplace|Logistic|Cauchy|LogNormal|f\d+)\(/.test(text) &&
    (made.kind === "real" || text.startsWith("LogNormal")) &&
    made.event.length === 0 &&
    !observed &&
    !dependence(here, text).discrete;
  const annotation = movable && choose([false, false, true]) ? " via noncentered" : "";
  const typed = made.needsType || missing || choose([false, false, true]) ? type : undefined;
  const suffix = typed === undefined ? "" : `: ${typed}${missing ? "?" : ""}`;
  const entry: Entry = {
    name,
    kind: made.kind,
    axes: here.axes,
    event: made.event,
    discrete: false,
    latent: !observed,
  };
  return {
    lines: [`${observed ? "observe " : ""}${name}${places(here)}${suffix} ~ ${text}${annotation}`],
    entries: missing ? inferred(growing, entry) : [entry],
    ...(!observed && { latents: [{ entry, coordinates }] }),
  };
}

/** Of a variable with missing values: they are inferred, but not together with a guide, nor vectors. */
export function inferred({ guided }: Growing, entry: Entry): readonly Entry[] {
  return guided || entry.event.length > 0 ? [] : [{ ...entry, latent: true }];
}

/** `x[n] ~ D`. */
export function drawNumber(growing: Growing, here: Here): Part {
  const kind = growing.choose(["real", "real", "positive", "unit"] as const);
  const type = { real: "Real", positive: "Positive", unit: "Unit" }[kind];
  return drawn(
    growing,
    here,
    type,
    distribution(growing, here, kind),
    { kind, event: [] },
    kind === "unit" ? "scalar" : kind,
  );
}

/** A declared type that cuts the support down, or has a structure; what it depends on is known. */
export function drawDeclared(growing: Growing, here: Here): Part {
  const name = fresh(growing, "b");
  const [type, text, kind, event] = growing.choose([
    ["Positive", "Normal(0, 2)", "positive", []],
    ["Real(0, 2)", "Normal(0.5, 1)", "real", []],
    ["Unit", "Exponential(1)", "unit", []],
    ["Real(-1, 0.5)", "Uniform(-1, 2)", "real", []],
    ["Ordered[K]", "Normal(0, 3)", "real", ["K"]],
    ["Ordered[P]", "Logistic(0, 1)", "real", ["P"]],
    ["Positive[P]", "Cauchy(0, 1)", "positive", ["P"]],
    ["PositiveOrdered[K]", "LogNormal(0, 1)", "positive", ["K"]],
  ] as const);
  const entry: Entry = { name, kind, axes: here.axes, event, discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)}: ${type} ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: event.length === 0 ? "scalar" : "vector" }],
  };
}

/** Between ends that are inferred, or with a distribution function that makes up for what a type cuts off. */
export function drawBetween(growing: Growing, here: Here): Part | undefined {
  const { choose } = growing;
  // Ends that depend on a discrete variable cannot be summed out.
  const calm = { ...here, discrete: false };
  const between = own(growing, calm, "interval").map((make) => ({ type: "", make }));
  const cut = own(growing, calm, "positive").map((make) => ({ type: ": Real(0.5, 2)", make }));
  if (between.length + cut.length === 0) return undefined;
  const name = fresh(growing, "u");
  const { type, make } = choose([...between, ...cut]);
  const text = make(growing, calm);
  // Guides know no ends but those of inputs, whose names have no number.
  const reads = ({ name }: Entry): boolean => /\d/.test(name) && new RegExp(`\\b${name}\\b`).test(text);
  const isFixed = type !== "" || !calm.entries.some(reads);
  const entry: Entry = { name, kind: "real", axes: here.axes, event: [], discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)}${type} ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: isFixed ? "scalar" : undefined }],
  };
}

/** A vector per item: independent draws, a simplex, or drawn as a whole. */
export function drawVector(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const size = choose(here.vectors);
  const event = [size];
  const reals = (): string => vector(choose, here, size, "real", 2);
  const positives = (): string => vector(choose, here, size, "positive", 1);
  const factors = readsOf(choose, here, ["cholesky"], [size, size]);
  const make = (
    type: string,
    text: string,
    kind: "real" | "positive" | "unit",
    needsType: boolean,
    coordinates: Latent["coordinates"],
  ): Part => drawn(growing, here, `${type}[${size}]`, text, { kind, event, needsType }, coordinates);
  return choose([
    () => make("Real", `Normal(${reals()}, ${positive(growing, here)} + 0.1)`, "real", true, "vector"),
    () => make("Real", `Logistic(${real(growing, here)}, ${positives()} + 0.2)`, "real", true, "vector"),
    () => make("Positive", `LogNormal(${reals()}, ${positives()} + 0.1)`, "positive", true, "vector"),
    () => make("Simplex", `Dirichlet(${positives()} + 0.1)`, "unit", false, "simplex"),
    () =>
      make(
        "Real",
        `MultivariateNormal(${choose([reals, () => "0"])()}, ${matrix(choose, here, size, 2)})`,
        "real",
        true,
        "vector",
      ),
    ...factors.map(
      ({ text }) =>
        () =>
          make(
            "Real",
            `MultivariateNormal(${reals()}, cholesky: diag(${positives()} + 0.1) @ ${text})`,
            "real",
            true,
            "vector",
          ),
    ),
    ...own(growing, here, "vector", size).map(
      (each) => () => make("Real", each(growing, here), "real", true, "vector"),
    ),
    ...own(growing, here, "simplex", size).map(
      (each) => () => make("Simplex", each(growing, here), "unit", false, "simplex"),
    ),
  ])();
}

/** Correlation and covariance matrices and their factors. */
export function drawMatrix(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "a");
  const size = choose(here.vectors);
  const [type, text, kind] = choose([
    ["Corr", `LKJ(${positive(growing, here)} + 0.5)`, "covariance"],
    ["CholeskyCorr", `LKJCholesky(${positive(growing, here)} + 0.5)`, "cholesky"],
    [
      "Covariance",
      `Wishart(${size} + ${positive(growing, here)}, ${matrix(choose, here, size, 1)})`,
      "covariance",
    ],
    [
      "Covariance",
      `InverseWishart(${size} + ${positive(growing, here)}, ${matrix(choose, here, size, 1)})`,
      "covariance",
    ],
  ] as const);
  const entry: Entry = {
    name,
    kind,
    axes: here.axes,
    event: [size, size],
    discrete: false,
    latent: true,
  };
  return {
    lines: [`${name}${places(here)}: ${type}[${size}] ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: undefined }],
  };
}

/** Weights in place of a discrete draw. */
export function drawRelaxed(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "a");
  const size = choose(here.vectors);
  const [text, event] = choose([
    () => [`Bernoulli(${unit(growing, here)}) relaxed(0.5)`, []] as const,
    () => [`Bernoulli(logits: ${real(growing, here)}) relaxed(${unit(growing, here)} + 0.2)`, []] as const,
    () => [`Categorical(logits: ${vector(choose, here, size, "real", 1)}) relaxed(0.7)`, [size]] as const,
  ])();
  const entry: Entry = { name, kind: "unit", axes: here.axes, event, discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)} ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: event.length === 0 ? "scalar" : "simplex" }],
  };
}

/** Drawn from what a family's members differ in. */
export function drawPrior(growing: Growing, here: Here): Part | undefined {
  if (growing.priors.length === 0) return undefined;
  const text = growing.choose(growing.priors);
  const name = fresh(growing, "a");
  const entry: Entry = { name, kind: "real", axes: here.axes, event: [], discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)} ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: "scalar" }],
  };
}

/** Discrete and observed. */
export function observeDiscrete(growing: Growing, here: Here): Part {
  const { choose, indexBounds } = growing;
  const name = fresh(growing, "d");
  const [text, kind, bound] = choose([
    () => [`Bernoulli(${unit(growing, here)})`, "bool", 2] as const,
    () => [`Bernoulli(logits: ${real(growing, here)})`, "bool", 2] as const,
    () => [`Binomial(3, ${unit(growing, here)})`, "count", 4] as const,
    () => [`Poisson(${positive(growing, here)})`, "count", 4] as const,
    () => [`Poisson(log_rate: tanh(${real(growing, here)}))`, "count", 4] as const,
    () =>
      [`NegativeBinomial(${positive(growing, here)}, ${positive(growing, here)} + 0.2)`, "count", 4] as const,
    () => [`Geometric(${unit(growing, here)})`, "count", 4] as const,
    () => [`BetaBinomial(3, ${positive(growing, here)}, ${positive(growing, here)})`, "count", 4] as const,
    () => [`ZeroInflatedPoisson(${unit(growing, here)}, ${positive(growing, here)})`, "count", 4] as const,
    () =>
      [`Categorical(softmax(tanh(${vector(choose, here, "K", "real", 1)})))`, "count", here.sizes.K] as const,
    () => [`Categorical(logits: ${vector(choose, here, "P", "real", 1)})`, "count", here.sizes.P] as const,
    ...own(growing, here, "count").map((each) => () => [each(growing, here), "count", 3] as const),
  ])();
  indexBounds[name] = bound;
  const missing = choose([false, true]);
  const type = missing ? `: ${kind === "bool" ? "Bool" : "Nat"}?` : "";
  const entry: Entry = { name, kind, axes: here.axes, event: [], discrete: false, latent: false };
  const lines = [`observe ${name}${places(here)}${type} ~ ${text}`];
  if (!missing) return { lines, entries: [entry] };
  // What is missing is summed out where it has few values.
  const isSummed =
    /^(Bernoulli|Binomial|Categorical|f\d+)\(/.test(text) && takeAssignments(growing, here, bound);
  return { lines, entries: isSummed ? [{ ...entry, discrete: true, latent: true }] : [] };
}

/** Whether there are few enough for the judge to go through, with those of `count` values for each item. */
function takeAssignments(growing: Growing, here: Here, count: number): boolean {
  const elements = here.axes.reduce((product, { size }) => product * here.sizes[size], 1);
  const assignments = growing.assignments * count ** elements;
  if (assignments > 200) return false;
  growing.assignments = assignments;
  return true;
}

/** Discrete and latent: summed out. Few enough that the judge can go through all values of all of them. */
export function drawDiscrete(growing: Growing, here: Here): Part | undefined {
  const { choose } = growing;
  const [count, text, kind] = choose([
    () => [2, `Bernoulli(${unit(growing, here)})`, "bool"] as const,
    () => [2, `Bernoulli(logits: ${real(growing, here)})`, "bool"] as const,
    () =>
      [here.sizes.K, `Categorical(softmax(tanh(${vector(choose, here, "K", "real", 1)})))`, "count"] as const,
    () => [here.sizes.P, `Categorical(logits: ${vector(choose, here, "P", "real", 1)})`, "count"] as const,
    () => [3, `Binomial(2, ${unit(growing, here)})`, "count"] as const,
    ...own(growing, here, "count").map((each) => () => [3, each(growing, here), "count"] as const),
  ])();
  if (!takeAssignments(growing, here, count)) return undefined;
  const name = fresh(growing, "z");
  return {
    lines: [`${name}${places(here)} ~ ${text}${choose(["", "", " marginal"])}`],
    entries: [{ name, kind, axes: here.axes, event: [], discrete: true, latent: true }],
  };
}
