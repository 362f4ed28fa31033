/** Random well-typed expressions: what is asked for by kind is made of what is in scope, so that the checker can prove it. */

/** Numbers by what the checker must know of them. */
export type Kind = "real" | "positive" | "unit" | "bool" | "count";

/** A variable, input or binding that later expressions may read. */
export interface Entry {
  readonly name: string;
  readonly kind: Kind;
  /** The axes under which it is drawn or bound, outermost first. */
  readonly axes: readonly Axis[];
  /** Sizes behind the axes: none, or one vector. */
  readonly event: readonly string[];
  /** Depends on a discrete latent: each use must say which element is meant. */
  readonly discrete: boolean;
  /** Depends on what is inferred. */
  readonly latent: boolean;
  /** A text to read in place of `name[…]`: a binding beside it, or an element one step back. */
  readonly as?: string;
}

export interface Axis {
  readonly index: string;
  readonly size: string;
  /** Of a comprehension: no sum over a discrete latent follows it. */
  readonly within?: true;
}

/** Where an expression stands. */
export interface Here {
  readonly entries: readonly Entry[];
  /** Open plates, `for`s and comprehensions, outermost first. */
  readonly axes: readonly Axis[];
  /** Functions of (Real, Positive) and of (Real[S]) that can be called. */
  readonly functions: readonly { readonly name: string; readonly takes: "numbers" | "vector" }[];
  /** Sizes that a sum may run over. */
  readonly ranges: readonly string[];
  /** Sizes that vectors may have. */
  readonly vectors: readonly string[];
  /** Expressions that depend on a discrete latent may be read. */
  readonly discrete: boolean;
  /** Only what does not depend on what is inferred may be read. */
  readonly known: boolean;
}

/** The first option when there is nothing left to choose with. */
export type Choose = <T>(options: readonly T[]) => T;

type Maker = () => string;

export function number(choose: Choose, here: Here, kind: Kind, depth: number): string {
  const simple = [literal(choose, kind), ...reads(choose, here, kind)];
  if (depth === 0) return choose([...simple, ...simple.slice(1)])();
  return choose([...simple, ...makers(choose, here, kind, depth - 1)])();
}

function literal(choose: Choose, kind: Kind): Maker {
  const texts: Readonly<Record<Kind, readonly string[]>> = {
    real: ["0", "1", "-0.5", "2", "1.5e-1"],
    positive: ["1", "0.5", "2", "pi"],
    unit: ["0.5", "0.25", "0.9"],
    bool: ["true", "false"],
    count: ["0", "1", "2"],
  };
  return () => choose(texts[kind]);
}

const serves: Readonly<Record<Kind, readonly Kind[]>> = {
  real: ["real", "positive", "unit", "count"],
  positive: ["positive"],
  unit: ["unit"],
  bool: ["bool"],
  count: ["count"],
};

/** Ways to read one number of this kind. */
function reads(choose: Choose, here: Here, kind: Kind, withIndices = true): Maker[] {
  const usable = here.entries.filter((entry) => serves[kind].includes(entry.kind) && mayRead(here, entry));
  const found = usable.flatMap((entry): Maker[] => {
    const places = placesOf(choose, here, entry);
    if (places === undefined) return [];
    const own = here.axes.filter((axis) => axis.size === entry.event[0]).map(({ index }) => index);
    const read: Maker =
      entry.event.length === 0
        ? () => indexed(entry, places)
        : () => indexed(entry, [...places, choose(["0", "1", ...own])]);
    // There are many inputs; what is inferred matters more.
    return entry.latent ? [read, read, read, read] : [read];
  });
  const indices =
    withIndices && (kind === "count" || kind === "real")
      ? here.axes.map(
          ({ index }): Maker =>
            () =>
              index,
        )
      : [];
  return [...found, ...indices];
}

function mayRead(here: Here, entry: Entry): boolean {
  return (here.discrete || !entry.discrete) && !(here.known && entry.latent);
}

export function indexed({ name, as }: Entry, places: readonly string[]): string {
  return `${as ?? name}${places.length === 0 ? "" : `[${places.join(", ")}]`}`;
}

