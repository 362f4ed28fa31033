import { describe, expect, test } from "vitest";
import { close } from "./close.ts";
import { runNet } from "./run-net.ts";

const x = [0.3, -1.2, 0.8];

/** x @ W + b by loops. */
function dense(x: readonly number[], W: readonly number[], b: readonly number[]): number[] {
  return b.map((start, o) => x.reduce((sum, each, i) => sum + each * W[i * b.length + o], start));
}

describe("mlp", () => {
  test("two hidden layers with tanh, then a linear one", () => {
    const net = runNet("model M(x: Real[3]) { learn f = mlp[3, 2](hidden: [4, 5])\nvalue = f(x) }", {
      inputs: { x },
    });
    const { weights } = net;
    expect(Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]))).toEqual({
      "layer0/dense0/W": [3, 4],
      "layer0/dense0/b": [4],
      "layer1/dense0/W": [4, 5],
      "layer1/dense0/b": [5],
      "dense2/W": [5, 2],
      "dense2/b": [2],
    });
    const at = (name: string): readonly number[] => weights[name].values;
    const first = dense(x, at("layer0/dense0/W"), at("layer0/dense0/b")).map(Math.tanh);
    const second = dense(first, at("layer1/dense0/W"), at("layer1/dense0/b")).map(Math.tanh);
    close(net.value, dense(second, at("dense2/W"), at("dense2/b")));
    net.checkGradients();
  });

  test("no hidden layer is a dense layer", () => {
    const net = runNet("model M(x: Real[3]) { learn f = mlp[3, 2](hidden: [])\nvalue = f(x) }", {
      inputs: { x },
    });
    close(net.value, dense(x, net.weights["dense0/W"].values, net.weights["dense0/b"].values));
  });

  test("another activation, sizes computed from others, arguments by position", () => {
    const net = runNet("model M[D, K](x: Real[D]) { learn f = mlp[D, K]([2 * K], relu)\nvalue = f(x) }", {
      sizes: { D: 3, K: 2 },
      inputs: { x },
    });
    const { weights } = net;
    const hidden = dense(x, weights["layer0/dense0/W"].values, weights["layer0/dense0/b"].values);
    const rectified = hidden.map((each) => Math.max(0, each));
    expect(rectified).toHaveLength(4);
    close(net.value, dense(rectified, weights["dense1/W"].values, weights["dense1/b"].values));
    net.checkGradients();
  });

  test("an activation of the user's own", () => {
    const program = `
      def swish[N](x: Real[N]): Real[N] = x * sigmoid(x)
      model M(x: Real[3]) { learn f = mlp[3, 1](hidden: [4], activation: swish)\nvalue = f(x) }`;
    const net = runNet(program, { inputs: { x } });
    const { weights } = net;
    const hidden = dense(x, weights["layer0/dense0/W"].values, weights["layer0/dense0/b"].values);
    const swished = hidden.map((each) => each / (1 + Math.exp(-each)));
    close(net.value, dense(swished, weights["dense1/W"].values, weights["dense1/b"].values));
  });

  test("two nets of one length share a body, not their sizes nor their weights", () => {
    const program = `model M(x: Real[3]) {
      learn f = mlp[3, 2](hidden: [4])
      learn g = mlp[3, 2](hidden: [5])
      value = f(x) + g(x)
    }`;
    const net = runNet(program, { inputs: { x } });
    expect(net.shape).toEqual([2]);
    net.checkGradients();
  });
});

test("a residual block adds an mlp", () => {
  const residual = runNet("model M(x: Real[3]) { learn f = residual[3]([4])\nvalue = f(x) }", {
    inputs: { x },
  });
  const inner = Object.fromEntries(
    Object.entries(residual.weights).map(([name, { values }]) => [name.replace("mlp0/", ""), values]),
  );
  const mlp = runNet("model M(x: Real[3]) { learn f = mlp[3, 3]([4])\nvalue = f(x) }", {
    inputs: { x },
    weights: inner,
  });
  close(
    residual.value,
    x.map((each, i) => each + mlp.value[i]),
  );
  residual.checkGradients();
});

