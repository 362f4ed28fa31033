/** Learned nets as arguments: of `ode`, of `scan`, of functions and of other nets. One set of weights, wherever it is used. */
import { describe, expect, test } from "vitest";
import { close } from "../../stdlib/close.ts";
import { runNet } from "../../stdlib/run-net.ts";

const times = [0.3, 0.8, 1.7];

describe("the rate of an ode", () => {
  // y′ = y W with W a rotation's generator: circles.
  const rotation = { "dense0/W": [0, 2, -2, 0], "dense0/b": [0, 0] };
  const circle = times.flatMap((t) => [Math.cos(2 * t), Math.sin(2 * t)]);

  test.each([
    ["fixed steps", "steps: 60", 1e-6],
    ["steps by tolerance", "rtol: 1e-10, atol: 1e-10, max_steps: 60", 1e-8],
  ])("a linear net is the linear equation, with %s", (_, method, tolerance) => {
    const net = runNet(
      `model M(ts: Real[3]) { learn f = dense[2](O: 2)\nvalue = ode(f, [1, 0], ts, start: 0, ${method}) }`,
      {
        inputs: { ts: times },
        weights: Object.fromEntries(
          Object.entries(rotation).map(([name, w]) => [name.replace("dense0/", ""), w]),
        ),
      },
    );
    expect(net.shape).toEqual([3, 2]);
    net.value.forEach((each, at) => {
      expect(Math.abs(each - circle[at])).toBeLessThan(tolerance);
    });
  });

  test("gradients in the weights, of a net with hidden layers", () => {
    const net = runNet(
      "model M(ts: Real[3], y0: Real[2]) { learn f = mlp[2, 2](hidden: [3])\nvalue = ode(f, y0, ts, start: 0, steps: 3) }",
      { inputs: { ts: times, y0: [0.5, -0.4] } },
    );
    net.checkGradients();
  });

  test("a function that is given the net, the time and another argument: exp(k sin t) from y′ = k y cos t", () => {
    const net = runNet(
      `def driven(y: Real, t: Real, k: Real, f: Function): Real = k * f(y) * cos(t)
      model M(ts: Real[3]) { learn f = dense[1](O: 1)\nvalue = ode(driven(f: f), 1, ts, 0.7, start: 0, steps: 40) }`,
      { inputs: { ts: times }, weights: { W: [1], b: [0] } },
    );
    net.value.forEach((each, at) => {
      expect(each).toBeCloseTo(Math.exp(0.7 * Math.sin(times[at])), 6);
    });
    net.checkGradients();
  });

  test("inside a net, where it has weights of its own", () => {
    const net = runNet(
      `net field[D](y: Real[D], t: Real) -> Real[D] = concat(y, [t]) |> mlp[D + 1, D](hidden: [2])
      net path[T, D](y0: Real[D], ts: Real[T]) -> Real[T, D] = ode(field, y0, ts, start: 0, steps: 2)
      model M(ts: Real[3], y0: Real[2]) { learn f = path[3, 2]\nvalue = f(y0, ts) }`,
      { inputs: { ts: times, y0: [0.5, -0.4] } },
    );
    expect(Object.keys(net.weights)[0]).toBe("field0/mlp0/layer0/dense0/W");
    net.checkGradients();
  });
});

test("a learned cell steps through a scan as the net of it does", () => {
  const rows = [0.3, -1.2, 0.8, 0.5, 0.1, -0.6];
  const own = runNet(
    "model M(x: Real[3, 2]) { learn cell = gru_cell[2, 2]\nvalue = scan([0, 0], cell, x) }",
    {
      inputs: { x: rows },
    },
  );
  const weights = Object.fromEntries(
    Object.entries(own.weights).map(([name, { values }]) => [`gru_cell0/${name}`, values]),
  );
  const library = runNet("model M(x: Real[3, 2]) { learn f = gru[3, 2](K: 2)\nvalue = f(x) }", {
    inputs: { x: rows },
    weights,
  });
  close(own.value, library.value);
  own.checkGradients();
});

describe("functions of learned nets", () => {
  const x = [0.3, -1.2];

  test("a def applies it twice, with the same weights", () => {
    const program = (value: string): string =>
      `def twice[D](x: Real[D], f: Function): Real[D] = f(f(x))
      model M(x: Real[2]) { learn f = mlp[2, 2](hidden: [3])\nvalue = ${value} }`;
    const net = runNet(program("twice(x, f)"), { inputs: { x } });
    close(net.value, runNet(program("f(f(x))"), { inputs: { x } }).value);
    net.checkGradients();
  });

  test("numbers in place of vectors of one, as where the net is called directly", () => {
    const program = (value: string): string =>
      `def twice(x: Real, f: Function): Real = f(f(x))
      model M(x: Real) { learn f = mlp[1, 1](hidden: [3])\nvalue = [${value}] }`;
    const net = runNet(program("twice(x, f)"), { inputs: { x: [0.4] } });
    close(net.value, runNet(program("f(f(x))"), { inputs: { x: [0.4] } }).value);
  });

  test("a net given another: that one's weights are its own, not copied", () => {
    const net = runNet(
      `net shared[D](x: Real[D], f: Function) -> Real[D] = dense(f(x) + f(2 * x), D)
      model M[D](x: Real[D]) { learn g = mlp[D, D](hidden: [3])\nlearn f = shared[D](f: g)\nvalue = f(x) + g(x) }`,
      { sizes: { D: 2 }, inputs: { x } },
    );
    expect(Object.keys(net.weights)).toHaveLength(6);
    net.checkGradients();
  });

  test("handed on from function to function, with a size of the function's own", () => {
    const program = (value: string): string =>
      `def apply[D](x: Real[D], f: Function): Real[D] = f(x)
      def rows[N, D](x: Real[N, D], f: Function): Real[N, D] = [apply(x[n], f) for n in N]
      model M[Z](x: Real[2, Z]) { learn f = dense[Z](O: Z)\nvalue = ${value} }`;
    const given = { sizes: { Z: 3 }, inputs: { x: [...x, 1, 2, 0.5, -1] } };
    close(runNet(program("rows(x, f)"), given).value, runNet(program("[f(x[n]) for n in 2]"), given).value);
  });
});
