import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckedProgram, checkProgram } from "../../../src/lang/check/check-program.ts";
import type { CoreModel } from "../../../src/lang/core.ts";
import type { CoreExpression } from "../../../src/lang/core-expression.ts";
import { formatCore } from "../../../src/lang/format-core.ts";
import { formatType } from "../../../src/lang/format-type.ts";
import { parse } from "../../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import { golden } from "../../golden.ts";
import { runs } from "../../runs.ts";
import { programs as tour } from "../programs.ts";
import { cases } from "./check-cases.ts";

const folder = new URL("../programs/", import.meta.url);
const library = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

function check(text: string): CheckedProgram {
  return checkProgram(parse({ name: "model.ppl", text }).file, { library });
}

function codes(text: string): string[] {
  expect(parse({ name: "model.ppl", text }).problems).toEqual([]);
  const errors = check(text).problems.filter((problem) => problem.severity === "error");
  return errors.map((problem) => `${problem.code}: ${problem.message}`);
}

function modelOf(text: string): CoreModel {
  expect(codes(text)).toEqual([]);
  return check(text).program.models[0];
}

const files = readdirSync(folder).filter((name) => name.endsWith(".ppl"));
const examples: Record<string, string> = Object.fromEntries([
  ...files.map((name) => [name.slice(0, -".ppl".length), readFileSync(new URL(name, folder), "utf8")]),
  ...["Mixture", "Hmm", "LocalLevel", "Vae", "Mixtures2D", "Regressions", "SinesOrLines"].map((name) => [
    name,
    tour[name],
  ]),
]);

describe("Core of the examples", () => {
  test.each(Object.entries(examples))("%s", async (name, text) => {
    expect(codes(text)).toEqual([]);
    await golden(`core/${name}.txt`, { program: text, core: formatCore(check(text).program) });
  });
});

/** The value's type in a model where these are bound; of a tuple, those of its items. */
function typeOf(value: string): string {
  const text = `model M[N, M, K](r: Real, p: Positive, u: Unit, n: Nat, b: Bool, v: Real[N], w: Positive[N], A: Real[N, M], i: Nat[N], q: Simplex[K], c: Real[4]) {\n  s = sum(v) + p + u + n + sum(w) + sum(sum(A)) + sum(i) + sum(q) + sum(c) + (if b { 1 } else { 0 })\n  x = ${value}\n}`;
  const [, ...items] = modelOf(text).body;
  const types = items.map((each) => (each.kind === "let" ? formatType(each.value.type) : each.kind));
  return types.length === 1 ? types[0] : `(${types.join(", ")})`;
}

