/** Log densities of observations out of which discrete variables are summed, judged by scalar sums over all assignments. */
import { describe, expect, test } from "vitest";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { interpret, type Meaning } from "./interpret.ts";
import { loadModel } from "./load-model.ts";

type Values = Readonly<Record<string, Meaning>>;

function lowered(text: string, sizes: Readonly<Record<string, number>>, incomplete: readonly string[] = []) {
  const loaded = loadModel(`model M[${Object.keys(sizes).join(", ")}] { ${text} }`);
  const density = lowerLogDensity(
    { ...loaded, sizes, knowns: {}, incomplete },
    { scale: "constrained", pointwise: true },
  );
  return { loaded, ...density };
}

function flat(value: Meaning): number[] {
  return Array.isArray(value) ? value.flatMap(flat) : [value];
}

/** The output `pointwise/<name>`, given latents and data by name. */
function rowsOf(
  { graph }: ReturnType<typeof lowered>,
  name: string,
  values: Values,
): { readonly rows: Float64Array; readonly shape: readonly number[] } {
  const output = graph.outputs[`pointwise/${name}`];
  const { inputs } = graph;
  const given = Object.keys(inputs).map((input): [string, number[]] => {
    const [kind, variable] = input.split("/");
    if (kind === "present")
      return [input, flat(values[variable]).map((each) => (Number.isNaN(each) ? 0 : 1))];
    return [input, flat(values[variable]).map((each) => (Number.isNaN(each) ? 0.5 : each))];
  });
  const executable = referenceEngine.compile({ ...graph, outputs: { rows: output } });
  const { rows } = executable.run(Object.fromEntries(given));
  return { rows: Float64Array.from(rows), shape: graph.nodes[output].type.shape };
}

function without(value: Meaning, row: number): Meaning {
  return Array.isArray(value) ? value.filter((_, at) => at !== row) : value;
}

const parameters = { mu: [-1, 2, 0.5], w: [0.2, 0.5, 0.3], s: 0.7 };
const top = `mu: Real[3] ~ Normal(0, 2)
  w ~ Dirichlet(ones(3))
  s ~ HalfNormal(1)`;

/** log p(y, θ) − log p(y without row n, θ) is log p(y[n] | θ) where rows do not depend on each other. */
describe("a row's density is what its data add to the joint density", () => {
  const u = [0.3, -0.8, 1.9];
  const matrix = [
    [0.1, -1.2],
    [2.2, 1.4],
    [0.4, 0.6],
  ];
  test.each([
    ["a mixture", "plate n in N { z[n] ~ Categorical(w); observe u[n] ~ Normal(mu[z[n]], s) }", "u", { u }],
    [
      "vectors",
      "plate n in N { z[n] ~ Categorical(w); observe v[n]: Real[2] ~ Normal(mu[z[n]], s) }",
      "v",
      { v: matrix },
    ],
    [
      "two variables with one state",
      `plate n in N {
        z[n] ~ Categorical(w)
        observe u[n] ~ Normal(mu[z[n]], s)
        observe v[n]: Real[2] ~ Normal(-mu[z[n]], s)
      }`,
      "u, v",
      { u, v: matrix },
    ],
    [
      "items of a row",
      "plate n in N { z[n] ~ Categorical(w); plate m in 2 { observe v[n, m] ~ Normal(mu[z[n]] + m, s) } }",
      "v",
      { v: matrix },
    ],
    [
      "states of items within states of rows",
      `plate n in N {
        z[n] ~ Categorical(w)
        plate m in 2 {
          k[n, m] ~ Bernoulli(if z[n] == 0 then 0.2 else 0.7)
          observe v[n, m] ~ Normal(mu[z[n]] + (if k[n, m] then 1 else 0), s)
        }
      }`,
      "v",
      { v: matrix },
    ],
    [
      "a series in each row",
      `plate n in N {
        z[n, 0] ~ Categorical(w)
        for t in 1..2 { z[n, t] ~ Categorical(if z[n, t-1] == 1 then w else [0.1, 0.1, 0.8]) }
        plate t in 2 { observe v[n, t] ~ Normal(mu[z[n, t]], s) }
      }`,
      "v",
      { v: matrix },
    ],
    [
      "another plate over the same range",
      "plate n in N { z[n] ~ Categorical(w) }\nplate m in N { observe u[m] ~ Normal(mu[z[m]], s) }",
      "u",
      { u },
    ],
    [
      "two states of one row, and a weight",
      `plate n in N {
        a[n] ~ Categorical(w)
        b[n] ~ Bernoulli(sigmoid(s))
        observe u[n] ~ if b[n] { Normal(mu[a[n]], 1) } else { Cauchy(0, s) }
      }`,
      "u",
      { u },
    ],
  ])("%s", (_, body, name, data) => {
    const N = u.length;
    const program = lowered(`${top}\n${body}`, { N });
    const { rows, shape } = rowsOf(program, name, { ...parameters, ...data });
    expect(program.inseparable).toEqual([]);
    expect(shape).toEqual([N]);
    const whole = interpret(program.loaded, { N }, { ...parameters, ...data }).logDensity;
    for (let row = 0; row < N; row++) {
      const others = Object.fromEntries(Object.entries(data).map(([key, each]) => [key, without(each, row)]));
      const rest = interpret(program.loaded, { N: N - 1 }, { ...parameters, ...others }).logDensity;
      expect(rows[row]).toBeCloseTo(whole - rest, 10);
    }
  });
});

