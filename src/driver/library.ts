/** The standard library, as text that is part of the package: what a program uses of it is parsed, once, and nothing else. */
import { lazy } from "../lang/parse/lazy.ts";
import { parse } from "../lang/parse/parse.ts";
import { stdlibSources } from "../lang/stdlib.generated.ts";
import type { Declaration, File } from "../lang/tree.ts";

/** A declaration where it stands in the text, without its doc comment. */
interface Place {
  readonly source: string;
  readonly name: string;
  /** Every word in it: all names that it mentions are among them. */
  readonly words: () => ReadonlySet<string>;
  readonly declarations: () => readonly Declaration[];
}

/** Found without parsing: each begins a line, and the next one's doc comment is where it ends. */
const places = lazy(() =>
  Object.entries(stdlibSources).flatMap(([source, text]) =>
    [...text.matchAll(/^(?:net|def|dist) (\w+)(?:(?!\n\/\/\/)[\s\S])*/gm)].map(
      ({ 0: own, 1: name, index }): Place => ({
        source,
        name,
        words: lazy(() => wordsOf(own)),
        declarations: lazy(() => parse({ name: source, text: " ".repeat(index) + own }).file.declarations),
      }),
    ),
  ),
);

/** All of it. */
export const library: () => readonly File[] = lazy(() => filesOf(places()));

/** What a text mentions of it, with what that mentions; nothing where it mentions nothing. */
export function libraryFor(text: string): readonly File[] {
  const byName = Map.groupBy(places(), ({ name }) => name);
  const found = new Set<Place>();
  const work = [wordsOf(text)];
  for (let words = work.pop(); words !== undefined; words = work.pop())
    for (const word of words)
      for (const place of byName.get(word) ?? []) {
        if (found.has(place)) continue;
        found.add(place);
        work.push(place.words());
      }
  return filesOf(places().filter((each) => found.has(each)));
}

function filesOf(used: readonly Place[]): readonly File[] {
  return [...Map.groupBy(used, ({ source }) => source)].map(([source, own]) => ({
    declarations: own.flatMap((each) => each.declarations()),
    span: { source, start: 0, end: stdlibSources[source].length },
  }));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/\w+/g) ?? []);
}