describe("types of expressions", () => {
  test.each([
    ["exp(r)", "Positive"],
    ["sigmoid(r)", "Unit"],
    ["1 - u", "Unit"],
    ["u + (1 - u) * sigmoid(r)", "Unit"],
    ["(1 - u) * p + 2 * u", "Positive"],
    ["(1 - u) * r + u", "Real"],
    ["r + (1 - r) * u", "Real"],
    ["u * q + (1 - u) * q", "Simplex[K]"],
    ["A @ transpose(A) + diag(w)", "Covariance[N]"],
    ["A @ transpose(A) + diag(v)", "Real[N, N]"],
    ["r ^ 2", "NonNegative"],
    ["p * p + r ^ 2", "Positive"],
    ["sqrt(p)", "Positive"],
    ["(r - 1) * (r - 1)", "NonNegative"],
    ["(r - 1) * (r - 2)", "Real"],
    ["sqrt(r)", "NonNegative"],
    ["abs(r)", "NonNegative"],
    ["max(r, 0.1)", "Real(0.1, infinity)"],
    ["p / p", "Positive"],
    ["1 / N", "Unit"],
    ["n + 1", "Int(1, infinity)"],
    ["n / 2", "NonNegative"],
    ["3 / 2", "1.5"],
    ["n - 1", "Int(-1, infinity)"],
    ["floor(r)", "Int"],
    ["r < p", "Bool"],
    ["v < 0", "Bool[N]"],
    ["!b && r > 0", "Bool"],
    ["v + 1", "Real[N]"],
    ["v * w", "Real[N]"],
    ["sum(w)", "Positive"],
    ["mean(w)", "Positive"],
    ["sum(A)", "Real[N]"],
    ["softmax(v)", "Simplex[N]"],
    ["log_softmax(v)", "Real(-infinity, 0)[N]"],
    ["cumsum(w)", "PositiveOrdered[N]"],
    ["A @ c[0..2]", "error"],
    ["transpose(A) @ v", "Real[M]"],
    ["v @ A", "Real[M]"],
    ["v @ v", "Real"],
    ["dot(w, w)", "Positive"],
    ["outer(v, c)", "Real[N, 4]"],
    ["concat(v, v)", "Real[2 * N]"],
    ["split(c)", "(Real[2], Real[2])"],
    ["ones(K, 2)", "1[K, 2]"],
    ["ones(K) / K", "Simplex[K]"],
    ["[0.25, 0.75]", "Simplex[2]"],
    ["[1, 2.5]", "Real(1, 2.5)[2]"],
    ["[v[k] for k in N]", "Real[N]"],
    ["[v[k] * w[k] for k in 1..N]", "Real[N - 1]"],
    ["A[0]", "Real[M]"],
    ["A[0, 1..3]", "Real[2]"],
    ["v[1..]", "Real[N - 1]"],
    ["c[..2]", "Real[2]"],
    ["q[0]", "Unit"],
    ["v[i[0]]", "Real"],
    ["c[if b { 0 } else { 3 }]", "Real"],
    ["if b { 1 } else { 2.5 }", "Real(1, 2.5)"],
    ["match n { 0 => p; _ => exp(r) }", "Positive"],
    ["r as Positive", "Positive"],
    ["v as Positive", "Positive[N]"],
    ["w as Simplex[N]", "Simplex[N]"],
    ["v |> exp |> sum", "Positive"],
    ["pi", "3.14159265358979"],
    ["(r, v)", "(Real, Real[N])"],
    ["stop_gradient(q)", "Simplex[K]"],
    ["relu(v)", "NonNegative[N]"],
    ["-p", "Real(-infinity, 0)"],
  ])("%s is %s", (value, type) => {
    if (type === "error") {
      const text = `model M[N, M](A: Real[N, M], c: Real[4]) {\n  x = ${value}\n}`;
      expect(codes(text).join()).toContain("size-mismatch");
    } else expect(typeOf(value)).toContain(type.slice(0, 16));
  });
});