/** What to write for the axes of `entry` to read one element; `undefined` where it has none to read here. */
function placesOf(choose: Choose, here: Here, entry: Entry): string[] | undefined {
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
    return choose([...along, "0", "1", ...gathers]);
  });
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** Ways to make a number of this kind out of others. */
function makers(choose: Choose, here: Here, kind: Kind, depth: number): Maker[] {
  const real: Maker = () => number(choose, here, "real", depth);
  const positive: Maker = () => number(choose, here, "positive", depth);
  const unit: Maker = () => number(choose, here, "unit", depth);
  const bool: Maker = () => number(choose, here, "bool", depth);
  const same: Maker = () => number(choose, here, kind, depth);
  const vectorOf = (): string => vector(choose, here, choose(here.vectors), "real", depth);
  const counts = reads(choose, here, "count", false);
  const reductions: Maker[] = [
    ...["sum", "mean", "logsumexp"].map(
      (name): Maker =>
        () =>
          `${name}(${vectorOf()})`,
    ),
    () => `${vectorOf()}[${choose(["0", "1"])}]`,
    () => {
      const size = choose(here.vectors);
      const [left, right] = [0, 1].map(() => vector(choose, here, size, "real", depth));
      return choose([`dot(${left}, ${right})`, `(${left} @ ${right})`]);
    },
  ];
  const reduced = here.vectors.length > 0 ? reductions : [];
  const branches: Maker[] = [
    () => `(if ${bool()} then ${same()} else ${same()})`,
    ...counts.map(
      (count): Maker =>
        () =>
          `match ${count()} { 0 => ${same()}, 1 => ${same()}, _ => ${same()} }`,
    ),
    () => `match ${bool()} { true => ${same()}, false => ${same()} }`,
  ];
  switch (kind) {
    case "real":
      return [
        () => `(${real()} + ${real()})`,
        () => `(${real()} - ${real()})`,
        () => `${real()} * ${choose([real, positive])()}`.replace(/^-?.*$/, (text) => `(${text})`),
        () => `(${real()} / (${positive()} + 0.5))`,
        () => `-${atom(real())}`,
        () => `tanh(${real()})`,
        () => `sin(${real()})`,
        () => `(${real()} |> atan)`,
        () => `log(${positive()} + 0.1)`,
        () => `${atom(`tanh(${real()})`)} ^ 2`.replace(/^.*$/, (text) => `(${text})`),
        () => `abs(${real()} + 0.0123)`,
        () => `max(${real()}, ${real()} + 0.0123)`,
        () => `clip(${real()}, -2, 2)`,
        () => `where(${bool()}, ${real()}, ${real()})`,
        () => `lgamma(${positive()} + 0.5)`,
        () => `erf(${real()})`,
        ...reduced,
        ...here.ranges.map(
          (size): Maker =>
            () =>
              `${choose(["sum", "mean"])}(${overRange(choose, here, size, depth)})`,
        ),
        ...here.functions.map(
          ({ name, takes }): Maker =>
            takes === "numbers"
              ? () =>
                  choose([
                    `${name}(${real()}, ${positive()})`,
                    `${name}(b: ${positive()}, a: ${real()})`,
                    `(${real()} |> ${name}(${positive()}))`,
                  ])
              : () => `sum(${name}(${vectorOf()}))`,
        ),
        ...branches,
      ];
    case "positive":
      return [
        () => `exp(tanh(${real()}))`,
        () => `(${positive()} + ${choose([positive, unit])()})`,
        () => `(${positive()} * ${positive()})`,
        () => `sqrt(${positive()})`,
        () => `(${positive()} / (${positive()} + 0.5))`,
        () => `(square(${real()}) + 0.1)`,
        () => `(softplus(${real()}) + 0.1)`,
        () => `((abs(${real()} + 0.0123) + 0.2) as Positive)`,
        () => `(sd([${real()}, 0.5, ${real()}]) + 0.1)`,
        ...branches,
      ];
    case "unit":
      return [
        () => `sigmoid(tanh(${real()}))`,
        () => `normal_cdf(tanh(${real()}))`,
        () => `(1 - ${unit()} * 0.5)`,
        () => `(${unit()} * 0.9)`,
        ...(here.vectors.length > 0 ? [(): string => `softmax(tanh(${vectorOf()}))[1]`] : []),
        ...branches,
      ];
    case "bool": {
      const known = { ...here, known: true };
      return [
        () => `(${number(choose, known, "real", depth)} < 0.377)`,
        () => `(${number(choose, here, "count", 0)} == ${choose(["0", "1", "2"])})`,
        () => `!${atom(bool())}`,
        () => `(${bool()} && ${bool()})`,
        () => `(${bool()} || ${bool()})`,
      ];
    }
    case "count":
      return [];
  }
}

