/** Examples in doc comments of the library, and of what is builtin, against what they give. */
import { describe, expect, test } from "vitest";
import { builtinDocs } from "../../src/lang/builtin-docs.ts";
import { distributionDocs } from "../../src/lang/distribution-docs.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import { readDoc } from "./doc-comment.ts";
import { runExample } from "./run-example.ts";

const declared = Object.entries(stdlibSources).flatMap(([name, text]) =>
  parse({ name, text }).file.declarations.map((each) => ({ name: each.name.text, doc: each.doc })),
);
const builtin = [
  ...Object.entries(distributionDocs).map(([name, doc]) => ({ name, doc })),
  ...Object.entries(builtinDocs).map(([name, { doc }]) => ({ name, doc })),
];

describe.each([...declared, ...builtin])("$name", ({ doc }) => {
  const { examples } = readDoc(doc);
  test("has an example in its doc comment (docs/how-to/add-a-distribution.md)", () =>
    expect(examples.length).toBeGreaterThan(0));
  test.each(examples)("$expression", (example) => expect(runExample(example)).toBe(example.result));
});
