/** Syntax problems: the facts by code, and in `explainSyntax` the prose. */
import { nearMisses } from "../../base/near-miss.ts";
import { plainFacts } from "../../base/plain-facts.ts";
import type { Problem } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";

/** How deep brackets may nest: the grammar takes about forty stack frames for each. */
export const maximumDepth = 100;
/** How high the tree may grow: later passes recurse over it. */
export const maximumHeight = 250;

export type SyntaxFact =
  | { readonly code: "file-too-large"; readonly length: number; readonly most: number }
  | { readonly code: "empty-program"; readonly span: Span }
  | {
      readonly code: "unexpected-character";
      readonly span: Span;
      readonly text: string;
      readonly nearDigit: boolean;
    }
  | { readonly code: "unclosed-comment"; readonly span: Span }
  | { readonly code: "hash-comment"; readonly span: Span }
  | { readonly code: "no-strings"; readonly span: Span }
  | { readonly code: "wrong-symbol"; readonly span: Span; readonly written: string; readonly meant: string }
  | {
      readonly code: "unclosed-bracket";
      /** Where it should have been closed; no text there. */
      readonly at: Span;
      readonly opened: Span;
      readonly bracket: string;
      readonly closer: string;
      /** The closing bracket stands behind `//`, which divides in other languages. */
      readonly commented?: true;
    }
  | {
      readonly code: "mismatched-bracket";
      readonly span: Span;
      readonly opened: Span;
      readonly bracket: string;
      readonly closer: string;
    }
  | { readonly code: "unmatched-bracket"; readonly span: Span; readonly bracket: string }
  | { readonly code: "nesting-too-deep"; readonly span: Span; readonly most: number }
  | {
      readonly code: "outside-declaration";
      readonly span: Span;
      readonly statement: boolean;
      readonly word: string;
      readonly meant?: string | undefined;
      /** The `}` before it. */
      readonly ended?: Span | undefined;
    }
  | { readonly code: "unknown-statement"; readonly span: Span; readonly word: string }
  | { readonly code: "missing-body"; readonly span: Span; readonly word: string }
  | { readonly code: "keyword-as-name"; readonly span: Span; readonly word: string }
  /** `expected` and `found` in words; `help` can be typed. */
  | {
      readonly code: "unexpected-token" | "missing-expression" | "missing-name";
      readonly span: Span;
      readonly expected: string;
      readonly found: string;
      readonly help?: string;
    }
  | {
      readonly code: "number-too-large";
      readonly span: Span;
      readonly text: string;
      readonly integer: boolean;
    }
  | { readonly code: "chained-comparison"; readonly span: Span; readonly example: string }
  | { readonly code: "record-half-named"; readonly span: Span; readonly name: string }
  | { readonly code: "missing-else"; readonly span: Span }
  | { readonly code: "missing-result"; readonly span: Span; readonly keyword: string; readonly name: string }
  | { readonly code: "branch-not-expression"; readonly span: Span }
  | {
      readonly code: "lone-expression";
      readonly span: Span;
      readonly text: string;
      readonly inFunction: boolean;
    }
  | { readonly code: "invalid-target"; readonly span: Span; readonly drawn: boolean; readonly help?: string }
  | { readonly code: "observed-binding"; readonly span: Span; readonly name: string }
  | { readonly code: "model-without-body"; readonly span: Span; readonly name: string }
  | { readonly code: "model-with-result"; readonly span: Span };

/** That something is absent is said only of texts that are right otherwise: in others it may just not have parsed. */
export const absences: ReadonlySet<SyntaxFact["code"]> = new Set([
  "missing-else",
  "missing-result",
  "branch-not-expression",
]);

/** Where the fact lies; `undefined` when it is about the whole file. */
export function factSpan(fact: SyntaxFact): Span | undefined {
  switch (fact.code) {
    case "file-too-large":
      return undefined;
    case "unclosed-bracket":
      return fact.at;
    default:
      return fact.span;
  }
}

