/** Everything that can be wrong with files and data: facts in one union, prose in one place. */

import { plainFacts } from "../base/plain-facts.ts";
import type { Problem } from "../base/problem.ts";
import type { Span } from "../base/span.ts";
import type { Pointer } from "./highest-position.ts";

/** Where the model declares what the datum is for. */
export interface Declared {
  readonly span: Span;
  /** As one would type it: "Positive[J]". */
  readonly type: string;
  readonly role: "input" | "observed";
}

/** Which source gave a size its value: "sigma", "the data", "--set". */
export interface SizeBinding {
  readonly size: string;
  readonly value: number;
  readonly from: string;
}

export type DataFacts =
  | {
      readonly code: "data-unreadable" | "model-unreadable" | "artifact-unreadable";
      readonly path: string;
      readonly reason: "missing" | "directory" | "denied" | "too-large" | "encoding" | "other";
      /** The limit, the position of the bad byte, or the system's own words. */
      readonly detail: string;
      /** A file beside the missing one whose name is nearly the same. */
      readonly near?: string;
    }
  | { readonly code: "no-model-files"; readonly folder: string }
  | { readonly code: "data-format"; readonly path: string; readonly known: readonly string[] }
  | {
      readonly code: "output-unwritable";
      readonly path: string;
      readonly reason: "no-folder" | "directory" | "denied" | "extension" | "input" | "other";
      readonly detail: string;
    }
  | {
      readonly code: "data-syntax";
      readonly file: string;
      readonly line: number;
      readonly column?: number;
      /** "unexpected `N`". */
      readonly detail: string;
      readonly help?: string;
    }
  | {
      readonly code: "data-empty";
      readonly what: string;
      readonly place?: string;
      readonly expected: string;
      readonly note?: string;
    }
  | {
      readonly code: "data-ragged";
      readonly what: string;
      readonly place?: string;
      readonly expected: string;
      readonly found: string;
      readonly note?: string;
    }
  | {
      readonly code: "data-duplicate-column";
      readonly file: string;
      readonly name: string;
      readonly at: string;
    }
  | {
      readonly code: "data-column-gap";
      readonly file: string;
      readonly name: string;
      readonly missing: string;
    }
  | {
      readonly code: "data-missing";
      readonly name: string;
      /** Absent when no data were given at all. */
      readonly file?: string;
      /** All names in the data. */
      readonly given: readonly string[];
      readonly declared: Declared;
      /** An unknown name in the data that is nearly this one. */
      readonly meant?: string;
      /** Unknown columns with its name and a number: "x1", "x2". */
      readonly columns?: readonly string[];
    }
  | {
      readonly code: "data-unknown-key";
      readonly name: string;
      readonly place?: string;
      readonly model: string;
      readonly wanted: readonly string[];
      readonly near: readonly string[];
    }
  | { readonly code: "data-latent"; readonly name: string; readonly place?: string; readonly span: Span }
  | {
      readonly code: "data-shape";
      readonly name: string;
      readonly place?: string;
      readonly declared: Declared;
      readonly found: readonly number[];
      /** It stands in a table, whose columns have a value per row. */
      readonly inTable: boolean;
    }
  | {
      readonly code: "data-type";
      /** The element: "y[3]". */
      readonly name: string;
      readonly place?: string;
      /** "a whole number", "a number". */
      readonly wanted: string;
      /** As it stands in the file: `2.5`, `"abc"`. */
      readonly found: string;
      readonly declared?: Declared;
      /** How many further elements have the same fault. */
      readonly more: number;
    }
  | {
      readonly code: "data-nan";
      readonly name: string;
      readonly place?: string;
      /** "Infinity", "-inf". */
      readonly found: string;
      readonly more: number;
    }
  | {
      readonly code: "data-missing-value";
      readonly name: string;
      readonly place?: string;
      /** "null", "NaN", "nothing", "NA". */
      readonly found: string;
      readonly more: number;
      /** Of an observed variable: its declaration could allow it. */
      readonly observed?: Declared;
    }
  | {
      readonly code: "data-partly-missing";
      /** A row: "x[3]". */
      readonly name: string;
      readonly place?: string;
      readonly distribution: string;
      readonly span: Span;
    }
  | {
      readonly code: "data-out-of-support";
      readonly name: string;
      readonly place?: string;
      readonly declared: Declared;
      /** "is -1, which is not above 0"; "sums to 0.9, not to 1". */
      readonly remark: string;
      /** "above 0"; "each row sums to 1". */
      readonly wanted: string;
      readonly found: string;
      readonly more: number;
    }
  | {
      readonly code: "data-size-conflict";
      /** "y has 7 rows"; "--set gives J = 7". */
      readonly claim: string;
      /** "J = 8", "N - 1 = 9". */
      readonly expected: string;
      readonly found: string;
      readonly bindings: readonly SizeBinding[];
      readonly place?: string;
      readonly declared?: Declared;
    }
  | {
      readonly code: "data-size-value";
      readonly size: string;
      readonly found: string;
      readonly from: string;
      readonly place?: string;
    }
  | {
      readonly code: "data-size-unknown-name";
      readonly size: string;
      readonly near: readonly string[];
      readonly known: readonly string[];
    }
  | {
      readonly code: "data-size-unknown";
      readonly size: string;
      readonly model: string;
      /** What has it in its shape: "w: Real[N, K]". */
      readonly shownBy: readonly string[];
      /** What points into it: "student", up to 149. */
      readonly pointer?: Pointer;
      readonly span: Span;
    };

