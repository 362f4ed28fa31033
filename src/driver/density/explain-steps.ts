/** When the steps of an `ode` ran out, whose solution is then not a number: where its steps ended, and what can be done. */
import type { Label } from "../../base/problem.ts";
import type { ChosenSteps } from "../../compiler/lower/context.ts";
import type { Axis } from "../../compiler/lower/value.ts";
import type { Outputs } from "../../engines/engine.ts";

/** `position` among the lowering's `steps`. Of several items the first that did not come to the last time. */
export function explainSteps(
  { most, times, ends, span }: ChosenSteps,
  position: number,
  outputs: Outputs,
): { readonly label: Label; readonly help: string } | undefined {
  const counts = outputs[`reached/${position}`];
  const item = counts.findIndex((count) => count < times);
  if (item < 0) return undefined;
  const end = (name: keyof typeof ends): number => outputs[`${name}/${position}`][item];
  const [time, next] = [end("time"), end("next")];
  const of = itemName(ends.reached.axes, item);
  const where = `at time ${short(time)}${of === "" ? "" : ` for item ${of}`}, with ${counts[item]} of ${times} times reached`;
  // If all further steps were as long as the next one.
  const needed = (most + (end("last") - time) / next) / times;
  if (!(needed < mostAllowed / 1.5))
    return {
      label: { span, text: `its ${most} steps became shorter and shorter and ended ${where}` },
      help: "keep the rate in bounds by its form or by priors: the solution may grow beyond all bounds there, or the rate not be a number",
    };
  return {
    label: { span, text: `its ${most} steps ended ${where}` },
    help: `allow more steps, as \`max_steps: ${roundUp(1.5 * needed)}\`, or larger errors by \`rtol\` and \`atol\`; or keep what makes the rate fast in bounds by its prior`,
  };
}

/** The largest `max_steps` there is. */
const mostAllowed = 10_000;

/** To two digits. */
function roundUp(x: number): number {
  const unit = 10 ** (Math.floor(Math.log10(x)) - 1);
  return Math.ceil(x / unit) * unit;
}

/** The indices of the plates around, as `2` or `[2, 0]`; "" outside of plates. */
function itemName(axes: readonly Axis[], item: number): string {
  let rest = item;
  const indices = [...axes].reverse().flatMap(({ size, start, kind }) => {
    const index = (rest % size) + start;
    rest = Math.floor(rest / size);
    return kind === "plate" ? [index] : [];
  });
  return indices.length < 2 ? indices.join("") : `[${indices.reverse().join(", ")}]`;
}

function short(time: number): string {
  return String(Number(time.toPrecision(3)));
}
