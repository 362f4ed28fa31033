import { expect, test } from "vitest";
import { checkProgram } from "../../src/lang/check/check-program.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import type { Statement } from "../../src/lang/tree.ts";

// What no program calls is not checked when it is a library's; here each file is a program.
test.each(Object.entries(stdlibSources))("%s checks", (name, text) => {
  const { file, problems } = parse({ name, text });
  const others = Object.entries(stdlibSources).filter(([other]) => other !== name);
  const library = others.map(([other, own]) => parse({ name: other, text: own }).file);
  expect([...problems, ...checkProgram(file, { library }).problems]).toEqual([]);
});

test.each(Object.entries(stdlibSources))("%s: every declaration says what it is", (name, text) => {
  for (const declaration of parse({ name, text }).file.declarations)
    expect(declaration.doc, declaration.name.text).not.toBe("");
});

/** What `set-library-apart.ts` counts on. */
test.each(Object.entries(stdlibSources))(
  "%s: no parameter or binding has the name of a declaration",
  (name, text) => {
    const { declarations } = parse({ name, text }).file;
    const declared = declarations.map((each) => each.name.text);
    const bound = (statement: Statement): string[] => {
      if (statement.kind === "let") return statement.targets.map((target) => target.name.text);
      return statement.kind === "learn" ? [statement.name.text] : [];
    };
    const inside = declarations.flatMap((each) =>
      each.kind === "net" || each.kind === "def"
        ? [...each.parameters.map((parameter) => parameter.name.text), ...each.bindings.flatMap(bound)]
        : [],
    );
    expect(inside.filter((each) => declared.includes(each))).toEqual([]);
  },
);
