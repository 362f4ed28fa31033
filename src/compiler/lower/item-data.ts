/**
 * Programs whose items are trained in batches: each item may look at itself only. Arrays over the items may be made item by item, and
 * read at the item at hand.
 */
import type { Span } from "../../base/span.ts";
import { elementwiseBuiltins } from "../../lang/builtins.ts";
import type { CoreFunction, CoreModel } from "../../lang/core.ts";
import { coreChildren } from "../../lang/core-children.ts";
import type { CoreDefinedDistribution, CoreDistribution, CoreEntry } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { distributionExpressions } from "../../lang/program-expressions.ts";
import { constantValue, equalSizes, namedSize, type Size, sizeNames } from "../../lang/size.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import type { Type } from "../../lang/type.ts";
import { fail } from "./context.ts";
import type { ItemPlate } from "./item-plate.ts";

const position = "the position of an item";

type Functions = Readonly<Record<string, CoreFunction>>;

interface Scope {
  /** Names of sizes that say how many items there are. */
  readonly sizes: ReadonlySet<string>;
  /** Index variables that run over the items. */
  readonly indices: ReadonlySet<string>;
  readonly functions: Functions;
  /** Where the function was called that is looked into. */
  readonly call?: Span;
}

/** Throws `ProblemError` where a program looks at other items than the one at hand, or at its position among them. */
export function refuseOtherItems(program: CoreModel, { index, size }: ItemPlate, functions: Functions): void {
  const scope: Scope = { sizes: new Set([size]), indices: new Set([index]), functions };
  for (const statement of program.body) visitStatement(statement, scope);
  for (const { event, support, distribution, span } of program.sites) {
    const values = support.kind === "discrete" && support.count ? [support.count] : [];
    if (counts([...event.dimensions, ...values], scope)) refuse(span, "as many as items", scope);
    for (const bound of supportBounds(support)) visit(bound, scope);
    visitDistribution(distribution, scope);
  }
}

function visitStatement(statement: CoreStatement, scope: Scope): void {
  switch (statement.kind) {
    case "let":
      visitEither(statement.value, scope);
      break;
    case "factor":
      visit(statement.value, scope);
      break;
    case "axis":
      if (!scope.indices.has(statement.index) && counts([statement.from, statement.to], scope))
        refuse(statement.span, "all items", scope);
      for (const each of statement.body) visitStatement(each, scope);
      break;
    case "if":
      for (const each of [...statement.then, ...statement.else]) visitStatement(each, scope);
      break;
    case "learn":
      if (counts(statement.type.dimensions, scope)) refuse(statement.span, "as many as items", scope);
      break;
    case "draw":
    case "learnNet":
  }
}

/** What is there once for each item, or once for all. */
function visit(expression: CoreExpression, scope: Scope): void {
  if (expression.kind === "variable" && scope.indices.has(expression.name))
    refuse(expression.span, position, scope);
  if (spans(expression.type, scope)) refuse(expression.span, "all items", scope);
  if (expression.kind === "index" && spans(expression.base.type, scope)) {
    const [first, ...others] = expression.indices;
    const own = first.kind === "at" && first.value.kind === "variable" && scope.indices.has(first.value.name);
    if (!own) refuse(expression.span, "another item", scope);
    visitArray(expression.base, scope);
    for (const each of others) if (each.kind === "at") visit(each.value, scope);
    return;
  }
  if (expression.kind === "ask") {
    visitDistribution(expression.distribution, scope);
    if (expression.at) visit(expression.at, scope);
    return;
  }
  for (const each of coreChildren(expression)) visit(each, scope);
  if (expression.kind === "apply") {
    const callee = scope.functions[expression.function];
    const inner = innerScope(expression.sizes, expression.span, scope);
    if (inner === undefined) return;
    for (const each of callee.bindings) visitStatement(each, inner);
    visit(callee.value, inner);
  }
}

