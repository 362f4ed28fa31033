/** Missing whole numbers and booleans that other lines compute with are summed out. */
import { describe, expect, test } from "vitest";
import type { GivenData } from "../../../src/driver/api-types.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { normals } from "../../compiler/lower/sample-data.ts";
import { programOf } from "../programs.ts";
import { densityOf, refusalOf } from "./density-of.ts";

type Nested = number | null | readonly Nested[];
type Data = Readonly<Record<string, Nested>>;

/** All data with a value from 0 to `counts` − 1 in the place of each `null`. */
function completions(data: Data, counts: Readonly<Record<string, number>>): Data[] {
  const fill = (value: Nested, count: number): Nested[] => {
    if (value === null) return Array.from({ length: count }, (_, k) => k);
    if (typeof value === "number") return [value];
    return value.reduce(
      (rows: Nested[][], each) => rows.flatMap((row) => fill(each, count).map((next) => [...row, next])),
      [[]],
    );
  };
  return Object.entries(data).reduce(
    (all: Data[], [name, value]) =>
      all.flatMap((each) => fill(value, counts[name] ?? 0).map((next) => ({ ...each, [name]: next }))),
    [{}],
  );
}

/** The density given all values, which sums nothing, summed over all that the missing ones can be; with its gradient. */
async function expectSummed(
  text: string,
  data: Data,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const [some, fast] = [await densityOf(text, data), await densityOf(text, data, await createWasmEngine())];
  const whole = await Promise.all(completions(data, counts).map((each) => densityOf(text, each)));
  for (const seed of [1, 2, 3]) {
    const values = normals(some.names.length, seed, 0.7);
    const position = new Map(some.names.map((name, at) => [name, values[at]]));
    const terms = whole.map((each) => each.at(position));
    const sum = Math.log(terms.reduce((total, { logDensity }) => total + Math.exp(logDensity), 0));
    const [here, compiled] = [some.at(position), fast.at(position)];
    expect(Number.isFinite(sum)).toBe(true);
    expect(here.logDensity).toBeCloseTo(sum, 8);
    expect(compiled.logDensity).toBeCloseTo(sum, 8);
    for (const [name, slope] of here.gradient) {
      const mean = terms.reduce(
        (total, { logDensity, gradient }) =>
          total + Math.exp(logDensity - sum) * (gradient.get(name) ?? Number.NaN),
        0,
      );
      expect(slope, name).toBeCloseTo(mean, 8);
      expect(compiled.gradient.get(name), name).toBeCloseTo(mean, 8);
    }
  }
}

