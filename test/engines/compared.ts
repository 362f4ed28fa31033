/** What engines are compared by, where there is no test runner too: in pages. */
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { copyInto } from "../../src/compiler/rebuild.ts";
import type { Values } from "../../src/engines/engine.ts";
import type { allCases } from "./op-cases.ts";

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export function floatInputs(graph: Graph): string[] {
  return Object.entries(graph.inputs).flatMap(([name, id]) =>
    graph.nodes[id].type.dtype === "float" ? [name] : [],
  );
}

/** The gradient of a case in all its float inputs, where there is one everywhere. */
export function gradientGraph({ graph, kink }: ReturnType<typeof allCases>[number]): Graph | undefined {
  const wrt = floatInputs(graph);
  if (kink || wrt.length === 0 || graph.nodes[graph.outputs.y].type.dtype !== "float") return undefined;
  return differentiate(graph, { of: "y", wrt, prefix: "gradient/" });
}

/** The gradient of a weighted sum of all gradients, in the same inputs: products of the Hessian with a vector. */
export function secondGradientGraph(each: ReturnType<typeof allCases>[number]): Graph | undefined {
  const gradient = gradientGraph(each);
  if (gradient === undefined) return undefined;
  const builder = createBuilder();
  const ids = copyInto(builder, gradient);
  const { add, mul } = arithmetic(builder);
  const wrt = floatInputs(gradient);
  const sums = wrt.map((name, at) => {
    const id = ids[gradient.outputs[`gradient/${name}`]];
    const { shape } = builder.typeOf(id);
    const sum = builder.emit("reduceSum", [id], { axes: shape.map((_, axis) => axis) });
    return mul(sum, builder.fill(1 - 0.3 * at, []));
  });
  const graph = builder.finish({ y: sums.reduce((total, sum) => add(total, sum)) });
  return differentiate(graph, {
    of: "y",
    wrt: wrt.filter((name) => graph.inputs[name] !== undefined),
    prefix: "second/",
  });
}

/** |a − e| ≤ absolute + relative |e|; NaN equals NaN and infinities equal themselves. The first place where that fails, in words. */
export function firstDifference(
  actual: Values,
  expected: Values,
  { relative, absolute }: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return ` has ${actual.length} values, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    const close = Object.is(a, e) || a === e || Math.abs(a - e) <= absolute + relative * Math.abs(e);
    if (!close) return `[${i}] is ${a}, expected ${e}`;
  }
  return undefined;
}