describe("programs that must check", () => {
  test.each([
    [
      "a distribution of vectors, declared as what it draws",
      "dist Pair(rate: Positive) on Positive[2] {\n  logpdf(x) = 2 * log(rate) - rate * sum(x)\n}\nmodel M[N] {\n  plate n in N { observe y[n]: Positive[2] ~ Pair(1) }\n}",
    ],
    [
      "second-order look-back",
      "model M[T] {\n  x[0] ~ Normal(0, 1)\n  x[1] ~ Normal(0, 1)\n  for t in 2..T { x[t] ~ Normal(2 * x[t-1] - x[t-2], 1) }\n}",
    ],
    [
      "a series that goes on in a second range, and in other items of a plate later",
      "model M[T, K, J] {\n  x[0] ~ Normal(0, 1)\n  for t in 1..K { x[t] ~ Normal(x[t-1], 1) }\n  for t in K..T { x[t] ~ Normal(x[t-1], 2) }\n  plate j in 1..J {\n    z[j, 0] ~ Normal(0, 1)\n    for t in 1..T { z[j, t] ~ Normal(z[j, t-1], 1) }\n  }\n  z[0, 0] ~ Normal(0, 1)\n  for t in 1..T { z[0, t] ~ Normal(z[0, t-1], 1) }\n}",
    ],
    [
      "panel of series",
      "model M[S, T] {\n  plate s in S {\n    x[s, 0] ~ Normal(0, 1)\n    for t in 1..T { x[s, t] ~ Normal(x[s, t-1], 1) }\n    plate t in T { observe y[s, t] ~ Normal(x[s, t], 1) }\n  }\n}",
    ],
    [
      "series of panels",
      "model M[S, T] {\n  plate s in S { x[0, s] ~ Normal(0, 1) }\n  for t in 1..T { plate s in S { x[t, s] ~ Normal(x[t-1, s], 1) } }\n}",
    ],
    [
      "mutual look-back",
      "model M[T] {\n  a[0] ~ Normal(0, 1)\n  b[0] ~ HalfNormal(1)\n  for t in 1..T {\n    a[t] ~ Normal(a[t-1], b[t-1])\n    b[t] ~ LogNormal(log(b[t-1]) + a[t], 1)\n  }\n}",
    ],
    [
      "nested plates",
      "model M[I, J](x: Real[I, J]) {\n  plate i in I {\n    mu[i] ~ Normal(0, 1)\n    plate j in J { observe y[i, j] ~ Normal(mu[i] + x[i, j], 1) }\n  }\n}",
    ],
    [
      "groups",
      "model M[N, J](group: Nat[N]) {\n  a: Real[J] ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(a[group[n]], 1) }\n}",
    ],
    [
      "truncated",
      "model M {\n  s: Positive ~ Normal(0, 2)\n  x: Positive ~ Flat()\n  c: Real(0, 3) ~ Cauchy(0, 1)\n}",
    ],
    ["same bounds", "model M(lo: Real, hi: Real) {\n  x: Real(lo, hi) ~ Uniform(lo, hi)\n}"],
    [
      "positive and ordered",
      "model M[K] {\n  a: PositiveOrdered[K] ~ Normal(linspace(1, 4, K), 1)\n  r ~ Gamma(2, 1)\n  b: PositiveOrdered[K] ~ Exponential(r)\n  c: PositiveOrdered[K] = cumsum(b)\n  d: Ordered[K] = b\n  observe y: Real[K] ~ Normal(c, b)\n}",
    ],
    ["ordered under a hyperprior", "model M[K] {\n  m ~ Normal(0, 1)\n  mu: Ordered[K] ~ Normal(m, 1)\n}"],
    [
      "branches",
      "model M(robust: Bool) {\n  if robust { s = 2 } else { s = 1 }\n  if robust { observe y ~ StudentT(4, 0, s) } else { observe y ~ Normal(0, s) }\n}",
    ],
    [
      "two separate branches",
      "model M(a: Bool, b: Bool) {\n  if a { x[0] ~ Normal(0, 1) } else { x[0] ~ Normal(1, 1) }\n  if b { x[1] ~ Normal(0, 1) } else { x[1] ~ Normal(1, 1) }\n  observe y ~ Normal(sum(x), 1)\n}",
    ],
    [
      "a discrete latent of an outer plate",
      "model M[N, T] {\n  plate n in N {\n    z[n] ~ Bernoulli(0.5)\n    m[n] = if z[n] { 1 } else { 0 }\n    plate t in T { observe y[n, t] ~ Normal(m[n], 1) }\n  }\n}",
    ],
    [
      "distribution by latent",
      "model M[N] {\n  plate n in N {\n    z[n] ~ Bernoulli(0.3)\n    observe y[n] ~ match z[n] { true => Normal(0, 1); false => Cauchy(0, 1) }\n  }\n}",
    ],
    ["tuples", "model M(v: Real[4]) {\n  (a, b) = split(v)\n  observe y: Real[2] ~ Normal(a, exp(b))\n}"],
    [
      "tuples of a function",
      "def two[N](x: Real[N]) {\n  m = sum(x)\n  (m, x - m)\n}\nmodel M(v: Real[4]) {\n  (a, b) = two(v)\n  observe y: Real[4] ~ Normal(a + b, 1)\n}",
    ],
    [
      "generic function",
      "def scaled[N](x: Real[N], k: Positive): Real[N] = k * x\nmodel M[J](x: Real[J], z: Real[2 * J]) {\n  observe y: Real[J] ~ Normal(scaled(x, 2), 1)\n  observe w: Real[2 * J] ~ Normal(scaled(z, 2), 1)\n}",
    ],
    [
      "size solved from twice it",
      "def half[N](x: Real[2 * N]): Real[N] {\n  (a, b) = split(x)\n  a + b\n}\nmodel M[N](x: Real[6], y: Real[4 * N]) {\n  observe u: Real[3] ~ Normal(half(x), 1)\n  observe v: Real[2 * N] ~ Normal(half(y), 1)\n}",
    ],
    [
      "split plates",
      "model M[N](m: Real) {\n  plate i in 0..3 { x[i] ~ Normal(m, 1) }\n  plate i in 3..N { x[i] ~ Normal(0, 1) }\n}",
    ],
    [
      "recursion of bindings",
      "model M[T](u: Real[T]) {\n  h[0] = 0\n  for t in 1..T { h[t] = 0.5 * h[t-1] + u[t] }\n  plate t in T { observe y[t] ~ Normal(h[t], 1) }\n}",
    ],
    [
      "multinomial by rows",
      "model M[N, K](X: Real[N, 3]) {\n  B: Real[3, K] ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Categorical(logits: X[n] @ B) }\n}",
    ],
    [
      "rows of simplexes",
      "model M[K, N] {\n  plate k in K { P[k] ~ Dirichlet(ones(K)) }\n  plate n in N {\n    z[n] ~ Categorical(ones(K) / K)\n    observe y[n] ~ Categorical(P[z[n]])\n  }\n}",
    ],
    ["factor", "model M {\n  x ~ Flat()\n  factor -x ^ 2 / 2\n}"],
    [
      "a uniform scale",
      "model M {\n  s ~ Uniform(0, 10)\n  p ~ Beta(1, 1)\n  observe y ~ Normal(0, s * p)\n}",
    ],
    [
      "a bool as an index",
      "model M[N] {\n  c: Real[2, 2] ~ Uniform(-5, 5)\n  plate n in N {\n    z[n] ~ Bernoulli(0.5)\n    observe x[n]: Real[2] ~ Normal(c[z[n]], sqrt(0.1))\n  }\n}",
    ],
  ])("%s", (_, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe("Core", () => {
  test("a program without problems has no holes", () => {
    for (const text of Object.values(examples)) {
      const json = JSON.stringify(check(text).program);
      expect(json).not.toContain('"kind":"error"');
      expect(json).not.toContain('"name":"?"');
    }
  });

  test("sibling plates over one index name have different indices", () => {
    const { body } = modelOf(
      "model M[N] {\n  plate n in N { a[n] ~ Normal(0, 1) }\n  plate n in N { b[n] ~ Normal(a[n], 1) }\n}",
    );
    const indices = body.map((each) => (each.kind === "axis" ? each.index : ""));
    expect(new Set(indices).size).toBe(2);
  });

  test("every index variable of an expression is one of its enclosing axes or comprehensions", () => {
    for (const text of Object.values(examples)) {
      for (const { sites } of check(text).program.models) {
        for (const site of sites) {
          const axes = site.place.flatMap((place) => (place.kind === "axis" ? [place.index] : []));
          if (site.distribution.kind !== "distribution") continue;
          for (const argument of Object.values(site.distribution.arguments)) {
            for (const name of indexNames(argument)) expect(axes).toContain(name);
          }
        }
      }
    }
  });

  test("functions that no model reaches are left out", () => {
    const text =
      "def f(x: Real): Real = x\ndef g(x: Real): Real = f(x)\ndef h(x: Real): Real = x\nmodel M {\n  a ~ Normal(g(1), 1)\n}";
    expect(Object.keys(check(text).program.functions).sort()).toEqual(["f", "g"]);
  });

  test("leading elements of an observed variable may stay undrawn", () => {
    const { variables } = modelOf(
      "model M[T] {\n  for t in 2..T { observe y[t] ~ Normal(y[t-1] - y[t-2], 1) }\n}",
    );
    expect(variables.map(({ type }) => formatType(type))).toEqual(["Real[T]"]);
  });

  test("problems come in the order of the text, and nothing is both a warning and hidden by an error", () => {
    const { problems } = check("model M(unused: Real) {\n  a ~ Normal(b, 1)\n  c ~ Normal(d, 1)\n}");
    expect(problems.map((problem) => problem.message)).toEqual(["unknown name `b`", "unknown name `d`"]);
  });
});

/** Names of index variables used directly as indices. */
function indexNames(expression: CoreExpression): string[] {
  if (expression.kind === "index") {
    return expression.indices.flatMap((index) =>
      index.kind === "at" && index.value.kind === "variable" ? [index.value.name] : [],
    );
  }
  return expression.kind === "call"
    ? expression.arguments.flatMap((each) => (each.kind === "comprehension" ? [] : indexNames(each)))
    : [];
}

test("a chain of a thousand functions, last one first, needs no deep recursion", () => {
  const chain = Array.from(
    { length: 1000 },
    (_, i) => `def f${i}(x: Real): Real = ${i < 999 ? `f${i + 1}(x)` : "x"}`,
  );
  expect(codes(chain.join("\n"))).toEqual([]);
});

test("never throws, whatever is left out or mixed in", () => {
  const texts = [...Object.values(examples), ...Object.values(cases).flatMap((each) => Object.values(each))];
  const words = texts.join(" ").match(/[A-Za-z_]\w*|[0-9.]+|\S/g) ?? [];
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 4 }),
      (text, edits) => {
        const tokens = text.split(/(\s+|\b)/);
        for (const [at, word, replace] of edits) {
          tokens.splice(at % tokens.length, replace ? 1 : 0, replace ? words[word % words.length] : " ");
        }
        const { file } = parse({ name: "model.ppl", text: tokens.join("") });
        expect(Array.isArray(checkProgram(file, { library }).problems)).toBe(true);
      },
    ),
    runs(1500, 40_000),
  );
});

