/** What random expressions can read, and how it is written where they stand. */

/** Numbers by what the checker must know of them. */
export type Kind = "real" | "positive" | "unit" | "bool" | "count";

/** A variable, input, binding or learned parameter that later expressions may read. */
export interface Entry {
  readonly name: string;
  /** Matrices have their size twice in `event`; an option is what a `match` may decide by. */
  readonly kind: Kind | "covariance" | "cholesky" | "option";
  /** The axes under which it is drawn or bound, outermost first. */
  readonly axes: readonly Axis[];
  /** Sizes behind the axes: none, one vector, or a matrix. */
  readonly event: readonly string[];
  /** Depends on a discrete latent: each use must say which element is meant. */
  readonly discrete: boolean;
  /** Depends on what is inferred or learned. */
  readonly latent: boolean;
  /** A text to read in place of `name[…]`: a binding beside it, an element steps back, an item of a record. */
  readonly as?: string;
  /** Of an option: the names of its values. */
  readonly options?: readonly string[];
}

export interface Axis {
  readonly index: string;
  readonly size: string;
  /** Of a comprehension: no sum over a discrete latent follows it. */
  readonly within?: true;
}

/** The first option when there is nothing left to choose with. */
export type Choose = <T>(options: readonly T[]) => T;

/** What the arguments of a call are made of. */
export interface Arguments {
  readonly choose: Choose;
  /** Of vectors. */
  readonly sizes: readonly string[];
  real(): string;
  positive(): string;
  unit(): string;
  vector(size: string, kind?: "real" | "positive"): string;
}

/** A function or net of the program. */
export interface Callable {
  readonly name: string;
  readonly gives: "real" | "positive" | "vector";
  /** Has learned parameters. */
  readonly latent: boolean;
  /** `size` is that of the vector to be given; `undefined` where it gives none such, or needs vectors and there are none. */
  readonly call: (given: Arguments, size: string) => string | undefined;
}

/** A distribution of the program. */
export interface OwnDistribution {
  readonly name: string;
  readonly draws: "real" | "positive" | "interval" | "count" | "vector" | "simplex";
  readonly write: (given: Arguments, size: string) => string;
}

/** Where an expression stands. */
export interface Here {
  readonly entries: readonly Entry[];
  /** Open plates, `for`s and comprehensions, outermost first. */
  readonly axes: readonly Axis[];
  readonly callables: readonly Callable[];
  readonly distributions: readonly OwnDistribution[];
  /** Sizes that a sum may run over. */
  readonly ranges: readonly string[];
  /** Sizes that vectors may have; two or more. */
  readonly vectors: readonly string[];
  readonly sizes: Readonly<Record<string, number>>;
  /** Expressions that depend on a discrete latent may be read. */
  readonly discrete: boolean;
  /** Only what does not depend on what is inferred may be read. */
  readonly known: boolean;
}

export const over = (size: string): Axis => ({ index: "", size });

export const known = (
  name: string,
  kind: Kind,
  axes: readonly Axis[] = [],
  event: readonly string[] = [],
): Entry => ({ name, kind, axes, event, discrete: false, latent: false });

export function mayRead(here: Here, entry: Entry): boolean {
  return (here.discrete || !entry.discrete) && !(here.known && entry.latent);
}

/** Texts that read entries of these kinds and of this event, at one element of their axes. */
export function readsOf(
  choose: Choose,
  here: Here,
  kinds: readonly Entry["kind"][],
  event: readonly string[],
): { readonly entry: Entry; readonly text: string }[] {
  return here.entries.flatMap((entry) => {
    if (!kinds.includes(entry.kind) || !mayRead(here, entry)) return [];
    if (entry.event.length !== event.length || event.some((size, at) => entry.event[at] !== size)) return [];
    const places = placesOf(choose, here, entry);
    return places === undefined ? [] : [{ entry, text: indexed(entry, places) }];
  });
}

export function indexed({ name, as }: Entry, places: readonly string[]): string {
  return `${as ?? name}${places.length === 0 ? "" : `[${places.join(", ")}]`}`;
}

/** What to write for the axes of `entry` to read one element; `undefined` where it has none to read here. */
export function placesOf(choose: Choose, here: Here, entry: Entry): string[] | undefined {
  if (entry.as !== undefined) return [];
  const isOpen = entry.axes.some((axis) => here.axes.includes(axis));
  const places = entry.axes.map((axis) => {
    if (here.axes.includes(axis)) return axis.index;
    const alike = here.axes.filter(({ size }) => size === axis.size && !isOpen);
    if (entry.discrete) return alike.find(({ within }) => !within)?.index;
    const along = alike.map(({ index }) => index);
    const gathers = here.entries
      .filter(
        ({ name, axes }) =>
          name === `to${axis.size}` && axes.every((each) => here.axes.some(({ size }) => size === each.size)),
      )
      .map(
        (gather) => `${gather.name}[${here.axes.find(({ size }) => size === gather.axes[0].size)?.index}]`,
      );
    return choose([...along, ...firstPositions(here, axis.size), ...gathers]);
  });
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** Numbers that are positions of an array of this size. */
export function firstPositions({ sizes }: Here, size: string): readonly string[] {
  return sizes[size] === 1 ? ["0"] : ["0", "1"];
}

/** A name for the index variable of an axis of this size: the same in plates beside each other. */
export function freshIndex({ axes }: Here, size: string): string {
  const name = size.toLowerCase();
  const taken = axes.filter((axis) => axis.index.startsWith(name)).length;
  return taken === 0 ? name : `${name}${taken + 1}`;
}

/** Whether a text reads what depends on a discrete latent, on something inferred. */
export function dependence(here: Here, text: string): Pick<Entry, "discrete" | "latent"> {
  const names = ({ name }: { readonly name: string }): boolean => new RegExp(`\\b${name}\\b`).test(text);
  const read = here.entries.filter(names);
  return {
    discrete: read.some(({ discrete }) => discrete),
    latent: read.some(({ latent }) => latent) || here.callables.filter(names).some(({ latent }) => latent),
  };
}

export function bracketed(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? "" : `${open}${items.join(", ")}${close}`;
}

export function places(here: Here): string {
  return bracketed(
    "[",
    here.axes.map(({ index }) => index),
    "]",
  );
}

export function braced(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), "}"];
}
