/** Names that are not values: functions, nets, distributions used as one, and misspellings. */
import { nearMisses } from "../../base/near-miss.ts";
import { arrayBuiltins, type BuiltinName, elementwiseBuiltins } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import { type DistributionName, distributions } from "../distributions.ts";
import type { Expression } from "../tree.ts";
import { errorExpression, nearNames, type Scope } from "./check-scope.ts";
import type { StaticArgument } from "./static-argument.ts";

const builtins: readonly string[] = [...elementwiseBuiltins, ...arrayBuiltins];

export function isBuiltin(name: string): name is BuiltinName {
  return builtins.includes(name);
}

/** Functions of functions: `fold` becomes calls, `scan` a loop, `ode` a loop over steps. */
const higherOrder: readonly string[] = ["fold", "scan", "ode"];

/** Names that no function can have. */
export function isReserved(name: string): boolean {
  return higherOrder.includes(name) || isBuiltin(name);
}

/** What makes distributions of distributions. */
export const combinators: readonly string[] = ["Mixture", "Censored"];

export function isDistribution(name: string): name is DistributionName {
  return Object.hasOwn(distributions, name);
}

/** All of them, those of the program and its library too. */
export function distributionNames(scope: Scope): string[] {
  const defined = scope.functions.names.filter((each) => scope.functions.kindOf(each) === "dist");
  return [...Object.keys(distributions), ...combinators, ...defined];
}

/** What an argument that makes instances is, and how to use it. */
function passedUse(
  { kind }: StaticArgument,
  name: string,
): { readonly what: "function" | "list of sizes" | "starting value"; readonly help: string } {
  switch (kind) {
    case "function":
      return { what: "function", help: `call it: \`${name}(…)\`` };
    case "initializer":
      return { what: "starting value", help: `start with it: \`learn W: Real[I, O] = ${name}\`` };
    case "size":
    case "sizes":
      return { what: "list of sizes", help: `hand it on: \`x |> fold(dense, ${name})\`` };
  }
}

/** A name that is bound to no value: reports what it is, or that it is nothing. */
export function resolveOther(
  scope: Scope,
  { text, span }: Extract<Expression, { readonly kind: "name" }>,
): CoreExpression {
  const value = { text, span };
  const kind = scope.functions.kindOf(text);
  const foreign = scope.foreign?.get(text);
  const passed = scope.statics.get(text);
  if (foreign !== undefined) {
    const help =
      foreign.what === "learned by the model"
        ? "write `learn` in the guide for parameters of its own"
        : `bind it in the guide: \`${text} = …\``;
    scope.report({ code: "guide-cannot-use", use: value, what: foreign.what, bound: foreign.span, help });
  } else if (passed !== undefined) {
    scope.report({ code: "not-a-value", value, ...passedUse(passed, text) });
  } else if (isDistribution(text) || combinators.includes(text) || kind === "dist") {
    scope.report({
      code: "not-a-value",
      value,
      what: "distribution",
      help: `draw from it: \`x ~ ${text}(…)\``,
    });
  } else if (kind === "net") {
    scope.report({
      code: "not-a-value",
      value,
      what: "net",
      help: `write \`learn f = ${text}[…]\`, then call \`f\``,
    });
  } else if (kind === "def" || isReserved(text)) {
    scope.report({ code: "not-a-value", value, what: "function", help: `call it: \`${text}(…)\`` });
  } else if (choiceWith(scope, text) !== undefined) {
    const help = `choose by it: \`match ${choiceWith(scope, text)} { ${text} => …, _ => … }\``;
    scope.report({ code: "not-a-value", value, what: "name of a choice", help });
  } else {
    scope.report({ code: "unknown-name", name: value, near: nearNames(scope, text) });
  }
  return errorExpression(span);
}

/** The description that has the option. */
function choiceWith(scope: Scope, option: string): string | undefined {
  for (const [name, binding] of scope.bindings) {
    if (binding.kind === "index") continue;
    const type = binding.kind === "variable" ? binding.joined : binding.type;
    if (type.kind === "enumeration" && type.options.includes(option)) return name;
  }
  return undefined;
}

export function namesDistribution(scope: Scope, name: string): boolean {
  return isDistribution(name) || combinators.includes(name) || scope.functions.kindOf(name) === "dist";
}

/** Reports a call of a name that is no function. */
export function reportUnknownFunction(
  scope: Scope,
  { text, span }: { text: string; span: Expression["span"] },
): void {
  if (namesDistribution(scope, text)) {
    scope.report({
      code: "not-a-value",
      value: { text, span },
      what: "distribution",
      help: `draw from it: \`x ~ ${text}(…)\``,
    });
    return;
  }
  const near = nearMisses(text, [
    ...builtins,
    ...higherOrder,
    ...scope.functions.names,
    ...Object.keys(distributions),
  ]);
  scope.report({ code: "unknown-function", name: { text, span }, near });
}
