/**
 * Log densities of models that the language cannot write yet, given through the compiler's builder: input `q`, the coordinates on the
 * unconstrained scale, output `logDensity`, without constants.
 */
import { type Arithmetic, arithmetic } from "../../../src/compiler/arithmetic.ts";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import type { Graph, NodeId } from "../../../src/compiler/graph.ts";
import { diagonal } from "../../../src/compiler/linear-algebra.ts";
import { emitScan } from "../../../src/compiler/scan.ts";

type Data = Readonly<Record<string, unknown>>;

export interface GraphModel {
  readonly dimension: number;
  readonly graph: (data: Data) => Graph;
}

export const graphModels: Readonly<Record<string, GraphModel>> = {
  gp_regr: { dimension: 3, graph: gaussianProcess },
  hmm_example: { dimension: 4, graph: hiddenMarkov },
  lotka_volterra: { dimension: 8, graph: lotkaVolterra },
};

interface Model {
  readonly builder: Builder;
  readonly math: Arithmetic;
  /** Coordinate i, a number. */
  readonly at: (i: number) => NodeId;
  /** A vector of numbers. */
  readonly stack: (numbers: readonly NodeId[]) => NodeId;
  readonly sum: (terms: readonly NodeId[]) => NodeId;
}

function model(dimension: number): Model {
  const builder = createBuilder();
  const math = arithmetic(builder);
  const q = builder.input("q", { dtype: "float", shape: [dimension] });
  return {
    builder,
    math,
    at: (i) =>
      builder.emit("reshape", [builder.emit("slice", [q], { start: [i], limit: [i + 1] })], { shape: [] }),
    stack: (numbers) =>
      builder.emit(
        "concat",
        numbers.map((number) => builder.emit("reshape", [number], { shape: [1] })),
        { axis: 0 },
      ),
    sum: (terms) => terms.reduce(math.add),
  };
}

/** −(x − mean)² / (2 sd²) */
function normal(math: Arithmetic, x: NodeId, mean: number, sd: number): NodeId {
  const centred = math.shift(x, -mean);
  return math.scale(math.mul(centred, centred), -0.5 / sd ** 2);
}

/** rho ~ Gamma(25, 4), alpha ~ N⁺(0, 2), sigma ~ N⁺(0, 1), y ~ N(0, alpha² exp(−d² / 2 rho²) + sigma I). */
function gaussianProcess(data: Data): Graph {
  const { builder, math, at, sum } = model(3);
  const x = data.x as readonly number[];
  const y = data.y as readonly number[];
  const n = x.length;
  const square = [n, n];
  const [rho, alpha, sigma] = [0, 1, 2].map((i) => math.exp(at(i)));
  const distance = builder.constant(
    x.flatMap((a) => x.map((b) => -0.5 * (a - b) ** 2)),
    square,
  );
  const unit = builder.constant(
    x.flatMap((_, i) => x.map((__, j) => (i === j ? 1 : 0))),
    square,
  );
  const spread = (number: NodeId): NodeId => math.broadcast(number, square, []);
  const kernel = math.exp(math.div(distance, spread(math.mul(rho, rho))));
  const covariance = math.add(
    math.mul(spread(math.mul(alpha, alpha)), kernel),
    math.mul(spread(sigma), unit),
  );
  const factor = builder.emit("cholesky", [covariance], {});
  const white = builder.emit("triangularSolve", [factor, builder.constant([...y], [n, 1])], {
    lower: true,
    transpose: false,
  });
  const logDensity = sum([
    math.scale(at(0), 25),
    math.scale(rho, -4),
    normal(math, alpha, 0, 2),
    at(1),
    normal(math, sigma, 0, 1),
    at(2),
    math.scale(math.reduceSum(math.mul(white, white), [0, 1]), -0.5),
    math.neg(math.reduceSum(math.log(diagonal(builder, factor)), [0])),
  ]);
  return builder.finish({ logDensity });
}

