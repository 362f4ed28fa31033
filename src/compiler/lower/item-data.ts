/** Data with one entry per item, seen item by item: a batch holds some of the items only. */
import type { CoreExpression, CoreModel } from "../../lang/core.ts";
import { coreChildren } from "../../lang/core-children.ts";
import { programExpressions } from "../../lang/program-expressions.ts";
import { fail } from "./context.ts";
import type { ItemPlate } from "./item-plate.ts";

/** Throws `ProblemError` where a program looks at the data of other items than the one at hand. */
export function refuseWholeItems(program: CoreModel, { index, data }: ItemPlate): void {
  const isData = (each: CoreExpression): boolean => each.kind === "variable" && data.includes(each.name);
  const visit = (expression: CoreExpression): void => {
    if (isData(expression))
      fail({
        code: "not-amortizable",
        message: "training sees batches of items, so an item may look at its own data only",
        labels: [{ span: expression.span, text: "the data of other items" }],
        help: `index it by its plate: \`[${index}]\``,
      });
    const [base, ...others] = coreChildren(expression);
    const [first] = expression.kind === "index" ? expression.indices : [];
    const own = first?.kind === "at" && first.value.kind === "variable" && first.value.name === index;
    if (own && isData(base)) others.forEach(visit);
    else coreChildren(expression).forEach(visit);
  };
  programExpressions(program).forEach(visit);
}
