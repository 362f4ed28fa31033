/**
 * What a call sees of the function that it calls. Where learned nets are among the arguments the function is checked for the call's own
 * sizes, in the caller's names: a learned net has sizes of its own, which those of the function may or may not fit.
 */
import type { Span } from "../../base/span.ts";
import { namedSize, type Size } from "../size.ts";
import type { Type } from "../type.ts";
import type { FunctionOutline, Scope } from "./check-scope.ts";
import { learnedNets, type StaticArguments } from "./static-argument.ts";
import { substituteType } from "./substitute-type.ts";

/** Before the sizes are solved. `undefined` for a function that does not check, which has been reported. */
export function outlineOf(
  scope: Scope,
  name: string,
  statics: StaticArguments,
  span: Span,
): FunctionOutline | undefined {
  const isForOneCall = learnedNets(statics).length > 0;
  return isForOneCall
    ? scope.functions.outline(name, statics)
    : scope.functions.signature(name, span, statics);
}

export interface CallSignature {
  readonly kind: "def" | "net";
  readonly id: string;
  /** In the caller's sizes. */
  readonly result: Type;
  /** The function's sizes by name, in the caller's. */
  readonly sizes: Readonly<Record<string, Size>>;
}

/** Behind the outline's sizes. `undefined` for an instance that does not check, which has been reported. */
export function signatureFor(
  scope: Scope,
  name: string,
  statics: StaticArguments,
  outline: FunctionOutline,
  sizes: ReadonlyMap<string, Size>,
  span: Span,
): CallSignature | undefined {
  const entries = outline.sizes.flatMap((each): [string, Size][] => {
    const size = sizes.get(each);
    return size === undefined ? [] : [[each, size]];
  });
  const known = learnedNets(statics).length > 0 ? new Map(entries) : undefined;
  const signature = scope.functions.signature(name, span, statics, known);
  if (signature === undefined) return undefined;
  const { kind, id, result } = signature;
  if (known === undefined)
    return { kind, id, result: substituteType(result, sizes), sizes: Object.fromEntries(entries) };
  const own = signature.sizes.map((each) => [each, namedSize(each)]);
  return { kind, id, result, sizes: Object.fromEntries(own) };
}
