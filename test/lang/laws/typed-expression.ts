/** Random well-typed expressions: what is asked for by kind is made of what is in scope, so that the checker can prove it. */
import {
  type Arguments,
  type Callable,
  type Choose,
  type Entry,
  freshIndex,
  type Here,
  indexed,
  type Kind,
  mayRead,
  placesOf,
  readsOf,
} from "./typed-scope.ts";

type Maker = () => string;

export function number(choose: Choose, here: Here, kind: Kind, depth: number): string {
  const simple = [literal(choose, kind), ...reads(choose, here, kind)];
  if (depth === 0) return choose([...simple, ...simple.slice(1)])();
  return choose([...simple, ...makers(choose, here, kind, depth - 1)])();
}

/** Makes the arguments of calls. */
export function argumentsOf(choose: Choose, here: Here, depth: number): Arguments {
  return {
    choose,
    sizes: here.vectors,
    real: () => number(choose, here, "real", depth),
    positive: () => number(choose, here, "positive", depth),
    unit: () => number(choose, here, "unit", depth),
    vector: (size, kind = "real") => vector(choose, here, size, kind, depth),
  };
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

const serves: Readonly<Record<Kind, readonly Entry["kind"][]>> = {
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

function callables(here: Here, gives: Callable["gives"]): readonly Callable[] {
  const found = here.callables.filter((each) => each.gives === gives && !(here.known && each.latent));
  return [...found, ...found, ...found];
}

/** Ways to make a number of this kind out of others. */
function makers(choose: Choose, here: Here, kind: Kind, depth: number): Maker[] {
  const given = argumentsOf(choose, here, depth);
  const { real, positive, unit } = given;
  const bool: Maker = () => number(choose, here, "bool", depth);
  const same: Maker = () => number(choose, here, kind, depth);
  const calls = (gives: "real" | "positive"): Maker[] =>
    callables(here, gives).map(
      ({ call }) =>
        () =>
          call(given, "") ?? real(),
    );
  const counts = reads(choose, here, "count", false);
  const branches: Maker[] = [
    () => `(if ${bool()} then ${same()} else ${same()})`,
    ...counts.map(
      (count): Maker =>
        () =>
          `match ${count()} { 0 => ${same()}, 1 => ${same()}, _ => ${same()} }`,
    ),
    () => `match ${bool()} { true => ${same()}, false => ${same()} }`,
    ...readsOf(choose, here, ["option"], []).map(
      ({ entry, text }): Maker =>
        () =>
          `match ${text} { ${(entry.options ?? []).map((option) => `${option} => ${same()}`).join(", ")} }`,
    ),
  ];
  switch (kind) {
    case "real":
      return [
        () => `(${real()} + ${real()})`,
        () => `(${real()} - ${real()})`,
        () => `(${real()} * ${choose([real, positive])()})`,
        () => `(${real()} / (${positive()} + 0.5))`,
        () => `-${atom(real())}`,
        () => `tanh(${real()})`,
        () => `sin(${real()})`,
        () => `(${real()} |> atan)`,
        () => `log(${positive()} + 0.1)`,
        () => `(${atom(`tanh(${real()})`)} ^ 2)`,
        () => `abs(${real()} + 0.0123)`,
        () => `max(${real()}, ${real()} + 0.0123)`,
        () => `clip(${real()}, -2, 2)`,
        () => `where(${bool()}, ${real()}, ${real()})`,
        () => `lgamma(${positive()} + 0.5)`,
        () => `erf(${real()})`,
        () => choose(calmFunctions)(`tanh(${real()})`),
        () => `atan2(${real()}, ${positive()})`,
        () => `log1p(${positive()})`,
        () => `digamma(${positive()} + 0.5)`,
        () => `lbeta(${positive()} + 0.5, ${positive()} + 0.5)`,
        () => `logaddexp(tanh(${real()}), tanh(${real()}))`,
        () => `floor(2 * ${atom(real())} + 0.0123)`,
        () => `mod(${real()} + 0.0123, ${positive()} + 0.5)`,
        () =>
          `tanh(${choose(["logpdf", "logcdf", "logsurvival"])}(${moderate(choose, here, depth)}, tanh(${real()})))`,
        () => `tanh(logpmf(Poisson(${positive()}), ${choose(["1", ...counts.map((count) => count())])}))`,
        () => `(a: ${positive()}, b: ${real()}).b`,
        ...(here.vectors.length > 0 ? reductions(given, choose(here.vectors)) : []),
        ...(here.vectors.length > 0 ? matrixNumbers(choose, here, choose(here.vectors), depth) : []),
        ...here.ranges.map(
          (size): Maker =>
            () =>
              `${choose(["sum", "mean"])}(${overRange(choose, here, size, depth)})`,
        ),
        ...calls("real"),
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
        ...calls("positive"),
        ...branches,
      ];
    case "unit":
      return [
        () => `sigmoid(tanh(${real()}))`,
        () => `normal_cdf(tanh(${real()}))`,
        () => `(1 - ${unit()} * 0.5)`,
        () => `(${unit()} * 0.9)`,
        () => `cdf(${moderate(choose, here, depth)}, tanh(${real()}))`,
        ...(here.vectors.length > 0
          ? [(): string => `softmax(tanh(${given.vector(choose(here.vectors))}))[1]`]
          : []),
        ...branches,
      ];
    case "bool": {
      const fixed = { ...here, known: true };
      return [
        () => `(${number(choose, fixed, "real", depth)} < 0.377)`,
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

/** Of a number between −1 and 1. */
const calmFunctions: readonly ((x: string) => string)[] = [
  ...["sinh", "cosh", "tan", "cos", "expm1", "log_sigmoid", "erfc", "normal_cdf"].map(
    (name) => (x: string) => `${name}(${x})`,
  ),
  (x) => `asin(0.9 * ${x})`,
  (x) => `acos(0.9 * ${x})`,
  (x) => `normal_quantile(sigmoid(${x}))`,
  (x) => `relu(${x} + 0.0123)`,
];

/** A distribution with a distribution function, of numbers around 0 that are neither close together nor far out. */
export function moderate(choose: Choose, here: Here, depth = 1): string {
  const loc = `tanh(${number(choose, here, "real", depth)})`;
  const scale = `${number(choose, here, "positive", depth)} + 1`;
  const name = choose(["Normal", "Logistic", "Laplace", "Cauchy", "Gumbel", "StudentT"]);
  return `${name}(${name === "StudentT" ? "3.5, " : ""}${loc}, ${scale})`;
}

/** Numbers made of vectors. */
function reductions({ choose, vector: make }: Arguments, size: string): Maker[] {
  const apart = (): string => `${make(size)} + linspace(0, 1.37, ${size})`;
  return [
    () => `prod(tanh(${make(size)}))`,
    () => `${choose(["max_of", "min_of"])}(${apart()})`,
    () => `log(sd(${apart()}) + 0.2)`,
    ...["sum", "mean", "logsumexp"].map(
      (name): Maker =>
        () =>
          `${name}(${make(size)})`,
    ),
    () => `${make(size)}[${choose(["0", "1"])}]`,
    () => `sum((${make(size)})[1..])`,
    () => choose([`dot(${make(size)}, ${make(size)})`, `(${make(size)} @ ${make(size)})`]),
  ];
}

/** Numbers made of matrices. */
function matrixNumbers(choose: Choose, here: Here, size: string, depth: number): Maker[] {
  const covariance: Maker = () => matrix(choose, here, size, Math.min(depth, 1));
  return [
    () => `logdet(${covariance()})`,
    () => `log_abs_det(${covariance()} - ${size})`,
    () => `quad_form(${covariance()}, ${vector(choose, here, size, "real", depth)})`,
    () => `(${covariance()})[0, 1]`,
    () => `log(trace(${covariance()}) as Positive)`,
    () => `${choose(["determinant", "log_abs_det"])}(${square(choose, here, size, depth)})`,
  ];
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
      entry.axes[0].size === size &&
      entry.as === undefined &&
      !entry.discrete &&
      serves.real.includes(entry.kind) &&
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

/** A vector of `size` numbers. */
export function vector(
  choose: Choose,
  here: Here,
  size: string,
  kind: "real" | "positive",
  depth: number,
): string {
  const simple: Maker[] = [
    () => `ones(${size})`,
    ...(kind === "real" ? [() => `zeros(${size})`] : []),
    ...readsOf(
      choose,
      here,
      serves[kind].filter((each) => each !== "count"),
      [size],
    ).map(
      ({ text }) =>
        () =>
          text,
    ),
  ];
  if (depth === 0) return choose(simple)();
  const given = argumentsOf(choose, here, depth - 1);
  const inner = (own: "real" | "positive"): string => given.vector(size, own);
  const one = (own: Kind): string => number(choose, here, own, depth - 1);
  const index = freshIndex(here, size);
  const inside = { ...here, axes: [...here.axes, { index, size, within: true as const }] };
  const each: Maker = () => `[${number(choose, inside, kind, depth - 1)} for ${index} in ${size}]`;
  const chosen: Maker = () => `(if ${one("bool")} then ${inner(kind)} else ${inner(kind)})`;
  const covariance: Maker = () => matrix(choose, here, size, depth - 1);
  const inModel = here.entries.some(({ name }) => name === "X");
  const makersOf: Readonly<Record<"real" | "positive", readonly Maker[]>> = {
    real: [
      () => `(${inner("real")} ${choose(["+", "-", "*"])} ${inner("real")})`,
      () => `(${one("real")} ${choose(["+", "-", "*"])} ${inner("real")})`,
      () => `tanh(${inner("real")})`,
      () => `cumsum(${inner("real")})`,
      () => `reverse(${inner("real")})`,
      () => `cumprod(tanh(${inner("real")}))`,
      () => `${choose(["sort", "cummax", "cummin"])}(${inner("real")} + linspace(0, 1.37, ${size}))`,
      () => `log_softmax(tanh(${inner("real")}))`,
      () => `softmax(tanh(${inner("real")}))`,
      () => `(outer(${inner("real")}, ${inner("real")}) @ tanh(${inner("real")}))`,
      () => `concat((${inner("real")})[..1], (${inner("real")})[1..])`,
      () => `(${covariance()} @ ${inner("real")})`,
      () => `solve_spd(${covariance()}, ${inner("real")})`,
      () => `solve(${square(choose, here, size, depth - 1)}, ${inner("real")})`,
      () => `(inverse(${square(choose, here, size, depth - 1)}) @ ${inner("real")})`,
      () =>
        `solve_lu(${covariance()} + outer(tanh(${inner("real")}), tanh(${inner("real")})), ${inner("real")})`,
      () => `solve_lower(cholesky(${covariance()}), ${inner("real")})`,
      ...(inModel && size === "K" ? [(): string => `(${overRange(choose, here, "N", depth - 1)} @ X)`] : []),
      ...callables(here, "vector").flatMap(({ call }): Maker[] => [() => call(given, size) ?? inner("real")]),
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

/** A matrix that is no covariance and far from singular. */
function square(choose: Choose, here: Here, size: string, depth: number): string {
  const inner = (): string => `tanh(${vector(choose, here, size, "real", Math.max(0, depth - 1))})`;
  return `(2 * eye(${size}) - 0.5 * outer(${inner()}, ${inner()}))`;
}

/** A covariance matrix of `size` rows, known to be one, and far from singular. */
export function matrix(choose: Choose, here: Here, size: string, depth: number): string {
  const found = readsOf(choose, here, ["covariance"], [size, size]);
  const factors = readsOf(choose, here, ["cholesky"], [size, size]);
  const simple: Maker[] = [
    () => `eye(${size})`,
    () => `diag(${vector(choose, here, size, "positive", 0)})`,
    ...[...found, ...found].map(
      ({ text }): Maker =>
        () =>
          text,
    ),
    ...factors.map(
      ({ text }): Maker =>
        () =>
          `(${text} @ transpose(${text}))`,
    ),
  ];
  if (depth === 0) return choose(simple)();
  const inner = (): string => matrix(choose, here, size, depth - 1);
  const positive = (): string => number(choose, here, "positive", depth - 1);
  const positives = (): string => vector(choose, here, size, "positive", depth - 1);
  const scaled = (scales: string): string => `(diag(${scales}) @ ${inner()} @ diag(${scales}))`;
  return choose([
    ...simple,
    () => `(${positive()} * ${inner()})`,
    () => `(${inner()} + ${inner()})`,
    () => scaled(positives()),
    () =>
      `(squared_exponential(${vector(choose, here, size, "real", depth - 1)}, 1, ${positive()}) + diag(${positives()}))`,
    () => `(inverse_spd(${inner()}) + eye(${size}))`,
  ])();
}
