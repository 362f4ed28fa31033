/** Bijectors: values lie in the support, can be taken back, and come with their Jacobian; densities stay proper. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { constrain, type Support, unconstrainedEvent } from "../../../src/compiler/lower/bijector.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { type Axis, createAlgebra, type Value } from "../../../src/compiler/lower/value.ts";
import type { Shape } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";
import { logDeterminant } from "./log-determinant.ts";
import { normals } from "./sample-data.ts";

type Kind = Exclude<Support["kind"], "matrix"> | "ordered above";
const kinds: readonly Kind[] = ["real", "lower", "upper", "interval", "ordered", "ordered above", "simplex"];
const vectors: readonly Kind[] = ["ordered", "ordered above", "simplex"];
const events: readonly Shape[] = [[], [1], [4], [2, 3]];
const low = -1.5;
const high = 2.25;

interface Compiled {
  readonly length: number;
  readonly valueLength: number;
  run(u: Float64Array): { readonly value: Float64Array; readonly logJacobian: number };
}

function supportOf(kind: Kind, low: Value, high: Value): Support {
  switch (kind) {
    case "lower":
      return { kind, low };
    case "upper":
      return { kind, high };
    case "interval":
      return { kind, low, high };
    case "ordered above":
      return { kind: "ordered", low };
    case "real":
    case "ordered":
    case "simplex":
      return { kind };
  }
}

/** With a plate, the bounds differ along it. */
function compile(kind: Kind, event: Shape, plate: Axis | undefined): Compiled {
  const builder = createBuilder();
  const a = createAlgebra(builder);
  const axes = plate === undefined ? [] : [plate];
  const own = unconstrainedEvent(supportOf(kind, a.of(low), a.of(high)), event);
  const shape = [...axes.map(({ size }) => size), ...own];
  const u: Value = { node: builder.input("u", { dtype: "float", shape }), axes, event: own };
  const bound = (value: number): Value =>
    plate === undefined ? a.of(value) : a.add(a.mul(a.indexOf(plate), 0.1), value);
  const support = supportOf(kind, bound(low), bound(high));
  const { value, logJacobian } = constrain(a, support, u);
  const whole = a.stretch(value, axes, event);
  const total = a.sumAxes(
    a.add(0, ...logJacobian.map((term) => a.stretch(a.sumEvent(term), axes, []))),
    axes,
  );
  const executable = referenceEngine.compile(builder.finish({ value: whole.node, logJacobian: total.node }));
  const product = (lengths: Shape): number => lengths.reduce((sum, each) => sum * each, 1);
  return {
    length: product(shape),
    valueLength: product([...axes.map(({ size }) => size), ...event]),
    run(values) {
      const results = executable.run({ u: values });
      return { value: Float64Array.from(results.value), logJacobian: results.logJacobian[0] };
    },
  };
}

const plate: Axis = { id: "n", size: 2, start: 0, order: 0, kind: "plate" };
const cases = kinds.flatMap((kind) =>
  events
    .filter((event) => event.length > 0 || !vectors.includes(kind))
    .flatMap((event) => [undefined, plate].map((each) => ({ kind, event, plate: each }))),
);

/** The inverse, from its definition, for one row of the last dimension. */
function invert(kind: Kind, row: readonly number[], shift: number): number[] {
  const [from, to] = [low + shift, high + shift];
  switch (kind) {
    case "real":
      return [...row];
    case "lower":
      return row.map((x) => Math.log(x - from));
    case "upper":
      return row.map((x) => Math.log(to - x));
    case "interval":
      return row.map((x) => Math.log((x - from) / (to - x)));
    case "ordered":
      return row.map((x, k) => (k === 0 ? x : Math.log(x - row[k - 1])));
    case "ordered above":
      return row.map((x, k) => Math.log(x - (k === 0 ? from : row[k - 1])));
    case "simplex": {
      let left = 1;
      return row.slice(0, -1).map((x, k) => {
        const share = x / left;
        left -= x;
        return Math.log(share / (1 - share)) + Math.log(row.length - 1 - k);
      });
    }
  }
}

function inSupport(kind: Kind, row: readonly number[], shift: number): boolean {
  switch (kind) {
    case "real":
      return row.every(Number.isFinite);
    case "lower":
      return row.every((x) => x > low + shift);
    case "upper":
      return row.every((x) => x < high + shift);
    case "interval":
      return row.every((x) => x > low + shift && x < high + shift);
    case "ordered":
      return row.every((x, k) => k === 0 || x > row[k - 1]);
    case "ordered above":
      return row.every((x, k) => x > (k === 0 ? low + shift : row[k - 1]));
    case "simplex":
      return row.every((x) => x > 0) && Math.abs(row.reduce((sum, x) => sum + x, 0) - 1) < 1e-12;
  }
}

