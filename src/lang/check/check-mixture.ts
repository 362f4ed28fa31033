/**
 * `Mixture(p, Normal(mu, sigma))`: one component for each element of `p`, whose arguments are the elements of the vectors given;
 * `Mixture(p, Normal(0, 1), StudentT(3, 0, 2))`: components of several kinds.
 */
import type { CoreDistribution, CoreTransformed } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { distributions } from "../distributions.ts";
import { formatShape } from "../format-type.ts";
import { rangeOf } from "../range.ts";
import { constantSize, equalSizes, formatSize, type Size } from "../size.ts";
import type { Argument, Expression } from "../tree.ts";
import { numberType } from "../type.ts";
import { checkParameter } from "./check-builtin-distribution.ts";
import { type Scope, uniqueIndex } from "./check-scope.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { joinArms } from "./join-arms.ts";

type Call = Extract<Expression, { readonly kind: "call" }>;
type CheckComponent = (scope: Scope, expression: Expression) => CheckedDistribution | undefined;

export function isMixture({ callee }: Call): boolean {
  return callee.kind === "name" && callee.text === "Mixture";
}

export function checkMixture(
  scope: Scope,
  call: Call,
  checkComponent: CheckComponent,
): CheckedDistribution | undefined {
  const parts = splitArguments(scope, call);
  const weights = parts && checkWeights(scope, parts.weights);
  const components = (parts?.components ?? []).map((each) => checkComponent(scope, each));
  if (weights === undefined || !components.every((each) => each !== undefined)) return undefined;
  const joined =
    components.length === 1
      ? oneForAll(scope, call, weights, components[0])
      : several(scope, call, weights, components);
  if (joined === undefined) return undefined;
  const known = joined.known && !dependsOnUnknown(scope, weights.value);
  return { ...joined, known, quote: { text: "Mixture", span: call.callee.span } };
}

interface Weights {
  readonly kind: "p" | "logits";
  readonly value: CoreExpression;
  readonly count: Size;
  readonly text: string;
}

interface MixtureArguments {
  readonly weights: { readonly kind: Weights["kind"]; readonly expression: Expression };
  readonly components: readonly Expression[];
}

const listed = "`Mixture(p, Normal(0, 1), StudentT(3, 0, 1))`";
const signature = `\`Mixture(p, Normal(mu, sigma))\` or ${listed}`;

/** Probabilities first or by name, then the components. */
function splitArguments(scope: Scope, { arguments: args, span }: Call): MixtureArguments | undefined {
  const stranger = args.find(({ name }) => name !== undefined && name.text !== "p" && name.text !== "logits");
  if (stranger?.name !== undefined) {
    const known = ["p", "logits"];
    scope.report({ code: "unknown-argument", name: stranger.name, of: "Mixture", known, near: [] });
    return undefined;
  }
  const isNamed = ({ name }: Argument): boolean => name !== undefined;
  const weights = args.find(isNamed) ?? args[0];
  const components = args.filter((each) => each !== weights);
  if (weights === undefined || components.length === 0 || components.some(isNamed)) {
    const parameter = weights === undefined ? "p" : "a component";
    scope.report({ code: "missing-argument", of: "Mixture", parameter, signature, span });
    return undefined;
  }
  const kind = weights.name?.text === "logits" ? "logits" : "p";
  return {
    weights: { kind, expression: weights.value },
    components: components.map(({ value }) => value),
  };
}

function checkWeights(scope: Scope, { kind, expression }: MixtureArguments["weights"]): Weights | undefined {
  const [[probabilities], [logits]] = distributions.Categorical.forms;
  const parameter = kind === "p" ? probabilities : logits;
  const checked = checkParameter(scope, "Mixture", parameter, expression);
  if (checked === undefined) return undefined;
  const { value, type, quote } = checked;
  const [count, ...others] = type.dimensions;
  if (others.length === 0) return { kind, value, count, text: quote.text };
  scope.report({
    code: "type-mismatch",
    value: quote,
    found: type,
    expected: "a vector",
    because: { text: `the argument ${kind} of Mixture` },
    help: "draw each element in a plate, with the weights of its own",
  });
  return undefined;
}