const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - (x - mean) ** 2 / (2 * sd ** 2);
const logMix = (terms: readonly number[]): number =>
  Math.log(terms.reduce((sum, each) => sum + Math.exp(each), 0));
const { mu, w, s } = parameters;

test("elements of nested plates have their own densities", () => {
  const v = [
    [0.1, -1.2],
    [2.2, 1.4],
    [0.4, 0.6],
  ];
  const program = lowered(
    `${top}\nplate n in N { plate m in 2 { z[n, m] ~ Categorical(w); observe v[n, m] ~ Normal(mu[z[n, m]], s) } }`,
    { N: 3 },
  );
  const { rows, shape } = rowsOf(program, "v", { ...parameters, v });
  expect(shape).toEqual([3, 2]);
  v.flat().forEach((x, at) => {
    expect(rows[at]).toBeCloseTo(logMix(w.map((p, k) => Math.log(p) + logNormal(x, mu[k], s))), 12);
  });
});

test("given another latent that depends on the state, the state has the probabilities that it leaves", () => {
  const [u, e] = [
    [0.3, -0.8],
    [1.1, -0.4],
  ];
  const program = lowered(
    `${top}\nplate n in N { z[n] ~ Categorical(w); e[n] ~ Normal(mu[z[n]], 1); observe u[n] ~ Normal(e[n] + z[n], s) }`,
    { N: 2 },
  );
  const { rows } = rowsOf(program, "u", { ...parameters, u, e });
  u.forEach((x, n) => {
    const weights = w.map((p, k) => Math.log(p) + logNormal(e[n], mu[k], 1));
    const joint = logMix(weights.map((each, k) => each + logNormal(x, e[n] + k, s)));
    expect(rows[n]).toBeCloseTo(joint - logMix(weights), 12);
  });
});

test("what is missing says nothing, and a row of which all is missing has no density", () => {
  const u = [0.3, Number.NaN, Number.NaN, 1];
  const v = [
    [0.1, -1.2],
    [Number.NaN, 1.4],
    [Number.NaN, Number.NaN],
    [Number.NaN, Number.NaN],
  ];
  const program = lowered(
    `${top}\nplate n in N {
      z[n] ~ Categorical(w)
      observe u[n]: Real? ~ Normal(mu[z[n]], s)
      observe v[n]: Real[2]? ~ Normal(-mu[z[n]], s)
    }`,
    { N: 4 },
    ["u", "v"],
  );
  const { rows } = rowsOf(program, "u, v", { ...parameters, u, v });
  u.forEach((x, n) => {
    const seen = [[x, 1], ...v[n].map((each) => [each, -1])].filter(([each]) => !Number.isNaN(each));
    if (seen.length === 0) expect(rows[n]).toBeNaN();
    else {
      const terms = w.map((p, k) =>
        seen.reduce((sum, [each, sign]) => sum + logNormal(each, sign * mu[k], s), Math.log(p)),
      );
      expect(rows[n]).toBeCloseTo(logMix(terms), 12);
    }
  });
});

test("a series with independent states, whose first element has none", () => {
  const y = [0.2, 1.5, -0.7];
  const program = lowered(
    `${top}\nobserve y[0] ~ Normal(0, s)
    for t in 1..T { z[t] ~ Categorical(w); observe y[t] ~ Normal(0.5 * y[t-1] + mu[z[t]], s) }
    z[0] ~ Categorical(w)`,
    { T: 3 },
  );
  const { rows } = rowsOf(program, "y", { ...parameters, y });
  expect(rows[0]).toBeCloseTo(logNormal(y[0], 0, s), 12);
  for (const t of [1, 2]) {
    const terms = w.map((p, k) => Math.log(p) + logNormal(y[t], 0.5 * y[t - 1] + mu[k], s));
    expect(rows[t]).toBeCloseTo(logMix(terms), 12);
  }
});

test("one observation of one state", () => {
  const program = lowered(`${top}\nz ~ Categorical(w)\nobserve y ~ Normal(mu[z], s)`, {});
  const { rows, shape } = rowsOf(program, "y", { ...parameters, y: 0.4 });
  expect(shape).toEqual([]);
  expect(rows[0]).toBeCloseTo(logMix(w.map((p, k) => Math.log(p) + logNormal(0.4, mu[k], s))), 12);
});

describe("no rows", () => {
  test.each([
    [
      "a chain",
      `z[0] ~ Categorical(w)
      for t in 1..N { z[t] ~ Categorical(if z[t-1] == 0 then w else [0.1, 0.1, 0.8]) }
      plate t in N { observe y[t] ~ Normal(mu[z[t]], s) }`,
      "the elements of `z` depend on each other",
    ],
    [
      "one state of all",
      "z ~ Categorical(w)\nplate n in N { observe y[n] ~ Normal(mu[z], s) }",
      "all of them depend on `z`",
    ],
    [
      "one state of a vector",
      "z ~ Categorical(w)\nobserve y: Real[N] ~ Normal(mu[z], s)",
      "all of them depend on `z`",
    ],
  ])("%s", (_, body, reason) => {
    const { inseparable, graph } = lowered(`${top}\n${body}`, { N: 3 });
    expect(inseparable).toEqual([{ variables: ["y"], reason }]);
    expect(Object.keys(graph.outputs).filter((name) => name.startsWith("pointwise/"))).toEqual([]);
  });
});
