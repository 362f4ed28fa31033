import fc from "fast-check";
import { expect, test } from "vitest";
import { type Graph, innerGraphs } from "../../src/compiler/graph.ts";
import { opRow } from "../../src/compiler/op-table.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { allCases } from "../engines/op-cases.ts";
import { randomGraphs } from "./random-graph.ts";

/** Each op with the element kinds of its operands, as "add int int", and its flags; loops and branches with what is in them. */
function formsOf({ nodes }: Graph): string[] {
  return nodes.flatMap((node) => {
    const { op, params } = node;
    const kinds = [...new Set(node.inputs.map((id) => nodes[id].type.dtype))].sort();
    const flags = Object.entries(params).flatMap(([name, value]) =>
      typeof value === "boolean" ? [`${name}=${value}`] : [],
    );
    const inner = innerGraphs(node).flatMap(formsOf);
    return [[op, ...kinds, ...flags].join(" "), ...inner];
  });
}

function seenIn(kind: "any" | "smooth"): Set<string> {
  const seen = new Set<string>();
  for (const { graph } of fc.sample(randomGraphs({ kind }), { numRuns: 3000, seed: 1 })) {
    verifyGraph(graph);
    for (const form of formsOf(graph)) seen.add(form);
  }
  return seen;
}

test("random graphs have every op, on every kind of element, with every flag", () => {
  const seen = seenIn("any");
  const all = new Set(allCases().flatMap(({ graph }) => formsOf(graph)));
  expect([...all].filter((form) => !seen.has(form))).toEqual([]);
});

test("those whose gradients are compared have every op that has a gradient without kinks", () => {
  const seen = new Set([...seenIn("smooth")].map((form) => form.split(" ")[0]));
  const kinks = ["abs", "min", "max", "select", "reduceMax", "sort", "convert"];
  const smooth = allCases().flatMap(({ op }) =>
    opRow(op).gradient === "none" || kinks.includes(op) ? [] : [op],
  );
  expect([...new Set(smooth)].filter((op) => !seen.has(op))).toEqual([]);
});