/** Every argument that is an array has one element for each component. */
function oneForAll(
  scope: Scope,
  call: Call,
  { kind, value, count, text }: Weights,
  component: CheckedDistribution,
): CheckedDistribution | undefined {
  const [first, ...inner] = component.batch;
  if (first === undefined || !equalSizes(first, count)) {
    const { quote, batch } = component;
    const found = batch.length === 0 ? "single numbers" : `arrays ${formatShape(batch)}`;
    scope.report({
      code: "mixture-components",
      weights: { text, span: value.span },
      count: formatSize(count),
      found: { text: `the arguments of ${quote.text} are ${found}`, span: quote.span },
      help: `give ${quote.text} one number or row for each component, or list the components: ${listed}`,
    });
    return undefined;
  }
  const index = uniqueIndex(scope.indices, "component of Mixture");
  scope.indices.set(index, { from: constantSize(0), to: count });
  const core = argumentsOfComponent(component.core, index, component.batch.length);
  if (core === undefined) {
    scope.report({
      code: "not-a-distribution",
      value: component.quote,
      help: `list the components: ${listed}`,
    });
    return undefined;
  }
  const draw = [...inner, ...component.draw];
  const { span } = call;
  return {
    ...component,
    name: undefined,
    batch: [],
    draw,
    core: {
      kind: "mixture",
      weights: { kind, value },
      components: [core],
      index,
      count,
      rank: draw.length,
      span,
    },
  };
}

/** With the element of the component in place of each array that has one for each. */
function argumentsOfComponent(
  core: CoreDistribution,
  index: string,
  depth: number,
): CoreDistribution | undefined {
  if (core.kind === "transformed") return transformedComponent(core, index, depth);
  if (core.kind !== "distribution" && core.kind !== "defined") return undefined;
  const element = (name: string, base: CoreExpression): CoreExpression =>
    elementOf(base, index, depth + parameterRank(core, name));
  const given = Object.entries(core.arguments).map(([name, base]) => [name, element(name, base)]);
  return { ...core, arguments: Object.fromEntries(given) };
}

function transformedComponent(
  core: CoreTransformed,
  index: string,
  depth: number,
): CoreDistribution | undefined {
  const base = argumentsOfComponent(core.base, index, depth);
  const { bijection } = core;
  if (base === undefined || !("operand" in bijection)) return base && { ...core, base };
  return { ...core, base, bijection: { ...bijection, operand: elementOf(bijection.operand, index, depth) } };
}

/** The element of the component, where there is one for each. */
function elementOf(base: CoreExpression, index: string, rank: number): CoreExpression {
  const { type, span } = base;
  if (type.kind !== "number" || type.dimensions.length < rank) return base;
  const value: CoreExpression = {
    kind: "variable",
    name: index,
    type: numberType("int", rangeOf(0, Infinity)),
    span,
  };
  const dimensions = type.dimensions.slice(1);
  return { kind: "index", base, indices: [{ kind: "at", value }], type: { ...type, dimensions }, span };
}

function parameterRank(
  core: Extract<CoreDistribution, { kind: "distribution" | "defined" }>,
  name: string,
): number {
  if (core.kind === "defined")
    return core.definition.parameters.find((each) => each.name === name)?.type.dimensions.length ?? 0;
  const forms: readonly (readonly { readonly name: string; readonly rank: number }[])[] =
    distributions[core.name].forms;
  return forms.flat().find((each) => each.name === name)?.rank ?? 0;
}

function several(
  scope: Scope,
  call: Call,
  { kind, value, count, text }: Weights,
  components: readonly CheckedDistribution[],
): CheckedDistribution | undefined {
  if (!equalSizes(count, constantSize(components.length))) {
    scope.report({
      code: "mixture-components",
      weights: { text, span: value.span },
      count: formatSize(count),
      found: { text: `there are ${components.length} of them`, span: call.callee.span },
      help: "give one weight for each component",
    });
    return undefined;
  }
  const [{ draw }] = components;
  const rank = Math.max(...components.map((each) => each.batch.length)) + draw.length;
  const cores = components.map(({ core }) => core);
  const core = {
    kind: "mixture",
    weights: { kind, value },
    components: cores,
    count,
    rank,
    span: call.span,
  } as const;
  const joined = joinArms(scope, components, core, "the components of this `Mixture`");
  return joined && { ...joined, batch: [], draw: [...joined.batch, ...joined.draw] };
}
