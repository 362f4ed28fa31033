/**
 * Discrete latents are summed out element by element: whatever depends on one must say which element it means, by the index
 * variables of the plates and `for` axes around, so that the compiler knows what depends on what.
 */
import type { CoreModel, CoreSite } from "../core.ts";
import { coreChildren, findExpression } from "../core-children.ts";
import type { CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { CoreStatement } from "../core-statement.ts";
import { discreteDependents, letStatements, summedVariables } from "../discrete-dependents.ts";
import { createNamesRead, type NamesRead } from "../names-read.ts";
import { distributionExpressions } from "../program-expressions.ts";
import { equalSizes, formatSize } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { CheckFacts } from "./check-facts.ts";
import type { FunctionTable } from "./check-scope.ts";

interface Marginal {
  readonly model: CoreModel;
  readonly report: (facts: CheckFacts) => void;
  /** Number of axes of what is summed out and of what depends on it, by name. */
  readonly axes: ReadonlyMap<string, number>;
  /** Of each of these names, a variable that is summed out. */
  readonly sources: ReadonlyMap<string, string>;
  readonly namesRead: NamesRead;
  /** Of inputs, variables and bindings. */
  readonly names: ReadonlySet<string>;
}

/** Reports uses of discrete latents that no sum over their values can follow. */
export function checkMarginal(
  model: CoreModel,
  functionOf: FunctionTable["core"],
  report: (facts: CheckFacts) => void,
): void {
  const summed = summedVariables(model);
  if (summed.size === 0) return;
  const namesRead = createNamesRead(functionOf);
  const dependents = discreteDependents(model, namesRead);
  const bindings = letStatements(model.body);
  const lets = bindings.filter(({ name }) => dependents.has(name));
  const axes = new Map([
    ...model.variables.filter(({ name }) => summed.has(name)).map((each) => [each.name, each.axes] as const),
    ...lets.map(({ name, place }) => [name, place.length] as const),
  ]);
  const sources = new Map([...[...summed].map((name) => [name, name] as const), ...dependents]);
  const names = new Set([...model.inputs, ...model.variables, ...bindings].map(({ name }) => name));
  const marginal: Marginal = { model, report, axes, sources, namesRead, names };
  checkCounts(marginal);
  checkRecursions(marginal, lets);
  walk(marginal, model.body, []);
}

function checkCounts({ model, report }: Marginal): void {
  for (const { name, sites } of model.variables) {
    const counts = sites.flatMap((id) => {
      const site = siteOf(model, id);
      const count = site?.support.kind === "discrete" && site.marginal ? site.support.count : undefined;
      return site === undefined || count === undefined ? [] : [{ site, count }];
    });
    const odd = counts.find(({ count }) => !equalSizes(count, counts[0].count));
    if (odd === undefined) continue;
    report({
      code: "cannot-sum-out",
      target: { text: name, span: odd.site.span },
      reason: `its draws have different numbers of values: ${formatSize(counts[0].count)} and ${formatSize(odd.count)}`,
      help: "give all its draws the same number of values",
    });
  }
}

/** A binding that builds on its own earlier elements depends on all earlier elements of a discrete variable at once. */
function checkRecursions(
  { sources, report, namesRead }: Marginal,
  lets: readonly Extract<CoreStatement, { kind: "let" }>[],
): void {
  const readBy = new Map<string, string[]>();
  for (const { name, value } of lets) {
    const reads = [...namesRead(value)].filter((each) => sources.has(each));
    readBy.set(name, [...(readBy.get(name) ?? []), ...reads]);
  }
  const reported = new Set<string>();
  for (const { name, value, span } of lets) {
    if (reported.has(name) || ![...namesRead(value)].some((read) => sources.has(read))) continue;
    const reached = new Set<string>();
    const open = [name];
    for (let each = open.pop(); each !== undefined; each = open.pop())
      for (const read of readBy.get(each) ?? [])
        if (!reached.has(read)) {
          reached.add(read);
          open.push(read);
        }
    if (!reached.has(name)) continue;
    reported.add(name);
    report({
      code: "cannot-sum-out",
      target: { text: sources.get(name) ?? name, span },
      reason: `\`${name}\` builds on its own earlier elements, and so on all earlier values of it at once`,
      help: `draw \`${name}\` from a distribution, or let it look back at data only`,
    });
  }
}

function walk(marginal: Marginal, statements: readonly CoreStatement[], open: readonly string[]): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case "draw": {
        const site = siteOf(marginal.model, statement.site);
        if (site !== undefined) checkSite(marginal, site, open);
        break;
      }
      case "let":
      case "factor":
        checkReads(marginal, statement.value, open);
        break;
      case "axis":
        walk(marginal, statement.body, [...open, statement.index]);
        break;
      case "if":
        walk(marginal, statement.then, open);
        walk(marginal, statement.else, open);
        break;
      case "learn":
      case "learnNet":
        break;
    }
  }
}

