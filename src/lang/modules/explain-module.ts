/** What can be wrong with an `import`, and its prose. */
import type { Problem } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import type { Name } from "../tree.ts";

export type ModuleFacts =
  | { readonly code: "unknown-module"; readonly path: Name; readonly near: readonly string[] }
  | {
      readonly code: "unknown-import";
      readonly name: Name;
      readonly path: string;
      /** What it is there, where it is something that cannot be imported. */
      readonly what?: string;
      readonly known: readonly string[];
      readonly near: readonly string[];
    }
  | { readonly code: "import-cycle"; readonly cycle: readonly string[]; readonly span: Span };

export function explainModule(facts: ModuleFacts): Problem {
  const { code } = facts;
  switch (code) {
    case "unknown-module": {
      const { path, near } = facts;
      const isPath = /^\.\.?\//.test(path.text);
      return {
        code,
        severity: "error",
        message: isPath
          ? `there is no file \`${path.text}\` beside this one`
          : `there is no module \`${path.text}\``,
        labels: [{ span: path.span, text: "not found" }],
        expected:
          "the path of a file from here, as in `./lib.ppl`, or a module of the library, as in `std/nets`",
        help:
          near.length > 0
            ? `did you mean \`"${near[0]}"\`?`
            : isPath
              ? "paths start at the folder of the file that imports"
              : `write \`"./${path.text}"\` for a file in the same folder`,
      };
    }
    case "unknown-import": {
      const { name, path, what, known, near } = facts;
      const list = known.slice(0, 8).map((each) => `\`${each}\``);
      return {
        code,
        severity: "error",
        message:
          what === undefined
            ? `\`${path}\` has no \`${name.text}\``
            : `\`${name.text}\` of \`${path}\` is a ${what}`,
        labels: [{ span: name.span, text: what === undefined ? "not declared there" : "cannot be imported" }],
        expected: what === undefined && list.length > 0 ? list.join(", ") : "a `def`, `net` or `dist`",
        help:
          near.length > 0
            ? `did you mean \`${near[0]}\`?`
            : `remove \`${name.text}\`, or declare it in \`${path}\``,
      };
    }
    case "import-cycle":
      return {
        code,
        severity: "error",
        message: `these files import each other: ${facts.cycle.join(" → ")}`,
        labels: [{ span: facts.span, text: "closes the circle" }],
        help: "move what both need into a file of its own",
      };
  }
}
