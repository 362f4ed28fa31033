/** The library's distributions, as the pages show them. */
import type { Span } from "../../src/base/span.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import type { DistDeclaration, TypeExpression } from "../../src/lang/tree.ts";

/** By name, its forms. */
export function libraryDists(): Map<string, DistDeclaration[]> {
  const found = Object.entries(stdlibSources).flatMap(([name, text]) =>
    parse({ name, text }).file.declarations.flatMap((each) => (each.kind === "dist" ? [each] : [])),
  );
  return Map.groupBy(found, ({ name }) => name.text);
}

/** `Weibull(shape, scale)`; sizes where no argument tells them. */
export function useOf({ name, sizes, parameters }: DistDeclaration): string {
  const isOpen = sizes.length > 0 && parameters.every(({ type }) => type.dimensions.length === 0);
  const brackets = isOpen ? `[${sizes.map((each) => each.name.text).join(", ")}]` : "";
  return `${name.text}${brackets}(${parameters.map((each) => each.name.text).join(", ")})`;
}

/** `stdlib/distributions/real.ppl` */
export function fileOf({ span }: { readonly span: Span }): string {
  return `stdlib/${span.source.slice("std/".length)}.ppl`;
}

export function textOf({ span }: TypeExpression | DistDeclaration): string {
  return stdlibSources[span.source].slice(span.start, span.end);
}

/** All up to the entries. */
export function headOf(declaration: DistDeclaration): string {
  const { start } = declaration.span;
  return stdlibSources[declaration.span.source].slice(start, declaration.support.span.end);
}
