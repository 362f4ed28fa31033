/** Long ordered axes as loops: judged by the interpreter, which knows no loops but its own. */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { verifyGraph } from "../../../src/compiler/verify.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { flatten, interpret, type Meaning, nest } from "./interpret.ts";
import { loadModel } from "./load-model.ts";
import { sampleData } from "./sample-data.ts";

type Arrays = Readonly<Record<string, Float64Array>>;

const rolled: Record<string, string> = {
  "GARCH(1, 1)": `model M[T] {
    mu ~ Normal(0, 1)
    omega: Positive ~ HalfNormal(1)
    alpha ~ Uniform(0, 1)
    beta ~ Uniform(0, 1)
    h[0]: Positive = 0.5
    for t in 1..T {
      h[t]: Positive = omega + alpha * (y[t-1] - mu) ^ 2 + beta * h[t-1]
      observe y[t] ~ Normal(mu, sqrt(h[t]))
    }
  }`,
  "a season of twelve steps, and errors of their own": `model M[T](y: Real[T]) {
    phi ~ Normal(0, 0.3)
    theta ~ Normal(0, 0.3)
    season ~ Normal(0, 0.3)
    e[0] = y[0]
    for t in 1..12 { e[t] = y[t] - phi * y[t-1] - theta * e[t-1] }
    for t in 12..T { e[t] = y[t] - phi * y[t-1] - theta * e[t-1] - season * e[t-12] }
    plate t in T { observe u[t] ~ Normal(e[t], 1) }
  }`,
  "two steps back, and the number of the step": `model M[T](z: Real[T]) {
    a ~ Normal(0, 0.3)
    h[0] = a
    h[1] = 2 * a
    for t in 2..T { h[t] = 0.5 * h[t-1] + a * h[t-2] + sin(t * z[t-1]) }
    plate t in T { observe y[t] ~ Normal(h[t], 1) }
  }`,
  "two first elements given together": `model M[T] {
    a ~ Normal(0, 0.3)
    for t in 0..2 { h[t] = a * t }
    for t in 2..T { h[t] = sin(h[t-1]) + a * h[t-2] }
    plate t in T { observe y[t] ~ Normal(h[t], 1) }
  }`,
  "vectors and matrices from step to step": `model M[T, K](X: Real[T, K]) {
    W: Real[K, K] ~ Normal(0, 0.3)
    s: Real[K] ~ Normal(0, 1)
    h[0]: Real[K] = s
    for t in 1..T { h[t]: Real[K] = tanh(W @ h[t-1] + X[t]) }
    plate t in T { observe y[t]: Real[K] ~ Normal(h[t], 1) }
  }`,
  "two arrays that read each other": `model M[T](u: Real[T]) {
    a ~ Normal(0, 1)
    p[0] = a
    q[0] = 1
    for t in 1..T {
      p[t] = 0.5 * p[t-1] + sin(q[t-1])
      q[t] = tanh(p[t] + u[t]) * a
    }
    plate t in T { observe y[t] ~ Normal(q[t], 1) }
  }`,
  "latents that start from the one before": `model M[T, J] {
    q ~ HalfNormal(1)
    x[0] ~ Normal(0, 1)
    for t in 1..T { x[t] ~ Normal(0.9 * x[t-1], q) via noncentered }
    l[0] ~ Normal(0, 1)
    for t in 1..T { l[t] ~ Uniform(l[t-1], l[t-1] + 2) }
    plate j in J {
      v[j, 0] ~ Normal(0, 1)
      for t in 1..T {
        v[j, t] ~ Normal(v[j, t-1] * q, 0.5) via noncentered
        observe w[j, t] ~ Normal(v[j, t], 1)
      }
    }
    plate t in T { observe y[t] ~ Normal(x[t] + l[t], 1) }
  }`,
  "a plate around and inside": `model M[J, T, K](c: Real[T]) {
    plate j in J {
      a[j] ~ Normal(0, 1)
      h[j, 0] = a[j]
      for t in 1..T { h[j, t] = 0.9 * tanh(h[j, t-1]) + c[t] * a[j] }
    }
    g[0]: Real[K] = zeros(K)
    for t in 1..T { g[t]: Real[K] = [0.5 * g[t-1][k] + a[0] * c[t-1] for k in K] }
    plate j in J { plate t in T { observe y[j, t] ~ Normal(h[j, t] + g[t, 1], 1) } }
  }`,
};
const sizes = { T: 20, K: 2, J: 3 };

function scanCount({ nodes }: Graph): number {
  return nodes.filter(({ op }) => op === "scan").length;
}

function load(text: string, lengths: Readonly<Record<string, number>> = sizes) {
  const loaded = loadModel(text);
  const own = Object.fromEntries(loaded.model.sizes.map(({ name }) => [name, lengths[name]]));
  const data = sampleData(loaded, own, {}, 3);
  const input = { ...loaded, sizes: own, knowns: data.knowns };
  const given = Object.fromEntries(
    Object.entries(data.flat).map(([name, values]) => [`data/${name}`, values]),
  );
  return { loaded, own, data, input, given };
}

function run(graph: Graph, inputs: Arrays): Arrays {
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, inputs[name]]));
  return referenceEngine.compile(graph).run(needed) as Arrays;
}

