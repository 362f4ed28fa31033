/** Missing whole numbers and booleans that other lines compute with are summed out, as discrete latents are. */

import type { Span } from "../../base/span.ts";
import { checkMarginal } from "../../lang/check/check-marginal.ts";
import type { CoreFunction, CoreModel, CoreProgram, CoreSite } from "../../lang/core.ts";
import { isRenormalised } from "../../lang/cumulative.ts";

export function isDiscrete(name: string, { sites }: CoreModel): boolean {
  return sites.some(({ variable, support }) => variable === name && support.kind === "discrete");
}

/** The model in which the draws of these variables are summed out, as far as their values are not given. */
export function markSummed(model: CoreModel, names: readonly string[]): CoreModel {
  if (names.length === 0) return model;
  const sites = model.sites.map((site) =>
    names.includes(site.variable) ? { ...site, marginal: true } : site,
  );
  return { ...model, sites };
}

interface Reason {
  readonly reason: string;
  readonly help: string;
}

/** Why a discrete variable has no finite number of values to sum over, if it has not. */
export function whyNotFinite(name: string, sites: readonly CoreSite[]): Reason | undefined {
  for (const { support, event, distribution } of sites) {
    if (support.kind !== "discrete") continue;
    const otherwise = `give the value, or leave out the rows where \`${name}\` is missing`;
    if (event.dimensions.length > 0)
      return {
        reason: "it cannot be summed out, because one draw of it is an array",
        help: `draw it number by number in a \`plate\`; or ${otherwise}`,
      };
    if (distribution.kind === "transformed")
      return {
        reason: "it cannot be summed out, because it is a function of what is drawn",
        help: otherwise,
      };
    if (support.count === undefined)
      return {
        reason: "it cannot be summed out, because it has no fixed, finite number of values",
        help:
          isRenormalised(distribution) && event.range.low >= 0
            ? `say up to which value it matters: \`Int(0, 100)?\` as its type; or ${otherwise}`
            : otherwise,
      };
  }
  return undefined;
}

/** Uses of variables marked as summed out that no sum over their values can follow. */
export function whyNotSummed(
  model: CoreModel,
  functions: CoreProgram["functions"],
  names: readonly string[],
): readonly (Reason & { readonly name: string; readonly span: Span })[] {
  if (names.length === 0) return [];
  const found: (Reason & { readonly name: string; readonly span: Span })[] = [];
  const functionOf = (id: string): CoreFunction | undefined => functions[id];
  checkMarginal(model, functionOf, (facts) => {
    if (facts.code !== "cannot-sum-out") return;
    const { target, reason, help } = facts;
    const name = names.includes(target.text) ? target.text : names[0];
    found.push({ name, span: target.span, reason: `it cannot be summed out, because ${reason}`, help });
  });
  return found;
}
