/** Whether an ordered axis must be walked step by step, or can be taken at once like a plate. */
import type { CoreDistribution, CoreExpression, CoreSite, CoreStatement } from "../../lang/core.ts";
import { coreChildren } from "../../lang/core-children.ts";
import { chosenBranch, type ModelContext, siteOf } from "./lower-model.ts";

/** What one statement of a body reads, and the name it makes known, if it does. */
interface Step {
  readonly reads: ReadonlySet<string>;
  readonly binds?: string;
}

/**
 * A statement that reads what is made known at its own place in the body or further down reads earlier elements of it:
 * these exist only when the steps are taken one after the other. Whatever is made known further up is known for all
 * elements by then. `makes` tells whether a draw makes its variable known where it stands (not: from data, or given before).
 */
export function needsSteps(
  body: readonly CoreStatement[],
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
): boolean {
  const steps = stepsOf(body, context, makes);
  return steps.some(({ reads }, at) =>
    steps.slice(at).some(({ binds }) => binds !== undefined && reads.has(binds)),
  );
}

/** Bounds that are numbers: the draw's transformation needs nothing that is made known in the same axis. */
export function hasFixedBounds({ support }: CoreSite): boolean {
  return boundsOf(support).every((bound) => bound.kind === "literal");
}

function boundsOf(support: CoreSite["support"]): CoreExpression[] {
  return [...("low" in support ? [support.low] : []), ...("high" in support ? [support.high] : [])];
}

function stepsOf(
  statements: readonly CoreStatement[],
  context: ModelContext,
  makes: (site: CoreSite) => boolean,
): Step[] {
  const stepsIn = (statement: CoreStatement): Step[] => {
    switch (statement.kind) {
      case "let":
        return [{ reads: namesIn([statement.value]), binds: statement.name }];
      case "draw": {
        const site = siteOf(statement.site, context);
        const reads = namesIn([...distributionParts(site.distribution), ...boundsOf(site.support)]);
        return [makes(site) ? { reads, binds: site.variable } : { reads }];
      }
      case "factor":
        return [{ reads: namesIn([statement.value]) }];
      case "axis":
        return stepsOf(statement.body, context, makes);
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