describe("the density is the sum over all that the missing values can be", () => {
  test.each<readonly [string, string, Data, Readonly<Record<string, number>>]>([
    [
      "a boolean predictor, one of them alone",
      `model M[N] { p ~ Beta(1, 1); b: Real[2] ~ Normal(0, 2)
        observe u: Bool? ~ Bernoulli(0.3)
        plate n in N {
          observe x[n]: Bool? ~ Bernoulli(p)
          observe y[n] ~ Normal(if x[n] then b[1] else if u then 3 else b[0], 1)
        } }`,
      { u: null, x: [1, null, 0, null], y: [2, -1, 0.5, 1] },
      { u: 2, x: 2 },
    ],
    [
      "a category as an index, behind a binding and in a factor",
      `model M[N, K = 3] { w ~ Dirichlet(ones(K)); mu: Real[K] ~ Normal(0, 1)
        plate n in N {
          observe k[n]: Int? ~ Categorical(w)
          m[n] = 2 * mu[k[n]] + k[n]
          observe y[n] ~ Normal(m[n], 1)
          factor -0.1 * square(k[n] - 1)
        } }`,
      { k: [2, null, 0, null, 1], y: [1, 2, 0, -1, 0.5] },
      { k: 3 },
    ],
    [
      "predictors that depend on each other, counts among them",
      `model M[N] { a ~ Normal(0, 1)
        plate n in N {
          observe x[n]: Bool? ~ Bernoulli(logits: a)
          observe c[n]: Int? ~ Binomial(3, if x[n] then 0.8 else sigmoid(a))
          observe d[n]: Int? ~ Binomial(2, if c[n] < 2 then 0.3 else 0.9)
          observe y[n] ~ Normal(a * d[n] - c[n], 1)
        } }`,
      { x: [null, 1, 0], c: [null, 2, 3], d: [null, 2, 0], y: [0.5, 1, -1] },
      { x: 2, c: 4, d: 3 },
    ],
    [
      "beside a latent that is summed out and real numbers that are inferred",
      `model M[N] { a ~ Normal(0, 1)
        plate n in N {
          z[n] ~ Bernoulli(0.4)
          observe x[n]: Bool? ~ Bernoulli(if z[n] then 0.9 else 0.2)
          observe y[n] ~ Normal(if x[n] && z[n] then a else 1, if x[n] then 1 else 2)
        } }`,
      { x: [1, null, 0, null], y: [2, -1, 0.5, 1] },
      { x: 2 },
    ],
    [
      "a chain with gaps, whose start no line draws",
      `model M[T] { P: Simplex[2, 2] ~ Dirichlet([2, 1]); mu: Real[2] ~ Normal(0, 1)
        for t in 1..T { observe s[t]: Int? ~ Categorical(P[s[t-1]]) }
        plate t in T { observe y[t] ~ Normal(mu[s[t]], 1) } }`,
      { s: [1, 0, null, null, 0, 1, 1, 1, null, 0], y: [1, 0, 2, -1, 0.5, 1, 0, 0, 1, 2] },
      { s: 2 },
    ],
    [
      "a chain over two steps whose first elements have distributions of their own",
      `model M[T] { a: Real[2] ~ Normal(0, 1)
        observe s[0]: Bool? ~ Bernoulli(0.5)
        observe s[1]: Bool? ~ Bernoulli(if s[0] then 0.7 else 0.1)
        for t in 2..T { observe s[t]: Bool? ~ Bernoulli(logits: (if s[t-1] then a[0] else 0.5) + (if s[t-2] then a[1] else 0)) } }`,
      { s: [null, 0, null, null, 0, 1, null, 1] },
      { s: 2 },
    ],
    [
      "several series side by side, whose start no line draws",
      `model M[I, T] { a ~ Normal(0, 1)
        plate i in I { for t in 1..T { observe s[i, t]: Bool? ~ Bernoulli(logits: if s[i, t-1] then a else -a) } } }`,
      {
        s: [
          [1, null, 0, null],
          [0, null, null, 1],
        ],
      },
      { s: 2 },
    ],
    [
      "items with several observations each",
      `model M[I, J] { a ~ Normal(0, 1)
        plate i in I {
          observe g[i]: Bool? ~ Bernoulli(logits: a)
          plate j in J { observe y[i, j] ~ Normal(if g[i] then a else 0, 1) }
        } }`,
      {
        g: [null, 1, null],
        y: [
          [1, 2],
          [0, 1],
          [-1, 0.5],
        ],
      },
      { g: 2 },
    ],
  ])("%s", (_, text, data, counts) => expectSummed(text, data, counts));

  test("where values below the declared ones would give no number", async () => {
    const text = `model M[N] { a ~ Normal(0, 1); r: Real(1, 3) ~ Normal(2, 1)
      plate n in N { observe k[n]: Int(1, 3)? ~ Poisson(r); observe y[n] ~ Normal(a * log(k[n]), sqrt(k[n])) } }`;
    const latent = `model M { a ~ Normal(0, 1); r: Real(1, 3) ~ Normal(2, 1)
      observe k: Int(1, 3) ~ Poisson(r); l: Int(1, 3) ~ Poisson(r)
      observe y ~ Normal(a * log(k), sqrt(k)); observe z ~ Normal(a * log(l), sqrt(l)) }`;
    const position = new Map([
      ["a", 0.4],
      ["r", -0.7],
    ]);
    const all = await Promise.all([
      densityOf(text, { k: [2, null], y: [0.5, 1] }),
      densityOf(latent, { k: 2, y: 0.5, z: 1 }),
      ...[1, 2, 3].map((k) => densityOf(text, { k: [2, k], y: [0.5, 1] })),
    ]);
    const [some, byHand, ...whole] = all.map((each) => each.at(position).logDensity);
    const sum = Math.log(whole.reduce((total, each) => total + Math.exp(each), 0));
    expect(some).toBeCloseTo(sum, 10);
    expect(byHand).toBeCloseTo(sum, 10);
  });

  test("and that of a model with a latent for each missing value", async () => {
    const some = await densityOf(
      `model M[N] { p ~ Beta(1, 1); b ~ Normal(0, 2)
        plate n in N { observe x[n]: Bool? ~ Bernoulli(p); observe y[n] ~ Normal(if x[n] then b else 0, 1) } }`,
      { x: [1, null, 0, null], y: [2, -1, 0.5, 1] },
    );
    const byHand = await densityOf(
      `model H { p ~ Beta(1, 1); b ~ Normal(0, 2)
        observe x0 ~ Bernoulli(p); x1 ~ Bernoulli(p); observe x2 ~ Bernoulli(p); x3 ~ Bernoulli(p)
        observe y0 ~ Normal(if x0 then b else 0, 1); observe y1 ~ Normal(if x1 then b else 0, 1)
        observe y2 ~ Normal(if x2 then b else 0, 1); observe y3 ~ Normal(if x3 then b else 0, 1) }`,
      { x0: 1, x2: 0, y0: 2, y1: -1, y2: 0.5, y3: 1 },
    );
    const position = new Map([
      ["p", 0.4],
      ["b", -0.7],
    ]);
    const [here, there] = [some.at(position), byHand.at(position)];
    expect(here.logDensity).toBeCloseTo(there.logDensity, 10);
    expect(here.gradient.get("p")).toBeCloseTo(there.gradient.get("p") ?? Number.NaN, 10);
    expect(here.gradient.get("b")).toBeCloseTo(there.gradient.get("b") ?? Number.NaN, 10);
  });
});

