/** What a program declares, for editors and other programs: names, types as they would be written, places. */
import type { Span } from "../../base/span.ts";
import type { CoreModel } from "../../lang/core.ts";
import { formatType } from "../../lang/format-type.ts";
import { formatSize } from "../../lang/size.ts";
import type { Program } from "../api-types.ts";

export interface ModelOutline {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly sizes: readonly { readonly name: string; readonly default?: string }[];
  /** What the caller gives. */
  readonly inputs: readonly OutlineEntry[];
  /** What describes a member of a family. */
  readonly varies: readonly (OutlineEntry & { readonly options?: readonly string[] })[];
  /** Latent variables. */
  readonly draws: readonly DrawnEntry[];
  readonly observes: readonly DrawnEntry[];
}

export interface OutlineEntry {
  readonly name: string;
  readonly type: string;
  readonly span: Span;
}

export interface DrawnEntry extends OutlineEntry {
  /** Names of the distributions that it is drawn from. */
  readonly distributions: readonly string[];
  readonly discrete: boolean;
  /** Of an observed variable: values may be missing. */
  readonly mayMiss: boolean;
}

export function outline({ core }: Program): ModelOutline[] {
  return core.models.map(outlineModel);
}

function outlineModel(model: CoreModel): ModelOutline {
  const { name, doc, span } = model;
  const varying = new Set(model.varies.map((each) => each.name));
  const drawn = model.variables.filter((variable) => !varying.has(variable.name));
  const entry = (variable: CoreModel["variables"][number]): DrawnEntry => {
    const sites = model.sites.filter((site) => site.variable === variable.name);
    return {
      name: variable.name,
      type: formatType(variable.type),
      distributions: [...new Set(sites.flatMap((site) => distributionNames(site.distribution)))],
      discrete: sites.some((site) => site.support.kind === "discrete"),
      mayMiss: sites.some((site) => site.mayMiss),
      span: variable.span,
    };
  };
  return {
    name,
    doc,
    span,
    sizes: model.sizes.map((size) => ({
      name: size.name,
      ...(size.default !== undefined && { default: formatSize(size.default) }),
    })),
    inputs: model.inputs.map((input) => ({
      name: input.name,
      type: formatType(input.type),
      span: input.span,
    })),
    varies: model.varies.flatMap(({ name: varied, options }) =>
      model.variables
        .filter((variable) => variable.name === varied)
        .map((variable) => ({
          name: varied,
          type: formatType(variable.type),
          ...(options !== undefined && { options }),
          span: variable.span,
        })),
    ),
    draws: drawn.filter((variable) => !variable.observed).map(entry),
    observes: drawn.filter((variable) => variable.observed).map(entry),
  };
}

export function distributionNames(distribution: CoreModel["sites"][number]["distribution"]): string[] {
  switch (distribution.kind) {
    case "distribution":
      return [distribution.name];
    case "defined":
      return [distribution.definition.name];
    case "mixture":
      return ["Mixture", ...distribution.components.flatMap(distributionNames)];
    case "censored":
    case "transformed":
      return distributionNames(distribution.base);
    case "if":
      return [...distributionNames(distribution.then), ...distributionNames(distribution.else)];
    case "match":
      return distribution.arms.flatMap(({ value }) => distributionNames(value));
  }
}
