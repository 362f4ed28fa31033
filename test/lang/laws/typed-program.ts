/**
 * Random programs that are right: models with inputs, functions, latents of many distributions and types, plates, ordered axes,
 * gathers, discrete latents, `if` and `match`. The checker must find nothing wrong with them, and nothing behind it may fail.
 */
import fc from "fast-check";
import type { SampleProgram } from "../../compiler/lower/programs.ts";
import {
  type Axis,
  type Choose,
  type Entry,
  freshIndex,
  type Here,
  type Kind,
  number,
  vector,
} from "./typed-expression.ts";

export const typedProgram: fc.Arbitrary<SampleProgram> = fc
  .array(fc.nat({ max: 5039 }), { minLength: 1, maxLength: 400, size: "max" })
  .map(growProgram);

const sizes = { N: 3, J: 2, K: 3, P: 2, T: 4 } as const;

const over = (size: string): Axis => ({ index: "", size });
const input = (name: string, kind: Kind, axes: readonly Axis[], event: readonly string[] = []): Entry => ({
  name,
  kind,
  axes,
  event,
  discrete: false,
  latent: false,
});

const inputs: readonly { readonly entry: Entry; readonly type: string }[] = [
  { entry: input("x", "real", [over("N")]), type: "Real[N]" },
  { entry: input("w", "positive", [over("J")]), type: "Positive[J]" },
  { entry: input("q", "unit", [over("T")]), type: "Unit[T]" },
  { entry: input("flag", "bool", []), type: "Bool" },
  { entry: input("c", "real", []), type: "Real(-1, 1)" },
  { entry: input("count", "count", [over("N")]), type: "Nat[N]" },
  { entry: input("toJ", "count", [over("N")]), type: "Nat[N]" },
  { entry: input("X", "real", [over("N")], ["K"]), type: "Real[N, K]" },
  { entry: input("v", "real", [], ["P"]), type: "Real[P]" },
];

interface Growing {
  readonly choose: Choose;
  /** Choices are left. */
  readonly more: () => boolean;
  readonly names: Map<string, number>;
  readonly indexBounds: Record<string, number>;
  /** How many assignments of the discrete latents there are so far. */
  assignments: number;
}

/** A part of a body: its lines, and what later parts may read. */
interface Part {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
}

function growProgram(numbers: readonly number[]): SampleProgram {
  let next = 0;
  const choose: Choose = (options) => options[(numbers[next++] ?? 0) % options.length];
  const growing: Growing = {
    choose,
    more: () => next < numbers.length,
    names: new Map(),
    indexBounds: { toJ: sizes.J, count: 3 },
    assignments: 1,
  };
  const functions = growFunctions(growing);
  const here: Here = {
    entries: inputs.map(({ entry }) => entry),
    axes: [],
    ranges: ["N", "P"],
    vectors: ["K", "P"],
    functions: functions.map(({ name, takes }) => ({ name, takes })),
    discrete: true,
    known: false,
  };
  const body = growBody(growing, here, 12);
  const lines = [
    ...body.lines,
    `observe last ~ Normal(${number(choose, { ...here, entries: body.all }, "real", 2)}, 1)`,
  ];
  const inner = lines.join("\n  ");
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(inner);
  const given = inputs
    .filter(({ entry }) => uses(entry.name))
    .map(({ entry, type }) => `${entry.name}: ${type}`);
  const head = `model M${bracketed(
    "[",
    Object.keys(sizes).filter(
      (name) => uses(name) || given.some((each) => new RegExp(`\\b${name}\\b`).test(each)),
    ),
    "]",
  )}${bracketed("(", given, ")")}`;
  return {
    name: "generated",
    text: `${functions.map(({ text }) => `${text}\n\n`).join("")}${head} {\n  ${inner}\n}\n`,
    sizes,
    indexBounds: growing.indexBounds,
  };
}

function bracketed(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? "" : `${open}${items.join(", ")}${close}`;
}

