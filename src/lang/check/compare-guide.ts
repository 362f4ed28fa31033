/** Whether a guide draws what its model draws: the same variables under the same plates, with the same shapes and supports. */

import type { CoreModel, CoreSite, CoreVariable } from "../core.ts";
import { findExpression } from "../core-children.ts";
import type { CoreSupport } from "../core-distribution.ts";
import type { CoreAxisStatement, CoreStatement } from "../core-statement.ts";
import { formatSupport } from "../format-core.ts";
import { formatSize } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { GuideDeclaration } from "../tree.ts";
import type { Scope } from "./check-scope.ts";
import { sameSupport } from "./check-support.ts";
import { equalShapes } from "./check-type.ts";

interface Comparison {
  readonly scope: Scope;
  readonly declaration: GuideDeclaration;
  /** Names behind which the guide tries to draw something: what failed there has been told. */
  readonly tried: ReadonlySet<string>;
}

/** A variable that a guide has to draw: neither observed nor summed out, nor what describes a member. */
export function isLatent({ variables, sites, varies }: CoreModel, name: string): boolean {
  const variable = variables.find((each) => each.name === name);
  return (
    variable !== undefined &&
    !variable.observed &&
    varies.every((each) => each.name !== name) &&
    !sites.some((site) => site.variable === name && site.marginal)
  );
}

/** Whether bounds of a support mean the same in the model and its guide: they use only inputs, descriptions and sizes. */
export function hasSharedBounds(model: CoreModel, support: CoreSupport): boolean {
  const isShared = (name: string): boolean =>
    model.inputs.some((each) => each.name === name) ||
    model.varies.some((each) => each.name === name) ||
    model.variables.some((each) => each.name === name && each.observed);
  return supportBounds(support).every(
    (bound) =>
      findExpression(bound, (each) => each.kind === "variable" && !isShared(each.name)) === undefined,
  );
}

export function compareGuide(model: CoreModel, guide: CoreModel, comparison: Comparison): void {
  for (const variable of model.variables) {
    if (!isLatent(model, variable.name)) continue;
    const own = guide.variables.find((each) => each.name === variable.name);
    if (own !== undefined) compareVariable(model, guide, variable, own, comparison);
    else if (!comparison.tried.has(variable.name)) reportMissing(model, variable, comparison);
  }
}

const baseWords = { real: "Real", int: "Nat", bool: "Bool" } as const;

function compareVariable(
  model: CoreModel,
  guide: CoreModel,
  variable: CoreVariable,
  own: CoreVariable,
  { scope }: Comparison,
): void {
  const [first] = sitesOf(model, variable);
  const span = first.span;
  const target = (site: CoreSite) => ({ text: siteText(site), span: site.span });
  for (const site of sitesOf(guide, own)) {
    if (!samePlates(model, guide, variable, site) || !sameAxes(variable, own)) {
      scope.report({
        code: "guide-plate-differs",
        target: target(site),
        model: span,
        expected: plateWords(model, first),
        found: plateWords(guide, site),
        help: `write \`${drawn(model, first, "…")}\``,
      });
      return;
    }
    const shape = variable.type.dimensions.slice(variable.axes);
    const found = own.type.dimensions.slice(own.axes);
    if (!equalShapes(shape, found)) {
      const base = baseWords[variable.type.base];
      const type = shape.length === 0 ? base : `${base}[${shape.map(formatSize).join(", ")}]`;
      const help = `write \`${siteText(site)}: ${type} ~ …\`, with arguments that are numbers or of that shape`;
      scope.report({
        code: "guide-shape-differs",
        target: target(site),
        model: span,
        expected: shape,
        found,
        help,
      });
      return;
    }
    const shared = hasSharedBounds(model, first.support);
    if (!sameSupport(first.support, site.support) || (site.bijector === undefined && !shared)) {
      const via = first.support.kind === "real" ? "" : " via bijector";
      const help = `write \`${siteText(site)} ~ ${first.score ? discreteDraw(first) : `Normal(m, s)${via}`}\``;
      scope.report({
        code: "guide-support-differs",
        target: target(site),
        model: span,
        expected: supportWords(first.support),
        found: supportWords(site.support),
        help,
      });
      return;
    }
  }
}

