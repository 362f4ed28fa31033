import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { invertDivisors } from "../../src/compiler/invert-divisors.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { randomGraphs } from "./random-graph.ts";

const isVarying = (name: string): boolean => name === "x1" || name === "x4" || name.startsWith("q/");

const ops = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);

describe("division by what does not vary", () => {
  test("means the same up to rounding", () => {
    fc.assert(
      fc.property(randomGraphs(), ({ graph, inputs }) => {
        const inverted = invertDivisors(graph, isVarying);
        verifyGraph(inverted);
        const [before, after] = [graph, inverted].map((each) => referenceEngine.compile(each).run(inputs));
        for (const [name, values] of Object.entries(before))
          values.forEach((value, i) => {
            const other = after[name][i];
            if (Number.isFinite(value)) expect(other).toBeCloseTo(value, 8 - Math.log10(1 + Math.abs(value)));
          });
      }),
      { numRuns: 200 },
    );
  });

  test("is multiplication by one inverse, of what is stretched before it is", () => {
    const b = createBuilder();
    const [q, r] = ["q/a", "q/b"].map((name) => b.input(name, { dtype: "float", shape: [3] }));
    const sigma = b.input("data/sigma", { dtype: "float", shape: [] });
    const stretched = b.emit("broadcast", [sigma], { shape: [3], axes: [] });
    const quotients = [q, r].map((each) => b.emit("div", [each, stretched], {}));
    const inverted = invertDivisors(b.finish({ a: quotients[0], b: quotients[1] }), isVarying);
    const divisions = inverted.nodes.filter(({ op }) => op === "div");
    expect(divisions.map(({ type }) => type.shape)).toEqual([[]]);
    expect(ops(inverted).filter((op) => op === "mul").length).toBe(2);
    const values = { "q/a": [1, -2, 3], "q/b": [0.5, 0, 7], "data/sigma": [4] };
    const { a, b: second } = referenceEngine.compile(inverted).run(values);
    expect([...a, ...second]).toEqual([0.25, -0.5, 0.75, 0.125, 0, 1.75]);
  });

  test("leaves alone what divides by a constant or by what varies, and what does not vary", () => {
    const b = createBuilder();
    const [q, data] = ["q/a", "data/x"].map((name) => b.input(name, { dtype: "float", shape: [3] }));
    const constant = b.fill(5, [3]);
    const graph = b.finish({
      a: b.emit("div", [q, constant], {}),
      b: b.emit("div", [data, q], {}),
      c: b.emit("div", [data, data], {}),
    });
    expect(invertDivisors(graph, isVarying)).toEqual(graph);
  });
});
