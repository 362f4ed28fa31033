import { describe, expect, test } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { close } from "./close.ts";
import { type RunNet, runNet } from "./run-net.ts";

type Matrix = readonly (readonly number[])[];

function random(rows: number, columns: number, step = 0): number[][] {
  const values = new Float64Array(rows * columns);
  randomSource({ seed: 21, stream: 0 }, step).fillNormal(values);
  return cut([...values], columns);
}

function cut(values: readonly number[], columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    values.slice(row * columns, (row + 1) * columns),
  );
}

function matmul(x: Matrix, y: Matrix): number[][] {
  return x.map((row) => y[0].map((_, column) => row.reduce((sum, each, k) => sum + each * y[k][column], 0)));
}

function add(x: Matrix, y: Matrix): number[][] {
  return x.map((row, n) => row.map((each, d) => each + y[n][d]));
}

/** Softmax over the keys that are allowed of scores / √D, times the values. */
function attention(
  queries: Matrix,
  keys: Matrix,
  values: Matrix,
  allowed: (n: number, m: number) => boolean = () => true,
): number[][] {
  return queries.map((query, n) => {
    const weights = keys.map((key, m) =>
      allowed(n, m)
        ? Math.exp(query.reduce((sum, each, d) => sum + each * key[d], 0) / Math.sqrt(query.length))
        : 0,
    );
    const total = weights.reduce((sum, each) => sum + each);
    return values[0].map((_, v) => weights.reduce((sum, each, m) => sum + (each / total) * values[m][v], 0));
  });
}

function layerNorm(row: readonly number[]): number[] {
  const mean = row.reduce((sum, each) => sum + each) / row.length;
  const variance = row.reduce((sum, each) => sum + (each - mean) ** 2, 0) / row.length;
  return row.map((each) => (each - mean) / Math.sqrt(variance + 1e-5));
}

type Weights = RunNet["weights"];

function matrix({ shape, values }: Weights[string], head = 0): number[][] {
  const [rows, columns] = shape.slice(-2);
  return cut(values.slice(head * rows * columns, (head + 1) * rows * columns), columns);
}

function dense(x: Matrix, weights: Weights, path: string): number[][] {
  const product = matmul(x, matrix(weights[`${path}/W`]));
  return product.map((row) => row.map((each, o) => each + weights[`${path}/b`].values[o]));
}

function multihead(x: Matrix, y: Matrix, weights: Weights, path: string): number[][] {
  const at = (name: string, head: number): number[][] => matrix(weights[`${path}${name}`], head);
  const heads = weights[`${path}Q`].shape[0];
  let sum = x.map(() => [...weights[`${path}b`].values]);
  for (let head = 0; head < heads; head++) {
    const [q, k, v] = [matmul(x, at("Q", head)), matmul(y, at("K", head)), matmul(y, at("V", head))];
    sum = add(sum, matmul(attention(q, k, v), at("W", head)));
  }
  return sum;
}

/** With the scales and shifts of the norms as they start. */
function block(x: Matrix, y: Matrix, weights: Weights, path: string): number[][] {
  const rows = add(x, multihead(x, y, weights, `${path}multihead0/`)).map(layerNorm);
  const fed = dense(rows, weights, `${path}layer2/dense0`).map((row) => row.map((each) => Math.max(0, each)));
  return add(rows, fed).map(layerNorm);
}

const x = random(5, 4);
const y = random(3, 4, 1);
const ones = [1, 1, 1, 1];
const zeros = [0, 0, 0, 0];

describe("attention", () => {
  const inputs = { q: x.flat(), k: y.flat(), v: random(3, 2, 2).flat() };
  const head = "model M(q: Real[5, 4], k: Real[3, 4], v: Real[3, 2], mask: Bool[5, 3])";

  test("of all", () => {
    const net = runNet(`${head} { value = attention(q, k, v) }`, {
      inputs: { ...inputs, mask: zeros.slice(1).flatMap(() => [1, 1, 1, 1, 1]) },
    });
    close(net.value, attention(x, y, random(3, 2, 2)).flat());
  });

  test("of what is allowed", () => {
    const mask = x.flatMap((_, n) => y.map((_, m) => Number(m <= n)));
    const net = runNet(`${head} { value = masked_attention(q, k, v, mask) }`, {
      inputs: { ...inputs, mask },
    });
    close(net.value, attention(x, y, random(3, 2, 2), (n, m) => m <= n).flat());
  });

  test("with several heads", () => {
    const program =
      "model M(x: Real[5, 4], y: Real[3, 4]) { learn f = multihead[5, 3, 4, 4](heads: 2, width: 3)\nvalue = f(x, y) }";
    const net = runNet(program, { inputs: { x: x.flat(), y: y.flat() } });
    close(net.value, multihead(x, y, net.weights, "").flat());
    net.checkGradients();
  });
});