function growFunctions({
  choose,
}: Growing): { readonly name: string; readonly takes: "numbers" | "vector"; readonly text: string }[] {
  const parameter = (name: string, kind: Kind, event: readonly string[] = []): Entry =>
    input(name, kind, [], event);
  const inside = (vectors: readonly string[], entries: readonly Entry[]): Here => ({
    entries,
    axes: [],
    ranges: vectors,
    vectors,
    functions: [],
    discrete: true,
    known: false,
  });
  const numbers = inside([], [parameter("a", "real"), parameter("b", "positive")]);
  const array = inside(["S"], [parameter("a", "real", ["S"]), parameter("m", "real")]);
  const result = choose(["", ": Real", " -> Real"]);
  return choose([
    [],
    [
      {
        name: "f",
        takes: "numbers" as const,
        text: `def f(a: Real, b: Positive)${result} = ${number(choose, numbers, "real", 2)}`,
      },
    ],
    [
      {
        name: "g",
        takes: "vector" as const,
        text: `def g[S](a: Real[S]): Real[S] {\n  m = mean(a)\n  ${vector(choose, array, "S", "real", 2)}\n}`,
      },
    ],
  ]);
}

type Grower = (growing: Growing, here: Here, budget: number) => Part | undefined;

/** Statements until choices run out; `all` is what can be read at the end. */
function growBody(growing: Growing, here: Here, most: number): Part & { readonly all: readonly Entry[] } {
  const lines: string[] = [];
  let all = here.entries;
  const own: Entry[] = [];
  const growers = here.axes.length === 0 ? outerGrowers : innerGrowers;
  for (let count = 0; count < most && growing.more(); count++) {
    const part = growing.choose(growers)(
      growing,
      { ...here, entries: all },
      Math.max(2, Math.floor(most / 2)),
    );
    if (part === undefined) continue;
    lines.push(...part.lines);
    all = [...all, ...part.entries];
    own.push(...part.entries);
  }
  if (lines.length === 0) {
    const part = drawNumber(growing, { ...here, entries: all }, 1);
    return { lines: part.lines, entries: part.entries, all: [...all, ...part.entries] };
  }
  return { lines, entries: own, all };
}

function fresh({ names }: Growing, stem: string): string {
  const count = (names.get(stem) ?? 0) + 1;
  names.set(stem, count);
  return `${stem}${count}`;
}

function places(here: Here): string {
  return bracketed(
    "[",
    here.axes.map(({ index }) => index),
    "]",
  );
}

/** Whether a text reads what depends on a discrete latent, on something inferred. */
function dependence(here: Here, text: string): Pick<Entry, "discrete" | "latent"> {
  const read = here.entries.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(text));
  return { discrete: read.some(({ discrete }) => discrete), latent: read.some(({ latent }) => latent) };
}

const real = ({ choose }: Growing, here: Here): string => number(choose, here, "real", 2);
const positive = ({ choose }: Growing, here: Here): string => number(choose, here, "positive", 1);
const unit = ({ choose }: Growing, here: Here): string => number(choose, here, "unit", 1);

/** Distributions of one number, by the kind of what they draw. */
const distributionsOf: Readonly<
  Record<"real" | "positive" | "unit", readonly ((growing: Growing, here: Here) => string)[]>
