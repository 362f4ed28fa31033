/** Arguments for `Sizes`, `Function` and `Initializer` parameters: `[40, 40]`, `tanh`, `mlp(hidden: [40])`, `he()`. */
import type { Size } from "../size.ts";
import type { Argument, Expression } from "../tree.ts";
import { readInitializer } from "./check-initializer.ts";
import { isBuiltin, reportUnknownFunction } from "./check-name.ts";
import type { FunctionHeader, Scope } from "./check-scope.ts";
import { checkDimension } from "./check-size.ts";
import { formatBrief } from "./format-brief.ts";
import type { FunctionArgument, StaticArgument } from "./static-argument.ts";

/** Sizes in a list at most, so that what is made of it stays small. */
const longestList = 100;

/** `[40, 2 * K]`, or the name of a `Sizes` parameter. Reports and gives `undefined` for anything else. */
export function checkSizeList(scope: Scope, expression: Expression): readonly Size[] | undefined {
  if (expression.kind === "error") return undefined;
  const passedOn = expression.kind === "name" ? scope.statics.get(expression.text) : undefined;
  if (passedOn?.kind === "sizes") return passedOn.sizes;
  if (expression.kind !== "array" || expression.items.length > longestList) {
    const help =
      expression.kind === "array"
        ? `a list holds ${longestList} sizes at most`
        : "give a list of sizes, such as `[40, 40]`";
    const value = { text: formatBrief(expression), span: expression.span };
    scope.report({ code: "not-a-size", value, help, what: "a list of sizes" });
    return undefined;
  }
  const sizes = expression.items.map((item) => checkDimension(scope, item));
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

/** The function a name, or a call of one with some of its arguments, stands for. */
export function checkFunctionArgument(scope: Scope, expression: Expression): FunctionArgument | undefined {
  if (expression.kind === "error") return undefined;
  const { callee, brackets, args } = partsOf(expression);
  if (callee?.kind !== "name") return notAFunction(scope, expression);
  const { text } = callee;
  const passedOn = scope.statics.get(text);
  if (passedOn?.kind === "function") return complete(scope, passedOn, brackets, args, expression);
  const binding = scope.bindings.get(text);
  if (binding?.kind === "value" && binding.type.kind === "net") {
    scope.used.add(text);
    const { name, given } = binding.type;
    return complete(scope, { kind: "function", name, given, learned: text }, brackets, args, expression);
  }
  if (passedOn !== undefined || binding !== undefined || scope.sizes.has(text))
    return notAFunction(scope, expression);
  if (isBuiltin(text) || scope.functions.kindOf(text) !== undefined)
    return complete(scope, { kind: "function", name: text, given: new Map() }, brackets, args, expression);
  reportUnknownFunction(scope, callee);
  return undefined;
}

interface Parts {
  readonly callee?: Expression;
  readonly brackets: readonly Expression[];
  readonly args: readonly Argument[];
}

export function partsOf(expression: Expression): Parts {
  const call = expression.kind === "call" ? expression : undefined;
  const callee = call?.callee ?? expression;
  if (callee.kind !== "index") return { callee, brackets: [], args: call?.arguments ?? [] };
  const brackets = callee.indices.flatMap((each) => (each.kind === "at" ? [each.value] : []));
  return { callee: callee.base, brackets, args: call?.arguments ?? [] };
}

/** The function with what the parentheses and brackets behind it give. */
function complete(
  scope: Scope,
  callee: FunctionArgument,
  brackets: readonly Expression[],
  args: readonly Argument[],
  expression: Expression,
): FunctionArgument | undefined {
  if (brackets.length === 0 && args.length === 0) return callee;
  const { name, learned } = callee;
  if (learned !== undefined) return notAFunction(scope, expression, `give the name alone, \`${learned}\``);
  const header = scope.functions.header(name);
  if (header === undefined) {
    const help = `give the name alone, \`${name}\`, or a \`def\` that calls it`;
    return notAFunction(scope, expression, help);
  }
  const given = new Map(callee.given);
  for (const [position, value] of brackets.entries()) {
    const parameter = header.bracketSizes[position];
    const size = checkDimension(scope, value);
    if (size === undefined) return undefined;
    if (parameter === undefined) return notAFunction(scope, expression);
    given.set(parameter, { kind: "size", size });
  }
  for (const { name: label, value } of args) {
    const parameter = header.parameters.find((each) => each.name === label?.text);
    if (
      label === undefined ||
      parameter === undefined ||
      parameter.role === "value" ||
      given.has(label.text)
    ) {
      const names = header.parameters
        .filter(({ role }) => role !== "value")
        .map((each) => `\`${each.name}\``);
      const help =
        names.length === 0
          ? `give the name alone, \`${name}\``
          : `only ${names.join(", ")} can be given here, by name`;
      return notAFunction(scope, expression, help);
    }
    const argument = checkStatic(parameter.role, scope, value);
    if (argument === undefined) return undefined;
    given.set(label.text, argument);
  }
  return { kind: "function", name, given };
}

/** What an expression means for a parameter that is known when compiling. */
export function checkStatic(
  role: Exclude<FunctionHeader["parameters"][number]["role"], "value">,
  scope: Scope,
  expression: Expression,
): StaticArgument | undefined {
  switch (role) {
    case "size": {
      const size = checkDimension(scope, expression);
      return size && { kind: "size", size };
    }
    case "sizes": {
      const sizes = checkSizeList(scope, expression);
      return sizes && { kind: "sizes", sizes };
    }
    case "function":
      return checkFunctionArgument(scope, expression);
    case "initializer": {
      const initializer = readInitializer(scope, expression);
      return initializer && { kind: "initializer", initializer };
    }
  }
}

function notAFunction(scope: Scope, expression: Expression, help?: string): undefined {
  const value = { text: formatBrief(expression), span: expression.span };
  scope.report({ code: "not-a-function", value, ...(help !== undefined && { help }) });
  return undefined;
}
