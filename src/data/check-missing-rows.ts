/** A draw that is a vector as a whole, such as a row from a Dirichlet, is there or missing as a whole. */
import type { CoreModel, CoreVariable } from "../lang/core.ts";
import type { CoreDistribution } from "../lang/core-distribution.ts";
import { eventRankOf } from "../lang/event-rank.ts";
import type { DataFacts } from "./explain-data.ts";
import { elementName, indicesAt, placeOf, type RawValue } from "./raw-data.ts";

function nameOf(distribution: CoreDistribution): string {
  if (distribution.kind === "defined") return distribution.definition.name;
  return distribution.kind === "distribution" ? distribution.name : "one distribution";
}

/** How many of a variable's last dimensions are drawn as a whole. */
export function wholeDimensions(variable: CoreVariable | undefined, model: CoreModel): number {
  const site = model.sites.find((each) => variable?.sites.includes(each.id));
  return site === undefined ? 0 : eventRankOf(site.distribution);
}

/** The first row of which only a part is there. `present` holds 1 and 0. */
export function checkMissingRows(
  present: RawValue,
  variable: CoreVariable,
  model: CoreModel,
): DataFacts | undefined {
  const site = model.sites.find(
    (each) => variable.sites.includes(each.id) && eventRankOf(each.distribution) > 0,
  );
  if (site === undefined) return undefined;
  const rank = eventRankOf(site.distribution);
  const rowShape = present.shape.slice(0, present.shape.length - rank);
  const length = present.shape.slice(-rank).reduce((product, each) => product * each, 1);
  for (let row = 0; row * length < present.values.length; row++) {
    const some = present.values.subarray(row * length, (row + 1) * length);
    if (some.every((each) => each === some[0])) continue;
    const indices = indicesAt(rowShape, row);
    return {
      code: "data-partly-missing",
      name: elementName(present.name, indices),
      place: placeOf(present.name, present.origin, indices),
      distribution: nameOf(site.distribution),
      span: site.span,
    };
  }
  return undefined;
}
