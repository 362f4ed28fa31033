/** Missing values that other lines compute with are latents: one coordinate each, scattered among the values that are there. */
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import { type Constrained, constrain } from "./bijector.ts";
import { gather } from "./gather.ts";
import { inputArray, type LoweringInput, type ModelContext, siteOf } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { addPiece, boundArray } from "./pieces.ts";
import { placeRange, viewAt } from "./places.ts";
import { presence } from "./pointwise.ts";
import type { Value } from "./value.ts";

/** Row-major positions of a variable's missing elements where these are inferred; `undefined` where none are. */
export function imputedElements(name: string, { imputed }: LoweringInput): readonly number[] | undefined {
  return imputed !== undefined && Object.hasOwn(imputed, name) ? imputed[name] : undefined;
}

/** Whether all values of a draw or a variable, or the missing ones, are inferred. */
export function isInferred(each: CoreSite | CoreVariable, input: LoweringInput): boolean {
  return !each.observed || imputedElements("name" in each ? each.name : each.variable, input) !== undefined;
}

/** No names of a program can be these. */
function givenName(variable: string): string {
  return `${variable} as given`;
}
function coordinatesName(variable: string): string {
  return `coordinates of ${variable}`;
}

/** The values as given, and as pieces of the variable those that no statement draws and others look back at. */
export function bindGiven(variable: CoreVariable, context: ModelContext): void {
  const { name } = variable;
  const value = inputArray(`data/${name}`, variable.type, context);
  context.scope.set(givenName(name), { kind: "value", value });
  const places = variable.sites.map((id) => siteOf(id, context).place);
  for (let dimension = 0; dimension < variable.axes; dimension++) {
    const ranges = places.map((place) => placeRange(place[dimension], context));
    const bounds = [0, ...ranges.flatMap(({ from, to }) => [from, to]), value.event[dimension]];
    const edges = [...new Set(bounds)].sort((a, b) => a - b);
    for (const [at, to] of edges.slice(1).entries()) {
      const from = edges[at];
      if (ranges.some((each) => each.from <= from && to <= each.to)) continue;
      const piece = { from, to, value: context.algebra.slice(value, dimension, from, to) };
      context.scope.set(name, addPiece(context.scope.get(name), dimension, piece, places[0]));
    }
  }
}

/** Shape of the values as given. */
export function givenShape(name: string, context: ModelContext): readonly number[] {
  return boundArray(context.scope.get(givenName(name)), context).event;
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
