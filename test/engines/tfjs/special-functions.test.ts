import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { OpName, OpParams } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { installedPackages } from "../../../src/engines/tfjs/installed-packages.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";

/** Unit roundoff of f32. */
const u = 2 ** -24;

type Unary = {
  readonly [Op in OpName]: OpParams[Op] extends Readonly<Record<never, never>> ? Op : never;
}[OpName];

interface Grid {
  readonly op: Unary;
  readonly params: object;
  readonly label: string;
  readonly x: readonly number[];
  /** Roundings allowed, relative to the value, and, near its zeros, absolute. */
  readonly relative: number;
  readonly absolute: number;
}

const points = 400;
const linear = (low: number, high: number): number[] =>
  Array.from({ length: points }, (_, i) => low + ((high - low) * (i + 0.5)) / points);
const powersOfTen = (low: number, high: number): number[] => linear(low, high).map((power) => 10 ** power);
const grid = (
  op: string,
  label: string,
  x: readonly number[],
  relative: number,
  absolute = 0,
  params: object = {},
): Grid => ({ op: op as Unary, params, label, x: x.map(Math.fround), relative, absolute });

/** The measured error is about half of what is allowed. */
const grids: readonly Grid[] = [
  grid("lgamma", "tiny", powersOfTen(-37, -3), 4),
  grid("lgamma", "0 to 3, both zeros", linear(0, 3), 12),
  grid("lgamma", "around 1", linear(0.99, 1.01), 8),
  grid("lgamma", "around 2", linear(1.99, 2.01), 8),
  grid("lgamma", "3 to 100", linear(3, 100), 10),
  grid("lgamma", "to where it overflows", powersOfTen(2, 36), 5),
  grid("lgamma", "negative", linear(-9.99, -0.01), 16, 32),
  grid("digamma", "tiny", powersOfTen(-37, -3), 8),
  grid("digamma", "0 to 3, with its zero", linear(0.01, 3), 8, 16),
  grid("digamma", "3 to 100", linear(3, 100), 8),
  grid("digamma", "large", powersOfTen(2, 37), 4),
  grid("digamma", "negative", linear(-9.99, -0.01), 16, 32),
  grid("polygamma", "order 1, small", powersOfTen(-18, 0), 12, 0, { order: 1 }),
  grid("polygamma", "order 1, large", powersOfTen(0, 37), 8, 0, { order: 1 }),
  grid("polygamma", "order 1, negative", linear(-4.99, -0.01), 16, 0, { order: 1 }),
  grid("polygamma", "order 2, small", powersOfTen(-12, 0), 12, 0, { order: 2 }),
  grid("polygamma", "order 2, large", powersOfTen(0, 18), 12, 0, { order: 2 }),
  grid("polygamma", "order 5", powersOfTen(-5, 6), 24, 0, { order: 5 }),
  grid("erf", "all", linear(-6, 6), 12),
  grid("erf", "tiny", powersOfTen(-30, 0), 8),
  grid("erfinv", "all", linear(-1, 1), 8),
  grid("erfinv", "tiny", powersOfTen(-30, 0), 8),
  grid(
    "erfinv",
    "near 1",
    powersOfTen(-7, -1).map((gap) => 1 - gap),
    10,
  ),
  grid(
    "erfinv",
    "near -1",
    powersOfTen(-7, -1).map((gap) => gap - 1),
    10,
  ),
  grid("log1p", "all", linear(-1, 3), 6),
  grid("log1p", "tiny and large", powersOfTen(-30, 38), 6),
  grid("expm1", "all", linear(-20, 80), 4),
  grid("expm1", "tiny", powersOfTen(-30, 0), 4),
  grid("softplus", "all", linear(-80, 80), 16),
  grid(
    "sin",
    "tiny",
    powersOfTen(-30, -2).map((x) => -x),
    4,
  ),
  grid("sin", "all", linear(-30, 30), 12),
  grid("cos", "all", linear(-30, 30), 4, 8),
  grid("tan", "all", linear(-1.5, 1.5), 4),
  grid("tanh", "all", linear(-12, 12), 6),
  grid("sigmoid", "all", linear(-80, 80), 8),
];

for (const backend of ["cpu", "wasm"] as const) {
  const engine = await createTfjsEngine({ backend }, installedPackages);

  const evaluate = (op: Unary, params: object, x: readonly number[]) => {
    const builder = createBuilder();
    const input = builder.input("x", { dtype: "float", shape: [x.length] });
    const graph = builder.finish({ y: builder.emit(op, [input], params) });
    const executable = engine.compile(graph);
    const actual = executable.run({ x }).y;
    executable.dispose();
    return { actual, expected: referenceEngine.compile(graph).run({ x }).y };
  };

  describe(engine.label, () => {
    test.each(grids)("$op, $label, is right to the last digits", ({ op, params, x, relative, absolute }) => {
      const { actual, expected } = evaluate(op, params, x);
      x.forEach((at, i) => {
        const allowed = u * (relative * Math.abs(expected[i]) + absolute) + smallestNormal;
        const error = Math.abs(actual[i] - expected[i]);
        if (!(error <= allowed))
          expect.fail(
            `${op}(${at}) is ${actual[i]}, expected ${expected[i]}, ${error / (u * Math.abs(expected[i]))} u`,
          );
      });
    });

    test("values at the edges of the domains", () => {
      const at = (op: string, x: readonly number[]): number[] => [...evaluate(op as Unary, {}, x).actual];
      expect(at("lgamma", [0, 1, 2, Infinity, -1, -3])).toEqual([
        Infinity,
        0,
        0,
        Infinity,
        Infinity,
        Infinity,
      ]);
      expect(at("erfinv", [-1, 1, 0, 1.5])).toEqual([-Infinity, Infinity, 0, Number.NaN]);
      expect(at("erf", [-Infinity, Infinity, 0, 30, Number.NaN])).toEqual([-1, 1, 0, 1, Number.NaN]);
      expect(at("log1p", [-1, 0, Infinity, -2])).toEqual([-Infinity, 0, Infinity, Number.NaN]);
      expect(at("softplus", [-Infinity, Infinity, 0])).toEqual([0, Infinity, Math.fround(Math.LN2)]);
      expect(at("digamma", [Infinity])).toEqual([Infinity]);
    });
  });
}

/** Below it, kernels may round to zero. */
const smallestNormal = 2 ** -126;