function sitesOf(model: CoreModel, { name }: CoreVariable): readonly CoreSite[] {
  return model.sites.filter((site) => site.variable === name);
}

function sameAxes(variable: CoreVariable, own: CoreVariable): boolean {
  const axes = variable.type.dimensions.slice(0, variable.axes);
  return equalShapes(axes, own.type.dimensions.slice(0, own.axes));
}

/** What a plate of the model draws, a plate draws in the guide; elements of an ordered axis may come in any way. */
function samePlates(model: CoreModel, guide: CoreModel, variable: CoreVariable, site: CoreSite): boolean {
  if (site.place.length !== variable.axes) return false;
  const isPlate = (program: CoreModel, each: CoreSite, position: number): boolean => {
    const place = each.place[position];
    return (
      place.kind === "axis" &&
      axesAround(program, each.id).some(({ index, ordered }) => index === place.index && !ordered)
    );
  };
  return site.place.every(
    (_, position) =>
      isPlate(guide, site, position) ||
      !sitesOf(model, variable).some((each) => isPlate(model, each, position)),
  );
}

function reportMissing(model: CoreModel, variable: CoreVariable, { scope, declaration }: Comparison): void {
  const [first] = sitesOf(model, variable);
  const via = first.support.kind === "real" ? "" : " via bijector";
  const suggested = first.score ? discreteDraw(first) : `Normal(m, s)${via}`;
  scope.report({
    code: "guide-site-missing",
    target: { text: siteText(first), span: first.span },
    guide: declaration.name.span,
    where: plateWords(model, first),
    help: `add \`${drawn(model, first, suggested)}\``,
  });
}

/** "plate n in N { z[n] ~ … }" */
function drawn(model: CoreModel, site: CoreSite, distribution: string): string {
  const axes = axesAround(model, site.id);
  const heads = axes.map((axis) => `${axisText(axis)} { `).join("");
  return `${heads}${siteText(site)} ~ ${distribution}${" }".repeat(axes.length)}`;
}

function discreteDraw({ event, support }: CoreSite): string {
  if (event.base === "bool") return "Bernoulli(p)";
  return support.kind === "discrete" && support.count !== undefined ? "Categorical(p)" : "Poisson(rate)";
}

function plateWords(model: CoreModel, site: CoreSite): string {
  const axes = axesAround(model, site.id).map(axisText);
  return axes.length === 0 ? "outside all plates" : `in ${axes.map((each) => `\`${each}\``).join(", ")}`;
}

function axisText({ ordered, index, from, to }: CoreAxisStatement): string {
  const start = from.terms.length === 0 ? "" : `${formatSize(from)}..`;
  return `${ordered ? "for" : "plate"} ${writtenIndex(index)} in ${start}${formatSize(to)}`;
}

function supportWords(support: CoreSupport): string {
  return support.kind === "real" ? "the whole line" : formatSupport(support);
}

/** "z[n]" */
function siteText({ variable, place }: CoreSite): string {
  const indices = place.map((each) =>
    each.kind === "axis" ? writtenIndex(each.index) : formatSize(each.value),
  );
  return indices.length === 0 ? variable : `${variable}[${indices.join(", ")}]`;
}

/** As it stands in the program: "n" of "n#2". */
function writtenIndex(index: string): string {
  return index.replace(/#.*$/s, "");
}

/** The axes around a draw, outermost first. */
function axesAround({ body }: CoreModel, site: string): readonly CoreAxisStatement[] {
  const find = (statements: readonly CoreStatement[]): readonly CoreAxisStatement[] | undefined => {
    for (const each of statements) {
      if (each.kind === "draw" && each.site === site) return [];
      const inner =
        each.kind === "axis"
          ? find(each.body)
          : each.kind === "if"
            ? (find(each.then) ?? find(each.else))
            : undefined;
      if (inner !== undefined) return each.kind === "axis" ? [each, ...inner] : inner;
    }
    return undefined;
  };
  return find(body) ?? [];
}
