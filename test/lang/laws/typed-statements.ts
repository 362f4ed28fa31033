/** Random statements other than draws, and bodies of statements: bindings, plates, series, hidden chains, branches. */
import { drawCut, drawFlat, drawMixture, observeCensored } from "./typed-composed.ts";
import {
  drawBetween,
  drawDeclared,
  drawDiscrete,
  drawMatrix,
  drawNumber,
  drawPrior,
  drawRelaxed,
  drawVector,
  fresh,
  type Growing,
  type Latent,
  observeDiscrete,
  type Part,
  realDistribution,
} from "./typed-draws.ts";
import { number, vector } from "./typed-expression.ts";
import { ragged } from "./typed-ragged.ts";
import {
  type Axis,
  braced,
  bracketed,
  dependence,
  type Entry,
  freshIndex,
  type Here,
  places,
} from "./typed-scope.ts";
import { drawScored } from "./typed-scored.ts";

type Grower = (growing: Growing, here: Here, budget: number) => Part | undefined;

export interface Body extends Part {
  readonly latents: readonly Latent[];
  /** What can be read at the end. */
  readonly all: readonly Entry[];
}

/** Statements until choices run out. */
export function growBody(growing: Growing, here: Here, most: number): Body {
  const lines: string[] = [];
  let all = here.entries;
  const own: Entry[] = [];
  const latents: Latent[] = [];
  const growers = here.axes.length === 0 ? outerGrowers : innerGrowers;
  const add = (part: Part): void => {
    lines.push(...part.lines);
    all = [...all, ...part.entries];
    own.push(...part.entries);
    latents.push(...(part.latents ?? []));
  };
  for (let count = 0; count < most && growing.more(); count++) {
    const inside = { ...here, entries: all };
    const part = growing.choose(growers)(growing, inside, Math.max(2, Math.floor(most / 2)));
    if (part !== undefined) add(part);
  }
  if (lines.length === 0) add(drawNumber(growing, { ...here, entries: all }));
  return { lines, entries: own, latents, all };
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
    { real: ": Real", positive: ": Positive", unit: ": Unit", bool: ": Bool" }[kind],
  ]);
  const entry: Entry = { name, kind, axes: here.axes, event: [], ...dependence(here, value) };
  return {
    lines: [`${name}${local ? "" : places(here)}${type} = ${value}`],
    entries: [{ ...entry, ...(local && { as: name }) }],
  };
}

/** How three items are bound, in part or all, and how each is read then. */
type Binder = (names: readonly [string, string, string]) => {
  readonly target: string;
  readonly write: (items: readonly string[]) => string;
  readonly after?: string;
  readonly reads: readonly string[];
};

const binders: readonly Binder[] = [
  ([name]) => ({
    target: name,
    write: ([a, b]) => `(first: ${a}, second: ${b})`,
    reads: [`${name}.first`, `${name}.second`],
  }),
  ([, left, right]) => ({
    target: `(${left}, ${right})`,
    write: ([a, b]) => `(${a}, ${b})`,
    reads: [left, right],
  }),
  ([name, left, right]) => ({
    target: name,
    write: ([a, b, c]) => `(first: ${a}, rest: (${b}, ${c}))`,
    after: `(${left}, ${right}) = ${name}.rest`,
    reads: [`${name}.first`, left, right],
  }),
  ([, left, right]) => ({
    target: `(${left}, ${right})`,
    write: ([a, b, c]) => `(${a}, (first: ${b}, second: ${c}))`,
    reads: [left, `${right}.first`, `${right}.second`],
  }),
];