describe.each(Object.entries(rolled))("%s", (_name, text) => {
  const { loaded, own, data, input, given } = load(text, text.includes("t-12") ? { ...sizes, T: 50 } : sizes);
  const lowered = lowerLogDensity(input, { scale: "unconstrained" });
  const random = randomSource({ seed: 5, stream: 1 }, 0);
  const position = Object.fromEntries(
    lowered.coordinates.map(({ input: name, shape }) => {
      const values = new Float64Array(elementCount(shape));
      random.fillNormal(values);
      return [name, values];
    }),
  );
  const optimized = optimize(lowered.graph);

  test("becomes a loop, whose graph is as large for any length", () => {
    verifyGraph(lowered.graph);
    expect(scanCount(optimized)).toBeGreaterThan(0);
    const longer = lowerLogDensity(load(text, { ...sizes, T: 200 }).input, { scale: "unconstrained" });
    expect(optimize(longer.graph).nodes.length).toBe(optimized.nodes.length);
  });

  test("gives the bindings and the density of the interpreter", () => {
    const outputs = run(optimized, { ...given, ...position });
    const meanings: Record<string, Meaning> = {};
    for (const [name, values] of Object.entries(data.flat)) meanings[name] = nest(values, data.shapes[name]);
    const latents: Record<string, Float64Array> = {};
    for (const [name, id] of Object.entries(lowered.graph.outputs)) {
      if (!name.startsWith("variable/")) continue;
      latents[`value/${name.slice(9)}`] = outputs[name];
      meanings[name.slice(9)] = nest(outputs[name], lowered.graph.nodes[id].type.shape);
    }
    const judged = interpret(loaded, own, meanings);
    for (const [name, value] of Object.entries(judged.bindings))
      flatten(value).forEach((each, at) => {
        expect(outputs[`binding/${name}`][at]).toBeCloseTo(each, 9);
      });
    const constrained = lowerLogDensity(input, { scale: "constrained" });
    const { logDensity } = run(optimize(constrained.graph), { ...given, ...latents });
    expect(logDensity[0]).toBeCloseTo(judged.logDensity, 8);
  });

  test("has a gradient that agrees with central differences", () => {
    const wrt = Object.keys(position);
    const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
    const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "d/" }));
    const results = run(graph, { ...given, ...position });
    const gradients = wrt.map((name) => results[`d/${name}`].slice());
    wrt.forEach((name, at) => {
      position[name].forEach((value, i) => {
        const valueAt = (x: number): number =>
          run(density, { ...given, ...position, [name]: position[name].with(i, x) }).logDensity[0];
        const slope = (valueAt(value + 1e-5) - valueAt(value - 1e-5)) / 2e-5;
        expect(Math.abs(gradients[at][i] - slope) / Math.max(1, Math.abs(slope))).toBeLessThan(1e-5);
      });
    });
  });
});

test("draws from the prior that look back are a loop, too", () => {
  const text = `model M[T](s: Positive) {
    x[0] ~ Normal(0, s)
    for t in 1..T { x[t] ~ Normal(0.9 * x[t-1], s) }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }
  }`;
  const { input, given } = load(text);
  const { graph, noise } = lowerSimulate(input, { given: [] });
  expect(scanCount(optimize(graph))).toBe(1);
  const random = randomSource({ seed: 5, stream: 2 }, 0);
  const inputs: Record<string, Float64Array> = { ...given };
  for (const { input: name, shape } of noise) {
    inputs[name] = new Float64Array(elementCount(shape));
    random.fillNormal(inputs[name]);
  }
  const outputs = run(optimize(graph), inputs);
  const steps =
    noise.map(({ input: name }) => inputs[name]).find(({ length }) => length === sizes.T - 1) ?? [];
  const x = outputs["variable/x"];
  for (let t = 1; t < sizes.T; t++)
    expect(x[t]).toBeCloseTo(0.9 * x[t - 1] + given["data/s"][0] * steps[t - 1], 10);
});

test("draws of the first elements together come before those of the loop", () => {
  const text = `model M[T] {
    for t in 0..2 { x[t] ~ Normal(0, 1) }
    for t in 2..T { x[t] ~ Normal(x[t-1] - 0.5 * x[t-2], 1) }
    plate t in T { observe y[t] ~ Normal(x[t], 1) }
  }`;
  const { input } = load(text);
  const { graph, noise } = lowerSimulate(input, { given: [] });
  expect(scanCount(optimize(graph))).toBe(1);
  const inputs = Object.fromEntries(
    noise.map(({ input: name, shape }) => [name, new Float64Array(elementCount(shape)).fill(1)]),
  );
  const x = run(optimize(graph), inputs)["variable/x"];
  expect([...x.slice(0, 2)]).toEqual([1, 1]);
  for (let t = 2; t < sizes.T; t++) expect(x[t]).toBeCloseTo(x[t - 1] - 0.5 * x[t - 2] + 1, 10);
});

describe("what differs from step to step stays different", () => {
  test.each([
    ["a step that is different", "h[t] = h[t-1] + (if t == 7 then 1 else z[t])"],
    ["rows in another order", "h[t] = h[t-1] + z[T - t]"],
  ])("%s", (_name, step) => {
    const text = `model M[T](z: Real[T]) {
      a ~ Normal(0, 1)
      h[0] = a
      for t in 1..T { ${step} }
      plate t in T { observe y[t] ~ Normal(h[t], 1) }
    }`;
    const { loaded, own, data, input, given } = load(text);
    const { graph } = lowerLogDensity(input, { scale: "constrained" });
    const { logDensity } = run(optimize(graph), { ...given, "value/a": Float64Array.of(0.4) });
    const meanings: Record<string, Meaning> = { a: 0.4 };
    for (const [name, values] of Object.entries(data.flat)) meanings[name] = nest(values, data.shapes[name]);
    expect(logDensity[0]).toBeCloseTo(interpret(loaded, own, meanings).logDensity, 9);
  });
});
