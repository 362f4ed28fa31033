import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import type { Graph, NodeId } from "../../src/compiler/graph.ts";
import { foldConstants } from "../../src/compiler/passes/fold-constants.ts";
import { optimize, passes } from "../../src/compiler/passes/optimize.ts";
import { scalarOp } from "../../src/compiler/passes/scalar-ops.ts";
import { simplify } from "../../src/compiler/passes/simplify.ts";
import { hashGraph, printGraph } from "../../src/compiler/print.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { expectClose } from "../engines/conformance.ts";
import { allCases, sampleValues } from "../engines/op-cases.ts";
import { type RandomGraph, randomGraphs } from "./random-graph.ts";

const largestTrusted = 1e6;

/** Largest absolute value in the whole graph: errors are relative to it. NaN if there is one. */
function magnitude({ graph, inputs }: RandomGraph): number {
  const all = Object.fromEntries(graph.nodes.map((_, id) => [String(id), id]));
  const values = referenceEngine.compile({ ...graph, outputs: all }).run(inputs);
  return Math.max(1, ...Object.values(values).flatMap((array) => [...array].map(Math.abs)));
}

function expectSameMeaning({ graph, inputs }: RandomGraph, transformed: Graph): void {
  const size = magnitude({ graph, inputs });
  fc.pre(size < largestTrusted);
  expect(Object.keys(transformed.inputs)).toEqual(Object.keys(graph.inputs));
  expect(Object.keys(transformed.outputs)).toEqual(Object.keys(graph.outputs));
  const expected = referenceEngine.compile(graph).run(inputs);
  const actual = referenceEngine.compile(transformed).run(inputs);
  for (const name of Object.keys(graph.outputs))
    expectClose(actual[name], expected[name], { relative: 1e-9, absolute: 1e-10 * size }, name);
}

/** The sum of all float outputs, differentiated by all float inputs. */
function withGradient({ graph, inputs }: RandomGraph): RandomGraph {
  const id = graph.outputs.last;
  if (graph.nodes[id].type.dtype !== "float") return { graph, inputs };
  const wrt = Object.keys(graph.inputs).filter((name) => name !== "index");
  return { graph: differentiate(graph, { of: "last", wrt, prefix: "gradient/" }), inputs };
}

describe("each pass keeps the meaning of random graphs and gives a graph that verifies", () => {
  test.each([...passes, { name: "optimize", run: optimize }])("$name", ({ run }) => {
    fc.assert(
      fc.property(randomGraphs(), (random) => {
        verifyGraph(random.graph);
        const transformed = run(random.graph);
        verifyGraph(transformed);
        expectSameMeaning(random, transformed);
      }),
      { numRuns: 200 },
    );
  });

  test("optimize, on chains of ops that move values", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "moving" }), (random) =>
        expectSameMeaning(random, optimize(random.graph)),
      ),
      { numRuns: 400 },
    );
  });

  test("optimize, on gradients of smooth graphs", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "smooth" }), (random) => {
        const gradient = withGradient(random);
        verifyGraph(gradient.graph);
        const optimized = optimize(gradient.graph);
        verifyGraph(optimized);
        expectSameMeaning(gradient, optimized);
      }),
      { numRuns: 150 },
    );
  });

  test("optimizing before differentiation gives the same gradient", () => {
    fc.assert(
      fc.property(randomGraphs({ kind: "smooth" }), (random) => {
        const first = withGradient({ ...random, graph: optimize(random.graph) });
        expectSameMeaning(withGradient(random), first.graph);
      }),
      { numRuns: 150 },
    );
  });
});