describe("the set transformer's blocks", () => {
  const norms = (path: string): Record<string, number[]> => ({
    [`${path}layer_norm1/scale`]: ones,
    [`${path}layer_norm1/shift`]: zeros,
    [`${path}layer_norm3/scale`]: ones,
    [`${path}layer_norm3/shift`]: zeros,
  });

  test("attention_block", () => {
    const program =
      "model M(x: Real[5, 4], y: Real[3, 4]) { learn f = attention_block[5, 3, 4, 4](2, 3)\nvalue = f(x, y) }";
    const net = runNet(program, { inputs: { x: x.flat(), y: y.flat() }, weights: norms("") });
    close(net.value, block(x, y, net.weights, "").flat());
    net.checkGradients();
  });

  test("induced_attention", () => {
    const program =
      "model M(x: Real[5, 4]) { learn f = induced_attention[5, 4](points: 2, heads: 2, width: 3)\nvalue = f(x) }";
    const weights = { ...norms("attention_block0/"), ...norms("attention_block1/") };
    const net = runNet(program, { inputs: { x: x.flat() }, weights });
    const inner = block(matrix(net.weights.induced), x, net.weights, "attention_block0/");
    close(net.value, block(x, inner, net.weights, "attention_block1/").flat());
    net.checkGradients();
  });

  test("attention_pool", () => {
    const program =
      "model M(x: Real[5, 4]) { learn f = attention_pool[5, 4](seeds: 2, heads: 2, width: 3)\nvalue = f(x) }";
    const net = runNet(program, { inputs: { x: x.flat() }, weights: norms("attention_block1/") });
    const fed = dense(x, net.weights, "layer0/dense0").map((row) => row.map((each) => Math.max(0, each)));
    close(net.value, block(matrix(net.weights.seed), fed, net.weights, "attention_block1/").flat());
  });
});

/** tanh between dense layers. */
function mlp(rows: Matrix, weights: Weights, path: string, f: (x: number) => number): number[][] {
  const hidden = dense(rows, weights, `${path}/layer0/dense0`).map((row) => row.map(f));
  return dense(hidden, weights, `${path}/dense1`);
}

function meanOf(rows: Matrix): number[] {
  return rows[0].map((_, d) => rows.reduce((sum, row) => sum + row[d], 0) / rows.length);
}

describe("functions of sets", () => {
  const program = (net: string): string => `model M(x: Real[5, 4]) { learn f = ${net}\nvalue = f(x) }`;
  const nets = {
    deep_set: "deep_set[5, 4, 2](width: 3, hidden: [6])",
    "deep_set, largest": "deep_set[5, 4, 2](width: 3, hidden: [6], pool: max_of)",
    relation: "relation[5, 4, 2](width: 3, hidden: [6])",
    set_transformer: "set_transformer[5, 4, 2](D: 4, heads: 2, width: 3, points: 2)",
  };

  test.each(Object.entries(nets))("%s does not know the order of the rows", (_, net) => {
    const value = (rows: Matrix): readonly number[] =>
      runNet(program(net), { inputs: { x: rows.flat() } }).value;
    const before = value(x);
    close(value([x[3], x[0], x[4], x[2], x[1]]), before);
    expect(value([x[0], x[1], x[2], x[3], x[0]])).not.toEqual(before);
  });

  test("deep_set", () => {
    const net = runNet(program(nets.deep_set), { inputs: { x: x.flat() } });
    const pooled = meanOf(mlp(x, net.weights, "mlp0", Math.tanh));
    close(net.value, mlp([pooled], net.weights, "mlp1", Math.tanh)[0]);
    net.checkGradients();
  });

  test("relation", () => {
    const net = runNet(program(nets.relation), { inputs: { x: x.flat() } });
    const rectify = (each: number): number => Math.max(0, each);
    const pairs = x.flatMap((a) => x.map((b) => [...a, ...b]));
    const pooled = meanOf(mlp(pairs, net.weights, "mlp0", rectify));
    close(net.value, mlp([pooled], net.weights, "mlp1", rectify)[0]);
    net.checkGradients();
  });
});
