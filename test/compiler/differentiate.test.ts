/** Gradients of every op against central differences, and where there is no derivative, what the op table says. */
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder } from "../../src/compiler/builder.ts";
import { differentiate, gradientsOf } from "../../src/compiler/differentiate.ts";
import type { Graph, NodeId } from "../../src/compiler/graph.ts";
import { copyInto } from "../../src/compiler/rebuild.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { floatInputs } from "../engines/compared.ts";
import { expectClose } from "../engines/conformance.ts";
import { allCases, sampleValues } from "../engines/op-cases.ts";

type Inputs = Record<string, Float64Array>;

const smooth = allCases().filter(
  ({ graph, kink, op }) =>
    !kink &&
    op !== "stopGradient" &&
    floatInputs(graph).length > 0 &&
    graph.nodes[graph.outputs.y].type.dtype === "float",
);

/** Σ w y with an input w in y's shape, so that the adjoints that arrive at the op differ. */
function weighted(graph: Graph): Graph {
  const builder = createBuilder();
  const y = copyInto(builder, graph)[graph.outputs.y];
  const w = builder.input("w", builder.typeOf(y));
  return builder.finish({ sum: sumOf(builder, builder.emit("mul", [w, y], {})) });
}

/** Σ over `wrt` of Σ v ∂sum/∂x with an input v per x, in the graph that `differentiate` gave. */
function directional(graph: Graph, wrt: readonly string[]): Graph {
  const builder = createBuilder();
  const ids = copyInto(builder, graph);
  let sum = builder.fill(0, []);
  for (const name of wrt) {
    const gradient = ids[graph.outputs[`gradient/${name}`]];
    const v = builder.input(`v/${name}`, builder.typeOf(gradient));
    sum = builder.emit("add", [sum, sumOf(builder, builder.emit("mul", [v, gradient], {}))], {});
  }
  return builder.finish({ sum });
}

function sumOf(builder: Builder, x: NodeId): NodeId {
  return builder.emit("reduceSum", [x], { axes: builder.typeOf(x).shape.map((_, axis) => axis) });
}

function sampleMissing(graph: Graph, known: Inputs): Inputs {
  const inputs = { ...known };
  Object.entries(graph.inputs).forEach(([name, id], stream) => {
    inputs[name] ??= sampleValues("float", graph.nodes[id].type.shape, -1, 1, 77, stream);
  });
  return inputs;
}

function expectGradientsMatchDifferences(graph: Graph, inputs: Inputs, wrt: readonly string[]): void {
  const gradient = differentiate(graph, { of: "sum", wrt, prefix: "gradient/" });
  verifyGraph(gradient);
  const results = referenceEngine.compile(gradient).run(inputs);
  const executable = referenceEngine.compile(graph);
  for (const name of wrt) {
    const differences = inputs[name].map((at, i) => {
      const width = 1e-5 * Math.max(1, Math.abs(at));
      const valueAt = (x: number) => executable.run({ ...inputs, [name]: inputs[name].with(i, x) }).sum[0];
      return (valueAt(at + width) - valueAt(at - width)) / (2 * width);
    });
    const largest = Math.max(1, ...differences.map(Math.abs));
    expectClose(results[`gradient/${name}`], differences, { relative: 1e-6, absolute: 1e-8 * largest }, name);
  }
}

describe("the gradient of each op agrees with central differences", () => {
  test.each(smooth)("$label", ({ graph, sample }) => {
    const sum = weighted(graph);
    for (const seed of [1, 2])
      expectGradientsMatchDifferences(sum, sampleMissing(sum, sample(seed)), floatInputs(sum));
  });
});

describe("the gradient of the gradient agrees with central differences of the gradient", () => {
  test.each(smooth)("$label", ({ graph, sample }) => {
    const wrt = floatInputs(graph);
    const sum = weighted(graph);
    const along = directional(differentiate(sum, { of: "sum", wrt, prefix: "gradient/" }), wrt);
    expectGradientsMatchDifferences(along, sampleMissing(along, sample(3)), wrt);
  });
});

