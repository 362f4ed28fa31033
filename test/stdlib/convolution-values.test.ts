/** Convolutions and pooling against the reference evaluator of ONNX (convolution-values.py), and their gradients against differences. */
import { expect, test } from "vitest";
import { close } from "./close.ts";
import cases from "./convolution-values.json" with { type: "json" };
import { runNet } from "./run-net.ts";

type Case = (typeof cases)[number];

/** The line of the model that gives its value. */
function body({ net, shape: [, width] }: Case): string {
  if (net === "conv1d") return `learn f = conv1d[${width / 2}, 2](3, stride: 2)\nvalue = [f(x[0])]`;
  if (!net.includes("pool")) return `learn f = ${net}\nvalue = f(x)`;
  return `value = ${net.includes("(") ? net.replace("(", "(x, ") : `${net}(x)`}`;
}

test.each(cases)("$net", (each) => {
  const { shape, x, weights, value, result } = each;
  const program = `model M(x: Real[${shape.join(", ")}]) { ${body(each)} }`;
  const found = runNet(program, { inputs: { x }, weights: weights as Readonly<Record<string, number[]>> });
  expect(found.shape).toEqual(result);
  close(found.value, value);
  found.checkGradients();
});
