import { describe, expect, test } from "vitest";
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { type CondRequest, emitCond } from "../../src/compiler/cond.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { expandOps } from "../../src/compiler/expand.ts";
import type { Graph, NodeId, NodeOf } from "../../src/compiler/graph.ts";
import type { TensorType } from "../../src/compiler/ops.ts";
import { eliminateDeadCode } from "../../src/compiler/passes/eliminate-dead-code.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { tidyConds } from "../../src/compiler/passes/tidy-conds.ts";
import { printGraph } from "../../src/compiler/print.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../src/engines/wasm/wasm-engine.ts";

const float = (...shape: number[]): TensorType => ({ dtype: "float", shape });

/** √x where x > 0, else x²; and a second result, x or 1. */
function rootOrSquare(isRead: { readonly second: boolean } = { second: true }): Graph {
  const builder = createBuilder();
  const x = builder.input("x", float());
  const [first, second] = emitCond(builder, {
    condition: builder.emit("less", [builder.fill(0, []), x], {}),
    operands: [x],
    yes: (b, [z]) => [b.emit("sqrt", [z], {}), z],
    no: (b, [z]) => [b.emit("mul", [z, z], {}), b.fill(1, [])],
  });
  return builder.finish(isRead.second ? { first, second } : { first });
}

function condsIn({ nodes }: Graph): NodeOf<"cond">[] {
  return nodes.flatMap((node) => (node.op === "cond" ? [node] : []));
}

