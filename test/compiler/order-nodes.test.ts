import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import { orderNodes } from "../../src/compiler/order-nodes.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { randomGraphs } from "./random-graph.ts";

describe("nodes in the order of the outputs", () => {
  test("give the same bits", () => {
    fc.assert(
      fc.property(randomGraphs(), ({ graph, inputs }) => {
        const ordered = orderNodes(graph, Object.keys(graph.outputs).toReversed());
        verifyGraph(ordered);
        expect(Object.keys(ordered.inputs)).toEqual(Object.keys(graph.inputs));
        const [before, after] = [graph, ordered].map((each) => referenceEngine.compile(each).run(inputs));
        expect(after).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  test("come when they are first asked for, and not at all if they never are", () => {
    const b = createBuilder();
    const x = b.input("x", { dtype: "float", shape: [] });
    const logged = b.emit("log1p", [x], {});
    const shared = b.emit("exp", [x], {});
    b.emit("sin", [x], {});
    const late = b.emit("add", [logged, shared], {});
    const graph = b.finish({ late, early: b.emit("neg", [shared], {}) });
    const ops = (outputs: string[]): string[] => orderNodes(graph, outputs).nodes.map(({ op }) => op);
    expect(ops(["early", "late"])).toEqual(["input", "exp", "neg", "log1p", "add"]);
    expect(ops(["late", "early"])).toEqual(["input", "log1p", "exp", "add", "neg"]);
  });
});
