import { expect, test } from "vitest";
import { checkProgram } from "../../src/lang/check/check-program.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";

// What no program calls is not checked when it is a library's; here each file is a program.
test.each(Object.entries(stdlibSources))("%s checks", (name, text) => {
  const { file, problems } = parse({ name, text });
  expect([...problems, ...checkProgram(file).problems]).toEqual([]);
});

test.each(Object.entries(stdlibSources))("%s: every declaration says what it is", (name, text) => {
  for (const declaration of parse({ name, text }).file.declarations)
    expect(declaration.doc, declaration.name.text).not.toBe("");
});
