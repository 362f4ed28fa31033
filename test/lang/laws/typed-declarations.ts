/** Random declarations that a model may use: functions of every kind, nets and distributions. */
import { number, vector } from "./typed-expression.ts";
import { calls, type Declared, inside, inVectors, type Maker } from "./typed-maker.ts";
import { nets } from "./typed-nets.ts";
import { type Arguments, type Choose, known } from "./typed-scope.ts";

/** Up to four declarations; later ones may call earlier ones. */
export function growDeclarations(choose: Choose): readonly Declared[] {
  const declared: Declared[] = [];
  const count = choose([0, 1, 2, 3, 4]);
  for (let at = 0; at < count; at++) {
    const earlier = declared.flatMap(({ callables = [] }) => callables).filter(({ latent }) => !latent);
    declared.push(choose(makers)(`f${at + 1}`, choose, earlier));
  }
  return declared;
}

const numbers: Maker = (name, choose, earlier) => {
  const here = inside([known("a", "real"), known("b", "positive")], [], earlier);
  const isDefault = choose([false, true]);
  const result = choose(["", ": Real", " -> Real"]);
  return {
    text: `def ${name}(a: Real, b: Positive${isDefault ? " = 0.5" : ""})${result} = ${number(choose, here, "real", 2)}`,
    callables: calls(name, "real", ({ real, positive }) =>
      choose([
        () => `${name}(${real()}, ${positive()})`,
        () => `${name}(b: ${positive()}, a: ${real()})`,
        () => `(${real()} |> ${name}(${positive()}))`,
        () => (isDefault ? `${name}(${real()})` : `${name}(${real()}, 1)`),
      ])(),
    ),
  };
};

const vectors: Maker = (name, choose, earlier) => {
  const here = inside([known("a", "real", [], ["S"]), known("m", "real")], ["S"], earlier);
  return {
    text: `def ${name}[S](a: Real[S]): Real[S] {\n  m = mean(a)\n  ${vector(choose, here, "S", "real", 2)}\n}`,
    callables: calls(name, "vector", (given, size) => `${name}(${given.vector(size)})`),
  };
};

const record: Maker = (name, choose, earlier) => {
  const here = inside([known("a", "real"), known("b", "positive"), known("m", "unit")], [], earlier);
  const [centre, spread] = [number(choose, here, "real", 1), number(choose, here, "positive", 1)];
  const call = ({ real, positive }: Arguments): string => `${name}(${real()}, ${positive()})`;
  return {
    text: `def ${name}(a: Real, b: Positive) {\n  m = sigmoid(tanh(a))\n  (centre: ${centre}, spread: ${spread})\n}`,
    callables: [
      ...calls(name, "real", (given) => `${call(given)}.centre`),
      ...calls(name, "positive", (given) => `${call(given)}.spread`),
    ],
  };
};

/** For `scan`: the next state from the last one and a row. */
const step: Maker = (name, choose, earlier) => {
  const pair = choose([false, true]);
  const here = inside(
    pair
      ? [known("state", "real", [], ["2"]), known("x", "real"), known("b", "positive")]
      : [known("state", "real"), known("x", "real"), known("b", "positive")],
    [],
    earlier,
  );
  const next = (): string => `tanh(${number(choose, here, "real", 2)})`;
  const type = pair ? "Real[2]" : "Real";
  const start = ({ real }: Arguments): string => (pair ? `[${real()}, ${real()}]` : real());
  const scan = (given: Arguments, size: string): string =>
    `scan(${start(given)}, ${name}(b: ${given.positive()}), ${given.vector(size)})`;
  const text = `def ${name}(state: ${type}, x: Real, b: Positive): ${type} = ${pair ? `[${next()}, ${next()}]` : next()}`;
  return {
    text,
    callables: pair
      ? calls(
          name,
          "real",
          inVectors((given, size) => `${scan(given, size)}[1, ${choose(["0", "1"])}]`),
        )
      : calls(name, "vector", (given, size) => scan(given, size)),
  };
};

/** For `ode`: a rate of change that stays small. */
const flow: Maker = (name, choose, earlier) => {
  const pair = choose([false, true]);
  const state = pair ? known("y", "real", [], ["2"]) : known("y", "real");
  const here = inside([state, known("t", "real"), known("b", "positive")], [], earlier);
  const rate = (y: string): string => `tanh(${number(choose, here, "real", 1)}) - ${y}`;
  const type = pair ? "Real[2]" : "Real";
  const solve = ({ real, positive }: Arguments, size: string): string => {
    const start = choose(["", "", ", start: -0.5"]);
    const initial = pair ? `[${real()}, ${real()}]` : real();
    return `ode(${name}, ${initial}, linspace(0, 1, ${size}), ${positive()}${start}, steps: ${choose([1, 2])})`;
  };
  return {
    text: `def ${name}(y: ${type}, t: Real, b: Positive): ${type} = ${pair ? `[${rate("y[0]")}, ${rate("y[1]")}]` : rate("y")}`,
    callables: pair
      ? calls(
          name,
          "real",
          inVectors((given, size) => `${solve(given, size)}[1, ${choose(["0", "1"])}]`),
        )
      : calls(name, "vector", solve),
  };
};

