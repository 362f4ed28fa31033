/** Random nets, those of the library, and what a model learns of them. */
import { vector } from "./typed-expression.ts";
import { calls, type Declared, inside, type Maker } from "./typed-maker.ts";
import { type Choose, known } from "./typed-scope.ts";

/** Made of a layer, of a recursion, or of a set. */
const net: Maker = (name, choose) => {
  const here = inside(
    [known("x", "real", [], ["I"]), known("h", "real", [], ["O"]), known("scale", "positive")],
    ["O"],
  );
  const text = choose([
    () =>
      ` {\n  learn W: Real[I, O] = glorot()\n  learn scale: Positive = 0.5\n  h = tanh(x @ W)\n  ${vector(choose, here, "O", "real", 1)} * scale\n}`,
    () => " = x |> dense(2) |> tanh |> dense(O)",
    () => " = x |> residual([2], activation: softplus) |> dense(O)",
    () => " = gru([[x[i], 1] for i in I], O)[1]",
    () => " = lstm([[x[i], 1] for i in I], O)[1]",
    () => " = deep_set[I, 1, O]([[x[i]] for i in I], width: 2, hidden: [2])",
    () => " = relation[I, 1, O]([[x[i]] for i in I], width: 2, hidden: [2])",
  ])();
  return withInstance(choose, ofVectors(name, text), name, (from, to) => `${name}[${from}](O: ${to})`);
};

const ofVectors = (name: string, text: string): string =>
  `net ${name}[I](x: Real[I], O: Size) -> Real[O]${text}`;

/** With parameters that are known when compiling. */
const shapedNet: Maker = (name, choose) => {
  const [widths, init] = [choose(["[]", "[2]", "[2, 3]"]), choose(["he()", "orthogonal()", "normal(0.1)"])];
  const text = choose([
    `net ${name}[I](x: Real[I], O: Size, widths: Sizes = [2], init: Initializer = glorot()) -> Real[O] = x |> fold(layer(activation: tanh, init: init), widths) |> dense(O, init)`,
    `net ${name}[I](x: Real[I], O: Size, widths: Sizes = [2], init: Initializer = glorot(), f: Function = relu) -> Real[O] = x |> fold(layer(activation: f, init: init), widths) |> layer_norm |> dense(O)`,
  ]);
  return withInstance(
    choose,
    text,
    name,
    (from, to) => `${name}[${from}](O: ${to}, widths: ${widths}, init: ${init})`,
  );
};

/** Images of one channel, and what convolutions make of them. */
const convolution: Maker = (name, choose) => {
  const row = "reshape(x, 1, I, 1)";
  const square = "reshape(outer(x, x), I, I, 1)";
  const filter = choose(["[2, 3]", "[3, 2]", "[1, 2]", "[3, 3]"]);
  const channels = choose([1, 2]);
  const convolved = choose([
    `${square} |> conv(${channels}, filter: ${filter}, dilation: ${choose([1, 2])})`,
    `reshape(x, I, 1) |> conv1d(${channels}, width: ${choose([2, 3])}, dilation: ${choose([1, 2])})`,
    `reshape(concat(x, tanh(x)), 2 * I, 1) |> conv1d(${channels}, stride: 2)`,
    `valid_conv[I - 1, I - 1, 1](${square}, ${channels}, filter: [2, 2])`,
    `${row} |> transposed_conv(2, filter: ${filter}) |> conv(${channels}, stride: 2)`,
    `${row} |> transposed_conv(${channels}, filter: ${filter}) |> ${choose(["average_pool", "max_pool"])}`,
    `${row} |> upsample |> conv(${channels}, filter: ${filter}) |> average_pool`,
    `${square} |> masked_conv(2, filter: ${filter}, centre: false) |> tanh |> masked_conv(${channels}, filter: [3, 3])`,
  ]);
  const text = ofVectors(name, ` = ${convolved} |> tanh |> flatten |> dense(O)`);
  return withInstance(choose, text, name, (from, to) => `${name}[${from}](O: ${to})`);
};

const attention: Maker = (name, choose) => {
  const result = choose([
    `attention_pool(rows, seeds: 1, heads: ${choose([1, 2])}, width: 2)[0] |> dense(O)`,
    "multihead(rows, [rows[0], rows[1]], heads: 2, width: 1) |> flatten |> dense(O)",
    "induced_attention(rows, points: 1, heads: 1, width: 2)[0] |> dense(O)",
    `masked_attention(rows, rows, rows, [[j ${choose(["<", "<="])} i for j in I] for i in I]) |> flatten |> dense(O)`,
    "attention(rows, rows, rows) |> flatten |> dense(O)",
  ]);
  const text = ofVectors(name, ` {\n  rows = [[x[i], sin(x[i]), 1] for i in I]\n  ${result}\n}`);
  return withInstance(choose, text, name, (from, to) => `${name}[${from}](O: ${to})`);
};

const libraryNet: Maker = (name, choose) => {
  const make = choose([
    (from: string, to: string) => `dense[${from}](O: ${to})`,
    (from: string, to: string) => `mlp[${from}, ${to}](hidden: [2])`,
    (from: string, to: string) => `mlp[${from}, ${to}](hidden: [], activation: softplus)`,
    (from: string, to: string) => `layer[${from}](O: ${to}, activation: sigmoid)`,
  ]);
  return withInstance(choose, "", name, make);
};

function withInstance(
  choose: Choose,
  text: string,
  name: string,
  make: (from: string, to: string) => string,
): Declared {
  const [from, to] = choose([
    ["K", "P"],
    ["P", "K"],
    ["P", "P"],
  ] as const);
  const instance = `net${name}`;
  return {
    text,
    line: `learn ${instance} = ${make(from, to)}`,
    callables: calls(
      instance,
      "vector",
      (given, size) => (size === to ? `${instance}(${given.vector(from)})` : undefined),
      true,
    ),
  };
}

export const nets: readonly Maker[] = [net, libraryNet, shapedNet, convolution, attention];
