/** Which statements under an ordered axis must be walked step by step, and which can be taken at once as in a plate. */
import type { CoreDistribution, CoreExpression, CoreSite, CoreStatement } from "../../lang/core.ts";
import { coreChildren } from "../../lang/core-children.ts";
import { chosenBranch, type ModelContext, type StepGroup, siteOf } from "./lower-model.ts";
import { boundsOf } from "./truncate.ts";

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
  body: readonly CoreStatement[],
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
): StepGroup[] {
  const steps = stepsOf(body, context, makes);
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
  return boundsOf(support).every((bound) => bound.kind === "literal");
}

function stepsOf(
  statements: readonly CoreStatement[],
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
): Step[] {
  const stepsIn = (statement: CoreStatement): Step[] => {
    switch (statement.kind) {
      case "let":
        return [{ statement, reads: namesIn([statement.value]), binds: new Set([statement.name]) }];
      case "draw": {
        const site = siteOf(statement.site, context);
        const reads = namesIn([...distributionParts(site.distribution), ...boundsOf(site.support)]);
        return [{ statement, reads, binds: new Set(makes(site) ? [site.variable] : []) }];
      }
      case "factor":
        return [{ statement, reads: namesIn([statement.value]), binds: new Set() }];
      case "axis": {
        const inner = stepsOf(statement.body, context, makes);
        const reads = new Set(inner.flatMap((step) => [...step.reads]));
        return [{ statement, reads, binds: new Set(inner.flatMap((step) => [...step.binds])) }];
      }
      case "if":
        return stepsOf(chosenBranch(statement, context), context, makes);
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(stepsIn);
}

function namesIn(expressions: readonly CoreExpression[]): Set<string> {
  const names = new Set<string>();
  const open = [...expressions];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (each.kind === "variable") names.add(each.name);
    open.push(...coreChildren(each));
  }
  return names;
}

function distributionParts(distribution: CoreDistribution): readonly CoreExpression[] {
  switch (distribution.kind) {
    case "distribution":
      return Object.values(distribution.arguments);
    case "if":
      return [
        distribution.condition,
        ...distributionParts(distribution.then),
        ...distributionParts(distribution.else),
      ];
    case "match":
      return [distribution.subject, ...distribution.arms.flatMap((arm) => distributionParts(arm.value))];
  }
}