/** Two states, rows of the transitions uniform, 0 < mu₁ < mu₂ with N(3, 1) and N(10, 1), y ~ N(mu, 1); the forward algorithm. */
function hiddenMarkov(data: Data): Graph {
  const { builder, math, at, stack, sum } = model(4);
  const y = data.y as readonly number[];
  const steps = y.length;
  const logSigmoid = (u: NodeId): NodeId => math.neg(builder.emit("softplus", [math.neg(u)], {}));
  const logs = [0, 1].flatMap((row) => [logSigmoid(at(row)), logSigmoid(math.neg(at(row)))]);
  const transitions = builder.emit("reshape", [stack(logs)], { shape: [2, 2] });
  const low = math.exp(at(2));
  const high = math.add(low, math.exp(at(3)));
  const shape = [steps, 2];
  const observed = math.broadcast(builder.constant([...y], [steps]), shape, [0]);
  const off = math.sub(observed, math.broadcast(stack([low, high]), shape, [1]));
  const emission = math.scale(math.mul(off, off), -0.5);
  const rows = (start: number, limit: number): NodeId =>
    builder.emit("slice", [emission], { start: [start, 0], limit: [limit, 2] });
  const { carries } = emitScan(builder, {
    length: steps - 1,
    carries: [builder.emit("reshape", [rows(0, 1)], { shape: [2] })],
    xs: [rows(1, steps)],
    fixed: [transitions],
    body: (inner, given) => {
      const within = arithmetic(inner);
      const joint = within.add(within.broadcast(given.carries[0], [2, 2], [0]), given.fixed[0]);
      return { carries: [within.add(logSumExp(within, joint), given.xs[0])], ys: [] };
    },
  });
  const prior = sum([...logs, normal(math, low, 3, 1), normal(math, high, 10, 1), at(2), at(3)]);
  return builder.finish({ logDensity: math.add(prior, logSumExp(math, carries[0])) });
}

/** Over the first axis. */
function logSumExp(math: Arithmetic, x: NodeId): NodeId {
  const { builder } = math;
  const shape = math.shapeOf(x);
  const most = builder.emit("stopGradient", [builder.emit("reduceMax", [x], { axes: [0] })], {});
  const rest = shape.length === 1 ? [] : [1];
  const moved = math.exp(math.sub(x, math.broadcast(most, shape, rest)));
  return math.add(most, math.log(math.reduceSum(moved, [0])));
}

/** Steps of the fourth-order Runge–Kutta method between two observations, which are one year apart. */
const stepsPerYear = 20;

/** du/dt = (a − b v) u, dv/dt = (−g + d u) v; coordinates are logs of a, b, g, d, two starts, two scales. */
function lotkaVolterra(data: Data): Graph {
  const { builder, math, at, sum } = model(8);
  const y = data.y as readonly (readonly number[])[];
  const start = data.y_init as readonly number[];
  const years = y.length;
  const [a, b, g, d, u0, v0, su, sv] = Array.from({ length: 8 }, (_, i) => math.exp(at(i)));
  const h = 1 / stepsPerYear;
  const { ys } = emitScan(builder, {
    length: years,
    carries: [u0, v0],
    fixed: [a, b, g, d],
    body: (outer, { carries, fixed }) => {
      const year = emitScan(outer, {
        length: stepsPerYear,
        carries,
        fixed,
        body: (inner, given) => {
          const next = rungeKutta(arithmetic(inner), given.carries, given.fixed, h);
          return { carries: next, ys: [] };
        },
      });
      return { carries: year.carries, ys: year.carries };
    },
  });
  const likelihood = [0, 1].map((which) => {
    const logs = builder.constant(
      [start, ...y].map((row) => Math.log(row[which])),
      [years + 1],
    );
    const first = builder.emit("reshape", [math.log([u0, v0][which])], { shape: [1] });
    const path = builder.emit("concat", [first, math.log(ys[which])], { axis: 0 });
    const scale = math.broadcast([su, sv][which], [years + 1], []);
    const z = math.div(math.sub(logs, path), scale);
    const misfit = math.scale(math.reduceSum(math.mul(z, z), [0]), -0.5);
    return math.sub(misfit, math.scale(at(6 + which), years + 1));
  });
  const prior = sum([
    normal(math, a, 1, 0.5),
    normal(math, b, 0.05, 0.05),
    normal(math, g, 1, 0.5),
    normal(math, d, 0.05, 0.05),
    ...[0, 1, 2, 3].map(at),
    normal(math, at(4), Math.log(10), 1),
    normal(math, at(5), Math.log(10), 1),
    normal(math, at(6), -1, 1),
    normal(math, at(7), -1, 1),
  ]);
  return builder.finish({ logDensity: sum([prior, ...likelihood]) });
}

function rungeKutta(
  math: Arithmetic,
  state: readonly NodeId[],
  rates: readonly NodeId[],
  h: number,
): NodeId[] {
  const [a, b, g, d] = rates;
  const slope = ([u, v]: readonly NodeId[]): NodeId[] => [
    math.mul(math.sub(a, math.mul(b, v)), u),
    math.mul(math.sub(math.mul(d, u), g), v),
  ];
  const along = (k: readonly NodeId[], by: number): NodeId[] =>
    state.map((each, i) => math.add(each, math.scale(k[i], by)));
  const k1 = slope(state);
  const k2 = slope(along(k1, h / 2));
  const k3 = slope(along(k2, h / 2));
  const k4 = slope(along(k3, h));
  return state.map((each, i) => {
    const middle = math.scale(math.add(k2[i], k3[i]), 2);
    return math.add(each, math.scale(math.add(math.add(k1[i], middle), k4[i]), h / 6));
  });
}