describe("a choice", () => {
  test("is the branch that its condition says, in values and in gradients", () => {
    const graph = differentiate(rootOrSquare(), { of: "first", wrt: ["x"], prefix: "d/" });
    verifyGraph(graph);
    for (const each of [graph, optimize(graph), expandOps(graph, ["cond"])]) {
      const executable = referenceEngine.compile(each);
      const at = (x: number) =>
        Object.fromEntries(Object.entries(executable.run({ x: [x] })).map(([k, v]) => [k, v[0]]));
      expect(at(4)).toEqual({ first: 2, second: 4, "d/x": 0.25 });
      // √−3 is NaN and √0 infinitely steep: neither comes out.
      expect(at(-3)).toEqual({ first: 9, second: 1, "d/x": -6 });
      expect(at(0)).toEqual({ first: 0, second: 1, "d/x": 0 });
    }
  });

  test("has gradients of gradients", () => {
    const first = differentiate(rootOrSquare(), { of: "first", wrt: ["x"], prefix: "d/" });
    const second = differentiate(first, { of: "d/x", wrt: ["x"], prefix: "second/" });
    verifyGraph(second);
    const executable = referenceEngine.compile(second);
    expect(executable.run({ x: [4] })["second/x"][0]).toBeCloseTo(-1 / 32, 14);
    expect(executable.run({ x: [-3] })["second/x"][0]).toBe(2);
  });

  test("prints with its branches below it", () => {
    expect(printGraph(rootOrSquare({ second: false }))).toMatchInlineSnapshot(`
      "%0 = input x : float
      %1 = constant 0 : float
      %2 = less %1 %0 : bool
      %3 = cond %2 %0 : float[2]
          %0 = input in/0 : float
          %1 = sqrt %0 : float
          return out/0=%1 out/1=%0
          %0 = input in/0 : float
          %1 = mul %0 %0 : float
          %2 = constant 1 : float
          return out/0=%1 out/1=%2
      %4 = slice %3 start=[0] limit=[1] : float[1]
      %5 = reshape %4 shape=[] : float
      %6 = slice %3 start=[1] limit=[2] : float[1]
      %7 = reshape %6 shape=[] : float
      return first=%5
      "
    `);
  });

  test("runs one branch only in WebAssembly", async () => {
    const builder = createBuilder();
    const flag = builder.input("flag", { dtype: "bool", shape: [] });
    const x = builder.input("x", float(100_000));
    const [y] = emitCond(builder, {
      condition: flag,
      operands: [x],
      yes: (b, [z]) => [b.emit("reduceSum", [b.emit("lgamma", [b.emit("exp", [z], {})], {})], { axes: [0] })],
      no: (b) => [b.fill(0, [])],
    });
    const executable = (await createWasmEngine()).compile(builder.finish({ y }));
    const least = (flagged: number): number => {
      const inputs = { flag: [flagged], x: new Float64Array(100_000).fill(0.3) };
      const times = Array.from({ length: 8 }, () => {
        const start = performance.now();
        executable.run(inputs);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    // One takes some milliseconds, the other copies its input.
    expect(least(0)).toBeLessThan(least(1) / 2);
    executable.dispose();
  });
});

describe("ill-typed choices throw", () => {
  const emit = (change: Partial<CondRequest>): NodeId[] => {
    const builder = createBuilder();
    const x = builder.input("x", float(2));
    return emitCond(builder, {
      condition: builder.input("c", { dtype: "bool", shape: [] }),
      operands: [x],
      yes: (_, [z]) => [z],
      no: (_, [z]) => [z],
      ...change,
    });
  };
  test("branches with other results", () => {
    expect(() => emit({ no: (b) => [b.fill(0, [3])] })).toThrow("branches with the same results");
    expect(() => emit({ no: () => [] })).toThrow("branches with the same results");
    const whole = (b: ReturnType<typeof createBuilder>) => [b.fill(0, [2], "int")];
    expect(() => emit({ yes: whole, no: whole })).toThrow("branches with float results");
  });
  test("a condition that is not one bool", () => {
    const builder = createBuilder();
    const conditions = [builder.input("f", float()), builder.input("many", { dtype: "bool", shape: [2] })];
    for (const condition of conditions)
      expect(() => emitCond(builder, { condition, operands: [], yes: () => [], no: () => [] })).toThrow(
        "a single bool",
      );
  });
  test("branches that read something else", () => {
    const builder = createBuilder();
    const c = builder.input("c", { dtype: "bool", shape: [] });
    const [{ params }] = condsIn(rootOrSquare());
    expect(() => builder.emit("cond", [c, builder.input("x", float(2))], params)).toThrow(
      "in/0 of type float[2]",
    );
    expect(() => builder.emit("cond", [c], params)).toThrow("an input for each operand");
  });
});

describe("tidy-conds", () => {
  test("leaves out results that nothing reads, and operands that only they need", () => {
    const builder = createBuilder();
    const [x, w] = [builder.input("x", float()), builder.input("w", float(3))];
    const [first] = emitCond(builder, {
      condition: builder.input("c", { dtype: "bool", shape: [] }),
      operands: [w, x],
      yes: (b, [v, z]) => [b.emit("exp", [z], {}), v],
      no: (b, [v, z]) => [b.emit("sin", [z], {}), b.emit("neg", [v], {})],
    });
    const [{ inputs, type }] = condsIn(tidyConds(eliminateDeadCode(builder.finish({ first }))));
    expect(inputs.length).toBe(2);
    expect(type.shape).toEqual([1]);
  });

  test("replaces a choice that is known, or none, by its branch", () => {
    const builder = createBuilder();
    const x = builder.input("x", float());
    const { exp } = arithmetic(builder);
    const same: Omit<CondRequest, "condition"> = {
      operands: [x],
      yes: (b, [z]) => [arithmetic(b).exp(z)],
      no: (b, [z]) => [arithmetic(b).exp(z)],
    };
    const [known] = emitCond(builder, {
      condition: builder.fill(0, [], "bool"),
      operands: [x],
      yes: (_, [z]) => [z],
      no: (b, [z]) => [arithmetic(b).neg(z)],
    });
    const [none] = emitCond(builder, {
      condition: builder.input("c", { dtype: "bool", shape: [] }),
      ...same,
    });
    const tidy = optimize(builder.finish({ known, none, exp: exp(x) }));
    expect(tidy.nodes.map(({ op }) => op)).not.toContain("cond");
    expect(tidy.outputs.none).toBe(tidy.outputs.exp);
    expect(tidy.nodes[tidy.outputs.known].op).toBe("neg");
  });
});
