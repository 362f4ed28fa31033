/** `scan(start, f, rows)`: a recursion along the first dimension of an array, as one loop where it is long. */
import type { CoreExpression } from "../../lang/core-expression.ts";
import { type Context, fail } from "./context.ts";
import { fewestRolled, longestUnrolled, unrollingHelp } from "./roll-bindings.ts";
import { rollSteps, sampledSteps } from "./roll-steps.ts";
import { type Axis, unionAxes, type Value } from "./value.ts";

type ScanExpression = Extract<CoreExpression, { kind: "scan" }>;
type Lower = (expression: CoreExpression, context: Context) => Value;

/** The states after each row, stacked in front of a state's own dimensions. */
export function lowerScan(expression: ScanExpression, context: Context, lower: Lower): Value {
  const { algebra } = context;
  const rows = lower(expression.rows, context);
  const start = algebra.convert(lower(expression.start, context), "float");
  const [length, ...rowEvent] = rows.event;
  const step = (state: Value, at: number): Value => {
    const row = algebra.reshapeEvent(algebra.slice(rows, 0, at, at + 1), rowEvent);
    const scope = new Map(context.scope);
    scope.set(expression.state, { kind: "value", value: state });
    scope.set(expression.row, { kind: "value", value: row });
    return algebra.convert(lower(expression.body, { ...context, scope }), "float");
  };
  // All states get the axes of the first one made, so that they are alike.
  const first = step(start, 0);
  const axes = unionAxes([start, first]);
  const states: Value[] = [];
  const walk = (until: number): void => {
    for (let at = states.length; at < until; at++) {
      const before = states.at(-1) ?? algebra.stretch(start, axes, first.event);
      states.push(algebra.stretch(step(before, at), axes, first.event));
    }
  };
  if (length >= fewestRolled) {
    walk(sampledSteps);
    const stacked = rollSteps(
      algebra.builder,
      states.map(({ node }) => [node]),
      length,
    );
    if (stacked !== undefined) {
      const along: Axis = {
        id: `scan@${context.nextOrder()}`,
        size: length,
        start: 0,
        order: -1,
        kind: "plate",
      };
      return algebra.axisToEvent({ node: stacked[0], axes: [along, ...axes], event: first.event }, along);
    }
  }
  if (length > longestUnrolled)
    fail({
      code: "axis-too-long",
      message: `this scan has ${length} steps that are no loop; the most is ${longestUnrolled}`,
      labels: [{ span: expression.span, text: "taken step by step" }],
      help: unrollingHelp,
    });
  walk(length);
  return algebra.concat(
    states.map((state) => algebra.reshapeEvent(state, [1, ...first.event])),
    0,
  );
}