test("a thousand statements are no matter of seconds", () => {
  const lines = Array.from(
    { length: 330 },
    (_, i) =>
      `  a${i}: Real[N] ~ Normal(0, 1)\n  s${i} ~ HalfNormal(1)\n  plate n in N { observe y${i}[n] ~ Normal(a${i}[n] * x[n] + ${i}, s${i}) }`,
  );
  const { file } = parse({ name: "long.ppl", text: `model Long[N](x: Real[N]) {\n${lines.join("\n")}\n}` });
  expect(checkProgram(file, { library }).problems).toEqual([]);
  const start = performance.now();
  checkProgram(file, { library });
  // About 50 ms on an idle machine; anything quadratic takes seconds.
  expect(performance.now() - start).toBeLessThan(2000);
});

describe("the library is checked once for a process", () => {
  const uses = (name: string): string => `model M {\n  a ~ Normal(0, 1)\n  observe y ~ ${name}(3, a, 1)\n}`;

  test("with all that it calls, in every program that mentions it", () => {
    const [first, second] = [
      check(uses("StudentT")),
      check(`${uses("StudentT")}\n\nmodel Other { b ~ Normal(0, 1) }`),
    ];
    expect(Object.keys(first.program.functions)).toContain("log_t_cdf");
    expect(second.program.functions.log_t_cdf).toBe(first.program.functions.log_t_cdf);
    expect(Object.keys(second.program.functions)).toEqual(Object.keys(first.program.functions));
  });

  test("and anew where a program has functions of its names", () => {
    const own = "def log_t_odds(z: Real, df: Real): Real = 7\n\n";
    const { functions } = check(`${own}${uses("StudentT")}`).program;
    expect(Object.keys(functions)).toContain("log_t_odds (library)");
    expect(Object.keys(check(uses("StudentT")).program.functions)).toContain("log_t_odds");
  });
});
