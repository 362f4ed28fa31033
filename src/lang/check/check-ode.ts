/** `ode(f, y0, times, …)`: the solution of y′ = f(y, t, …) with y0 at the first of the times, or at `start`. */
import { nearMisses } from "../../base/near-miss.ts";
import type { CoreExpression, OdeMethod } from "../core-expression.ts";
import { exactly } from "../range.ts";
import type { Expression } from "../tree.ts";
import { numberType, realLine } from "../type.ts";
import type { Because } from "./check-facts.ts";
import {
  checkRate,
  type RateFunction,
  rateOf,
  realOf,
  sameShape,
  stateName,
  timeName,
} from "./check-rate.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import { fits } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { literalNumber } from "./literal-number.ts";

type CallExpression = Extract<Expression, { readonly kind: "call" }>;

const signatureText = "`ode(f, y0, times, …)`";
const options = ["start", "steps", "rtol", "atol", "max_steps"];
const defaults = { rtol: 1e-6, atol: 1e-6, max_steps: 50 };

export function checkOde(scope: Scope, call: CallExpression, check: CheckExpression): CoreExpression {
  const { span } = call;
  const positional = call.arguments.filter(({ name }) => name === undefined).map(({ value }) => value);
  const [f, initialText, timesText, ...others] = positional;
  if (timesText === undefined) {
    const parameter = ["f", "y0", "times"][positional.length];
    scope.report({ code: "missing-argument", of: "`ode`", parameter, signature: signatureText, span });
    return errorExpression(span);
  }
  const rate = rateOf(scope, f);
  const settings = checkOptions(scope, call, rate, check);
  const initial = check(scope, initialText);
  const times = check(scope, timesText);
  if (settings === undefined || rate === undefined) return errorExpression(span);
  if (initial.type.kind === "error" || times.type.kind === "error") return errorExpression(span);
  const { type } = initial;
  if (type.kind !== "number" || !fits(scope, initial, initialText, realOf(type), because("y0")))
    return errorExpression(span);
  if (times.type.kind !== "number" || times.type.dimensions.length !== 1) {
    scope.report({
      code: "type-mismatch",
      value: { text: formatBrief(timesText), span: timesText.span },
      found: times.type,
      expected: "a vector of times",
      because: because("times"),
      help: "write the times as `[a, b, c]`, or collect them with a comprehension",
    });
    return errorExpression(span);
  }
  if (!timesAscend(scope, times, timesText)) return errorExpression(span);
  const slope = checkRate(scope, rate, [initialText, timesText], others, realOf(type), span, check);
  if (!sameShape(scope, slope.type, type, f, initialText)) return errorExpression(span);
  const first: CoreExpression = {
    kind: "index",
    base: times,
    indices: [
      { kind: "at", value: { ...literalNumber(0, timesText.span), type: numberType("int", exactly(0)) } },
    ],
    type: realOf({ ...times.type, dimensions: [] }),
    span: timesText.span,
  };
  return {
    kind: "ode",
    state: stateName,
    time: timeName,
    rate: slope,
    initial,
    start: settings.start ?? first,
    times,
    method: settings.method,
    type: numberType("real", realLine, [...times.type.dimensions, ...type.dimensions]),
    span,
  };
}

function because(argument: string): Because {
  return { text: `the argument ${argument} of \`ode\`` };
}

/** Times that are written out. */
function timesAscend(scope: Scope, times: CoreExpression, text: Expression): boolean {
  if (times.kind !== "array") return true;
  const numbers = times.items.map((item) => (item.kind === "literal" ? item.value : Number.NaN));
  const at = numbers.findIndex((value, each) => each > 0 && value < numbers[each - 1]);
  if (at < 0) return true;
  scope.report({
    code: "type-mismatch",
    value: { text: formatBrief(text), span: text.span },
    found: times.type,
    expected: "times in ascending order",
    because: because("times"),
    help: `sort them: ${numbers[at]} comes after ${numbers[at - 1]}`,
  });
  return false;
}

interface Settings {
  readonly start: CoreExpression | undefined;
  readonly method: OdeMethod;
}

/** `steps` asks for the method with fixed steps; the tolerances belong to the other one. */
function checkOptions(
  scope: Scope,
  call: CallExpression,
  rate: RateFunction | undefined,
  check: CheckExpression,
): Settings | undefined {
  let start: CoreExpression | undefined;
  const numbers = new Map<string, number>();
  let good = true;
  for (const { name, value } of call.arguments) {
    if (name === undefined) continue;
    if (!options.includes(name.text)) {
      const near = nearMisses(name.text, options);
      const isOfRate = rate?.others.some((each) => each.name === name.text);
      const help = `what \`${rate?.callee.name}\` takes follows the times by position: \`${formatBrief(value)}\` without \`${name.text}:\``;
      scope.report({
        code: "unknown-argument",
        name,
        of: "`ode`",
        known: options,
        near,
        ...(isOfRate && { help }),
      });
      good = false;
    } else if (name.text === "start") {
      start = check(scope, value);
      good =
        fits(scope, start, value, numberType("real"), because("start")) &&
        start.type.kind !== "error" &&
        good;
    } else {
      const number = constantOption(scope, name.text, value, check);
      if (number === undefined) good = false;
      else numbers.set(name.text, number);
    }
  }
  if (!good) return undefined;
  const steps = numbers.get("steps");
  if (steps === undefined) {
    const option = (name: keyof typeof defaults): number => numbers.get(name) ?? defaults[name];
    const tolerances = { rtol: option("rtol"), atol: option("atol") };
    return { start, method: { kind: "dormandPrince", ...tolerances, stepsPerTime: option("max_steps") } };
  }
  const other = call.arguments.find(
    ({ name }) => name !== undefined && !["start", "steps"].includes(name.text),
  );
  if (other?.name === undefined) return { start, method: { kind: "rungeKutta", steps } };
  scope.report({
    code: "not-allowed-here",
    what: `\`${other.name.text}\``,
    where: "beside `steps`",
    span: other.name.span,
    help: "leave `steps` out for steps chosen by tolerance",
  });
  return undefined;
}

/** A positive number that is known when compiling: whole and not too large where it counts steps. */
function constantOption(
  scope: Scope,
  name: string,
  expression: Expression,
  check: CheckExpression,
): number | undefined {
  const { type } = check(scope, expression);
  if (type.kind === "error") return undefined;
  const counts = name === "steps" || name === "max_steps";
  const isConstant =
    type.kind === "number" && type.dimensions.length === 0 && type.range.low === type.range.high;
  const number = isConstant ? type.range.low : Number.NaN;
  if (number > 0 && (!counts || (Number.isInteger(number) && number <= 10_000))) return number;
  scope.report({
    code: "type-mismatch",
    value: { text: formatBrief(expression), span: expression.span },
    found: type,
    expected: counts
      ? "a whole number from 1 to 10000, known when compiling"
      : "a positive number, known when compiling",
    because: because(name),
    help: `write a number: \`${name}: ${name === "steps" ? 10 : defaults[name as keyof typeof defaults]}\``,
  });
  return undefined;
}