export function explainData(facts: DataFacts): Problem {
  const { code } = facts;
  const error = (message: string, rest: Partial<Problem> = {}): Problem => ({
    code,
    severity: "error",
    message,
    labels: [],
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    facts: plainFacts(facts),
  });
  const declaredAt = (declared: Declared | undefined): Partial<Problem> =>
    declared === undefined ? {} : { labels: [{ span: declared.span, text: `declared ${declared.type}` }] };

  switch (facts.code) {
    case "data-unreadable":
    case "model-unreadable":
    case "artifact-unreadable":
      return error(
        `cannot read the ${fileKinds[facts.code]} \`${facts.path}\`: ${unreadableBecause(facts)}`,
        {
          help:
            facts.near !== undefined
              ? `did you mean \`${facts.near}\`?`
              : facts.reason === "encoding"
                ? "save the file as UTF-8"
                : undefined,
        },
      );
    case "no-model-files":
      return error(`there are no models in the folder \`${facts.folder}\``, {
        expected: "files whose names end in .ppl",
      });
    case "data-format":
      return error(`cannot tell the format of \`${facts.path}\` from its name`, {
        expected: `a name that ends in ${facts.known.join(" or ")}`,
        help: /\.(tsv|tab|txt|xlsx?|dat)$/i.test(facts.path)
          ? "save the table as .csv, with commas between its cells"
          : undefined,
      });
    case "output-unwritable":
      return error(`cannot write \`${facts.path}\`: ${unwritableBecause(facts)}`, {
        help:
          facts.reason === "no-folder"
            ? `make it first: mkdir -p ${facts.detail}`
            : facts.reason === "input"
              ? "choose another name for what is written"
              : undefined,
      });
    case "data-syntax":
      return error(facts.detail, {
        place: `${facts.file}, line ${facts.line}${facts.column === undefined ? "" : `, column ${facts.column}`}`,
        help: facts.help,
      });
    case "data-empty":
      return error(`${facts.what} is empty`, {
        place: facts.place,
        expected: facts.expected,
        notes: facts.note === undefined ? undefined : [facts.note],
      });
    case "data-ragged":
      return error(`${facts.what} is not rectangular`, {
        place: facts.place,
        expected: facts.expected,
        found: facts.found,
        notes: facts.note === undefined ? undefined : [facts.note],
      });
    case "data-duplicate-column":
      return error(`\`${facts.name}\` is given twice`, {
        place: `${facts.file}, ${facts.at}`,
        help: "remove or rename one of the two",
      });
    case "data-column-gap":
      return error(`the columns of \`${facts.name}\` leave a gap: there is no \`${facts.missing}\``, {
        place: facts.file,
        notes: ["columns that make an array are numbered from 0 and have no gaps"],
      });
    case "data-missing":
      return error(
        facts.declared.role === "input"
          ? `the data have no \`${facts.name}\`, an input of the model`
          : `the data have no \`${facts.name}\`, which the model observes`,
        {
          ...declaredAt(facts.declared),
          place: facts.file,
          found:
            facts.meant === undefined
              ? listNames(facts.given)
              : `\`${facts.meant}\`, which the model does not know`,
          notes:
            facts.file === undefined
              ? ["no data were given (--data FILE)"]
              : facts.given.length > 0 && facts.given.every((each) => /^-?[\d.]+$/.test(each))
                ? ["the first line of a CSV file holds the names of its columns"]
                : undefined,
          help:
            facts.meant !== undefined
              ? `rename \`${facts.meant}\` to \`${facts.name}\``
              : facts.file === undefined
                ? undefined
                : facts.columns !== undefined
                  ? `rename ${listNames(facts.columns)} to ${listNames(facts.columns.map((_, at) => `${facts.name}[${at}]`))}`
                  : `add \`${facts.name}\` to ${facts.file}`,
        },
      );
    case "data-unknown-key":
      return error(`\`${facts.name}\` is not in the model ${facts.model}`, {
        place: facts.place,
        notes: [
          facts.wanted.length === 0
            ? "the model takes no data"
            : `the model takes ${facts.wanted.map((name) => `\`${name}\``).join(", ")}`,
        ],
        help:
          facts.near.length > 0
            ? `did you mean ${facts.near.map((name) => `\`${name}\``).join(" or ")}?`
            : `remove \`${facts.name}\`, or allow extra names (--ignore-extra)`,
      });
    case "data-latent":
      return error(`\`${facts.name}\` is drawn by the model and not observed, so data cannot give it`, {
        place: facts.place,
        labels: [{ span: facts.span, text: "drawn here" }],
        help: `remove \`${facts.name}\` from the data, or write \`observe\` before the draw in the model`,
      });
    case "data-shape":
      return error(`\`${facts.name}\` has the wrong number of dimensions`, {
        ...declaredAt(facts.declared),
        place: facts.place,
        expected: facts.declared.type,
        found: describeShape(facts.found),
        notes:
          facts.inTable && facts.found.length === 1
            ? ["a column of a table has one value per row; other shapes are given in a JSON file"]
            : undefined,
      });
    case "data-type":
      return error(`\`${facts.name}\` is ${facts.found}, not ${facts.wanted}`, {
        ...declaredAt(facts.declared),
        place: facts.place,
        expected: facts.wanted,
        found: facts.found,
        notes: moreLikeIt(facts.more),
        ...(facts.found.startsWith('"') &&
          facts.declared?.type.startsWith("Int") && {
            help: `number what it names from 0: write 0 for ${facts.found}, 1 for the next`,
          }),
      });
    case "data-nan":
      return error(`\`${facts.name}\` is ${facts.found}, not a finite number`, {
        place: facts.place,
        notes: moreLikeIt(facts.more),
        help: "leave out the rows with infinite values",
      });
    case "data-missing-value": {
      const { observed } = facts;
      return error(
        `\`${facts.name}\` is missing${facts.found === "nothing" ? "" : ` (${facts.found})`}`,
        observed === undefined
          ? {
              place: facts.place,
              notes: moreLikeIt(facts.more),
              help: "leave out the rows with missing values",
            }
          : {
              ...declaredAt(observed),
              place: facts.place,
              notes: moreLikeIt(facts.more),
              help: "leave out the rows with missing values, or declare the variable with `?`: `: Real? ~ …`",
            },
      );
    }
    case "data-partly-missing":
      return error(`a part of \`${facts.name}\` is missing`, {
        labels: [{ span: facts.span, text: `drawn as a whole from ${facts.distribution}` }],
        place: facts.place,
        help: "give all of its elements, or none",
      });
    case "data-out-of-support":
      return error(`\`${facts.name}\` ${facts.remark}`, {
        ...declaredAt(facts.declared),
        place: facts.place,
        expected: facts.wanted,
        found: facts.found,
        notes: moreLikeIt(facts.more),
        help:
          facts.declared.role === "input"
            ? `correct the value, or declare another type than ${facts.declared.type}`
            : facts.remark.startsWith("sums to")
              ? "divide the numbers by their sum"
              : "correct the value, or choose a distribution that can give it",
      });
    case "data-size-conflict": {
      const { claim, expected, bindings } = facts;
      const from = bindings.map((binding) => formatBinding(binding, expected)).join(", ");
      return error(from === "" ? `${claim}, not ${expected}` : `${claim}, but ${expected} (${from})`, {
        ...declaredAt(facts.declared),
        place: facts.place,
        expected: expected.split(" = ").at(-1),
        found: facts.found,
      });
    }
    case "data-size-value":
      return error(`the size \`${facts.size}\` cannot be ${facts.found} (from ${facts.from})`, {
        place: facts.place,
        expected: "a whole number, 1 or more",
        found: facts.found,
      });
    case "data-size-unknown-name":
      return error(`the model has no size \`${facts.size}\``, {
        notes: [
          facts.known.length === 0 ? "the model has no sizes" : `its sizes are ${facts.known.join(", ")}`,
        ],
        help: facts.near.length > 0 ? `did you mean \`${facts.near[0]}\`?` : undefined,
      });
    case "data-size-unknown":
      return error(`nothing given says how large \`${facts.size}\` is`, {
        labels: [{ span: facts.span, text: `a size of ${facts.model}` }],
        notes: facts.pointer
          ? [`\`${facts.pointer.name}\` goes as far as ${facts.pointer.highest}`]
          : facts.shownBy.length === 0
            ? undefined
            : [`it would follow from ${facts.shownBy.join(" or ")}`],
        help: `say --set ${facts.size}=${(facts.pointer?.highest ?? 9) + 1}, or give \`${facts.size}\` in the data`,
      });
  }
}