> = {
  real: [
    (growing, here) => `Normal(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Normal(scale: ${positive(growing, here)} + 0.1, loc: ${real(growing, here)})`,
    (growing, here) =>
      `StudentT(${positive(growing, here)} + 1, ${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Laplace(${real(growing, here)}, ${positive(growing, here)} + 0.2)`,
    (growing, here) => `Logistic(${real(growing, here)}, ${positive(growing, here)} + 0.2)`,
    (growing, here) => `Cauchy(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
  ],
  positive: [
    (growing, here) => `HalfNormal(${positive(growing, here)} + 0.1)`,
    (growing, here) => `HalfCauchy(${positive(growing, here)} + 0.1)`,
    (growing, here) => `HalfStudentT(${positive(growing, here)} + 1, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `LogNormal(${real(growing, here)}, ${positive(growing, here)} + 0.1)`,
    (growing, here) => `Exponential(${positive(growing, here)})`,
    (growing, here) => `Gamma(${positive(growing, here)}, ${positive(growing, here)})`,
    (growing, here) => `InverseGamma(${positive(growing, here)}, ${positive(growing, here)})`,
  ],
  unit: [
    (growing, here) => `Beta(${positive(growing, here)}, ${positive(growing, here)})`,
    () => "Uniform(0, 1)",
  ],
};

function distribution(growing: Growing, here: Here, kind: "real" | "positive" | "unit"): string {
  const one = (): string => growing.choose(distributionsOf[kind])(growing, here);
  const condition = (): string => number(growing.choose, here, "bool", 1);
  return growing.choose([
    one,
    one,
    one,
    () => `if ${condition()} then ${one()} else ${one()}`,
    () => `match ${condition()} { false => ${one()}, _ => ${one()} }`,
  ])();
}

/** `x[n] ~ D`, latent or observed. */
function drawNumber(growing: Growing, here: Here, _budget: number): Part {
  const { choose } = growing;
  const kind = choose(["real", "real", "positive", "unit"] as const);
  const observed = choose([false, false, true]);
  const name = fresh(growing, observed ? "y" : "a");
  const drawn = distribution(growing, here, kind);
  const { discrete } = dependence(here, drawn);
  const movable =
    /^(Normal|StudentT|Laplace|Logistic|Cauchy|LogNormal)\(/.test(drawn) && !observed && !discrete;
  const annotation = movable && choose([false, false, true]) ? " via noncentered" : "";
  return {
    lines: [`${observed ? "observe " : ""}${name}${places(here)} ~ ${drawn}${annotation}`],
    entries: [{ name, kind, axes: here.axes, event: [], discrete: false, latent: !observed }],
  };
}

/** A declared type that cuts the support down, or has a structure; what it depends on is known. */
function drawDeclared(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "b");
  const [type, drawn, kind, event] = choose([
    ["Positive", "Normal(0, 2)", "positive", []],
    ["Real(0, 2)", "Normal(0.5, 1)", "real", []],
    ["Unit", "Exponential(1)", "unit", []],
    ["Real(-1, 0.5)", "Uniform(-1, 2)", "real", []],
    ["Ordered[K]", "Normal(0, 3)", "real", ["K"]],
    ["Ordered[P]", "Logistic(0, 1)", "real", ["P"]],
    ["Positive[P]", "Cauchy(0, 1)", "positive", ["P"]],
  ] as const);
  return {
    lines: [`${name}${places(here)}: ${type} ~ ${drawn}`],
    entries: [{ name, kind, axes: here.axes, event, discrete: false, latent: true }],
  };
}

/** A vector per item: independent draws, or a simplex. */
function drawVector(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const size = choose(here.vectors);
  const observed = choose([false, false, true]);
  const name = fresh(growing, observed ? "y" : "a");
  const reals = (): string => vector(choose, here, size, "real", 2);
  const positives = (): string => vector(choose, here, size, "positive", 1);
  const [type, drawn, kind] = choose([
    () => [`: Real[${size}]`, `Normal(${reals()}, ${positive(growing, here)} + 0.1)`, "real"] as const,
    () => [`: Real[${size}]`, `Logistic(${real(growing, here)}, ${positives()} + 0.2)`, "real"] as const,
    () => [`: Positive[${size}]`, `LogNormal(${reals()}, ${positives()} + 0.1)`, "positive"] as const,
    () => [choose(["", `: Simplex[${size}]`]), `Dirichlet(${positives()} + 0.1)`, "unit"] as const,
  ])();
  return {
    lines: [`${observed ? "observe " : ""}${name}${places(here)}${type} ~ ${drawn}`],
    entries: [{ name, kind, axes: here.axes, event: [size], discrete: false, latent: !observed }],
  };
}

/** Discrete and observed. */
function observeDiscrete(growing: Growing, here: Here): Part {
  const { choose, indexBounds } = growing;
  const name = fresh(growing, "d");
  const [drawn, kind, bound] = choose([
    () => [`Bernoulli(${unit(growing, here)})`, "bool", 2] as const,
    () => [`Bernoulli(logits: ${real(growing, here)})`, "bool", 2] as const,
    () => [`Binomial(3, ${unit(growing, here)})`, "count", 4] as const,
    () => [`Poisson(${positive(growing, here)})`, "count", 4] as const,
    () => [`Poisson(log_rate: tanh(${real(growing, here)}))`, "count", 4] as const,
    () => [`Categorical(softmax(tanh(${vector(choose, here, "K", "real", 1)})))`, "count", 3] as const,
    () => [`Categorical(logits: ${vector(choose, here, "P", "real", 1)})`, "count", 2] as const,
  ])();
  indexBounds[name] = bound;
  return {
    lines: [`observe ${name}${places(here)} ~ ${drawn}`],
    entries: [{ name, kind, axes: here.axes, event: [], discrete: false, latent: false }],
  };
}

/** Discrete and latent: summed out. Few enough that the judge can go through all values of all of them. */
function drawDiscrete(growing: Growing, here: Here): Part | undefined {
  const { choose } = growing;
  const elements = here.axes.reduce((product, { size }) => product * sizes[size as keyof typeof sizes], 1);
  const [count, drawn, kind] = choose([
    () => [2, `Bernoulli(${unit(growing, here)})`, "bool"] as const,
    () => [2, `Bernoulli(logits: ${real(growing, here)})`, "bool"] as const,
    () => [sizes.K, `Categorical(softmax(tanh(${vector(choose, here, "K", "real", 1)})))`, "count"] as const,
    () => [sizes.P, `Categorical(logits: ${vector(choose, here, "P", "real", 1)})`, "count"] as const,
    () => [3, `Binomial(2, ${unit(growing, here)})`, "count"] as const,
  ])();
  const assignments = growing.assignments * count ** elements;
  if (assignments > 200) return undefined;
  growing.assignments = assignments;
  const name = fresh(growing, "z");
  return {
    lines: [`${name}${places(here)} ~ ${drawn}${choose(["", "", " marginal"])}`],
    entries: [{ name, kind, axes: here.axes, event: [], discrete: true, latent: true }],
  };
}

/** `m[n] = …`, or `m = …` for the statements beside it. */
function bind(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "m");
  const kind = choose(["real", "real", "positive", "unit", "bool"] as const);
  const value = number(choose, here, kind, 2);
  const local = here.axes.length > 0 && choose([true, false]);
  const type = choose([
    "",
    "",
    { real: ": Real", positive: ": Positive", unit: ": Unit", bool: ": Bool", count: "" }[kind],
  ]);
  return {
    lines: [`${name}${local ? "" : places(here)}${type} = ${value}`],
    entries: [
      { name, kind, axes: here.axes, event: [], ...dependence(here, value), ...(local && { as: name }) },
    ],
  };
}