describe("constant folding", () => {
  const elementwise = allCases().filter(({ graph }) => scalarOp(graph.nodes[graph.outputs.y]) !== undefined);
  test.each(elementwise)("computes what the reference engine does: $label", ({ graph, sample }) => {
    const inputs = sample(5);
    const builder = createBuilder();
    const node = graph.nodes[graph.outputs.y];
    const constants = node.inputs.map((id) => {
      const input = graph.nodes[id];
      const { name } = input.params as { name: string };
      return builder.constant([...inputs[name]], input.type.shape, input.type.dtype);
    });
    const folded = foldConstants(builder.finish({ y: builder.emit(node.op, constants, node.params) }));
    const result = folded.nodes[folded.outputs.y];
    expect(result.op).toBe("constant");
    expectClose(
      (result.params as { values: readonly number[] }).values,
      referenceEngine.compile(graph).run(inputs).y,
      { relative: 0, absolute: 0 },
      "y",
    );
  });

  test("never writes out a broadcast or a large result", () => {
    const builder = createBuilder();
    const large = builder.constant(
      Array.from({ length: 5000 }, (_, i) => i),
      [5000],
    );
    const graph = builder.finish({
      a: builder.emit("exp", [builder.fill(2, [1000, 1000])], {}),
      b: builder.emit("neg", [large], {}),
    });
    const sizes = optimize(graph).nodes.flatMap((node) =>
      node.op === "constant" ? [node.params.values.length] : [],
    );
    expect(sizes.sort((a, b) => a - b)).toEqual([1, 5000]);
  });

  test("of what is known by its place in an array", () => {
    const builder = createBuilder();
    const row = builder.emit("iota", [], { shape: [2, 3], axis: 0 });
    const numbers = builder.constant([1, 0, 2], [3], "int");
    const column = builder.emit("broadcast", [numbers], { shape: [2, 3], axes: [1] });
    const isEqual = builder.emit("equal", [row, column], {});
    const graph = foldConstants(
      builder.finish({ y: builder.emit("convert", [isEqual], { dtype: "float" }) }),
    );
    expect(graph.nodes[graph.outputs.y]).toMatchObject({
      op: "constant",
      params: { values: [0, 1, 0, 1, 0, 0] },
    });
  });
});

