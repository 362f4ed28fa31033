/**
 * What a doc comment says: prose, examples, and what else to look at. An example is lines after `> `, statements of a model and
 * last an expression, and below them what the expression is: a value to six digits, or where it is learned its type.
 */

export interface DocComment {
  /** In one line each. */
  readonly paragraphs: readonly string[];
  readonly examples: readonly Example[];
  /** Names after "See also". */
  readonly also: readonly string[];
}

export interface Example {
  readonly statements: readonly string[];
  readonly expression: string;
  readonly result: string;
}

export function readDoc(doc: string): DocComment {
  const blocks = doc.split(/\n\s*\n/).map((block) => block.split("\n"));
  const isExample = ([first]: readonly string[]): boolean => first.startsWith("> ");
  const isAlso = ([first]: readonly string[]): boolean => first.startsWith("See also ");
  const also = blocks.filter(isAlso).flatMap((lines) => lines.join(" ").match(/\w+/g)?.slice(2) ?? []);
  return {
    paragraphs: blocks.filter((block) => !isExample(block) && !isAlso(block)).map((each) => each.join(" ")),
    examples: blocks.filter(isExample).flatMap(readExamples),
    also,
  };
}

export function examplesText(examples: readonly Example[]): string {
  const lines = examples.flatMap(({ statements, expression, result }) => [
    ...[...statements, expression].map((each) => `> ${each}`),
    result,
  ]);
  return lines.join("\n");
}

function readExamples(lines: readonly string[]): Example[] {
  const examples: Example[] = [];
  let given: string[] = [];
  let result: string[] = [];
  const close = (): void => {
    const expression = given.at(-1);
    if (expression !== undefined)
      examples.push({ statements: given.slice(0, -1), expression, result: result.join(" ") });
    given = [];
    result = [];
  };
  for (const line of lines) {
    if (!line.startsWith("> ")) result.push(line.trim());
    else {
      if (result.length > 0) close();
      given.push(line.slice(2));
    }
  }
  close();
  return examples;
}