/** For `fold`: a vector of one size from one of another. */
const resize: Maker = (name, choose, earlier) => {
  const entries = [known("x", "real", [], ["S"])];
  const here = inside(entries, ["S"], earlier, [{ index: "o", size: "O", within: true }]);
  return {
    text: `def ${name}[S](x: Real[S], O: Size): Real[O] = [tanh(${number(choose, here, "real", 2)}) for o in O]`,
    callables: calls(name, "vector", ({ vector: make, sizes }, size) => {
      const from = choose(sizes);
      return choose([
        `${name}(${make(from)}, ${size})`,
        `fold(${make(from)}, ${name}, [2, ${size}])`,
        `(${make(from)} |> fold(${name}, [${size}]))`,
      ]);
    }),
  };
};

/** A function of a function. */
const twice: Maker = (name, choose) => ({
  text: `def ${name}(x: Real, g: Function = tanh) = g(g(x)) + x`,
  callables: calls(name, "real", ({ real }) =>
    choose([
      () => `${name}(${real()})`,
      () => `${name}(${real()}, sin)`,
      () => `${name}(${real()}, g: softplus)`,
    ])(),
  ),
});

const realDistribution: Maker = (name, choose, earlier) => {
  const entries = [known("x", "real"), known("z", "real"), known("loc", "real"), known("scale", "positive")];
  const tilt = number(choose, inside(entries, [], earlier), "real", 1);
  return {
    text: `dist ${name}(loc: Real, scale: Positive) on Real {\n  logpdf(x) {\n    z = (x - loc) / scale\n    -0.5 * square(z) - log(scale) + tanh(${tilt})\n  }\n  draw(u: Unit) = loc + scale * log(u / (1 - u))\n}`,
    distribution: {
      name,
      draws: "real",
      write: ({ real, positive }) => `${name}(${real()}, ${positive()} + 0.1)`,
    },
  };
};

const positiveDistribution: Maker = (name) => ({
  text: `dist ${name}(shape: Positive, scale: Positive) on Positive {\n  logpdf(x) {\n    z = x / scale\n    log(shape / scale) + (shape - 1) * log(z) - z ^ shape\n  }\n  cdf(x) = -expm1(-(x / scale) ^ shape)\n  quantile(p) = scale * (-log1p(-p)) ^ (1 / shape)\n}`,
  distribution: {
    name,
    draws: "positive",
    write: ({ positive }) => `${name}(${positive()} + 0.5, ${positive()} + 0.1)`,
  },
});

const intervalDistribution: Maker = (name) => ({
  text: `dist ${name}(low: Real, high: Real) on Real(low, high) {\n  logpdf(x) = log(6) + log(x - low) + log(high - x) - 3 * log(high - low)\n  draw(u: Unit) = (low + (high - low) * u) as Real(low, high)\n}`,
  distribution: {
    name,
    draws: "interval",
    write: ({ real, positive }) => {
      const low = real();
      return `${name}(${low}, ${low} + ${positive()})`;
    },
  },
});

const countDistribution: Maker = (name) => ({
  text: `dist ${name}(n: Nat, a: Positive, b: Positive) on Int(0, n) {\n  logpmf(k) = log_choose(n, k) + lbeta(k + a, n - k + b) - lbeta(a, b)\n  draw {\n    p ~ Beta(a, b)\n    k ~ Binomial(n, p)\n    k\n  }\n  mean = n * a / (a + b)\n}`,
  distribution: {
    name,
    draws: "count",
    write: ({ positive }) => `${name}(2, ${positive()}, ${positive()})`,
  },
});

const vectorDistribution: Maker = (name) => ({
  text: `dist ${name}[S](start: Real, steps: Positive[S]) on Real[S] {\n  logpdf(x) {\n    before = concat([start], x)\n    jumps = [(x[s] - before[s]) / steps[s] for s in S]\n    -0.5 * sum(square(jumps)) - sum(log(steps))\n  }\n  draw(z: Real[S]) = start + cumsum(steps * z)\n}`,
  distribution: {
    name,
    draws: "vector",
    write: ({ real, vector: make }, size) => `${name}(${real()}, ${make(size, "positive")} + 0.1)`,
  },
});

const simplexDistribution: Maker = (name) => ({
  text: `dist ${name}[S](weight: Positive[S]) on Simplex[S] {\n  logpdf(x) = sum((weight - 1) * log(x)) + lgamma(sum(weight)) - sum([lgamma(weight[s]) for s in S])\n  draw {\n    x ~ Dirichlet(weight)\n    x\n  }\n}`,
  distribution: {
    name,
    draws: "simplex",
    write: ({ vector: make }, size) => `${name}(${make(size, "positive")} + 0.1)`,
  },
});

const makers: readonly Maker[] = [
  numbers,
  numbers,
  vectors,
  record,
  step,
  step,
  flow,
  resize,
  twice,
  ...nets,
  realDistribution,
  positiveDistribution,
  intervalDistribution,
  countDistribution,
  vectorDistribution,
  simplexDistribution,
];
