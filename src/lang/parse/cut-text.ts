/** Where a text can be cut into pieces of one declaration each, that parse by themselves as they do in the whole. */
import { beginsDeclaration } from "./layout.ts";
import { tokenEnd, tokenize } from "./tokens.ts";

/**
 * The pieces of `text`, in order; joined they are the text. Each begins behind the line of what comes before it, with the comments
 * above its declaration.
 */
export function cutText(text: string): string[] {
  const { tokens } = tokenize(text);
  const cuts = tokens.flatMap((_, index) => {
    if (index === 0 || !beginsDeclaration(tokens, index)) return [];
    const end = tokenEnd(tokens[index - 1]);
    const lineEnd = text.slice(end, tokens[index].startOffset).search(/[\r\n]/);
    return [end + (lineEnd < 0 ? 0 : lineEnd + 1)];
  });
  return [0, ...cuts].map((start, index) => text.slice(start, cuts[index] ?? text.length));
}