const mixed = `model Mixed[N] { b ~ Normal(0, 2)
  plate n in N { observe x[n]: Bool? ~ Bernoulli(0.3); observe y[n] ~ Normal(if x[n] then b else 0, 1) } }`;
const some = { x: [1, null, 0, null], y: [2, -1, 0.5, 1] };

function normal(x: number, mean: number): number {
  return Math.exp(-((x - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

test("probabilities, draws, replicated data and densities of the rows", async () => {
  const program = await programOf(mixed);
  const said: string[] = [];
  const posterior = await infer(program, some, {
    seed: 3,
    parallel: 0,
    chains: 1,
    draws: 400,
    onDecision: ({ choice }) => said.push(choice),
  });
  expect(said).toContain("2 missing values of x are summed out");
  expect(posterior.summary.map(({ name }) => name)).toEqual(["b"]);

  const b = posterior.variables[0].values;
  const probability = (y: number): number =>
    b.reduce((sum, own) => {
      const [on, off] = [0.3 * normal(y, own), 0.7 * normal(y, 0)];
      return sum + on / (on + off) / b.length;
    }, 0);
  const [{ name, count, elements, probabilities }] = posterior.discrete;
  expect({ name, count, elements }).toEqual({ name: "x", count: 2, elements: [1, 3] });
  const on = [1, probability(-1), 0, probability(1)];
  for (const [n, each] of on.entries()) {
    expect(probabilities[2 * n + 1]).toBeCloseTo(each, 6);
    expect(probabilities[2 * n]).toBeCloseTo(1 - each, 6);
  }

  const x = posterior.variables.find((each) => each.name === "x");
  expect(x?.elements).toEqual([1, 3]);
  const rowsOf = (values: Float64Array): number[][] =>
    Array.from({ length: 400 }, (_, draw) => [...values.subarray(4 * draw, 4 * draw + 4)]);
  const drawn = rowsOf(x?.values ?? new Float64Array(0));
  expect(drawn.every(([first, , third]) => first === 1 && third === 0)).toBe(true);
  expect(drawn.reduce((sum, row) => sum + row[1], 0) / 400).toBeCloseTo(on[1], 1);
  expect(drawn.reduce((sum, row) => sum + row[3], 0) / 400).toBeCloseTo(on[3], 1);

  const { predictive } = await posterior.predict();
  const anew = rowsOf(predictive.find((each) => each.name === "x")?.values ?? new Float64Array(0));
  expect(anew.map((row) => [row[1], row[3]])).toEqual(drawn.map((row) => [row[1], row[3]]));
  expect(anew.some(([first]) => first === 0)).toBe(true);

  const { logLikelihood } = await posterior.leaveOneOut();
  const [rows] = logLikelihood;
  expect(rows.name).toBe("x, y");
  const densities = [
    0.3 * normal(2, b[0]),
    0.3 * normal(-1, b[0]) + 0.7 * normal(-1, 0),
    0.7 * normal(0.5, 0),
    0.3 * normal(1, b[0]) + 0.7 * normal(1, 0),
  ];
  for (const [n, each] of densities.entries()) expect(rows.values[n]).toBeCloseTo(Math.log(each), 10);
});

test("other strategies sum them out as well, under a guide written by hand too", async () => {
  const program = await programOf(
    `${mixed}\nguide for Mixed { learn m: Real = 0; learn s: Positive = 1; b ~ Normal(m, s) }`,
  );
  const [nuts, guided] = await Promise.all([
    infer(program, some, { seed: 1, parallel: 0, strategy: "nuts" }),
    infer(program, some, { seed: 1, parallel: 0, strategy: "svi" }),
  ]);
  const [exact, near] = [nuts.summary[0], guided.summary[0]];
  expect(Math.abs(exact.mean - near.mean)).toBeLessThan(0.2);
  expect(near.sd / exact.sd).toBeCloseTo(1, 0);
  expect(guided.discrete[0].probabilities[3]).toBeCloseTo(nuts.discrete[0].probabilities[3], 1);
});

describe("what is refused", () => {
  const plate = (lines: string): string => `model M[N] { a ~ Normal(0, 1)\nplate n in N { ${lines} } }`;
  test.each<readonly [string, string, GivenData, string]>([
    [
      "values without an end",
      plate("observe k[n]: Nat? ~ Poisson(2); observe y[n] ~ Normal(a * k[n], 1)"),
      { k: [1, null], y: [1, 2] },
      "no fixed, finite number of values",
    ],
    [
      "functions of what is drawn",
      plate("observe k[n]: Int? ~ 10 - Binomial(10, 0.4); observe y[n] ~ Normal(a * k[n], 1)"),
      { k: [1, null], y: [1, 2] },
      "a function of what is drawn",
    ],
    [
      "draws of arrays",
      plate("observe k[n]: Bool[2]? ~ Bernoulli(0.5); observe y[n] ~ Normal(if k[n, 0] then a else 0, 1)"),
      {
        k: [
          [1, null],
          [0, 1],
        ],
        y: [1, 2],
      },
      "one draw of it is an array",
    ],
    [
      "a use of all at once",
      `model M[N] { a ~ Normal(0, 1)
        plate n in N { observe k[n]: Int? ~ Binomial(2, 0.5) }
        observe y ~ Normal(a + mean(k), 1) }`,
      { k: [1, null], y: 1 },
      "used as a whole",
    ],
    [
      "what no line draws",
      `model M[T] { a ~ Normal(0, 1)
        for t in 1..T { observe s[t]: Bool? ~ Bernoulli(logits: if s[t-1] then a else 0) } }`,
      { s: [null, 1] },
      "no line says how it is distributed",
    ],
  ])("%s", async (_, text, data, words) => {
    expect(await refusalOf(text, data)).toContain(words);
  });
});
