/** Observed variables with missing values: left out of the density where nothing else needs them, else `imputed-values.ts`. */

import { ProblemError } from "../../base/problem.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { elementName, indicesAt, placeOf } from "../../data/raw-data.ts";

/** Names of the observed variables of which a value is missing. */
export function incompleteNames(bound: BoundData): readonly string[] {
  return Object.entries(bound.values).flatMap(([name, { present }]) => (present === undefined ? [] : [name]));
}

/** For what has no use for missing values yet. Throws `ProblemError`. */
export function refuseMissing(bound: BoundData, what: string): void {
  const [name] = incompleteNames(bound);
  if (name === undefined) return;
  const { shape, present, origin } = bound.values[name];
  const indices = indicesAt(shape, present?.indexOf(0) ?? 0);
  throw new ProblemError([
    {
      code: "missing-not-supported",
      severity: "error",
      message: `\`${elementName(name, indices)}\` is missing, and ${what} needs all values`,
      labels: [],
      place: placeOf(name, origin, indices),
      help: "leave out the rows with missing values",
    },
  ]);
}
