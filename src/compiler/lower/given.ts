/** Observed variables of which some values are missing: which are there, and what they are where others are inferred. */
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import { numberType, unitRange } from "../../lang/type.ts";
import { bindInput, inputArray, type ModelContext, siteOf } from "./lower-model.ts";
import { addPiece, boundArray } from "./pieces.ts";
import { placeRange, viewAt } from "./places.ts";
import type { Value } from "./value.ts";

/** No names of a program can be these. */
function presenceName(variable: string): string {
  return `${variable} is present`;
}
export function givenName(variable: string): string {
  return `${variable} as given`;
}

/** Makes `present/<name>` an input for each variable of which values are missing. */
export function bindPresence(context: ModelContext): void {
  const { model, incomplete = [] } = context.input;
  for (const { name, type } of model.variables)
    if (incomplete.includes(name))
      bindInput(
        `present/${name}`,
        presenceName(name),
        numberType("bool", unitRange, type.dimensions),
        context,
      );
}

/** Which draws of an observed site are there; `undefined` where none can be missing. */
export function presence(site: CoreSite, here: ModelContext): Value | undefined {
  return site.observed && here.input.incomplete?.includes(site.variable)
    ? viewAt(presenceName(site.variable), site.place, here)
    : undefined;
}

/** All elements of a variable, as 0 and 1, which are there; `undefined` where none can be missing. */
export function presentElements(name: string, context: ModelContext): Value | undefined {
  if (!context.input.incomplete?.includes(name)) return undefined;
  return boundArray(context.scope.get(presenceName(name)), context);
}

/** The values as given; what is missing has some other value. */
export function bindGiven({ name, type }: CoreVariable, context: ModelContext): Value {
  const value = inputArray(`data/${name}`, type, context);
  context.scope.set(givenName(name), { kind: "value", value });
  return value;
}

/** As pieces of the variable, those of the given values that no statement draws and others look back at. */
export function bindUndrawn(variable: CoreVariable, value: Value, context: ModelContext): void {
  const { name } = variable;
  const { place } = siteOf(variable.sites[0], context);
  for (let dimension = 0; dimension < variable.axes; dimension++)
    for (const { from, to } of undrawnRanges(variable, dimension, value.event[dimension], context)) {
      const piece = { from, to, value: context.algebra.slice(value, dimension, from, to) };
      context.scope.set(name, addPiece(context.scope.get(name), dimension, piece, place));
    }
}

/** Shape of the values as given. */
export function givenShape(name: string, context: ModelContext): readonly number[] {
  return boundArray(context.scope.get(givenName(name)), context).event;
}

/** Along a dimension of a variable, the ranges of indices that no statement draws. */
export function undrawnRanges(
  { sites }: CoreVariable,
  dimension: number,
  length: number,
  context: ModelContext,
): { readonly from: number; readonly to: number }[] {
  const ranges = sites.map((id) => placeRange(siteOf(id, context).place[dimension], context));
  const bounds = [0, ...ranges.flatMap(({ from, to }) => [from, to]), length];
  const edges = [...new Set(bounds)].sort((a, b) => a - b);
  return edges.slice(1).flatMap((to, at) => {
    const from = edges[at];
    return ranges.some((each) => each.from <= from && to <= each.to) ? [] : [{ from, to }];
  });
}