describe("where there is no derivative", () => {
  const at = (make: (builder: Builder, x: NodeId) => NodeId, values: readonly number[]) => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [values.length] });
    const graph = differentiate(builder.finish({ y: make(builder, x) }), {
      of: "y",
      wrt: ["x"],
      prefix: "d/",
    });
    return [...referenceEngine.compile(graph).run({ x: values })["d/x"]];
  };

  test("abs and sign have slope 0 at 0, floor everywhere", () => {
    expect(at((b, x) => b.emit("abs", [x], {}), [-2, 0, 2])).toEqual([-1, 0, 1]);
    expect(at((b, x) => b.emit("sign", [x], {}), [-2, 0, 2])).toEqual([0, 0, 0]);
    expect(at((b, x) => b.emit("floor", [x], {}), [-2, 0, 2.5])).toEqual([0, 0, 0]);
  });

  test("min, max and reduceMax share among ties, so that max(x, x) has slope 1", () => {
    for (const op of ["min", "max"] as const) expect(at((b, x) => b.emit(op, [x, x], {}), [3])).toEqual([1]);
    expect(at((b, x) => b.emit("max", [x, b.fill(0, [3])], {}), [-1, 0, 1])).toEqual([0, 0.5, 1]);
    expect(at((b, x) => b.emit("reduceMax", [x], { axes: [0] }), [2, 1, 2])).toEqual([0.5, 0, 0.5]);
  });

  test("pow is finite at base 0 wherever its derivative is", () => {
    const powers = [0, 1, 2, 3];
    const base = (b: Builder, x: NodeId) => b.emit("pow", [x, b.constant(powers, [4])], {});
    expect(at(base, [0, 0, 0, 0])).toEqual([0, 1, 0, 0]);
    expect(at((b, x) => b.emit("pow", [b.fill(0, [2]), x], {}), [1, 2])).toEqual([0, 0]);
    expect(at((b, x) => b.emit("pow", [b.fill(-2, [2]), x], {}), [2, 4])).toEqual([0, 0]);
  });

  test("the second derivative of x² by pow is 2 at 0 as well", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [] });
    const y = builder.emit("pow", [x, builder.fill(2, [])], {});
    const [first] = gradientsOf(builder, y, [x]);
    const [second] = gradientsOf(builder, first, [x]);
    expect(referenceEngine.compile(builder.finish({ second })).run({ x: [0] }).second[0]).toBe(2);
  });

  test("select needs a guarded operand: zero times an infinite slope is NaN", () => {
    const guardedBy = (guarded: boolean) => (b: Builder, x: NodeId) => {
      const zero = b.fill(0, [2]);
      const positive = b.emit("less", [zero, x], {});
      const operand = guarded ? b.emit("select", [positive, x, b.fill(1, [2])], {}) : x;
      return b.emit("select", [positive, b.emit("log", [operand], {}), zero], {});
    };
    expect(at(guardedBy(true), [0, 2])).toEqual([0, 0.5]);
    expect(at(guardedBy(false), [0, 2])).toEqual([Number.NaN, 0.5]);
  });

  test("sqrt is infinitely steep at 0", () => {
    expect(at((b, x) => b.emit("sqrt", [x], {}), [0, 4])).toEqual([Number.POSITIVE_INFINITY, 0.25]);
  });

  test("an update that was scattered nowhere has no slope", () => {
    const scatter = (b: Builder, x: NodeId) => {
      const indices = b.emit("convert", [b.emit("stopGradient", [x], {})], { dtype: "int" });
      return b.emit("scatterAdd", [indices, x], { size: 2 });
    };
    expect(at(scatter, [-1, 1, 2])).toEqual([0, 1, 0]);
  });

  test("nothing flows through stopGradient or whole numbers", () => {
    expect(at((b, x) => b.emit("mul", [x, b.emit("stopGradient", [x], {})], {}), [3])).toEqual([3]);
    const through = (b: Builder, x: NodeId) =>
      b.emit("convert", [b.emit("convert", [x], { dtype: "int" })], { dtype: "float" });
    expect(at(through, [3])).toEqual([0]);
  });
});

describe("differentiate", () => {
  test("keeps the outputs, adds gradients, and gives zeros for an input that is not used", () => {
    const builder = createBuilder();
    const q = builder.input("q", { dtype: "float", shape: [2] });
    builder.input("unused", { dtype: "float", shape: [3] });
    const y = builder.emit("reduceSum", [builder.emit("mul", [q, q], {})], { axes: [0] });
    const graph = differentiate(builder.finish({ y, q }), {
      of: "y",
      wrt: ["q", "unused"],
      prefix: "gradient/",
    });
    verifyGraph(graph);
    const results = referenceEngine.compile(graph).run({ q: [1, 2], unused: [0, 0, 0] });
    expect(Object.keys(results)).toEqual(["y", "q", "gradient/q", "gradient/unused"]);
    expect([...results["gradient/q"]]).toEqual([2, 4]);
    expect([...results["gradient/unused"]]).toEqual([0, 0, 0]);
  });

  test("gives total derivatives by a node that lies between another one and the output", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [] });
    const y = builder.emit("exp", [x], {});
    const z = builder.emit("mul", [builder.emit("mul", [y, y], {}), x], {});
    const [byY, byX, byZ] = gradientsOf(builder, z, [y, x, z]);
    const { dy, dx, dz } = referenceEngine
      .compile(builder.finish({ dy: byY, dx: byX, dz: byZ }))
      .run({ x: [0.5] });
    expect(dy[0]).toBeCloseTo(2 * Math.exp(0.5) * 0.5, 12);
    expect(dx[0]).toBeCloseTo(Math.exp(1) * (1 + 2 * 0.5), 12);
    expect(dz[0]).toBe(1);
  });

  test("makes nothing for what does not depend on the variables", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [] });
    const data = builder.input("data", { dtype: "float", shape: [] });
    const y = builder.emit("add", [x, builder.emit("lgamma", [data], {})], {});
    gradientsOf(builder, y, [x]);
    expect(builder.finish({}).nodes.map(({ op }) => op)).not.toContain("digamma");
  });

  test("refuses names that do not exist and variables that are not float", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [] });
    const n = builder.input("n", { dtype: "int", shape: [] });
    const graph = builder.finish({ x, n });
    const by = (of: string, wrt: string[]) => () => differentiate(graph, { of, wrt, prefix: "" });
    expect(by("z", ["x"])).toThrow("no output z");
    expect(by("x", ["z"])).toThrow("no such input");
    expect(by("x", ["n"])).toThrow("not float");
    expect(by("x", ["x"])).toThrow("exists already");
  });
});
