/** Missing values that other lines compute with are latents: one coordinate each, scattered among the values that are there. */
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import { type Constrained, constrain } from "./bijector.ts";
import { gather } from "./gather.ts";
import { givenName, givenShape, presence } from "./given.ts";
import type { LoweringInput, ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { viewAt } from "./places.ts";
import type { Value } from "./value.ts";

/** Row-major positions of a variable's missing elements where these are inferred; `undefined` where none are. */
export function imputedElements(name: string, { imputed }: LoweringInput): readonly number[] | undefined {
  return imputed !== undefined && Object.hasOwn(imputed, name) ? imputed[name] : undefined;
}

/** Whether all values of a draw or a variable, or the missing ones, are inferred. */
export function isInferred(each: CoreSite | CoreVariable, input: LoweringInput): boolean {
  return !each.observed || imputedElements("name" in each ? each.name : each.variable, input) !== undefined;
}

/** No name of a program can be it. */
function coordinatesName(variable: string): string {
  return `coordinates of ${variable}`;
}

/** Elements at `missing` from the vector of coordinates, 0 elsewhere, where a bijector has a finite slope. */
export function bindCoordinates(
  name: string,
  missing: readonly number[],
  coordinates: Value,
  context: ModelContext,
): void {
  const { algebra } = context;
  const event = givenShape(name, context);
  const zero: Value = { node: algebra.builder.fill(0, [1]), axes: [], event: [1] };
  const table = algebra.concat([coordinates, zero], 0);
  const order = new Map(missing.map((element, at) => [element, at]));
  const length = event.reduce((product, each) => product * each, 1);
  const rows = Array.from({ length }, (_, element) => order.get(element) ?? missing.length);
  const index: Value = { node: algebra.builder.constant(rows, [length], "int"), axes: [], event: [length] };
  const value = algebra.reshapeEvent(gather(algebra, table, index), event);
  context.scope.set(coordinatesName(name), { kind: "value", value });
}

/** The site's values: those given, and the images of the coordinates where one is missing, with the Jacobian of these alone. */
export function constrainImputed(site: CoreSite, here: ModelContext): Constrained {
  const { algebra } = here;
  const view = (name: string): Value => viewAt(name, site.place, here);
  const given = view(givenName(site.variable));
  const { value, logJacobian } = constrain(
    algebra,
    lowerSupport(site.support, here),
    view(coordinatesName(site.variable)),
  );
  const present = presence(site, here);
  if (present === undefined) return { value: given, logJacobian: [] };
  return {
    value: algebra.select(present, given, value),
    logJacobian: logJacobian.map((term) => algebra.select(present, 0, term)),
  };
}
