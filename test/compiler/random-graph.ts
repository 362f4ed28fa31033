/**
 * Random well-typed graphs for laws that hold for all graphs. Ops whose values jump (comparisons, floor, conversion to int)
 * read only values that are exact in floating point, so that two right evaluations of a graph agree up to rounding.
 */
import fc from "fast-check";
import { createBuilder } from "../../src/compiler/builder.ts";
import { elementCount, type Graph, type NodeId } from "../../src/compiler/graph.ts";
import { exactMakers } from "./random-graph/exact.ts";
import { type Choose, type Growing, inputShapes, keep, type Maker } from "./random-graph/growing.ts";
import { movingMakers } from "./random-graph/moving.ts";
import { smoothMakers } from "./random-graph/smooth.ts";

export interface RandomGraph {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Float64Array>>;
}

export interface RandomGraphOptions {
  /**
   * smooth: only ops that have derivatives everywhere, so that gradients do not depend on rounding. moving: chains of ops
   * that move values and reduce.
   */
  readonly kind: "any" | "smooth" | "moving";
}

/** Graphs of up to about forty nodes, and values for their inputs. What nothing reads is an output, and so is `last`. */
export function randomGraphs(options: RandomGraphOptions = { kind: "any" }): fc.Arbitrary<RandomGraph> {
  return fc
    .array(fc.array(fc.nat(1_000_000), { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 14 })
    .map((steps) => grow(steps, options));
}

function grow(steps: readonly (readonly number[])[], { kind }: RandomGraphOptions): RandomGraph {
  const builder = createBuilder();
  const growing: Growing = { builder, nodes: [], bits: new Map(), smooth: kind === "smooth" };
  const inputs: Record<string, Float64Array> = {};
  inputShapes.forEach((shape, number) => {
    const name = `x${number}`;
    keep(growing, builder.input(name, { dtype: "float", shape }), 4);
    // Multiples of 1/4 between −2 and 2, but not 0: sums and products of a few of them are exact.
    inputs[name] = Float64Array.from({ length: elementCount(shape) }, (_, i) => {
      const quarter = ((steps[0][i % 8] + 7 * i + 3 * number) % 16) - 8;
      return (quarter < 0 ? quarter : quarter + 1) / 4;
    });
  });
  keep(growing, builder.input("index", { dtype: "int", shape: [2] }), 4);
  inputs.index = Float64Array.of(steps[0][0] % 2, steps[0][1] % 2);
  for (const numbers of steps) {
    let next = 0;
    const choose: Choose = (options) => options[numbers[next++ % numbers.length] % options.length];
    choose(makersOf[kind])(growing, choose);
  }
  const { nodes } = growing;
  const outputs: Record<string, NodeId> = { last: nodes[nodes.length - 1] };
  const used = new Set(nodes.flatMap((id) => builder.nodeOf(id).inputs));
  for (const id of nodes) if (!used.has(id)) outputs[`y${id}`] = id;
  return { graph: builder.finish(outputs), inputs };
}

const makersOf: Readonly<Record<RandomGraphOptions["kind"], readonly Maker[]>> = {
  any: [...smoothMakers, ...exactMakers],
  smooth: smoothMakers,
  moving: movingMakers,
};
