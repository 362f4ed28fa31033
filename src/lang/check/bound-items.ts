/** Tuples that statements of a model bind: item by item, each number and array under a name of its own. */
import type { CoreExpression } from "../core-expression.ts";
import { itemOf } from "../item-of.ts";
import type { TupleType, Type } from "../type.ts";

export interface BoundItem {
  readonly name: string;
  readonly value: CoreExpression;
}

/** What binding a value to a name binds: the value itself, or each item of a tuple under a name that `readItems` knows. */
export function boundItems(name: string, value: CoreExpression): readonly BoundItem[] {
  const { type, span } = value;
  if (type.kind !== "tuple") return [{ name, value }];
  return type.items.flatMap((_, position) =>
    boundItems(itemName(name, type, position), itemOf(value, position, span)),
  );
}

/** The value of a name that was bound so; `read` reads what is no tuple. */
export function readItems(
  name: string,
  type: Type,
  span: CoreExpression["span"],
  read: (name: string, type: Exclude<Type, TupleType>) => CoreExpression,
): CoreExpression {
  if (type.kind !== "tuple") return read(name, type);
  const items = type.items.map((item, position) =>
    readItems(itemName(name, type, position), item, span, read),
  );
  return { kind: "tuple", items, type, span };
}

/** "fit.mean", "pair.0". */
function itemName(name: string, { names }: TupleType, position: number): string {
  return `${name}.${names?.[position] ?? position}`;
}

/** The name in the program that an item belongs to. */
export function boundName(item: string): string {
  return item.split(".", 1)[0];
}