describe("simplification", () => {
  const shape = [2, 3];
  type Make = (b: Builder, x: NodeId, y: NodeId) => NodeId;
  const simplified = (make: Make): string[] => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape });
    const y = builder.input("y", { dtype: "float", shape });
    const graph = optimize(builder.finish({ r: make(builder, x, y) }));
    return graph.nodes.map(({ op }) => op).filter((op) => op !== "input");
  };
  const emit = (b: Builder, op: "add" | "mul" | "sub" | "div" | "pow", x: NodeId, y: NodeId) =>
    b.emit(op, [x, y], {});

  const vanishing: Record<string, Make> = {
    "x + 0": (b, x) => emit(b, "add", b.fill(0, shape), x),
    "x · 1": (b, x) => emit(b, "mul", b.fill(1, shape), x),
    "x / 1": (b, x) => emit(b, "div", x, b.fill(1, shape)),
    "x¹": (b, x) => emit(b, "pow", x, b.fill(1, shape)),
    "−−x": (b, x) => b.emit("neg", [b.emit("neg", [x], {})], {}),
    "log eˣ": (b, x) => b.emit("log", [b.emit("exp", [x], {})], {}),
    "x 2 ½": (b, x) => emit(b, "mul", emit(b, "mul", x, b.fill(2, shape)), b.fill(0.5, shape)),
    "x ½ + x ½": (b, x) => {
      const half = emit(b, "mul", x, b.fill(0.5, shape));
      return emit(b, "add", half, half);
    },
    xᵀᵀ: (b, x) =>
      b.emit("transpose", [b.emit("transpose", [x], { permutation: [1, 0] })], { permutation: [1, 0] }),
    "reshape there and back": (b, x) =>
      b.emit("reshape", [b.emit("reshape", [x], { shape: [6] })], { shape }),
    "slice of its pad": (b, x) =>
      b.emit("slice", [b.emit("pad", [x], { before: [1, 0], after: [0, 2] })], {
        start: [1, 0],
        limit: [3, 3],
      }),
    "slice of concat": (b, x, y) =>
      b.emit("slice", [b.emit("concat", [x, y], { axis: 0 })], { start: [2, 0], limit: [4, 3] }),
    "all rows in order": (b, x) => b.emit("gather", [x, b.emit("iota", [], { shape: [2], axis: 0 })], {}),
    "select of equals": (b, x, y) => b.emit("select", [b.emit("less", [x, y], {}), x, x], {}),
    "convert to the same": (b, x) => b.emit("convert", [x], { dtype: "float" }),
  };
  test.each(Object.entries(vanishing))("%s is nothing to compute", (_name, make) => {
    expect(simplified(make)).toEqual([]);
  });

  test("what is sorted is not sorted again, what is transposed is read transposed", () => {
    const sorted = (b: Builder, x: NodeId) => b.emit("sort", [x], {});
    expect(simplified((b, x) => sorted(b, sorted(b, x)))).toEqual(["sort"]);
    const builder = createBuilder();
    const a = builder.input("a", { dtype: "float", shape: [2, 2] });
    const turned = builder.emit("transpose", [a], { permutation: [1, 0] });
    const params = { lower: true, transpose: false };
    const graph = builder.finish({ x: builder.emit("triangularSolve", [turned, a], params) });
    expect(printGraph(optimize(graph))).toBe(
      "%0 = input a : float[2,2]\n%1 = triangularSolve %0 %0 lower=false transpose=true : float[2,2]\nreturn x=%1\n",
    );
    const inputs = { a: [2, 3, 4, 5] };
    expect(referenceEngine.compile(optimize(graph)).run(inputs)).toEqual(
      referenceEngine.compile(graph).run(inputs),
    );
  });

  test("a batch of products with one matrix is one product, and so is the sum of outer products", () => {
    const builder = createBuilder();
    const one = builder.input("one", { dtype: "float", shape: [3, 4] });
    const many = builder.input("many", { dtype: "float", shape: [5, 4, 1] });
    const rows = builder.input("rows", { dtype: "float", shape: [5, 2, 3] });
    const everywhere = builder.emit("broadcast", [one], { shape: [5, 3, 4], axes: [1, 2] });
    const plain = { transposeLeft: false, transposeRight: false };
    const vectors = builder.emit("matmul", [everywhere, many], plain);
    const outer = builder.emit("matmul", [vectors, many], { ...plain, transposeRight: true });
    const graph = builder.finish({
      vectors,
      matrices: builder.emit("matmul", [rows, everywhere], plain),
      sum: builder.emit("reduceSum", [outer], { axes: [0] }),
      squares: builder.emit(
        "reduceSum",
        [builder.emit("matmul", [rows, rows], { ...plain, transposeLeft: true })],
        {
          axes: [0],
        },
      ),
    });
    const optimized = optimize(graph);
    const products = optimized.nodes.filter(({ op }) => op === "matmul");
    expect(products.map(({ type }) => type.shape)).toEqual([
      [5, 3],
      [10, 4],
      [3, 4],
      [3, 3],
    ]);
    expect(optimized.nodes.map(({ op }) => op)).not.toContain("broadcast");
    const inputs = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, id], stream) => [
        name,
        sampleValues("float", graph.nodes[id].type.shape, -1, 1, 3, stream),
      ]),
    );
    const expected = referenceEngine.compile(graph).run(inputs);
    const actual = referenceEngine.compile(optimized).run(inputs);
    for (const name of Object.keys(graph.outputs))
      expectClose(actual[name], expected[name], { relative: 1e-13, absolute: 1e-13 }, name);
  });

  test("slices of sums of pads take the part that they lie in", () => {
    const builder = createBuilder();
    const [x, y] = ["x", "y"].map((name) => builder.input(name, { dtype: "float", shape: [2] }));
    const first = builder.emit("pad", [x], { before: [0], after: [2] });
    const second = builder.emit("pad", [y], { before: [2], after: [0] });
    const sum = builder.emit("add", [first, second], {});
    const graph = builder.finish({
      x: builder.emit("slice", [sum], { start: [0], limit: [2] }),
      y: builder.emit("slice", [sum], { start: [3], limit: [4] }),
      both: builder.emit("slice", [sum], { start: [1], limit: [3] }),
    });
    const { nodes, outputs } = optimize(graph);
    expect([nodes[outputs.x].op, nodes[outputs.y].inputs, nodes[outputs.both].op]).toEqual([
      "input",
      [1],
      "slice",
    ]);
    const inputs = { x: [1, 2], y: [3, 4] };
    expect(referenceEngine.compile(optimize(graph)).run(inputs)).toEqual(
      referenceEngine.compile(graph).run(inputs),
    );
  });

  test("elementwise ops move before broadcasts", () => {
    const builder = createBuilder();
    const scale = builder.input("scale", { dtype: "float", shape: [] });
    const x = builder.input("x", { dtype: "float", shape: [1000] });
    const wide = builder.emit("broadcast", [scale], { shape: [1000], axes: [] });
    const y = builder.emit("sub", [x, builder.emit("log", [wide], {})], {});
    const graph = optimize(builder.finish({ y }));
    expect(graph.nodes.find(({ op }) => op === "log")?.type.shape).toEqual([]);
  });

  test("broadcasts along different axes are not mixed up", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2] });
    const along = (axis: number) => builder.emit("broadcast", [x], { shape: [2, 2], axes: [axis] });
    const graph = builder.finish({ y: builder.emit("sub", [along(0), along(1)], {}) });
    expect([...referenceEngine.compile(optimize(graph)).run({ x: [1, 5] }).y]).toEqual([0, -4, 4, 0]);
  });

  test("the sum of a broadcast is a product", () => {
    const builder = createBuilder();
    const s = builder.input("s", { dtype: "float", shape: [] });
    const wide = builder.emit("broadcast", [s], { shape: [4, 5], axes: [] });
    const graph = optimize(builder.finish({ y: builder.emit("reduceSum", [wide], { axes: [0, 1] }) }));
    expect(printGraph(graph)).toBe(
      "%0 = input s : float\n%1 = constant 20 : float\n%2 = mul %0 %1 : float\nreturn y=%2\n",
    );
  });

  test("a divisor that is one number leaves a sum, and no product that may be too large comes in", () => {
    const sumOf = (make: (b: Builder, x: NodeId, y: NodeId, c: NodeId) => NodeId): Graph => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [2, 3] });
      const y = builder.input("y", { dtype: "float", shape: [2, 3] });
      const c = builder.input("c", { dtype: "float", shape: [] });
      const wide = builder.emit("broadcast", [c], { shape: [2, 3], axes: [] });
      const graph = builder.finish({
        y: builder.emit("reduceSum", [make(builder, x, y, wide)], { axes: [1] }),
      });
      const inputs = { x: [1, -2, 3, 4, 5, -7], y: [2, 3, 5, -7, 11, 13], c: [-0.3] };
      const simple = simplify(graph);
      verifyGraph(simple);
      const expected = referenceEngine.compile(graph).run(inputs).y;
      const actual = referenceEngine.compile(simple).run(inputs).y;
      expectClose(actual, expected, { relative: 1e-14, absolute: 0 }, "y");
      return simple;
    };
    const dividesAfter = (graph: Graph): boolean =>
      graph.nodes.some(({ op, type }) => op === "div" && type.shape.length === 1);
    expect(dividesAfter(sumOf((b, x, _, c) => emit(b, "div", x, c)))).toBe(true);
    expect(dividesAfter(sumOf((b, x, _, c) => emit(b, "div", emit(b, "div", x, c), c)))).toBe(true);
    expect(dividesAfter(sumOf((b, x, _, c) => emit(b, "mul", x, emit(b, "div", x, c))))).toBe(true);
    expect(dividesAfter(sumOf((b, x, y, c) => emit(b, "mul", y, emit(b, "div", x, c))))).toBe(false);
    const squared = sumOf((b, x, _, c) => emit(b, "mul", emit(b, "div", x, c), emit(b, "div", x, c)));
    expect(dividesAfter(squared)).toBe(false);
  });

  test("x · 0 and x − x stay where x may be infinite", () => {
    expect(simplified((b, x) => emit(b, "mul", x, b.fill(0, shape)))).toContain("mul");
    expect(simplified((b, x) => emit(b, "sub", x, x))).toContain("sub");
  });

  test("x + y and y + x are one node", () => {
    expect(simplified((b, x, y) => emit(b, "mul", emit(b, "add", x, y), emit(b, "add", y, x)))).toEqual([
      "add",
      "mul",
    ]);
  });

  test("is done after one pass", () => {
    fc.assert(
      fc.property(randomGraphs(), ({ graph }) => {
        const once = optimize(graph);
        expect(simplify(once).nodes.length).toBeLessThanOrEqual(once.nodes.length);
        expect(hashGraph(optimize(graph))).toBe(hashGraph(once));
      }),
      { numRuns: 50 },
    );
  });
});
