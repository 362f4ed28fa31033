import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph, GraphNode } from "../../src/compiler/graph.ts";
import { hashGraph, printGraph } from "../../src/compiler/print.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";

function example(): Graph {
  const builder = createBuilder();
  const q = builder.input("q", { dtype: "float", shape: [3, 2] });
  const scaled = builder.emit("mul", [q, builder.fill(0.5, [3, 2])], {});
  const y = builder.emit("reduceSum", [scaled], { axes: [0, 1] });
  return builder.finish({ logDensity: y });
}

const replaced = (graph: Graph, id: number, change: Partial<GraphNode>): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node, at) => (at === id ? ({ ...node, ...change } as GraphNode) : node)),
});

describe("verifyGraph", () => {
  test("accepts what a builder made", () => verifyGraph(example()));

  const broken: Record<string, [Graph, string]> = {
    "a node that reads a later one": [replaced(example(), 3, { inputs: [0, 4] }), "does not come before it"],
    "a node that reads itself": [replaced(example(), 3, { inputs: [0, 3] }), "does not come before it"],
    "a type that the table does not give": [
      replaced(example(), 4, { type: { dtype: "float", shape: [2] } }),
      "is float but says float[2]",
    ],
    "a parameter out of bounds": [
      replaced(example(), 4, { params: { axes: [2] } }),
      "reduceSum takes distinct",
    ],
    "an op that does not exist": [replaced(example(), 4, { op: "frobnicate" as "exp" }), "no op frobnicate"],
    "an output that does not exist": [{ ...example(), outputs: { y: 9 } }, "does not exist"],
    "an input that is not listed": [{ ...example(), inputs: {} }, "not listed"],
    "a listed input without a node": [{ ...example(), inputs: { q: 0, r: 1 } }, "listed input r has no node"],
    "two inputs of one name": [
      replaced(example(), 1, {
        op: "input",
        params: { name: "q", type: { dtype: "float", shape: [] } },
        type: { dtype: "float", shape: [] },
      }),
      "two input nodes are called q",
    ],
  };
  test.each(Object.entries(broken))("refuses %s", (_name, [graph, message]) => {
    expect(() => verifyGraph(graph)).toThrow(message);
  });
});

describe("printGraph and hashGraph", () => {
  test("one line per node", () => {
    expect(printGraph(example())).toMatchInlineSnapshot(`
      "%0 = input q : float[3,2]
      %1 = constant 0.5 : float
      %2 = broadcast %1 shape=[3,2] axes=[] : float[3,2]
      %3 = mul %0 %2 : float[3,2]
      %4 = reduceSum %3 axes=[0,1] : float
      return logDensity=%4
      "
    `);
  });

  test("long constants are cut short, with a hash of all values", () => {
    const builder = createBuilder();
    const ramp = (last: number) =>
      printGraph(
        builder.finish({
          y: builder.constant(
            Array.from({ length: 20 }, (_, i) => (i === 19 ? last : i)),
            [20],
          ),
        }),
      ).split("\n");
    expect(ramp(19)[0]).toMatch(/^%0 = constant \[0,1,2,3,… [0-9a-f]{16}\] : float\[20\]$/);
    expect(ramp(19)[0].length).toBe(ramp(5)[1].length);
    expect(ramp(5)[1].slice(6)).not.toBe(ramp(19)[0].slice(6));
  });

  test("the hash is equal for equal graphs, another one for any change, and stays as it is", () => {
    const graph = example();
    const hashes = [
      graph,
      replaced(graph, 1, { params: { type: { dtype: "float", shape: [] }, values: [0.25] } }),
      replaced(graph, 3, { op: "add" }),
      replaced(graph, 3, { inputs: [2, 0] }),
      { ...graph, outputs: { other: 4 } },
    ].map(hashGraph);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashGraph(example())).toBe(hashes[0]);
    expect(hashes[0]).toMatchInlineSnapshot(`"47c8cdf09f02eecc"`);
  });
});
