import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { splitInvariant } from "../../src/compiler/split-invariant.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { randomGraphs } from "./random-graph.ts";

type Arrays = Readonly<Record<string, Float64Array>>;

function run(graph: Graph, inputs: Arrays): Arrays {
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, inputs[name]]));
  const results = referenceEngine.compile(graph).run(needed);
  return Object.fromEntries(
    Object.entries(results).map(([name, values]) => [name, Float64Array.from(values)]),
  );
}

/** Ids of nodes that depend on inputs, on fixed ones only. Broadcasts do not count: they are no work. */
function fixedWork(graph: Graph, varies: (name: string) => boolean): number[] {
  const kind: ("constant" | "fixed" | "varying")[] = [];
  graph.nodes.forEach((node, id) => {
    if (node.op === "input") kind[id] = varies(node.params.name) ? "varying" : "fixed";
    else if (node.inputs.some((input) => kind[input] === "varying")) kind[id] = "varying";
    else kind[id] = node.inputs.some((input) => kind[input] === "fixed") ? "fixed" : "constant";
  });
  return graph.nodes.flatMap((node, id) =>
    kind[id] === "fixed" && node.op !== "input" && node.op !== "broadcast" ? [id] : [],
  );
}

describe("a split graph", () => {
  test.each([
    ["some inputs vary", (name: string) => name === "x1" || name === "x4"],
    ["all inputs vary", () => true],
    ["none varies", () => false],
  ] as const)("means the same when %s, and does the fixed work once", (_, varies) => {
    fc.assert(
      fc.property(randomGraphs(), ({ graph, inputs }) => {
        const { once, each } = splitInvariant(graph, varies);
        verifyGraph(once);
        verifyGraph(each);
        const fixed = Object.fromEntries(Object.entries(inputs).filter(([name]) => !varies(name)));
        const results = run(each, { ...inputs, ...run(once, fixed) });
        expect(results).toEqual(run(graph, inputs));
        expect(Object.keys(once.inputs).filter(varies)).toEqual([]);
        // What `once` gives arrives as inputs, so nothing else of the fixed work may be left.
        const givenOrVaries = (name: string): boolean => varies(name) || name.startsWith("once/");
        expect(fixedWork(each, givenOrVaries)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("moves work on data and gives it back as few results", () => {
    const builder = createBuilder();
    const type = { dtype: "float", shape: [3] } as const;
    const [data, q] = [builder.input("data/x", type), builder.input("q/b", type)];
    const logged = builder.emit("log", [builder.emit("exp", [data], {})], {});
    const graph = builder.finish({
      y: builder.emit("mul", [q, logged], {}),
      z: builder.emit("neg", [logged], {}),
    });
    const { once, each } = splitInvariant(graph, (name) => name.startsWith("q/"));
    expect(once.nodes.filter(({ op }) => op === "exp" || op === "log")).toHaveLength(2);
    expect(Object.keys(once.outputs)).toHaveLength(2);
    expect(Object.keys(each.inputs)).not.toContain("data/x");
    expect(each.nodes.map(({ op }) => op).filter((op) => op !== "input")).toEqual(["mul"]);
  });
});