/** An array over the items that is made item by item. */
function visitArray(expression: CoreExpression, scope: Scope): void {
  const { type } = expression;
  const [first, ...others] = type.kind === "number" ? type.dimensions : [];
  const plain = first !== undefined && [...scope.sizes].some((name) => equalSizes(first, namedSize(name)));
  if (!plain || counts(others, scope)) refuse(expression.span, "more than an entry for each item", scope);
  switch (expression.kind) {
    case "variable":
      return;
    case "comprehension":
      if (constantValue(expression.from) !== 0) break;
      visit(expression.body, { ...scope, indices: new Set([...scope.indices, expression.index]) });
      return;
    case "call":
    case "if":
    case "match":
    case "cast":
      if (expression.kind === "call" && !rowwise.has(expression.function)) break;
      coreChildren(expression).forEach((each, position) => {
        const factor = expression.kind === "call" && expression.function === "matmul" && position > 0;
        if (factor) visit(each, scope);
        else visitEither(each, scope);
      });
      return;
  }
  refuse(expression.span, "all items", scope);
}

/** Each entry of the result belongs to the item of the entries that it is made of: of a product, to a row on the left. */
const rowwise: ReadonlySet<string> = new Set([...elementwiseBuiltins, "matmul"]);

function visitEither(expression: CoreExpression, scope: Scope): void {
  if (spans(expression.type, scope)) visitArray(expression, scope);
  else visit(expression, scope);
}

function visitDistribution(distribution: CoreDistribution, scope: Scope): void {
  for (const each of distributionExpressions(distribution)) visit(each, scope);
  for (const each of definedIn(distribution)) {
    const inner = innerScope(each.sizes, each.span, scope);
    if (inner === undefined) continue;
    const { logDensity, cdf, logCdf, logSurvival, quantile, draw, mean, variance } = each.definition;
    for (const entry of [logDensity, cdf, logCdf, logSurvival, quantile, draw, mean, variance])
      if (entry !== undefined) visitEntry(entry, inner);
  }
}

function definedIn(distribution: CoreDistribution): readonly CoreDefinedDistribution[] {
  switch (distribution.kind) {
    case "distribution":
      return [];
    case "defined":
      return [distribution];
    case "mixture":
      return distribution.components.flatMap(definedIn);
    case "censored":
    case "transformed":
      return definedIn(distribution.base);
    case "if":
      return [distribution.then, distribution.else].flatMap(definedIn);
    case "match":
      return distribution.arms.flatMap(({ value }) => definedIn(value));
  }
}

function visitEntry({ steps, value }: CoreEntry, scope: Scope): void {
  for (const step of steps) {
    if (step.kind === "let") visit(step.value, scope);
    else visitDistribution(step.distribution, scope);
  }
  visit(value, scope);
}

/** Inside of what is called; nothing where it is not told how many items there are. */
function innerScope(sizes: Readonly<Record<string, Size>>, span: Span, scope: Scope): Scope | undefined {
  const told = Object.keys(sizes).filter((name) => counts([sizes[name]], scope));
  if (told.length === 0) return undefined;
  return { ...scope, sizes: new Set(told), indices: new Set(), call: scope.call ?? span };
}

function spans(type: Type, scope: Scope): boolean {
  if (type.kind === "tuple") return type.items.some((each) => spans(each, scope));
  return type.kind === "number" && counts(type.dimensions, scope);
}

function counts(sizes: readonly Size[], scope: Scope): boolean {
  return sizes.some((size) => sizeNames(size).some((name) => scope.sizes.has(name)));
}

function refuse(span: Span, what: string, { indices, call }: Scope): never {
  const [index] = indices;
  return fail({
    code: "not-amortizable",
    message: "training sees batches of items in any order, so an item may look at itself only",
    labels: [{ span: call ?? span, text: call ? `looks at ${what} inside` : what }],
    help:
      what === position
        ? "give what depends on it as data, one value for each item"
        : `read arrays over the items at the item at hand${index === undefined ? "" : `, \`[${index}]\``}; give what is computed of all items as data, or use \`ppl infer\``,
  });
}
