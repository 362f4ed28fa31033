/**
 * Bijectors from ℝᵈ onto a support, chosen by the site's type, with the log of the absolute Jacobian determinant.
 * Conventions of the Stan Reference Manual, chapter "Constraint Transforms".
 */
import type { CoreSupport } from "../../lang/core-distribution.ts";
import type { MatrixStructure } from "../../lang/type.ts";
import type { Shape } from "../ops.ts";
import { constrainMatrix, matrixCoordinates } from "./matrix-bijector.ts";
import { type Algebra, scalarConstant, type Value } from "./value.ts";

/** A support with its bounds as values. */
export type Support =
  | { readonly kind: "real" | "simplex" }
  | { readonly kind: "ordered"; readonly low?: Value }
  | { readonly kind: "matrix"; readonly structure: MatrixStructure }
  | { readonly kind: "lower"; readonly low: Value }
  | { readonly kind: "upper"; readonly high: Value }
  | { readonly kind: "interval"; readonly low: Value; readonly high: Value };

export interface Constrained {
  readonly value: Value;
  /** Terms whose sum (over all event dimensions) is log |det ∂value/∂unconstrained|; none where it is 0. */
  readonly logJacobian: readonly Value[];
}

/** Event shape of the unconstrained coordinates of an event. */
export function unconstrainedEvent(support: Support | CoreSupport, event: Shape): Shape {
  switch (support.kind) {
    case "simplex":
      return [...event.slice(0, -1), event[event.length - 1] - 1];
    case "matrix":
      return [...event.slice(0, -2), matrixCoordinates(support.structure, event[event.length - 1])];
    case "real":
    case "lower":
    case "upper":
    case "interval":
    case "ordered":
    case "discrete":
      return event;
  }
}

/** `u` has the site's axes and the unconstrained event; the value has the site's event. */
export function constrain(a: Algebra, support: Support, u: Value): Constrained {
  switch (support.kind) {
    case "real":
      return { value: u, logJacobian: [] };
    case "lower":
      // x = low + eᵘ, log dx/du = u
      return { value: plus(a, support.low, a.unary("exp", u)), logJacobian: [u] };
    case "upper":
      // x = high − eᵘ, log |dx/du| = u
      return { value: a.sub(support.high, a.unary("exp", u)), logJacobian: [u] };
    case "interval": {
      // x = low + (high − low) σ(u), log dx/du = log(high − low) + log σ(u) + log σ(−u)
      const width = a.sub(support.high, support.low);
      const unit = isConstant(a, support.low, 0) && isConstant(a, support.high, 1);
      const share = a.unary("sigmoid", u);
      const value = unit ? share : a.add(support.low, a.mul(width, share));
      // log σ(u) + log σ(−u) = u − 2 softplus(u)
      const slope = a.sub(u, a.mul(2, a.unary("softplus", u)));
      return { value, logJacobian: unit ? [slope] : [a.add(slope, a.unary("log", width))] };
    }
    case "ordered":
      return ordered(a, u, support.low);
    case "simplex":
      return stickBreaking(a, u);
    case "matrix":
      return constrainMatrix(a, support.structure, u);
  }
}

/**
 * x₀ = u₀, xₖ = xₖ₋₁ + exp(uₖ); log |J| = Σₖ₌₁ uₖ. Along the last event dimension. Above a bound the first one is a step as well:
 * x₀ = low + exp(u₀), and u₀ counts in the Jacobian.
 */
function ordered(a: Algebra, u: Value, low: Value | undefined): Constrained {
  const last = u.event.length - 1;
  if (low !== undefined) return { value: plus(a, low, a.cumsum(a.unary("exp", u), last)), logJacobian: [u] };
  const length = u.event[last];
  if (length < 2) return { value: u, logJacobian: [] };
  const first = a.slice(u, last, 0, 1);
  const others = a.slice(u, last, 1, length);
  const value = a.cumsum(a.concat([first, a.unary("exp", others)], last), last);
  return { value, logJacobian: [others] };
}

/**
 * Stick breaking: zₖ = σ(uₖ − log(K − 1 − k)), xₖ = zₖ ∏ⱼ<ₖ (1 − zⱼ) for k < K − 1, the rest to the last.
 * log |J| = Σₖ log xₖ + log(1 − zₖ). Along the last event dimension, in logs throughout.
 */
function stickBreaking(a: Algebra, u: Value): Constrained {
  const last = u.event.length - 1;
  const breaks = u.event[last];
  if (breaks === 0) {
    const event = [...u.event.slice(0, -1), 1];
    return { value: a.stretch(a.of(1), u.axes, event), logJacobian: [] };
  }
  const centre = Array.from({ length: breaks }, (_, k) => -Math.log(breaks - k));
  const rows = u.event.slice(0, -1).reduce((product, each) => product * each, 1);
  const repeated = Array.from({ length: rows }, () => centre).flat();
  const offset: Value = { node: a.builder.constant(repeated, u.event), axes: [], event: u.event };
  const shifted = a.add(u, offset);
  const logTaken = a.unary("neg", a.unary("softplus", a.unary("neg", shifted)));
  const logKept = a.unary("neg", a.unary("softplus", shifted));
  const running = a.cumsum(logKept, last);
  const before = a.sub(running, logKept);
  const logFirst = a.add(logTaken, before);
  const rest = a.slice(running, last, breaks - 1, breaks);
  const value = a.unary("exp", a.concat([logFirst, rest], last));
  return { value, logJacobian: [a.add(logFirst, logKept)] };
}

function plus(a: Algebra, low: Value, x: Value): Value {
  return isConstant(a, low, 0) ? x : a.add(low, x);
}

function isConstant(a: Algebra, value: Value, number: number): boolean {
  return scalarConstant(a.builder, value) === number;
}

/** The coordinate that a starting value on the constrained scale stands for; scalar supports with constant bounds. */
export function unconstrainNumber(
  support: { readonly kind: CoreSupport["kind"]; readonly low?: number; readonly high?: number },
  value: number,
): number {
  const { low = 0, high = 1 } = support;
  switch (support.kind) {
    case "lower":
      return Math.log(value - low);
    case "upper":
      return Math.log(high - value);
    case "interval":
      return Math.log((value - low) / (high - value));
    case "real":
    case "ordered":
    case "simplex":
    case "matrix":
    case "discrete":
      return value;
  }
}
