import { describe, expect, test } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { close } from "./close.ts";
import { type RunNet, runNet } from "./run-net.ts";

const inputs = 3;
const width = 4;

function rows(count: number): number[] {
  const values = new Float64Array(count * inputs);
  randomSource({ seed: 9, stream: 0 }, count).fillNormal(values);
  return [...values];
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

type Weights = RunNet["weights"];

/** Column `column` of x @ W. */
function product(x: readonly number[], { values, shape }: Weights[string], column: number): number {
  return x.reduce((sum, each, row) => sum + each * values[row * shape[1] + column], 0);
}

/** One step, number by number: PyTorch's documentation of GRUCell. */
function gruStep(h: readonly number[], x: readonly number[], { W, U, b, c }: Weights): number[] {
  return h.map((each, k) => {
    const fromInput = (gate: number): number => product(x, W, gate * width + k) + b.values[gate * width + k];
    const fromState = (gate: number): number => product(h, U, gate * width + k) + c.values[gate * width + k];
    const reset = sigmoid(fromInput(0) + fromState(0));
    const update = sigmoid(fromInput(1) + fromState(1));
    const content = Math.tanh(fromInput(2) + reset * fromState(2));
    return (1 - update) * content + update * each;
  });
}

/** One step of h and c: PyTorch's documentation of LSTMCell. */
function lstmStep(
  [h, c]: readonly [readonly number[], readonly number[]],
  x: readonly number[],
  { W, U, b }: Weights,
): [number[], number[]] {
  const gate = (at: number, k: number): number =>
    product(x, W, at * width + k) + product(h, U, at * width + k) + b.values[at * width + k];
  const next = c.map((each, k) => sigmoid(gate(1, k)) * each + sigmoid(gate(0, k)) * Math.tanh(gate(2, k)));
  return [next.map((each, k) => sigmoid(gate(3, k)) * Math.tanh(each)), next];
}

function cut(x: readonly number[]): number[][] {
  return Array.from({ length: x.length / inputs }, (_, t) => x.slice(t * inputs, (t + 1) * inputs));
}

function below(weights: Weights, name: string): Weights {
  return Object.fromEntries(
    Object.entries(weights).map(([path, each]) => [path.replace(`${name}/`, ""), each]),
  );
}

// Short ones are written out step by step, long ones become a loop.
describe.each([1, 2, 7, 40])("%i rows", (count) => {
  const x = rows(count);

  test("gru", () => {
    const net = runNet("model M[T](x: Real[T, 3]) { learn f = gru[T, 3](4)\nvalue = f(x) }", {
      sizes: { T: count },
      inputs: { x },
    });
    const weights = below(net.weights, "gru_cell0");
    const states: number[][] = [];
    let h = Array.from({ length: width }, () => 0);
    for (const row of cut(x)) {
      h = gruStep(h, row, weights);
      states.push(h);
    }
    expect(net.shape).toEqual([count, width]);
    close(net.value, states.flat());
    if (count !== 7) net.checkGradients();
  });

  test("lstm", () => {
    const net = runNet("model M[T](x: Real[T, 3]) { learn f = lstm[T, 3](4)\nvalue = f(x) }", {
      sizes: { T: count },
      inputs: { x },
    });
    const weights = below(net.weights, "lstm_cell0");
    const zeros = Array.from({ length: width }, () => 0);
    let state: [number[], number[]] = [zeros, zeros];
    const outputs: number[][] = [];
    for (const row of cut(x)) {
      state = lstmStep(state, row, weights);
      outputs.push(state[0]);
    }
    close(net.value, outputs.flat());
    if (count !== 7) net.checkGradients();
  });
});

test("lstm with an open forget gate is one with a larger bias", () => {
  const of = (forget: string, weights = {}): RunNet =>
    runNet(`model M[T](x: Real[T, 3]) { learn f = lstm[T, 3](4)\nvalue = f(x${forget}) }`, {
      sizes: { T: 20 },
      inputs: { x: rows(20) },
      weights,
    });
  const open = of(", forget: 1");
  const b = open.weights["lstm_cell0/b"].values.map((each, at) =>
    at >= width && at < 2 * width ? each + 1 : each,
  );
  close(open.value, of("", { "lstm_cell0/b": b }).value);
});

describe("scan", () => {
  test("of each row of a plate, with a state that starts alike", () => {
    const program = `model M[N, T](x: Real[N, T, 3]) { learn f = gru[T, 3](4)\nvalue = [f(x[n]) for n in N] }`;
    const both = runNet(program, {
      sizes: { N: 2, T: 20 },
      inputs: { x: [...rows(20), ...rows(20).reverse()] },
    });
    const weights = Object.fromEntries(
      Object.entries(both.weights).map(([name, { values }]) => [name, values]),
    );
    const single = (x: readonly number[]): readonly number[] =>
      runNet("model M[T](x: Real[T, 3]) { learn f = gru[T, 3](4)\nvalue = f(x) }", {
        sizes: { T: 20 },
        inputs: { x },
        weights,
      }).value;
    close(both.value, [...single(rows(20)), ...single(rows(20).reverse())]);
  });

  test("with a function of one's own, given more arguments; what it knows of the state lasts", () => {
    const program = `
      def decay(level: Positive, x: Positive, rate: Positive): Positive = rate * level + 0.1 * x
      def levels[T](x: Real[T], rate: Positive): Positive[T] = scan(1, decay(rate: rate), exp(x))
      model M[T](x: Real[T]) { value = log(levels(x, 0.9)) }`;
    for (const count of [3, 30]) {
      const x = rows(count).slice(0, count);
      const expected: number[] = [];
      let level = 1;
      for (const each of x) {
        level = 0.9 * level + 0.1 * Math.exp(each);
        expected.push(level);
      }
      const found = runNet(program, { sizes: { T: count }, inputs: { x } });
      close(
        found.value,
        expected.map((each) => Math.log(each)),
      );
      found.checkGradients();
    }
  });

  test("that forgets its state", () => {
    const program = `
      def double(state: Real, x: Real): Real = 2 * x
      model M[T](x: Real[T]) { value = scan(0, double, x) }`;
    const x = rows(20);
    close(
      runNet(program, { sizes: { T: 60 }, inputs: { x } }).value,
      x.map((each) => 2 * each),
    );
  });
});