test("layer norm: mean 0 and variance 1, then scaled and shifted", () => {
  const text = "model M(x: Real[3]) { learn f = layer_norm[3]\nvalue = f(x) }";
  const net = runNet(text, { inputs: { x }, weights: { scale: [1, 2, -1], shift: [0, 0.5, 0] } });
  const mean = (0.3 - 1.2 + 0.8) / 3;
  const variance = ((0.3 - mean) ** 2 + (-1.2 - mean) ** 2 + (0.8 - mean) ** 2) / 3;
  const z = x.map((each) => (each - mean) / Math.sqrt(variance + 1e-5));
  close(net.value, [z[0], 2 * z[1] + 0.5, -z[2]]);
  net.checkGradients();
});

test("nets as arguments: a stack of residual blocks, each with weights of its own", () => {
  const program = `
    net tower[I](x: Real[I], widths: Sizes, block: Function) -> Real[I] = x |> fold(block, widths)
    net bump[I](x: Real[I], H: Size) -> Real[I] = residual(x, [H])
    model M(x: Real[3]) { learn f = tower[3](widths: [4, 5], block: bump)\nvalue = f(x) }`;
  const net = runNet(program, { inputs: { x } });
  expect(Object.keys(net.weights)).toHaveLength(8);
  expect(net.weights["bump1/residual0/mlp0/layer0/dense0/W"].shape).toEqual([3, 5]);
  net.checkGradients();
});

test("a net applied to each row uses one set of weights", () => {
  const program = `model M[N](x: Real[N, 3]) {
    learn f = mlp[3, 2](hidden: [4])
    value = [f(x[n]) for n in N]
  }`;
  const rows = [...x, 1, 2, 3];
  const net = runNet(program, { sizes: { N: 2 }, inputs: { x: rows } });
  const weights = Object.fromEntries(Object.entries(net.weights).map(([name, { values }]) => [name, values]));
  const one = (row: readonly number[]): readonly number[] =>
    runNet("model M(x: Real[3]) { learn f = mlp[3, 2](hidden: [4])\nvalue = f(x) }", {
      inputs: { x: row },
      weights,
    }).value;
  close(net.value, [...one(x), ...one([1, 2, 3])]);
});

test("a learned net of one number takes and gives numbers, and truth values as 1 and 0", () => {
  const net = (body: string, inputs: Record<string, number[]>): readonly number[] =>
    runNet(
      `model M(a: Real, b: Bool[2], v: Real[2]) { learn f = mlp[1, 1]([3])\nlearn g = mlp[2, 1]([3])\n${body} }`,
      {
        inputs,
      },
    ).value;
  const inputs = { a: [0.7], b: [1, 0], v: [1, 0] };
  expect(net("value = [f(a)]", inputs)).toEqual(net("value = f([a])", inputs));
  expect(net("value = g(b)", inputs)).toEqual(net("value = g(v)", inputs));
});

test("a program's own net of a library's name leaves the library as it is", () => {
  const of = (before: string): ReturnType<typeof runNet> =>
    runNet(`${before}model M(x: Real[3]) { learn f = mlp[3, 2](hidden: [4])\nvalue = f(x) }`, {
      inputs: { x },
    });
  const own = of(
    "net dense(x: Real) -> Real {\n learn w: Real = 1\n w * x\n}\ndef tower(x: Real): Real = x\n",
  );
  expect(own.value).toEqual(of("").value);
  expect(Object.values(own.weights)).toEqual(Object.values(of("").weights));
  const other = runNet(
    "net dense(x: Real[3]) -> Real { learn w: Real[3] = ones()\n dot(w, x) }\nmodel M(x: Real[3]) { learn f = dense\nvalue = [f(x)] }",
    { inputs: { x }, weights: { w: [1, 0, 0] } },
  );
  expect(other.value).toEqual([x[0]]);
});