export function explainSyntax(fact: SyntaxFact, sourceName: string): Problem {
  const at = (span: Span, text = ""): Problem["labels"] => [{ span, text }];
  const error = (
    message: string,
    rest: Omit<Partial<Problem>, "code" | "severity" | "message">,
  ): Problem => ({
    code: fact.code,
    severity: "error",
    message,
    labels: [],
    ...rest,
    facts: plainFacts(fact),
  });
  switch (fact.code) {
    case "file-too-large":
      return error("the program is too long to read", {
        place: sourceName,
        expected: `at most ${fact.most} characters`,
        found: `${fact.length} characters`,
        notes: ["Large tables of numbers belong in data files, not in the program."],
      });
    case "empty-program":
      return error("there is no program here", {
        labels: at(fact.span, "only blanks and comments"),
        help: "model Coin { p ~ Uniform(0, 1); observe heads ~ Bernoulli(p) }",
      });
    case "unexpected-character":
      return error(`unexpected ${describeText(fact.text)}`, {
        labels: at(fact.span, "not part of the language"),
        help: characterHelp(fact.text, fact.nearDigit),
      });
    case "unclosed-comment":
      return error("this comment never ends", {
        labels: at(fact.span, "opened here"),
        help: "end it with `*/`",
      });
    case "hash-comment":
      return error("a comment begins with `//`, not with `#`", {
        labels: at(fact.span),
        help: "// …",
      });
    case "no-strings":
      return error("there are no strings in this language", {
        labels: at(fact.span),
        notes: ["Categories are numbers 0, 1, …; names of variables are written without quotes."],
      });
    case "wrong-symbol":
      return error(
        fact.written === "="
          ? "an argument's name is followed by `:`, not by `=`"
          : `\`${fact.written}\` is not a symbol of this language`,
        {
          labels: at(
            fact.span,
            fact.written === "+="
              ? ""
              : `write ${fact.meant.includes("`") ? fact.meant : `\`${fact.meant}\``}`,
          ),
          ...symbolHelp(fact.written),
        },
      );
    case "unclosed-bracket":
      return error(`this \`${fact.bracket}\` is never closed`, {
        labels: [
          { span: fact.at, text: `expected \`${fact.closer}\` here` },
          { span: fact.opened, text: "opened here" },
        ],
        ...(fact.commented && {
          notes: ["`//` starts a comment, which runs to the end of the line"],
          help: "to divide, write `/`",
        }),
      });
    case "mismatched-bracket":
      return error(`\`${fact.bracket}\` does not close what is open`, {
        labels: [
          { span: fact.span, text: `expected \`${fact.closer}\`` },
          { span: fact.opened, text: "opened here" },
        ],
      });
    case "unmatched-bracket":
      return error(`nothing is open that this \`${fact.bracket}\` could close`, {
        labels: at(fact.span),
        help: `remove it, or open a bracket before it`,
      });
    case "nesting-too-deep":
      return error("this is nested too deeply", {
        labels: at(fact.span, `more than ${fact.most} levels here`),
        notes: ["A long chain of operators nests too: every operator is a level."],
        help: "bind inner parts to names: `part = …`",
      });
    case "outside-declaration":
      return error(
        fact.meant
          ? `unknown declaration \`${fact.word}\``
          : fact.statement
            ? "this statement is outside of a model"
            : "a program consists of declarations",
        {
          labels: [
            ...at(fact.span),
            ...(fact.ended ? at(fact.ended, "the declaration before it ends here") : []),
          ],
          expected: "`model`, `family`, `guide`, `def`, `net`, `dist` or `import`",
          help: fact.meant
            ? `did you mean \`${fact.meant}\`?`
            : stanBlocks.has(fact.word)
              ? "in place of blocks: `model Name[N](x: Real[N]) { mu ~ Normal(0, 1); observe y: Real[N] ~ Normal(mu, 1) }`"
              : fact.statement
                ? "wrap the statements in `model Name { … }`"
                : undefined,
        },
      );
    case "unknown-statement": {
      const [meant = "plate"] = nearMisses(fact.word, ["plate", "for"]);
      return error(`unknown statement \`${fact.word}\``, {
        labels: at(fact.span, "expected `plate` or `for`"),
        help: `did you mean \`${meant}\`?`,
      });
    }
    case "missing-body":
      return error(`this \`${fact.word}\` has no body`, {
        labels: at(fact.span),
        help: bodyExamples[fact.word],
      });
    case "keyword-as-name":
      return error(`\`${fact.word}\` is a keyword and cannot be a name`, {
        labels: at(fact.span),
        help: `choose another name, for example \`${fact.word}_\``,
      });
    case "unexpected-token":
    case "missing-expression":
    case "missing-name":
      return error(`expected ${fact.expected}, found ${fact.found}`, {
        labels: at(fact.span, `expected ${fact.expected}`),
        help: fact.help,
      });
    case "number-too-large":
      return error(`\`${shorten(fact.text)}\` cannot be held by a number`, {
        labels: at(fact.span),
        notes: [
          fact.integer
            ? "Integers are exact up to 9007199254740991 (2^53 - 1)."
            : "The largest number is about 1.8e308.",
        ],
      });
    case "chained-comparison":
      return error("comparisons cannot be chained", {
        labels: at(fact.span, "second comparison"),
        help: fact.example,
      });
    case "record-half-named":
      return error("some items of this record have names and others do not", {
        labels: at(fact.span, "has no name"),
        help: `name all items as \`${fact.name}\` is, or none`,
      });
    case "missing-else":
      return error("this `if` has no `else`, so it has no value when the condition is false", {
        labels: at(fact.span),
        help: "if condition then a else b",
      });
    case "missing-result":
      return error(`\`${fact.name}\` has no result`, {
        labels: at(fact.span, "the body must end in an expression"),
        notes: [`The last line of a \`${fact.keyword}\` is its value.`],
      });
    case "branch-not-expression":
      return error("a branch that gives a value holds one expression", {
        labels: at(fact.span, "more than an expression"),
        help: "bind parts before the `if`",
      });
    case "lone-expression":
      return error("this expression does nothing", {
        labels: at(fact.span, "its value is not used"),
        expected: fact.inFunction
          ? "`=` after a name, or the result in the last line"
          : "`~` or `=` after the name of a variable",
        notes: /^[-([]/.test(fact.text)
          ? [
              `A line that begins with \`${fact.text[0]}\` does not continue the one above; end that in an operator to go on.`,
            ]
          : [],
        help: fact.inFunction ? undefined : loneHelp(fact.text),
      });
    case "invalid-target":
      return error(fact.drawn ? "only a variable can be drawn" : "only a variable can be bound", {
        labels: at(fact.span, "not a variable"),
        expected: fact.drawn ? "`x`, `x[n]` or `x[n, t]`" : "`x`, `x[n]` or `(x, y)`",
        help: fact.help,
      });
    case "observed-binding":
      return error("what is observed has a distribution, not a value", {
        labels: at(fact.span, "expected `~`"),
        notes: ["Values of observed variables come with the data."],
        help: `observe ${fact.name} ~ Normal(0, 1)`,
      });
    case "model-without-body":
      return error("a model has a body in braces", {
        labels: at(fact.span),
        help: `model ${fact.name} { … }`,
      });
    case "model-with-result":
      return error("a model has no result type", {
        labels: at(fact.span),
        notes: ["What a model gives are the variables drawn in it."],
      });
  }
}

/** Words that begin blocks in Stan. */
const stanBlocks: ReadonlySet<string> = new Set([
  "data",
  "parameters",
  "transformed",
  "generated",
  "functions",
]);

const bodyExamples: Readonly<Record<string, string>> = {
  plate: "plate j in J { … }",
  for: "for t in 1..T { … }",
  if: "if condition { … }",
};

function describeText(text: string): string {
  const points = [...text];
  if (text === "`") return "backtick";
  // Backticks would not stand out between backticks.
  if (points.length > 1) return `characters ${text.includes("`") ? shorten(text) : `\`${shorten(text)}\``}`;
  const code = points[0]?.codePointAt(0) ?? 0;
  const visible = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(text);
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return visible ? `character \`${text}\`${code > 126 ? ` (${hex})` : ""}` : `character ${hex}`;
}

function characterHelp(text: string, nearDigit: boolean): string | undefined {
  if (text === "." && nearDigit) return "a number has a digit on both sides of its point: `0.5`, `1.0`";
  if (text === ".") return "a field has a name: `fit.mean`";
  if (text === "%") return "write `mod(a, b)` for the remainder";
  if (text === "$" || text === "\\") return "names are made of letters, digits and `_`";
  return undefined;
}

function symbolHelp(written: string): Pick<Problem, "notes" | "help"> {
  switch (written) {
    case ":=":
      return { notes: ["A draw is written with `~`, a binding with `=`."] };
    case "<-":
      return { notes: ["A draw is written with `~`, a binding with `=`."] };
    case "+=":
      return {
        notes: ["A name is bound once and never changed."],
        help: "to add to the log density, write `factor expression`",
      };
    default:
      return {};
  }
}

function loneHelp(text: string): string | undefined {
  return /^[\p{L}_][\p{L}\p{N}\p{M}_]*(\[[^[\]\n]{0,40}\])?$/u.test(text)
    ? `${text} ~ Normal(0, 1)`
    : undefined;
}

function shorten(text: string): string {
  const points = [...text.slice(0, 60)];
  return points.length > 24 ? `${points.slice(0, 23).join("")}…` : text;
}