test.each(cases)("$kind $event, plate $plate.size", ({ kind, event, plate: axis }) => {
  const compiled = compile(kind, event, axis);
  fc.assert(
    fc.property(fc.nat(100_000), (seed) => {
      const u = normals(compiled.length, seed, 1.5);
      const { value, logJacobian } = compiled.run(u);
      const width = event[event.length - 1] ?? 1;
      const rows = Array.from({ length: compiled.valueLength / width }, (_, at) => [
        ...value.subarray(at * width, (at + 1) * width),
      ]);
      const shiftOf = (at: number): number => (axis === undefined || at < rows.length / 2 ? 0 : 0.1);
      expect(rows.every((row, at) => inSupport(kind, row, shiftOf(at)))).toBe(true);
      rows
        .flatMap((row, at) => invert(kind, row, shiftOf(at)))
        .forEach((each, at) => {
          expect(each).toBeCloseTo(u[at], 7);
        });
      if (u.length === 0) return;
      const free = (q: Float64Array): number[] =>
        [...compiled.run(q).value].filter((_, at) => kind !== "simplex" || at % width !== width - 1);
      expect(logJacobian).toBeCloseTo(logDeterminant(free, u), 6);
    }),
    { numRuns: 5 },
  );
});

test("simplex coordinates of zero are the uniform point", () => {
  const { value } = compile("simplex", [4], undefined).run(new Float64Array(3));
  for (const each of value) expect(each).toBeCloseTo(0.25, 14);
});

describe("a proper prior stays proper on the unconstrained scale", () => {
  test.each([
    "x ~ Normal(1, 2)",
    "x ~ Gamma(2, 3)",
    "x ~ HalfCauchy(2)",
    "x ~ LogNormal(0, 1)",
    "x ~ LogNormal(1, 2) via noncentered",
    "x ~ InverseGamma(3, 1)",
    "x ~ Beta(2, 3)",
    "x ~ Beta(0.5, 0.5)",
    "x ~ Uniform(-2, 5)",
    "x: Simplex[2] ~ Dirichlet([2, 3])",
    "x: Unit ~ Uniform(0, 1)",
    "x ~ StudentT(3, 1, 2) via noncentered",
    "x: PositiveOrdered[1] ~ Gamma(2, 3)",
  ])("%s", (statement) => {
    const loaded = loadModel(`model M { ${statement} }`);
    const { graph, dimension } = lowerLogDensity(
      { ...loaded, sizes: {}, knowns: {} },
      { scale: "unconstrained" },
    );
    expect(dimension).toBe(1);
    const executable = referenceEngine.compile({
      ...graph,
      outputs: { logDensity: graph.outputs.logDensity },
    });
    // The trapezoidal rule in t with u = sinh t: doubly exponential where tails are light, enough for the heavy ones.
    const step = 0.01;
    let mass = 0;
    for (let t = -7; t <= 7; t += step) {
      const density = Math.exp(executable.run({ "q/x": [Math.sinh(t)] }).logDensity[0]);
      mass += density * Math.cosh(t) * step;
    }
    expect(mass).toBeCloseTo(1, 5);
  });
});

/** What is drawn, and what of it is a location and a scale apart from the noise. */
const families: readonly (readonly [string, (x: number) => number])[] = [
  ["Normal(a, s)", (x) => x],
  ["Cauchy(a, s)", (x) => x],
  ["StudentT(3, a, s)", (x) => x],
  ["Laplace(a, s)", (x) => x],
  ["Logistic(a, s)", (x) => x],
  ["Gumbel(a, s)", (x) => x],
  ["SkewNormal(a, s, 2)", (x) => x],
  ["LogNormal(a, s)", Math.log],
  ["LogitNormal(a, s)", (x) => Math.log(x / (1 - x))],
];

describe("non-centred and centred densities agree after the change of variables", () => {
  test.each(families)("%s", (use, placeOf) => {
    const density = (annotation: string): ((q: readonly number[]) => { logDensity: number; x: number }) => {
      const loaded = loadModel(`model M {
        a ~ Normal(0, 1)
        s ~ HalfNormal(1)
        x ~ ${use} ${annotation}
        observe y ~ Normal(x, 1)
      }`);
      const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "unconstrained" });
      const executable = referenceEngine.compile(graph);
      return ([a, s, x]) => {
        const results = executable.run({ "q/a": [a], "q/s": [s], "q/x": [x], "data/y": [0.7] });
        return { logDensity: results.logDensity[0], x: results["variable/x"][0] };
      };
    };
    const moved = density("via noncentered");
    const plain = density("");
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        const [a, logScale, z] = normals(3, seed);
        const there = moved([a, logScale, z]);
        const u = placeOf(there.x);
        const here = plain([a, logScale, u]);
        expect(here.x).toBeCloseTo(there.x, 9);
        // u = loc + scale · z, so du/dz = scale.
        expect(there.logDensity).toBeCloseTo(here.logDensity + logScale, 8);
      }),
      { numRuns: 10 },
    );
  });
});