describe("starting values", () => {
  const starts = (program: string, inputs: Readonly<Record<string, readonly number[]>>): unknown =>
    Object.fromEntries(
      Object.entries(runNet(program, { inputs }).weights).map(([name, { initializer }]) => [
        name,
        initializer,
      ]),
    );
  const zeros = { kind: "constant", value: 0 };

  test("of all matrices of a net, also of those inside", () => {
    const net = (init: string): string =>
      `model M(x: Real[2]) { learn f = mlp[2, 1](hidden: [3]${init})\nvalue = f(x) }`;
    const of = (initializer: unknown): unknown => ({
      "layer0/dense0/W": initializer,
      "layer0/dense0/b": zeros,
      "dense1/W": initializer,
      "dense1/b": zeros,
    });
    expect(starts(net(""), { x: [1, 2] })).toEqual(of({ kind: "glorot" }));
    expect(starts(net(", init: he()"), { x: [1, 2] })).toEqual(of({ kind: "he" }));
    expect(starts(net(", init: normal(0.2)"), { x: [1, 2] })).toEqual(of({ kind: "normal", sd: 0.2 }));
  });

  test("of recurrent networks: what is for the input, and what is for the state", () => {
    const net = (call: string): string => `model M(x: Real[2, 3]) { learn f = ${call}\nvalue = f(x) }`;
    const kinds = (call: string): unknown => starts(net(call), { x: [1, 2, 3, 4, 5, 6] });
    const cell = { b: zeros, W: { kind: "glorot" }, U: { kind: "orthogonal" } };
    const under = (name: string, values: object): unknown =>
      Object.fromEntries(Object.entries(values).map(([key, each]) => [`${name}/${key}`, each]));
    expect(kinds("gru[2, 3](K: 4)")).toEqual(under("gru_cell0", { ...cell, c: zeros }));
    expect(kinds("lstm[2, 3](K: 4)")).toEqual(under("lstm_cell0", cell));
    const chosen = { ...cell, W: { kind: "he" }, U: { kind: "normal", sd: 0.1 } };
    expect(kinds("gru[2, 3](K: 4, init: he(), recurrent: normal(0.1))")).toEqual(
      under("gru_cell0", { ...chosen, c: zeros }),
    );
    expect(kinds("lstm[2, 3](K: 4, init: he(), recurrent: normal(0.1))")).toEqual(
      under("lstm_cell0", chosen),
    );
  });

  test.each([
    "multihead[2, 2, 3, 3](heads: 2, width: 2INIT)(x, x)",
    "attention_block[2, 2, 3, 3](heads: 2, width: 2INIT)(x, x)",
    "induced_attention[2, 3](points: 2, heads: 2, width: 2INIT)(x)",
    "attention_pool[2, 3](seeds: 1, heads: 2, width: 2INIT)(x)",
    "set_transformer[2, 3, 1](D: 4, heads: 2, width: 2, points: 2INIT)(x)",
    "deep_set[2, 3, 1](width: 4, hidden: [5]INIT)(x)",
    "relation[2, 3, 1](width: 4, hidden: [5]INIT)(x)",
  ])("of every matrix of %s", (call) => {
    const cut = call.lastIndexOf("(");
    const kinds = (init: string): Record<string, unknown> => {
      const net = call.slice(0, cut).replace("INIT", init);
      const program = `model M(x: Real[2, 3]) { learn f = ${net}\nvalue = f${call.slice(cut)} }`;
      return starts(program, { x: [1, 2, 3, 4, 5, 6] }) as Record<string, unknown>;
    };
    const [usual, chosen] = [kinds(""), kinds(", init: he()")];
    const isPoint = (name: string): boolean => /(^|\/)(induced|seed)$/.test(name);
    const expected = Object.entries(usual).map(([name, kind]) => [
      name,
      JSON.stringify(kind) === '{"kind":"glorot"}' && !isPoint(name) ? { kind: "he" } : kind,
    ]);
    expect(chosen).toEqual(Object.fromEntries(expected));
    expect(Object.values(chosen)).toContainEqual({ kind: "he" });
    for (const [name, kind] of Object.entries(usual))
      if (/(^|\/)[A-Z]$/.test(name)) expect(kind).toEqual({ kind: "glorot" });
  });

  test("of filters, and of a net that takes them on", () => {
    const conv = "model M(x: Real[2, 2, 1]) { learn f = conv[2, 2, 1](1, init: orthogonal())\nvalue = f(x) }";
    expect(starts(conv, { x: [1, 2, 3, 4] })).toEqual({ F: { kind: "orthogonal" }, b: zeros });
    const own = `net own[I](x: Real[I], init: Initializer) -> Real[2] {
      learn gain: Real = init
      gain * dense(x, 2, zeros())
    }
    model M(x: Real[2]) { learn f = own[2](init: -1.5)\nvalue = f(x) }`;
    expect(starts(own, { x: [1, 2] })).toEqual({
      gain: { kind: "constant", value: -1.5 },
      "dense0/W": zeros,
      "dense0/b": zeros,
    });
  });
});
