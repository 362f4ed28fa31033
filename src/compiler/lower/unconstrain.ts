/** Bijectors backwards: the unconstrained coordinates of values. `bijector.ts` and `matrix-bijector.ts` have the formulas. */
import type { MatrixStructure } from "../../lang/type.ts";
import type { Support } from "./bijector.ts";
import { gather } from "./gather.ts";
import { choleskyFactor, eventToBack, isAt } from "./matrices.ts";
import type { Algebra, Value } from "./value.ts";

/** Not finite where the value lies outside of the support, or on its edge; of a simplex the last element is not looked at. */
export function unconstrain(a: Algebra, support: Support, x: Value): Value {
  switch (support.kind) {
    case "real":
      return x;
    case "lower":
      return a.unary("log", a.sub(x, support.low));
    case "upper":
      return a.unary("log", a.sub(support.high, x));
    case "interval":
      return a.sub(a.unary("log", a.sub(x, support.low)), a.unary("log", a.sub(support.high, x)));
    case "ordered":
      return ordered(a, x, support.low);
    case "simplex":
      return sticks(a, x);
    case "matrix":
      return matrix(a, support.structure, x);
  }
}

/** The first as it is, or the logarithm of its distance from the bound; logarithms of the steps to the others. */
function ordered(a: Algebra, x: Value, low: Value | undefined): Value {
  const last = x.event.length - 1;
  const length = x.event[last];
  const lowest = a.slice(x, last, 0, 1);
  const first = low === undefined ? lowest : a.unary("log", a.sub(lowest, low));
  if (length < 2) return first;
  const steps = a.sub(a.slice(x, last, 1, length), a.slice(x, last, 0, length - 1));
  return a.concat([first, a.unary("log", steps)], last);
}

/** uₖ = log xₖ − log Σⱼ>ₖ xⱼ + log(K − 1 − k) */
function sticks(a: Algebra, x: Value): Value {
  const last = x.event.length - 1;
  const breaks = x.event[last] - 1;
  const event = [...x.event.slice(0, -1), breaks];
  if (breaks === 0) return a.stretch(a.of(0), x.axes, event);
  const rest = a.slice(a.cumsum(x, last, true), last, 1, breaks + 1);
  const taken = a.slice(x, last, 0, breaks);
  const rows = event.slice(0, -1).reduce((product, each) => product * each, 1);
  const centre = Array.from({ length: rows * breaks }, (_, at) => Math.log(breaks - (at % breaks)));
  const offset: Value = { node: a.builder.constant(centre, event), axes: [], event };
  return a.add(a.sub(a.unary("log", taken), a.unary("log", rest)), offset);
}

function matrix(a: Algebra, structure: MatrixStructure, x: Value): Value {
  switch (structure) {
    case "choleskyCorr":
      return lowerTriangle(a, partialCorrelations(a, x), false);
    case "corr":
      return lowerTriangle(a, partialCorrelations(a, choleskyFactor(a, x)), false);
    case "choleskyCov":
      return lowerTriangle(a, logDiagonal(a, x), true);
    case "covariance":
      return lowerTriangle(a, logDiagonal(a, choleskyFactor(a, x)), true);
  }
}

/** uᵢⱼ = artanh(Lᵢⱼ / √(1 − Σₖ<ⱼ Lᵢₖ²)); only below the diagonal. */
function partialCorrelations(a: Algebra, l: Value): Value {
  const squares = a.square(l);
  const before = a.sub(a.cumsum(squares, l.event.length - 1), squares);
  const z = a.div(l, a.unary("sqrt", a.sub(1, before)));
  return a.mul(0.5, a.sub(a.unary("log1p", z), a.unary("log1p", a.unary("neg", z))));
}

function logDiagonal(a: Algebra, l: Value): Value {
  return a.select(isAt(a, l.event, "onDiagonal"), a.unary("log", l), l);
}

/** [B…, N, N] → [B…, M]: the elements below the diagonal, or also on it, row by row. */
function lowerTriangle(a: Algebra, x: Value, withDiagonal: boolean): Value {
  const n = x.event[x.event.length - 1];
  const places = Array.from({ length: n }, (_, i) =>
    Array.from({ length: withDiagonal ? i + 1 : i }, (_, j) => i * n + j),
  ).flat();
  const batch = x.event.slice(0, -2);
  if (places.length === 0) return a.stretch(a.of(0), x.axes, [...batch, 0]);
  const flat = a.reshapeEvent(x, [...batch, n * n]);
  const node = a.builder.constant(places, [places.length], "int");
  const index: Value = { node, axes: [], event: [places.length] };
  return eventToBack(a, gather(a, a.eventToFront(flat, batch.length), index));
}