/** "`y`, `sigma`"; of many names the first few. */
function listNames(names: readonly string[]): string | undefined {
  const most = 6;
  if (names.length === 0) return undefined;
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  return `${shown.join(", ")}${names.length > most ? `, and ${names.length - most} more` : ""}`;
}

/** "a number", "an array of shape [8]". */
export function describeShape(shape: readonly number[]): string {
  return shape.length === 0 ? "a number" : `an array of shape [${shape.join(", ")}]`;
}

function moreLikeIt(more: number): string[] | undefined {
  return more === 0 ? undefined : [`${more} more ${more === 1 ? "value has" : "values have"} the same fault`];
}

/** "from sigma" when the size itself is what was expected, "J = 8 from sigma" when it is a part of it. */
function formatBinding({ size, value, from }: SizeBinding, expected: string): string {
  return expected === `${size} = ${value}` ? `from ${from}` : `${size} = ${value} from ${from}`;
}

const fileKinds = {
  "data-unreadable": "data file",
  "model-unreadable": "model file",
  "artifact-unreadable": "trained model",
} as const;

function unreadableBecause(facts: DataFacts & { readonly code: keyof typeof fileKinds }): string {
  switch (facts.reason) {
    case "missing":
      return "there is no such file";
    case "directory":
      return "it is a folder";
    case "denied":
      return "permission denied";
    case "too-large":
      return `it is larger than ${facts.detail}`;
    case "encoding":
      return `it is not UTF-8 text (${facts.detail})`;
    case "other":
      return facts.detail;
  }
}

function unwritableBecause(facts: DataFacts & { readonly code: "output-unwritable" }): string {
  switch (facts.reason) {
    case "no-folder":
      return `there is no folder \`${facts.detail}\``;
    case "directory":
      return "it is a folder";
    case "denied":
      return "permission denied";
    case "input":
      return "this run reads it";
    case "extension":
      return `its name must end in ${facts.detail}`;
    case "other":
      return facts.detail;
  }
}