/** Tuples and records, also inside each other and chosen by a condition: each item depends on what it is made of. */
function bindItems(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const kinds = ["real", "positive", "real"] as const;
  const names = [fresh(growing, "m"), fresh(growing, "m"), fresh(growing, "m")] as const;
  const { target, write, after, reads } = choose(binders)(names);
  const choices = Array.from({ length: choose([1, 1, 2]) }, () =>
    kinds.slice(0, reads.length).map((kind) => number(choose, here, kind, 1)),
  );
  const condition = choices.length > 1 ? number(choose, here, "bool", 1) : "";
  const [value, other] = choices.map(write);
  const bound = other === undefined ? value : `if ${condition} then ${value} else ${other}`;
  return {
    lines: [`${target} = ${bound}`, ...(after === undefined ? [] : [after])],
    entries: reads.map((as, position) => ({
      name: as,
      kind: kinds[position],
      axes: here.axes,
      event: [],
      as,
      ...dependence(here, [condition, ...choices.map((items) => items[position])].join(" ")),
    })),
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

function factor({ choose }: Growing, here: Here): Part {
  return { lines: [`factor ${number(choose, here, "real", 2)}`], entries: [] };
}

function plate(growing: Growing, here: Here, budget: number): Part {
  const size = growing.choose(["N", "J", "N", "T"]);
  const axis: Axis = { index: freshIndex(here, size), size };
  const body = growBody(growing, { ...here, axes: [...here.axes, axis] }, budget);
  const word = growing.choose(["plate", "plate", "plate", "for"]);
  return {
    lines: braced(`${word} ${axis.index} in ${size}`, body.lines),
    // Not what was bound for the statements beside it.
    entries: body.entries.filter((entry) => entry.as === undefined),
    latents: body.latents,
  };
}

/** Series: drawn or computed from what came one or two steps before, one or two of them side by side. */
function series(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const axis: Axis = { index: freshIndex(here, "T"), size: "T" };
  const lag = choose([1, 1, 2, 3]);
  const names = choose([1, 1, 2]) === 1 ? ["s"] : ["s", "h"];
  const at = (place: string): string => bracketed("[", [...here.axes.map(({ index }) => index), place], "]");
  const one = (stem: string, beside: readonly Entry[]) => {
    const computed = choose([false, false, true]);
    const name = fresh(growing, stem);
    const entry: Entry = {
      name,
      kind: "real",
      axes: [...here.axes, axis],
      event: [],
      discrete: false,
      latent: true,
    };
    const lagged = Array.from(
      { length: lag },
      (_, back): Entry => ({
        ...entry,
        as: `${name}${at(`${axis.index}-${back + 1}`)}`,
      }),
    );
    // A recursion may not build on a discrete variable.
    const calm: Here = { ...here, discrete: !computed && here.discrete };
    const inside: Here = {
      ...calm,
      axes: [...here.axes, axis],
      entries: [...here.entries, ...beside, ...lagged],
    };
    const next = number(choose, inside, "real", 2);
    const mean = choose([`0.5 * ${lagged[lag - 1].as} + ${next}`, next]);
    const initial = `tanh(${number(choose, calm, "real", 1)})`;
    const scale = `${number(choose, inside, "positive", 1)} + 0.1`;
    const firsts = Array.from({ length: lag }, (_, place) =>
      computed
        ? `${name}${at(String(place))} = ${initial}`
        : `${name}${at(String(place))} ~ Normal(${initial}, 1)`,
    );
    const step = computed
      ? `${name}${places(inside)} = tanh(${mean})`
      : `${name}${places(inside)} ~ Normal(${mean}, ${scale})`;
    return { entry, lagged, firsts, step, computed };
  };
  const all: ReturnType<typeof one>[] = [];
  for (const stem of names)
    all.push(
      one(
        stem,
        all.flatMap((each) => [...each.lagged, each.entry]),
      ),
    );
  const inside: Here = {
    ...here,
    axes: [...here.axes, axis],
    entries: [...here.entries, ...all.flatMap(({ lagged, entry }) => [...lagged, entry])],
  };
  const observing = choose([true, false])
    ? [`observe ${all[0].entry.name}y${places(inside)} ~ ${realDistribution(growing, inside)}`]
    : [];
  return {
    lines: [
      ...all.flatMap(({ firsts }) => firsts),
      ...braced(`for ${axis.index} in ${lag}..T`, [...all.map(({ step }) => step), ...observing]),
    ],
    entries: all.map(({ entry }) => entry),
    latents: all
      .filter(({ computed }) => !computed)
      .map(({ entry }) => ({ entry, coordinates: "scalar" as const })),
  };
}

/** An observed series that looks back at itself; its first value is conditioned on. */
function autoregression(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "y");
  const axis: Axis = { index: freshIndex(here, "T"), size: "T" };
  const entry: Entry = { name, kind: "real", axes: [axis], event: [], discrete: false, latent: false };
  const missing = !growing.guided && choose([false, false, true]);
  const last: Entry = { ...entry, as: `${name}[${axis.index}-1]`, latent: missing };
  const inside: Here = { ...here, axes: [axis], entries: [...here.entries, last] };
  const mean = `0.5 * ${last.as} + ${number(choose, inside, "real", 2)}`;
  const scale = `${number(choose, inside, "positive", 1)} + 0.2`;
  return {
    lines: braced(`for ${axis.index} in 1..T`, [
      `observe ${name}[${axis.index}]${missing ? ": Real?" : ""} ~ ${choose(["Normal", "Logistic"])}(${mean}, ${scale})`,
    ]),
    entries: [],
  };
}

/** A hidden chain of categories, with a row of probabilities for each that came before. */
function categories(growing: Growing, here: Here): Part | undefined {
  const assignments = growing.assignments * here.sizes.K ** here.sizes.T;
  if (assignments > 200) return undefined;
  growing.assignments = assignments;
  const { choose } = growing;
  const name = fresh(growing, "z");
  const index = freshIndex(here, "T");
  const axis: Axis = { index, size: "T" };
  const calm = { ...here, discrete: false };
  const row = (): string => `tanh(${vector(choose, calm, "K", "real", 1)})`;
  const entry: Entry = { name, kind: "count", axes: [axis], event: [], discrete: true, latent: true };
  const seen = { ...here, axes: [axis], entries: [...here.entries, entry] };
  const moves = fresh(growing, "m");
  return {
    lines: [
      `${moves} = [softmax(${row()} + before * ${row()}) for before in K]`,
      `${name}[0] ~ Categorical(logits: ${row()})`,
      ...braced(`for ${index} in 1..T`, [
        `${name}[${index}] ~ Categorical(${moves}[${name}[${index}-1]])`,
        `observe ${name}y[${index}] ~ ${realDistribution(growing, seen)}`,
      ]),
    ],
    entries: [entry],
  };
}

/** A hidden Markov chain. */
function chain(growing: Growing, here: Here): Part | undefined {
  const assignments = growing.assignments * 2 ** here.sizes.T;
  if (assignments > 200 || here.axes.length > 0) return undefined;
  growing.assignments = assignments;
  const { choose } = growing;
  const name = fresh(growing, "z");
  const index = freshIndex(here, "T");
  const axis: Axis = { index, size: "T" };
  const calm = { ...here, axes: [axis], discrete: false };
  const unit = (inside: Here): string => number(choose, inside, "unit", 1);
  const entry: Entry = { name, kind: "bool", axes: [axis], event: [], discrete: true, latent: true };
  const seen = { ...here, axes: [axis], entries: [...here.entries, entry] };
  return {
    lines: [
      `${name}[0] ~ Bernoulli(${unit({ ...here, discrete: false })})`,
      ...braced(`for ${index} in 1..T`, [
        `${name}[${index}] ~ Bernoulli(if ${name}[${index}-1] then ${unit(calm)} else ${unit(calm)})`,
        ...(choose([true, false]) ? [`observe ${name}y[${index}] ~ ${realDistribution(growing, seen)}`] : []),
      ]),
    ],
    entries: [entry],
  };
}

/** Both branches draw one variable. */
function branch(growing: Growing, here: Here): Part {
  const name = fresh(growing, "a");
  const condition = growing.choose(["flag", "!flag", "N > 2", "flag && J == 2"]);
  const draw = (): string => `${name}${places(here)} ~ ${realDistribution(growing, here)}`;
  const entry: Entry = { name, kind: "real", axes: here.axes, event: [], discrete: false, latent: true };
  return {
    lines: [...braced(`if ${condition}`, [draw()]).slice(0, -1), ...braced("} else", [draw()])],
    entries: [entry],
    latents: [{ entry, coordinates: "scalar" }],
  };
}

const statements: readonly Grower[] = [
  drawNumber,
  drawNumber,
  drawVector,
  drawDeclared,
  drawBetween,
  drawMatrix,
  drawRelaxed,
  drawPrior,
  drawMixture,
  observeCensored,
  drawCut,
  bind,
  bindItems,
  bindVector,
  observeDiscrete,
  drawScored,
  factor,
];
const outerGrowers: readonly Grower[] = [
  ...statements,
  drawDiscrete,
  plate,
  plate,
  plate,
  plate,
  plate,
  plate,
  series,
  series,
  chain,
  categories,
  autoregression,
  branch,
  ragged,
  drawFlat,
];
const innerGrowers: readonly Grower[] = [
  ...statements,
  drawDiscrete,
  drawDiscrete,
  (growing, here, budget) => (here.axes.length < 2 ? plate(growing, here, budget) : undefined),
  (growing, here) =>
    here.axes.length < 2 && here.axes.every(({ size }) => size !== "T") ? series(growing, here) : undefined,
];
