/** Loops: against plain JavaScript loops and against their own steps written out. */
import { describe, expect, test } from "vitest";
import { type Arithmetic, arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { expandOps } from "../../src/compiler/expand.ts";
import { elementCount, type Graph, type NodeOf } from "../../src/compiler/graph.ts";
import type { OpName } from "../../src/compiler/ops.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { hashGraph, printGraph } from "../../src/compiler/print.ts";
import { emitScan } from "../../src/compiler/scan.ts";
import { splitInvariant } from "../../src/compiler/split-invariant.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import type { Values } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { expectClose } from "../engines/conformance.ts";

type Inputs = Readonly<Record<string, Values>>;

const run = (graph: Graph, inputs: Inputs) => referenceEngine.compile(graph).run(inputs);

/** All loops, also those inside loops. */
function scansIn(graph: Graph): NodeOf<"scan">[] {
  return graph.nodes.flatMap((node) => (node.op === "scan" ? [node, ...scansIn(node.params.body)] : []));
}

function opsIn(graph: Graph): OpName[] {
  return graph.nodes.map(({ op }) => op);
}

const steps = 7;
const returns = Float64Array.from({ length: steps }, (_, t) => Math.sin(1.7 * t) + 0.1);
const parameters: Inputs = { mu: [0.1], omega: [0.2], alpha: [0.3], beta: [0.4], y: returns };

/** log density of GARCH(1, 1) with σ₀ = ½ up to a constant; everything in one loop, as a plain lowering would have it. */
function garch(length = steps): Graph {
  const builder = createBuilder();
  const [mu, omega, alpha, beta] = ["mu", "omega", "alpha", "beta"].map((name) =>
    builder.input(name, { dtype: "float", shape: [] }),
  );
  const y = builder.input("y", { dtype: "float", shape: [length] });
  const { carries } = emitScan(builder, {
    length,
    carries: [builder.fill(0.5, []), builder.fill(0, [])],
    xs: [y],
    fixed: [mu, omega, alpha, beta],
    body: (inner, { carries: [sigma, sum], xs: [now], fixed }) => {
      const math = arithmetic(inner);
      const [mean, base, news, memory] = fixed;
      const error = math.sub(now, mean);
      const density = math.sub(math.scale(square(math, math.div(error, sigma)), -0.5), math.log(sigma));
      const variance = math.add(
        math.add(base, math.mul(news, square(math, error))),
        math.mul(memory, square(math, sigma)),
      );
      return { carries: [inner.emit("sqrt", [variance], {}), math.add(sum, density)], ys: [] };
    },
  });
  return builder.finish({ logDensity: carries[1] });
}

function square({ mul }: Arithmetic, x: number): number {
  return mul(x, x);
}

const gradientOf = (graph: Graph, mostSaved?: number): Graph =>
  differentiate(graph, {
    of: "logDensity",
    wrt: ["mu", "omega", "alpha", "beta"],
    prefix: "d/",
    ...(mostSaved === undefined ? {} : { mostSaved }),
  });

function expectSame(actual: Graph, expected: Graph, inputs: Inputs): void {
  verifyGraph(actual);
  const results = run(actual, inputs);
  for (const [name, values] of Object.entries(run(expected, inputs)))
    expectClose(results[name], values, { relative: 1e-11, absolute: 1e-12 }, name);
}

describe("a loop", () => {
  test.each([false, true])("carries, reads rows and stacks in its order; reverse: %s", (reverse) => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [4, 2] });
    const start = builder.input("start", { dtype: "float", shape: [2] });
    const { carries, ys } = emitScan(builder, {
      length: 4,
      reverse,
      carries: [start],
      xs: [x],
      body: (inner, { carries: [h], xs: [row] }) => {
        const next = inner.emit("add", [inner.emit("mul", [h, inner.fill(0.5, [2])], {}), row], {});
        return { carries: [next], ys: [h, next] };
      },
    });
    const rows = [
      [1, 2],
      [3, 5],
      [-1, 0],
      [4, 4],
    ];
    const results = run(builder.finish({ last: carries[0], before: ys[0], after: ys[1] }), {
      x: rows.flat(),
      start: [8, 16],
    });
    const before: number[][] = [];
    const after: number[][] = [];
    let h = [8, 16];
    for (const t of reverse ? [3, 2, 1, 0] : [0, 1, 2, 3]) {
      before[t] = h;
      h = h.map((value, i) => value / 2 + rows[t][i]);
      after[t] = h;
    }
    expect([...results.last]).toEqual(h);
    expect([...results.before]).toEqual(before.flat());
    expect([...results.after]).toEqual(after.flat());
  });

  test("computes a log density as a plain loop does", () => {
    let [sigma, sum] = [0.5, 0];
    for (const y of returns) {
      sum += -0.5 * ((y - 0.1) / sigma) ** 2 - Math.log(sigma);
      sigma = Math.sqrt(0.2 + 0.3 * (y - 0.1) ** 2 + 0.4 * sigma ** 2);
    }
    expect(run(garch(), parameters).logDensity[0]).toBeCloseTo(sum, 12);
  });

  test("whose body does not fit is refused", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [3, 2] });
    const n = builder.input("n", { dtype: "int", shape: [] });
    const carrying = (length: number, carry: number) => () =>
      emitScan(builder, {
        length,
        carries: [carry],
        xs: [x],
        body: (_, { carries, xs }) => ({ carries: xs, ys: carries }),
      });
    expect(carrying(3, builder.fill(0, [3]))).toThrow("carries that keep their type");
    expect(carrying(4, builder.fill(0, [2]))).toThrow("x/0 of its length");
    expect(() =>
      emitScan(builder, { length: 2, carries: [n], body: (_, { carries }) => ({ carries, ys: [] }) }),
    ).toThrow("float carries");
    const [{ params }] = scansIn(emitSum(3));
    const bodyWithout = { ...params.body, inputs: {} };
    const [start, rows] = [builder.fill(0, []), builder.input("rows", { dtype: "float", shape: [3] })];
    const emitted = (changed: object) => () => builder.emit("scan", [start, rows], { ...params, ...changed });
    expect(emitted({ body: bodyWithout })).toThrow("an input for each operand");
    expect(emitted({ carries: 2 })).toThrow("an operand per carry");
    expect(emitted({ body: { ...params.body, outputs: {} } })).toThrow("outputs carry/0");
  });

  test("with a body that does not verify does not verify", () => {
    const graph = emitSum(3);
    const nodes = graph.nodes.map((node) => {
      if (node.op !== "scan") return node;
      const { body } = node.params;
      const inner = body.nodes.map((each) => (each.op === "add" ? { ...each, inputs: [0, 9] } : each));
      return { ...node, params: { ...node.params, body: { ...body, nodes: inner } } };
    });
    expect(() => verifyGraph({ ...graph, nodes })).toThrow("does not come before it");
  });

  test("prints its body below itself, and bodies that differ hash differently", () => {
    expect(printGraph(emitSum(3))).toMatchInlineSnapshot(`
      "%0 = input x : float[3]
      %1 = constant 0 : float
      %2 = scan %1 %0 length=3 reverse=false carries=1 xs=1 : float[1]
          %0 = input carry/0 : float
          %1 = input x/0 : float
          %2 = constant 1 : float
          %3 = mul %1 %2 : float
          %4 = add %0 %3 : float
          return carry/0=%4
      %3 = slice %2 start=[0] limit=[1] : float[1]
      %4 = reshape %3 shape=[] : float
      return sum=%4
      "
    `);
    expect(hashGraph(emitSum(3))).not.toBe(hashGraph(emitSum(3, 2)));
    expect(hashGraph(emitSum(3))).toBe(hashGraph(emitSum(3)));
  });
});

