/** Reading Chevrotain's concrete tree, in which any child may be missing where the text did not parse. */
import type { CstNode, IToken } from "chevrotain";
import type { Source, Span } from "../../base/span.ts";
import type { Name } from "../tree.ts";
import { maximumHeight, type SyntaxFact } from "./parse-problem.ts";
import { tokenEnd } from "./tokens.ts";

/** What building a tree needs and leaves behind. */
export interface Building {
  readonly source: Source;
  readonly facts: SyntaxFact[];
  /** Height of each tree node made so far. */
  readonly heights: WeakMap<object, number>;
}

export function nodes(parent: CstNode | undefined, rule: string): CstNode[] {
  return (parent?.children[rule] ?? []).filter((child) => "children" in child);
}

export function node(parent: CstNode | undefined, rule: string): CstNode | undefined {
  return nodes(parent, rule)[0];
}

export function tokensOf(parent: CstNode | undefined, type: string): IToken[] {
  return (parent?.children[type] ?? []).filter((child) => "image" in child);
}

export function tokenOf(parent: CstNode | undefined, type: string): IToken | undefined {
  return tokensOf(parent, type)[0];
}

export function tokenSpan(building: Building, token: IToken): Span {
  return { source: building.source.name, start: token.startOffset, end: tokenEnd(token) };
}

/** The node's text; without any, the place `otherwise`. */
export function nodeSpan(building: Building, cst: CstNode | undefined, otherwise: number): Span {
  const start = cst?.location?.startOffset ?? Number.NaN;
  if (!(start >= 0)) return { source: building.source.name, start: otherwise, end: otherwise };
  const end = (cst?.location?.endOffset ?? start - 1) + 1;
  return { source: building.source.name, start, end: Math.max(start, end) };
}

/** A missing name has the text "". */
export function nameOf(building: Building, token: IToken | undefined, otherwise: number): Name {
  if (token === undefined)
    return { text: "", span: { source: building.source.name, start: otherwise, end: otherwise } };
  return { text: token.image, span: tokenSpan(building, token) };
}

/**
 * Records the height of `made` over `children`. Returns what to use instead of it where the tree would become too
 * high for the passes that recurse over it: `otherwise`, with a problem when it is the first on its path.
 */
export function grow<T extends { readonly span: Span }>(
  building: Building,
  made: T,
  children: readonly object[],
  otherwise: (span: Span) => T,
): T {
  let height = 0;
  for (const child of children) height = Math.max(height, building.heights.get(child) ?? 0);
  if (height + 1 <= maximumHeight) {
    building.heights.set(made, height + 1);
    return made;
  }
  building.facts.push({ code: "nesting-too-deep", span: made.span, most: maximumHeight });
  return otherwise(made.span);
}