/** In parentheses where a prefix or a postfix would take only a part. */
function atom(text: string): string {
  return /^[\w.]+(\[[^[\]]*\])?$/.test(text) && !/^[\d-]/.test(text) ? text : `(${text})`;
}

/** For what reduces it: a whole array in scope, or a comprehension. */
function overRange(choose: Choose, here: Here, size: string, depth: number): string {
  const whole = here.entries.filter(
    (entry) =>
      entry.axes.length === 1 &&
      entry.event.length === 0 &&
      entry.as === undefined &&
      !entry.discrete &&
      entry.kind !== "bool" &&
      mayRead(here, entry) &&
      !here.axes.some((axis) => axis === entry.axes[0]),
  );
  const index = freshIndex(here, size);
  const inside = { ...here, axes: [...here.axes, { index, size, within: true as const }] };
  return choose([
    () => `[${number(choose, inside, "real", depth)} for ${index} in ${size}]`,
    ...whole.map(
      ({ name }) =>
        () =>
          name,
    ),
  ])();
}

/** A name for the index variable of an axis of this size: the same in plates beside each other. */
export function freshIndex({ axes }: Here, size: string): string {
  const name = size.toLowerCase();
  const taken = axes.filter((axis) => axis.index.startsWith(name)).length;
  return taken === 0 ? name : `${name}${taken + 1}`;
}

/** A vector of `size` numbers. */
export function vector(
  choose: Choose,
  here: Here,
  size: string,
  kind: "real" | "positive",
  depth: number,
): string {
  const found = here.entries.flatMap((entry): Maker[] => {
    if (
      !serves[kind].includes(entry.kind) ||
      entry.kind === "count" ||
      entry.event[0] !== size ||
      !mayRead(here, entry)
    )
      return [];
    const places = placesOf(choose, here, entry);
    return places === undefined ? [] : [() => indexed(entry, places)];
  });
  const simple: Maker[] = [
    () => `ones(${size})`,
    ...(kind === "real" ? [() => `zeros(${size})`] : []),
    ...found,
  ];
  if (depth === 0) return choose(simple)();
  const inner = (own: "real" | "positive"): string => vector(choose, here, size, own, depth - 1);
  const one = (own: Kind): string => number(choose, here, own, depth - 1);
  const index = freshIndex(here, size);
  const inside = { ...here, axes: [...here.axes, { index, size, within: true as const }] };
  const each: Maker = () => `[${number(choose, inside, kind, depth - 1)} for ${index} in ${size}]`;
  const chosen: Maker = () => `(if ${one("bool")} then ${inner(kind)} else ${inner(kind)})`;
  const makersOf: Readonly<Record<"real" | "positive", readonly Maker[]>> = {
    real: [
      () => `(${inner("real")} ${choose(["+", "-", "*"])} ${inner("real")})`,
      () => `(${one("real")} ${choose(["+", "-", "*"])} ${inner("real")})`,
      () => `tanh(${inner("real")})`,
      () => `cumsum(${inner("real")})`,
      () => `reverse(${inner("real")})`,
      () => `softmax(tanh(${inner("real")}))`,
      () => `(outer(${inner("real")}, ${inner("real")}) @ tanh(${inner("real")}))`,
    ],
    positive: [
      () => `exp(tanh(${inner("real")}))`,
      () => `(${inner("positive")} ${choose(["+", "*"])} ${inner("positive")})`,
      () => `(${one("positive")} ${choose(["+", "*"])} ${inner("positive")})`,
      () => `sqrt(${inner("positive")})`,
    ],
  };
  return choose([...simple, each, chosen, ...makersOf[kind]])();
}
