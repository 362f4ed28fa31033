/** Functions of arrays in the library, against loops over plain numbers. */
import { expect, test } from "vitest";
import { runNet } from "./run-net.ts";

/** The value of a call, and its gradients against finite differences. */
function evaluate(call: string, inputs: Readonly<Record<string, readonly number[]>>, types: string) {
  const net = runNet(`model M(${types}) { value = ${call} }`, { inputs });
  net.checkGradients();
  return net;
}

const x = [0.3, -1.2, 2.5, 0.9, -0.4, 1.7];

test("ranks are positions in ascending order, equal ones as they stand", () => {
  const places = [...x.keys()].map((i) => x.filter((each) => each < x[i]).length);
  expect(evaluate("x + ranks(x)", { x }, "x: Real[6]").value).toEqual(x.map((each, i) => each + places[i]));
  const ties = runNet("model M(x: Real[5]) { value = ranks(x) + 0.0 }", { inputs: { x: [1, 0, 1, 0, 1] } });
  expect(ties.value).toEqual([2, 0, 3, 1, 4]);
});

test("top_k gives the largest and where they stand", () => {
  const program =
    "model M(x: Real[6]) { (largest, at) = top_k(x, 3)\nvalue = [largest[k] + 10 * at[k] for k in 3] }";
  const net = runNet(program, { inputs: { x } });
  net.checkGradients();
  const order = [...x.keys()].sort((i, j) => x[j] - x[i]).slice(0, 3);
  expect(net.value).toEqual(order.map((at) => x[at] + 10 * at));
});

test("kron has a block for each element of its left matrix", () => {
  const a = [1, -2, 0.5, 3, 4, -1];
  const b = [2, 1, 0, -3, 0.7, 5];
  const net = evaluate("kron(a, b)", { a, b }, "a: Real[2, 3], b: Real[3, 2]");
  expect(net.shape).toEqual([6, 6]);
  const expected = Array.from({ length: 36 }, (_, at) => {
    const [i, j] = [Math.floor(at / 6), at % 6];
    return a[3 * Math.floor(i / 3) + Math.floor(j / 2)] * b[2 * (i % 3) + (j % 2)];
  });
  expect(net.value).toEqual(expected);
});

test("running extremes pass gradients to the element that is the extreme", () => {
  const { value } = evaluate("concat(cummax(x), cummin(x))", { x }, "x: Real[6]");
  const upTo = (pick: (...values: number[]) => number): number[] =>
    x.map((_, i) => pick(...x.slice(0, i + 1)));
  expect(value).toEqual([...upTo(Math.max), ...upTo(Math.min)]);
});