function checkSite(marginal: Marginal, site: CoreSite, open: readonly string[]): void {
  checkBounds(marginal, site.variable, site.support);
  const expressions = distributionExpressions(site.distribution);
  for (const expression of expressions) checkReads(marginal, expression, open);
  const read = expressions
    .flatMap((each) => [...marginal.namesRead(each)])
    .find((name) => marginal.sources.has(name));
  if (!site.noncentered || read === undefined) return;
  marginal.report({
    code: "cannot-sum-out",
    target: { text: marginal.sources.get(read) ?? read, span: site.span },
    reason: `\`${site.variable}\` is drawn \`via noncentered\` from a distribution that depends on it`,
    help: "remove `via noncentered`",
  });
}

/** Bounds of a support choose a bijector, which cannot differ between the values that are summed over. */
function checkBounds({ sources, report, namesRead }: Marginal, name: string, support: CoreSupport): void {
  for (const bound of supportBounds(support)) {
    const read = [...namesRead(bound)].find((each) => sources.has(each));
    if (read === undefined) continue;
    report({
      code: "cannot-sum-out",
      target: { text: sources.get(read) ?? read, span: bound.span },
      reason: `the bounds of \`${name}\` depend on it`,
      help: `draw \`${name}\` between fixed bounds, and scale it in a binding`,
    });
  }
}

function checkReads(marginal: Marginal, expression: CoreExpression, open: readonly string[]): void {
  const { axes, sources } = marginal;
  if (
    expression.kind === "index" &&
    expression.base.kind === "variable" &&
    sources.has(expression.base.name)
  ) {
    const { name } = expression.base;
    const places = expression.indices.slice(0, axes.get(name));
    for (const index of expression.indices) if (index.kind === "at") checkReads(marginal, index.value, open);
    const odd = places.find(
      (index) =>
        index.kind === "slice" || !(isPlace(index.value, open) || isGiven(marginal, index.value, open)),
    );
    if (places.length < (axes.get(name) ?? 0) || odd?.kind === "slice")
      refuseWhole(marginal, name, expression);
    else if (odd !== undefined) refusePlace(marginal, name, odd.value);
    return;
  }
  if (expression.kind === "variable" && (axes.get(expression.name) ?? 0) > 0)
    refuseWhole(marginal, expression.name, expression);
  for (const child of coreChildren(expression)) checkReads(marginal, child, open);
}

/** Whether an index is that of an axis around, up to a fixed number of steps, or a fixed number. */
function isPlace(expression: CoreExpression, open: readonly string[]): boolean {
  const isFixed = (each: CoreExpression): boolean =>
    findExpression(each, ({ kind }) => kind !== "literal" && kind !== "size" && kind !== "call") ===
    undefined;
  switch (expression.kind) {
    case "literal":
    case "size":
      return true;
    case "variable":
      return open.includes(expression.name);
    case "call": {
      const [left, right] = expression.arguments;
      if (expression.function === "sub") return isPlace(left, open) && isFixed(right) && isPlace(right, []);
      if (expression.function !== "add") return false;
      return isPlace(left, open) && isPlace(right, open) && (isFixed(left) || isFixed(right));
    }
    default:
      return false;
  }
}

/**
 * Whether an index follows from what is bound in the model and depends on no discrete variable: terms are then added up by place.
 * Not where missing values are summed out, of which each element stands beside those that are given.
 */
function isGiven(
  { model, names, sources }: Marginal,
  index: CoreExpression,
  open: readonly string[],
): boolean {
  if (hasMissing(model, sources)) return false;
  const other = findExpression(
    index,
    (each) =>
      each.kind === "variable" &&
      !open.includes(each.name) &&
      (sources.has(each.name) || !names.has(each.name)),
  );
  return other === undefined;
}

function refuseWhole({ model, sources, report }: Marginal, name: string, { span }: CoreExpression): void {
  const source = sources.get(name) ?? name;
  const isObserved = model.variables.some((each) => each.name === source && each.observed);
  const instead = isObserved ? `give all values of \`${source}\`` : `observe \`${source}\``;
  report({
    code: "cannot-sum-out",
    target: { text: source, span },
    reason:
      source === name
        ? "it is used as a whole, which couples all its elements"
        : `\`${name}\`, which depends on it, is used as a whole, which couples all its elements`,
    help: `read one element of \`${name}\` at a time, in a plate or \`for\`, or ${instead}`,
  });
}

function hasMissing({ variables }: CoreModel, sources: Marginal["sources"]): boolean {
  return variables.some(({ name, observed }) => observed && sources.has(name));
}

function refusePlace({ model, sources, report }: Marginal, name: string, index: CoreExpression): void {
  const source = sources.get(name) ?? name;
  const places = hasMissing(model, sources)
    ? " or a fixed number of steps from it"
    : ", a fixed number of steps from it, or a position that data give";
  report({
    code: "cannot-sum-out",
    target: { text: source, span: index.span },
    reason: "which of its elements is read here does not follow from the plates and `for` axes around",
    help: `read \`${name}\` in a plate of its own, by the plate's index${places}`,
  });
}

function siteOf({ sites }: CoreModel, id: string): CoreSite | undefined {
  return sites.find((site) => site.id === id);
}
