/** Core expressions to values: evaluation with named axes, functions inlined. */
import { bug } from "../../base/bug.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { lowerBuiltin } from "./builtins.ts";
import { type Context, isTuple, type Lowered, sizeValue } from "./context.ts";
import { lowerApply } from "./lower-apply.ts";
import { lowerDeferred, lowerIndex } from "./lower-index.ts";
import { lowerScan } from "./lower-scan.ts";
import { lowerOde } from "./ode.ts";
import { assemblePieces } from "./pieces.ts";
import type { Axis, Value } from "./value.ts";

type VariableExpression = Extract<CoreExpression, { kind: "variable" }>;

/** A tensor-valued expression. */
export function lowerExpression(expression: CoreExpression, context: Context): Value {
  const lowered = lowerAny(expression, context);
  if (isTuple(lowered)) return bug("a tuple where a number or an array is needed");
  return lowered;
}

export function lowerAny(expression: CoreExpression, context: Context): Lowered {
  const { algebra } = context;
  switch (expression.kind) {
    case "literal": {
      const { base } = expression.type;
      return algebra.of(expression.value, base === "real" ? "float" : base);
    }
    case "size":
      return algebra.of(sizeValue(expression.size, { sizes: context.counts }, expression.span), "int");
    case "variable":
      return lowerVariable(expression, context);
    case "index":
      return lowerIndex(expression, context, lowerExpression);
    case "call":
      return lowerBuiltin(
        expression.function,
        expression.arguments.map((each) => lowerExpression(each, context)),
        expression.sizes.map((size) => sizeValue(size, context, expression.span)),
        context,
      );
    case "apply":
      return lowerApply(expression, context, lowerAny);
    case "if": {
      const condition = lowerExpression(expression.condition, context);
      return zip(lowerAny(expression.then, context), lowerAny(expression.else, context), (then, otherwise) =>
        algebra.select(condition, then, otherwise),
      );
    }
    case "match": {
      const subject = lowerExpression(expression.subject, context);
      const arms = expression.arms.map((arm) => ({
        pattern: arm.pattern,
        value: lowerAny(arm.value, context),
      }));
      return lowerMatch(subject, arms, context, (condition, then, otherwise) =>
        zip(then, otherwise, (x, y) => algebra.select(condition, x, y)),
      );
    }
    case "array": {
      const items = expression.items.map((item) => lowerExpression(item, context));
      const event = items.find((item) => item.event.length > 0)?.event ?? [];
      const dtype = expression.type.base === "real" ? "float" : expression.type.base;
      const rows = items.map((item) => {
        const full = algebra.stretch(algebra.convert(item, dtype), [], event);
        return algebra.reshapeEvent(full, [1, ...event]);
      });
      return algebra.concat(rows, 0);
    }
    case "comprehension": {
      const from = sizeValue(expression.from, context, expression.span);
      const to = sizeValue(expression.to, context, expression.span);
      const axis: Axis = {
        id: `${expression.index}@${context.nextOrder()}`,
        size: Math.max(0, to - from),
        start: from,
        order: context.nextOrder(),
        kind: "plate",
      };
      const inner: Context = { ...context, scope: new Map(context.scope) };
      inner.scope.set(expression.index, { kind: "axis", axis });
      return algebra.axisToEvent(lowerExpression(expression.body, inner), axis);
    }
    case "scan":
      return lowerScan(expression, context, lowerExpression);
    case "ode":
      return lowerOde(expression, context, lowerAny);
    case "tuple":
      return { items: expression.items.map((item) => lowerAny(item, context)) };
    case "item": {
      const tuple = lowerAny(expression.base, context);
      return isTuple(tuple) ? tuple.items[expression.position] : bug("an item of what is not a tuple");
    }
    case "ask":
      return context.answer(expression, context);
    case "cast":
      return lowerAny(expression.value, context);
  }
}

/** Nested selects over the arms; the last arm stands for all that is left (the checker made the arms total). */
export function lowerMatch<T>(
  subject: Value,
  arms: readonly { readonly pattern: number | undefined; readonly value: T }[],
  context: Context,
  choose: (condition: Value, then: T, otherwise: T) => T,
): T {
  const { algebra } = context;
  const number = algebra.convert(subject, "int");
  let result = arms[arms.length - 1].value;
  for (const arm of arms.slice(0, -1).reverse())
    result =
      arm.pattern === undefined
        ? arm.value
        : choose(algebra.binary("equal", number, arm.pattern), arm.value, result);
  return result;
}

function lowerVariable(expression: VariableExpression, context: Context): Lowered {
  const { name } = expression;
  const binding = context.scope.get(name);
  if (binding === undefined) return bug(`the name ${name} has no value yet`);
  switch (binding.kind) {
    case "value":
      return binding.value;
    case "enumerated":
      return binding.element([]);
    case "deferred":
      return lowerDeferred(binding.statements, [], expression, context, lowerExpression);
    case "axis": {
      const index = context.algebra.indexOf(binding.axis);
      return binding.offset ? context.algebra.binary("add", index, binding.offset) : index;
    }
    case "gathered":
      return binding.index;
    case "constant":
      return context.algebra.of(binding.value, "int");
    case "pieces":
      return assemblePieces(binding, context);
  }
}

function zip(a: Lowered, b: Lowered, combine: (x: Value, y: Value) => Value): Lowered {
  if (!isTuple(a) && !isTuple(b)) return combine(a, b);
  if (!isTuple(a) || !isTuple(b)) return bug("a tuple against a number");
  return { items: a.items.map((item, position) => zip(item, b.items[position], combine)) };
}
