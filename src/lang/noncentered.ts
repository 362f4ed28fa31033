/** How draws of a `dist` come from noise that has the same distribution wherever location and scale are: `via noncentered`. */
import type { BuiltinName } from "./builtins.ts";
import { findExpression } from "./core-children.ts";
import type { CoreDefinedDistribution, CoreDefinition, CoreDistribution } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";

export type NoncenteredForm =
  /** x = loc + scale · z, and the density says that z is distributed as x is with loc 0 and scale 1. */
  | "standard"
  /** x = loc + scale · z, whatever the density says. */
  | "moved"
  /** x = draw(z) of one standard normal number, another x for each z. */
  | "noise";

/** Location and scale can be kept apart from the noise: loc + scale · z, or another function of normal noise. */
export function canBePlaced(distribution: CoreDistribution): boolean {
  if (distribution.kind === "defined") return noncenteredForm(distribution) !== undefined;
  if (distribution.kind !== "distribution") return false;
  return distribution.name === "Normal" || distribution.name === "MultivariateNormal";
}

export function noncenteredForm({
  definition,
  support,
}: CoreDefinedDistribution): NoncenteredForm | undefined {
  const { parameters, event } = definition;
  if (event.dimensions.length > 0) return undefined;
  const isNumber = (wanted: string): boolean =>
    parameters.some((each) => each.name === wanted && each.type.dimensions.length === 0);
  if (support.kind === "real" && isNumber("loc") && isNumber("scale"))
    return isStandardized(definition) ? "standard" : "moved";
  return isDrawnOneToOne(definition) ? "noise" : undefined;
}

/** `z = (x - loc) / scale` comes first, nothing else names x or loc, and scale is only in the addend `-log(scale)`. */
function isStandardized({ logDensity: { parameters, steps, value } }: CoreDefinition): boolean {
  const [first, ...rest] = steps;
  const [{ name: x }] = parameters;
  if (first?.kind !== "let") return false;
  const quotient = operands(first.value, "div");
  const difference = quotient && operands(quotient[0], "sub");
  if (difference === undefined || !isName(quotient?.[1], "scale")) return false;
  if (!isName(difference[0], x) || !isName(difference[1], "loc")) return false;
  const others = otherThanLogScale(value, false);
  const bound = rest.flatMap((step) => (step.kind === "let" ? [step.value] : []));
  return (
    others.scales === 1 &&
    [...bound, ...others.addends].every((each) => ![x, "loc", "scale"].some((name) => mentions(each, name)))
  );
}

/** The addends of a sum but -log(scale), and how often that is among them. */
function otherThanLogScale(
  value: CoreExpression,
  negative: boolean,
): { readonly addends: readonly CoreExpression[]; readonly scales: number } {
  const join = (parts: readonly (readonly [CoreExpression, boolean])[]) => {
    const found = parts.map(([part, sign]) => otherThanLogScale(part, sign));
    return {
      addends: found.flatMap((each) => each.addends),
      scales: found.reduce((sum, each) => sum + each.scales, 0),
    };
  };
  const sum = operands(value, "add");
  if (sum !== undefined) return join(sum.map((part) => [part, negative]));
  const difference = operands(value, "sub");
  if (difference !== undefined)
    return join([
      [difference[0], negative],
      [difference[1], !negative],
    ]);
  const opposite = operands(value, "neg");
  if (opposite !== undefined) return join([[opposite[0], !negative]]);
  const isLogScale = negative && isName(operands(value, "log")?.[0], "scale");
  return isLogScale ? { addends: [], scales: 1 } : { addends: [value], scales: 0 };
}

/** One normal number goes in, once, through operations that never give the same for two numbers. */
function isDrawnOneToOne({ draw }: CoreDefinition): boolean {
  if (draw === undefined || draw.parameters.length !== 1 || draw.steps.length > 0) return false;
  const [{ name, type }] = draw.parameters;
  return type.range.low === -Infinity && type.dimensions.length === 0 && isOneToOne(draw.value, name);
}

const oneToOne: readonly BuiltinName[] = ["add", "sub", "mul", "neg", "exp", "sigmoid"];

function isOneToOne(value: CoreExpression, z: string): boolean {
  if (value.kind === "cast") return isOneToOne(value.value, z);
  if (value.kind !== "call" || !oneToOne.includes(value.function)) return isName(value, z);
  const holding = value.arguments.filter((each) => mentions(each, z));
  return holding.length === 1 && isOneToOne(holding[0], z);
}

function operands(value: CoreExpression, name: BuiltinName): readonly CoreExpression[] | undefined {
  return value.kind === "call" && value.function === name ? value.arguments : undefined;
}

function isName(value: CoreExpression | undefined, name: string): boolean {
  return value?.kind === "variable" && value.name === name;
}

function mentions(value: CoreExpression, name: string): boolean {
  return findExpression(value, (each) => isName(each, name)) !== undefined;
}
