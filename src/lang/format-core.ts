/** Core as text, for golden files and for looking at what the checker made: one statement per line, types at the sites. */
import type { CoreFunction, CoreModel, CorePlace, CoreProgram, CoreSite } from "./core.ts";
import type { CoreDistribution, CoreSupport } from "./core-distribution.ts";
import type { CoreExpression, CoreIndex } from "./core-expression.ts";
import type { CoreStatement } from "./core-statement.ts";
import { formatInitializer } from "./format-initializer.ts";
import { formatType } from "./format-type.ts";
import { formatSize, type Size } from "./size.ts";

export function formatCore({ models, functions }: CoreProgram): string {
  const texts = [...models.map(formatModel), ...Object.entries(functions).map(formatFunction)];
  return texts.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function formatModel(model: CoreModel): string[] {
  const sizes = model.sizes.map(({ name, default: value }) =>
    value === undefined ? name : `${name} = ${formatSize(value)}`,
  );
  const sites = new Map(model.sites.map((site) => [site.id, site]));
  const variables = model.variables.map(({ name, observed, type, axes, sites: own }) => {
    const axesText = axes === 0 ? "" : `, axes ${axes}`;
    return `  ${observed ? "observed" : "latent"} ${name}: ${formatType(type)}${axesText}, sites ${own.join(" ")}`;
  });
  const guide = model.guide === undefined ? [] : formatGuide(model.guide);
  return [
    `model ${model.name}${sizes.length > 0 ? `[${sizes.join(", ")}]` : ""}`,
    ...model.inputs.map(({ name, type }) => `  input ${name}: ${formatType(type)}`),
    ...model.varies.map(
      ({ name, options }) =>
        `  varies ${name}${options === undefined ? "" : ` in { ${options.join(", ")} }`}`,
    ),
    ...variables,
    ...indent(statements(model.body, sites)),
    ...guide,
  ];
}

function formatGuide({ name, sites, body }: CoreModel): string[] {
  return [`guide for ${name}`, ...indent(statements(body, new Map(sites.map((site) => [site.id, site]))))];
}

function formatFunction([id, each]: [string, CoreFunction]): string[] {
  const sizes = each.sizes.length > 0 ? `[${each.sizes.join(", ")}]` : "";
  const parameters = each.parameters.map(({ name, type }) => `${name}: ${formatType(type)}`).join(", ");
  return [
    `${each.kind} ${id}${sizes}(${parameters})`,
    ...indent(statements(each.bindings, new Map())),
    `  ${expression(each.value)}: ${formatType(each.value.type)}`,
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function statements(body: readonly CoreStatement[], sites: ReadonlyMap<string, CoreSite>): string[] {
  return body.flatMap((each) => statement(each, sites));
}

function statement(each: CoreStatement, sites: ReadonlyMap<string, CoreSite>): string[] {
  switch (each.kind) {
    case "draw": {
      const site = sites.get(each.site);
      return [site === undefined ? `draw ${each.site}` : formatSite(site)];
    }
    case "let":
      return [
        `${each.name}${places(each.place)}: ${formatType(each.value.type)} = ${expression(each.value)}`,
      ];
    case "factor":
      return [`factor ${expression(each.value)}`];
    case "axis": {
      const head = `${each.ordered ? "for" : "plate"} ${each.index} in ${formatSize(each.from)}..${formatSize(each.to)}`;
      return [head, ...indent(statements(each.body, sites))];
    }
    case "if":
      return [
        `if ${expression(each.condition)}`,
        ...indent(statements(each.then, sites)),
        ...(each.else.length > 0 ? ["else", ...indent(statements(each.else, sites))] : []),
      ];
    case "learn":
      return [
        `${each.member ? "member " : ""}learn ${each.name}: ${formatType(each.type)} on ${formatSupport(each.support)} = ${formatInitializer(each.initializer)}`,
      ];
    case "learnNet":
      return [`${each.member ? "member " : ""}learn ${each.name} = ${each.net}${sizeRecord(each.sizes)}`];
  }
}

function formatSite(site: CoreSite): string {
  const marks = [
    site.noncentered ? " noncentered" : "",
    site.marginal ? " marginal" : "",
    site.score ? " score" : "",
    site.bijector ? " by bijector" : "",
  ].join("");
  const head = `${site.observed ? "observe " : ""}${site.id}${places(site.place)}: ${formatType(site.event)}`;
  return `${head} ~ ${distribution(site.distribution)} on ${formatSupport(site.support)}${marks}`;
}

function places(place: readonly CorePlace[]): string {
  const texts = place.map((each) => (each.kind === "axis" ? each.index : formatSize(each.value)));
  return texts.length === 0 ? "" : `[${texts.join(", ")}]`;
}

export function formatSupport(each: CoreSupport): string {
  switch (each.kind) {
    case "lower":
      return `(${expression(each.low)}, infinity)`;
    case "upper":
      return `(-infinity, ${expression(each.high)})`;
    case "interval":
      return `(${expression(each.low)}, ${expression(each.high)})`;
    case "discrete":
      return formatValues(each);
    case "ordered":
      return each.low === undefined ? each.kind : `${each.kind} above ${expression(each.low)}`;
    case "real":
    case "simplex":
      return each.kind;
    case "matrix":
      return each.structure;
  }
}

function formatValues({ count, low, high }: Extract<CoreSupport, { kind: "discrete" }>): string {
  const [from, to] = [low && ` from ${expression(low)}`, high && ` to ${expression(high)}`];
  return `${count === undefined ? "integers" : `${formatSize(count)} values`}${from ?? ""}${to ?? ""}`;
}

function distribution(each: CoreDistribution): string {
  switch (each.kind) {
    case "distribution": {
      const list = Object.entries(each.arguments).map(([name, value]) => `${name}: ${expression(value)}`);
      return `${each.name}(${list.join(", ")})`;
    }
    case "defined": {
      const list = Object.entries(each.arguments).map(([name, value]) => `${name}: ${expression(value)}`);
      return `${each.definition.name}${sizeRecord(each.sizes)}(${list.join(", ")})`;
    }
    case "mixture": {
      const { kind, value } = each.weights;
      const index = each.index === undefined ? "" : ` for ${each.index} in ${formatSize(each.count)}`;
      return `Mixture(${kind}: ${expression(value)}, ${each.components.map(distribution).join(", ")}${index})`;
    }
    case "censored": {
      const low = each.low === undefined ? "" : `, low: ${expression(each.low)}`;
      const high = each.high === undefined ? "" : `, high: ${expression(each.high)}`;
      return `Censored(${distribution(each.base)}${low}${high})`;
    }
    case "transformed": {
      const { base, bijection } = each;
      const operand = "operand" in bijection ? `, ${expression(bijection.operand)}` : "";
      return `${bijection.name}(${distribution(base)}${operand})`;
    }
    case "if":
      return `if ${expression(each.condition)} { ${distribution(each.then)} } else { ${distribution(each.else)} }`;
    case "match": {
      const arms = each.arms.map(({ pattern, value }) => `${pattern ?? "_"} => ${distribution(value)}`);
      return `match ${expression(each.subject)} { ${arms.join("; ")} }`;
    }
  }
}

function sizeRecord(sizes: Readonly<Record<string, Size>>): string {
  const list = Object.entries(sizes).map(([name, size]) => `${name}: ${formatSize(size)}`);
  return list.length === 0 ? "" : `[${list.join(", ")}]`;
}

function index(each: CoreIndex): string {
  return each.kind === "at" ? expression(each.value) : `${formatSize(each.from)}..${formatSize(each.to)}`;
}

function expression(each: CoreExpression): string {
  switch (each.kind) {
    case "literal":
      return each.type.base === "bool" ? String(each.value === 1) : String(each.value);
    case "variable":
      return each.name;
    case "size":
      return `size(${formatSize(each.size)})`;
    case "index":
      return `${expression(each.base)}[${each.indices.map(index).join(", ")}]`;
    case "call": {
      const sizes = each.sizes.length > 0 ? `[${each.sizes.map(formatSize).join(", ")}]` : "";
      return `${each.function}${sizes}(${each.arguments.map(expression).join(", ")})`;
    }
    case "apply": {
      const call = each.call === undefined ? "" : `#${each.call}`;
      const name = each.instance ?? `${each.function}${call}${sizeRecord(each.sizes)}`;
      return `${name}(${each.arguments.map(expression).join(", ")})`;
    }
    case "if":
      return `if ${expression(each.condition)} { ${expression(each.then)} } else { ${expression(each.else)} }`;
    case "match": {
      const arms = each.arms.map(({ pattern, value }) => `${pattern ?? "_"} => ${expression(value)}`);
      return `match ${expression(each.subject)} { ${arms.join("; ")} }`;
    }
    case "array":
      return `[${each.items.map(expression).join(", ")}]`;
    case "comprehension":
      return `[${expression(each.body)} for ${each.index} in ${formatSize(each.from)}..${formatSize(each.to)}]`;
    case "scan":
      return `scan(${expression(each.start)}, ${expression(each.body)}, ${expression(each.rows)})`;
    case "ode": {
      const { kind, ...numbers } = each.method;
      const method = Object.entries(numbers).map(([name, value]) => `${name}: ${value}`);
      const parts = [each.rate, each.initial, each.times].map(expression);
      return `${kind}(${[...parts, `start: ${expression(each.start)}`, ...method].join(", ")})`;
    }
    case "tuple":
      return `(${each.items.map(expression).join(", ")})`;
    case "item":
      return `${expression(each.base)}.${each.position}`;
    case "ask":
      return `${each.asked}(${[distribution(each.distribution), ...(each.at ? [expression(each.at)] : [])].join(", ")})`;
    case "cast":
      return `(${expression(each.value)} as ${formatType({ ...each.type, dimensions: [] })})`;
  }
}