/** s ← s + factor · x */
function emitSum(length: number, factor = 1): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [length] });
  const { carries } = emitScan(builder, {
    length,
    carries: [builder.fill(0, [])],
    xs: [x],
    body: (inner, { carries: [sum], xs: [row] }) => ({
      carries: [inner.emit("add", [sum, inner.emit("mul", [row, inner.fill(factor, [])], {})], {})],
      ys: [],
    }),
  });
  return builder.finish({ sum: carries[0] });
}

describe("the gradient of a loop", () => {
  const unrolled = expandOps(garch(), ["scan"]);

  test("is that of its steps written out, optimized or not", () => {
    expectSame(gradientOf(garch()), gradientOf(unrolled), parameters);
    expectSame(optimize(gradientOf(garch())), gradientOf(unrolled), parameters);
  });

  test("has a gradient of its own, and that one more", () => {
    const twice = (graph: Graph) =>
      differentiate(gradientOf(graph), { of: "d/beta", wrt: ["mu", "beta"], prefix: "dd/" });
    const thrice = (graph: Graph) =>
      differentiate(twice(graph), { of: "dd/mu", wrt: ["omega", "alpha"], prefix: "ddd/" });
    expectSame(optimize(thrice(garch())), thrice(unrolled), parameters);
  });

  test("runs the loop once forwards and once backwards", () => {
    const scans = scansIn(optimize(gradientOf(garch())));
    expect(scans.map(({ params }) => params.reverse)).toEqual([false, true]);
  });

  const long = 300;
  const longInputs: Inputs = {
    ...parameters,
    y: Float64Array.from({ length: long }, (_, t) => Math.cos(0.3 * t * t)),
  };
  test("with checkpoints is the same, and keeps about 2 √T carries instead of T", () => {
    const plain = gradientOf(garch(long));
    const sparing = gradientOf(garch(long), 100);
    expectSame(sparing, plain, longInputs);
    expectSame(optimize(sparing), plain, longInputs);
    // 2 carries before each of T = 300 steps, or of 17 segments, or of the 17 steps of one.
    const largest = (graph: Graph) => Math.max(...scansIn(graph).map(({ type }) => elementCount(type.shape)));
    expect(largest(plain)).toBeGreaterThan(2 * long);
    const outer = sparing.nodes.filter(({ op }) => op === "scan");
    expect(outer.some(({ type }) => elementCount(type.shape) > 2 * 17 + 17 + 300)).toBe(false);
    expect(largest(sparing)).toBeLessThanOrEqual(long + 50);
  });
  test("with checkpoints works for loops that run backwards and stack, of any length", () => {
    for (const length of [16, 17, 23, 25])
      for (const reverse of [false, true]) {
        const builder = createBuilder();
        const x = builder.input("x", { dtype: "float", shape: [length] });
        const { carries, ys } = emitScan(builder, {
          length,
          reverse,
          carries: [builder.fill(0.2, [])],
          xs: [x],
          body: (inner, { carries: [h], xs: [row] }) => {
            const next = inner.emit("sin", [inner.emit("add", [h, row], {})], {});
            return { carries: [next], ys: [inner.emit("mul", [next, row], {})] };
          },
        });
        const sum = builder.emit("reduceSum", [builder.emit("mul", [ys[0], x], {})], { axes: [0] });
        const graph = builder.finish({ y: builder.emit("add", [sum, carries[0]], {}) });
        const differentiated = (mostSaved: number) =>
          differentiate(graph, { of: "y", wrt: ["x"], prefix: "d/", mostSaved });
        const inputs = { x: Float64Array.from({ length }, (_, t) => Math.cos(t)) };
        expect(scansIn(differentiated(1)).length).toBeGreaterThan(scansIn(differentiated(1000)).length);
        expectSame(differentiated(1), differentiated(1000), inputs);
      }
  });
});