function bindVector(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "m");
  const size = choose(here.vectors);
  const kind = choose(["real", "positive"] as const);
  const value = vector(choose, here, size, kind, 2);
  return {
    lines: [`${name}${places(here)} = ${value}`],
    entries: [{ name, kind, axes: here.axes, event: [size], ...dependence(here, value) }],
  };
}

function factor(growing: Growing, here: Here): Part {
  return { lines: [`factor ${real(growing, here)}`], entries: [] };
}

function plate(growing: Growing, here: Here, budget: number): Part {
  const size = growing.choose(["N", "J", "N", "T"]);
  const axis: Axis = { index: freshIndex(here, size), size };
  const body = growBody(growing, { ...here, axes: [...here.axes, axis] }, budget);
  const word = growing.choose(["plate", "plate", "plate", "for"]);
  return { lines: braced(`${word} ${axis.index} in ${size}`, body.lines), entries: closed(body) };
}

/** What can be read behind the axis: not what was bound beside it. */
function closed(body: Part): Entry[] {
  return body.entries.filter((entry) => entry.as === undefined);
}

function braced(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), "}"];
}

/** A series: drawn or computed from what came one step before. */
function series(growing: Growing, here: Here, budget: number): Part {
  const { choose } = growing;
  const computed = choose([false, false, true]);
  const name = fresh(growing, computed ? "h" : "s");
  const axis: Axis = { index: freshIndex(here, "T"), size: "T" };
  const entry: Entry = {
    name,
    kind: "real",
    axes: [...here.axes, axis],
    event: [],
    discrete: false,
    latent: true,
  };
  const before = bracketed("[", [...here.axes.map(({ index }) => index), `${axis.index}-1`], "]");
  const first = bracketed("[", [...here.axes.map(({ index }) => index), "0"], "]");
  // A recursion may not build on a discrete variable.
  const known: Here = { ...here, discrete: !computed };
  const lagged: Entry = { ...entry, as: `${name}${before}` };
  const inside: Here = { ...known, axes: [...here.axes, axis], entries: [...here.entries, lagged] };
  const step = number(choose, inside, "real", 2);
  const mean = choose([`0.5 * ${lagged.as} + ${step}`, step]);
  const own = { ...inside, discrete: here.discrete, entries: [...here.entries, { ...lagged }, entry] };
  const initial = `tanh(${number(choose, known, "real", 1)})`;
  const lines = computed
    ? [`${name}${first} = ${initial}`, `${name}${places(inside)} = tanh(${mean})`]
    : [
        `${name}${first} ~ Normal(${initial}, 1)`,
        `${name}${places(inside)} ~ Normal(${mean}, ${positive(growing, inside)} + 0.1)`,
      ];
  const observing = choose([true, false])
    ? [`observe ${name}y${places(inside)} ~ ${choose(distributionsOf.real)(growing, own)}`]
    : [];
  void budget;
  return {
    lines: [lines[0], ...braced(`for ${axis.index} in 1..T`, [lines[1], ...observing])],
    entries: [entry],
  };
}

