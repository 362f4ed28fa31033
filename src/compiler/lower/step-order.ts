/** Which statements under an ordered axis must be walked step by step, and which can be taken at once as in a plate. */
import type { CorePlace, CoreSite } from "../../lang/core.ts";
import { coreChildren } from "../../lang/core-children.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import { letStatements } from "../../lang/discrete-dependents.ts";
import { distributionExpressions } from "../../lang/program-expressions.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import { chosenBranch, type ModelContext, type StepGroup, siteOf } from "./lower-model.ts";

/** What one statement of a body reads, and what it makes known. */
interface Step {
  readonly statement: CoreStatement;
  readonly reads: ReadonlySet<string>;
  readonly binds: ReadonlySet<string>;
}

/**
 * Splits a body such that walking group after group gives the same values and terms as walking it step by step. A statement
 * that reads what is made known at its own place or further down reads earlier elements of it: all statements from the one
 * to the other are taken step by step. Whatever is made known further up is known for all elements by then, and statements
 * that make nothing known can wait. `makes` tells whether a draw makes its variable known where it stands (not: from data, or
 * given before).
 */
export function groupSteps(
  { body, index }: CoreAxisStatement,
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
): StepGroup[] {
  const places = placesIn(body, context);
  const isOwn = (expression: CoreExpression): boolean => isAtOwnElement(expression, index, places);
  const steps = stepsOf(body, context, makes, isOwn);
  const lastNeeded = steps.map(({ reads }, at) =>
    steps.findLastIndex(({ binds }, other) => other >= at && [...binds].some((name) => reads.has(name))),
  );
  const groups: StepGroup[] = [];
  const add = (group: readonly Step[], stepwise: boolean): void => {
    const last = groups[groups.length - 1];
    const statements = group.map((step) => step.statement);
    if (last !== undefined && !stepwise && !last.stepwise)
      groups[groups.length - 1] = { stepwise, statements: [...last.statements, ...statements] };
    else if (group.length > 0) groups.push({ stepwise, statements });
  };
  for (let at = 0; at < steps.length; ) {
    let end = at;
    for (let each = at; each <= end; each++) end = Math.max(end, lastNeeded[each]);
    const together = steps.slice(at, end + 1);
    if (lastNeeded[at] < 0) add(together, false);
    else {
      add(
        together.filter(({ binds }) => binds.size > 0),
        true,
      );
      add(
        together.filter(({ binds }) => binds.size === 0),
        false,
      );
    }
    at = end + 1;
  }
  return groups;
}

/** Bounds that are numbers: the draw's transformation needs nothing that is made known in the same axis. */
export function hasFixedBounds({ support }: CoreSite): boolean {
  return supportBounds(support).every((bound) => bound.kind === "literal");
}

function stepsOf(
  statements: readonly CoreStatement[],
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
  isOwn: (expression: CoreExpression) => boolean,
): Step[] {
  const namesIn = (expressions: readonly CoreExpression[]): Set<string> => {
    const names = new Set<string>();
    const open = [...expressions];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (each.kind === "variable") {
        // A deferred binding is made where it is read, at whatever element.
        if (context.deferred.has(each.name) && !names.has(each.name))
          open.push(...valuesOf(each.name, context));
        names.add(each.name);
      }
      const skipped = isOwn(each) && !(each.kind === "index" && isDeferred(each.base, context)) ? 1 : 0;
      open.push(...coreChildren(each).slice(skipped));
    }
    return names;
  };
  const stepsIn = (statement: CoreStatement): Step[] => {
    switch (statement.kind) {
      case "let": {
        if (context.deferred.has(statement.name)) return [{ statement, reads: new Set(), binds: new Set() }];
        return [{ statement, reads: namesIn([statement.value]), binds: new Set([statement.name]) }];
      }
      case "draw": {
        const site = siteOf(statement.site, context);
        const reads = namesIn([
          ...distributionExpressions(site.distribution),
          ...supportBounds(site.support),
        ]);
        return [{ statement, reads, binds: new Set(makes(site) ? [site.variable] : []) }];
      }
      case "factor":
        return [{ statement, reads: namesIn([statement.value]), binds: new Set() }];
      case "axis": {
        const inner = stepsOf(statement.body, context, makes, isOwn);
        const reads = new Set(inner.flatMap((step) => [...step.reads]));
        return [{ statement, reads, binds: new Set(inner.flatMap((step) => [...step.binds])) }];
      }
      case "if":
        return stepsOf(chosenBranch(statement, context), context, makes, isOwn);
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(stepsIn);
}

function isDeferred(expression: CoreExpression, { deferred }: ModelContext): boolean {
  return expression.kind === "variable" && deferred.has(expression.name);
}

/** What a name is bound to, piece by piece. */
function valuesOf(name: string, { input }: ModelContext): CoreExpression[] {
  return letStatements(input.model.body).flatMap((each) => (each.name === name ? [each.value] : []));
}

/** Places of all that a body binds or draws, by name. */
function placesIn(
  statements: readonly CoreStatement[],
  context: ModelContext,
): Map<string, readonly CorePlace[]> {
  const places = new Map<string, readonly CorePlace[]>();
  for (const statement of statements) {
    if (statement.kind === "let") places.set(statement.name, statement.place);
    if (statement.kind === "draw") {
      const { variable, place } = siteOf(statement.site, context);
      places.set(variable, place);
    }
    const inner =
      statement.kind === "axis"
        ? statement.body
        : statement.kind === "if"
          ? chosenBranch(statement, context)
          : [];
    for (const [name, place] of placesIn(inner, context)) places.set(name, place);
  }
  return places;
}

/** Whether this is `x[…, t, …]` with the axis's index variable where `x` has that axis: the element of the same step. */
function isAtOwnElement(
  expression: CoreExpression,
  axis: string,
  places: ReadonlyMap<string, readonly CorePlace[]>,
): boolean {
  if (expression.kind !== "index" || expression.base.kind !== "variable") return false;
  const place = places.get(expression.base.name) ?? [];
  const at = expression.indices[place.findIndex((each) => each.kind === "axis" && each.index === axis)];
  return at?.kind === "at" && at.value.kind === "variable" && at.value.name === axis;
}