describe("passes on loops", () => {
  /** A loop over [4] of float with a scalar carry and everything that a pass may take out of it. */
  const optimized = (body: Parameters<typeof emitScan>[1]["body"], keep: "carries" | "ys"): Graph => {
    const builder = createBuilder();
    const [a, b] = ["a", "b"].map((name) => builder.input(name, { dtype: "float", shape: [] }));
    const x = builder.input("x", { dtype: "float", shape: [4] });
    const parts = emitScan(builder, { length: 4, carries: [a, b], xs: [x], fixed: [a, b], body });
    const graph = builder.finish(Object.fromEntries(parts[keep].map((id, at) => [`y${at}`, id])));
    const result = optimize(graph);
    expectSame(result, graph, { a: [0.3], b: [0.8], x: [1, 2, -1, 0.5] });
    return result;
  };

  test("what is the same in each step is computed before the loop, once", () => {
    const graph = optimized((inner, { carries: [g, h], fixed: [a] }) => {
      const rate = inner.emit("exp", [a], {});
      return { carries: [inner.emit("sin", [inner.emit("mul", [g, rate], {})], {}), h], ys: [] };
    }, "carries");
    expect(opsIn(graph)).toContain("exp");
    expect(opsIn(scansIn(graph)[0].params.body)).not.toContain("exp");
  });

  test("what no carry goes into and what goes into no carry is done for all steps at once", () => {
    const graph = optimized((inner, { carries: [g, h], xs: [x] }) => {
      const next = inner.emit("sin", [inner.emit("add", [g, inner.emit("exp", [x], {})], {})], {});
      return { carries: [next, h], ys: [inner.emit("softplus", [next], {})] };
    }, "ys");
    expect(opsIn(graph)).toEqual(expect.arrayContaining(["exp", "softplus"]));
    expect(opsIn(scansIn(graph)[0].params.body).filter((op) => op !== "input")).toEqual(["add", "sin"]);
  });

  test("what no carry goes into is put together on the way from a carry to the next", () => {
    const graph = optimized((inner, { carries: [g, h], xs: [x], fixed: [a, b] }) => {
      const { add, sub, mul, div, neg } = arithmetic(inner);
      const next = neg(div(mul(mul(sub(add(g, x), a), x), b), inner.emit("exp", [x], {})));
      return { carries: [next, h], ys: [] };
    }, "carries");
    const loop = scansIn(graph)[0].params.body;
    expect(opsIn(loop).filter((op) => op !== "input")).toEqual(["add", "mul"]);
  });

  test("a carry that only adds up is a sum, and a loop without carries no loop", () => {
    const graph = optimized((inner, { carries: [g, h], xs: [x], fixed: [a] }) => {
      const term = inner.emit("mul", [x, a], {});
      return {
        carries: [
          inner.emit("add", [inner.emit("add", [x, g], {}), term], {}),
          inner.emit("sub", [h, term], {}),
        ],
        ys: [],
      };
    }, "carries");
    expect(scansIn(graph)).toEqual([]);
  });

  test("the sum of large outer products is one product, not as many as there are steps", () => {
    const [steps, n] = [80, 64];
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [steps, n, 1] });
    const start = builder.fill(0, [n, 1]);
    const { carries } = emitScan(builder, {
      length: steps,
      carries: [start, builder.fill(0, [n, n])],
      xs: [x],
      body: (inner, { carries: [h, sum], xs: [row] }) => {
        const next = inner.emit("tanh", [inner.emit("add", [h, row], {})], {});
        const outer = inner.emit("matmul", [next, row], { transposeLeft: false, transposeRight: true });
        return { carries: [next, inner.emit("add", [sum, outer], {})], ys: [] };
      },
    });
    const graph = builder.finish({ sum: carries[1] });
    const result = optimize(graph);
    expect(Math.max(...result.nodes.map(({ type }) => elementCount(type.shape)))).toBeLessThan(3 * steps * n);
    expectSame(result, graph, { x: Float64Array.from({ length: steps * n }, (_, i) => Math.sin(i)) });
  });

  test("carries and y that nothing reads are left out, with what only they need", () => {
    const graph = optimized(
      (inner, { carries: [g, h], xs: [x] }) => ({
        carries: [
          inner.emit("sin", [inner.emit("add", [g, x], {})], {}),
          inner.emit("lgamma", [inner.emit("add", [h, g], {})], {}),
        ],
        ys: [g],
      }),
      "ys",
    );
    expect(scansIn(graph).map(({ params }) => params.carries)).toEqual([1]);
    expect(JSON.stringify(graph)).not.toContain("lgamma");
  });

  test("y that are rows, fixed values or constants need no loop", () => {
    const graph = optimized(
      (inner, { carries, xs: [x], fixed: [a] }) => ({
        carries,
        ys: [x, a, inner.fill(3, []), carries[1]],
      }),
      "ys",
    );
    expect(scansIn(graph)).toEqual([]);
  });

  test("equal loops that stack different things become one", () => {
    const builder = createBuilder();
    const start = builder.input("start", { dtype: "float", shape: [] });
    const loop = (which: "before" | "after") =>
      emitScan(builder, {
        length: 5,
        carries: [start],
        body: (inner, { carries: [h] }) => {
          const next = inner.emit("sin", [h], {});
          return { carries: [next], ys: [which === "before" ? h : next] };
        },
      });
    const [before, after] = [loop("before"), loop("after")];
    const graph = builder.finish({
      a: before.ys[0],
      b: after.ys[0],
      c: before.carries[0],
      d: after.carries[0],
    });
    const result = optimize(graph);
    expect(scansIn(result).length).toBe(1);
    expectSame(result, graph, { start: [0.7] });
  });
});