/** A hidden Markov chain. */
function chain(growing: Growing, here: Here): Part | undefined {
  if (growing.assignments * 2 ** sizes.T > 200 || here.axes.length > 0) return undefined;
  growing.assignments *= 2 ** sizes.T;
  const { choose } = growing;
  const name = fresh(growing, "z");
  const index = freshIndex(here, "T");
  const axis: Axis = { index, size: "T" };
  const calm = { ...here, axes: [axis], discrete: false };
  const entry: Entry = { name, kind: "bool", axes: [axis], event: [], discrete: true, latent: true };
  const seen = { ...here, axes: [axis], entries: [...here.entries, entry] };
  return {
    lines: [
      `${name}[0] ~ Bernoulli(${unit(growing, { ...here, discrete: false })})`,
      ...braced(`for ${index} in 1..T`, [
        `${name}[${index}] ~ Bernoulli(if ${name}[${index}-1] then ${unit(growing, calm)} else ${unit(growing, calm)})`,
        ...(choose([true, false])
          ? [`observe ${name}y[${index}] ~ ${choose(distributionsOf.real)(growing, seen)}`]
          : []),
      ]),
    ],
    entries: [entry],
  };
}

/** Both branches draw one variable. */
function branch(growing: Growing, here: Here): Part {
  const name = fresh(growing, "a");
  const condition = growing.choose(["flag", "!flag", "N > 2", "flag && J == 2"]);
  const draw = (): string =>
    `${name}${places(here)} ~ ${growing.choose(distributionsOf.real)(growing, here)}`;
  return {
    lines: [...braced(`if ${condition}`, [draw()]).slice(0, -1), ...braced("} else", [draw()])],
    entries: [{ name, kind: "real", axes: here.axes, event: [], discrete: false, latent: true }],
  };
}

const statements: readonly Grower[] = [
  drawNumber,
  drawNumber,
  drawVector,
  drawDeclared,
  bind,
  bindVector,
  observeDiscrete,
  factor,
];
const outerGrowers: readonly Grower[] = [
  ...statements,
  plate,
  plate,
  plate,
  plate,
  plate,
  series,
  series,
  chain,
  branch,
];
const innerGrowers: readonly Grower[] = [
  ...statements,
  drawDiscrete,
  drawDiscrete,
  (growing, here, budget) => (here.axes.length < 2 ? plate(growing, here, budget) : undefined),
  (growing, here, budget) =>
    here.axes.length < 2 && here.axes.every(({ size }) => size !== "T")
      ? series(growing, here, budget)
      : undefined,
];