describe("splitting by what varies", () => {
  test("a loop over fixed inputs runs once, and of another one what only they need", () => {
    const builder = createBuilder();
    const q = builder.input("q", { dtype: "float", shape: [] });
    const data = builder.input("data", { dtype: "float", shape: [6] });
    const smooth = emitScan(builder, {
      length: 6,
      carries: [builder.fill(0, [])],
      xs: [data],
      body: (inner, { carries: [h], xs: [x] }) => {
        const next = inner.emit("tanh", [inner.emit("add", [h, x], {})], {});
        return { carries: [next], ys: [next] };
      },
    });
    const varying = emitScan(builder, {
      length: 6,
      carries: [q],
      xs: [smooth.ys[0]],
      body: (inner, { carries: [h], xs: [x] }) => {
        const lgamma = inner.emit("lgamma", [inner.emit("exp", [x], {})], {});
        return { carries: [inner.emit("sin", [inner.emit("add", [h, lgamma], {})], {})], ys: [] };
      },
    });
    const graph = builder.finish({ y: varying.carries[0] });
    const { once, each } = splitInvariant(optimize(graph), (name) => name === "q");
    const inputs = { q: [0.4], data: [1, 2, 3, -1, 0, 0.5] };
    const known = run(once, { data: inputs.data });
    const { y } = run(each, { q: inputs.q, ...known });
    expect(y[0]).toBeCloseTo(run(graph, inputs).y[0], 12);
    expect(scansIn(once).length).toBe(1);
    expect(opsIn(once)).toContain("lgamma");
    expect(scansIn(each).length).toBe(1);
    expect(JSON.stringify(each)).not.toContain("lgamma");
  });
});
