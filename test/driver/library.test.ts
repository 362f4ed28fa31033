import { expect, test } from "vitest";
import { compile } from "../../src/driver/compile.ts";
import { library, libraryFor } from "../../src/driver/library.ts";
import { checkProgram } from "../../src/lang/check/check-program.ts";
import { parse } from "../../src/lang/parse/parse.ts";
import { stdlibSources } from "../../src/lang/stdlib.generated.ts";
import type { File } from "../../src/lang/tree.ts";

const whole = Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file);

function namesIn(files: readonly File[]): string[] {
  return files.flatMap(({ declarations }) => declarations.map(({ name }) => name.text));
}

test("declaration by declaration the library is what its files are", () => {
  const withoutDocs = (files: readonly File[]): string =>
    JSON.stringify(files, (key, value: unknown) => (key === "doc" ? undefined : value));
  expect(withoutDocs(library())).toBe(withoutDocs(whole));
});

test("a program gets what it mentions of the library, and what that mentions", () => {
  expect(libraryFor("model M { mu ~ Normal(0, 1) ; observe y ~ Normal(mu, 1) }")).toEqual([]);
  expect(libraryFor("model Mlp { mlps ~ Normal(0, 1) }")).toEqual([]);
  expect(namesIn(libraryFor("model M[D] { learn f = mlp[D, 1](hidden: [4]) }"))).toEqual([
    "dense",
    "layer",
    "mlp",
  ]);
  expect(
    namesIn(libraryFor("x ~ NegativeBinomial(3, 2)")).filter((each) => each === "NegativeBinomial"),
  ).toHaveLength(2);
});

test("each name of the library brings all that it needs", () => {
  for (const name of namesIn(whole)) {
    const files = libraryFor(name);
    expect(namesIn(files)).toContain(name);
    const declarations = files.flatMap((each) => each.declarations);
    expect(checkProgram({ declarations, span: files[0].span }).problems, name).toEqual([]);
  }
});

test("a name that is nearly one of the library's is told", async () => {
  const { problems } = await compile(
    "model M[D](x: Real[D]) {\n  learn f = mlq[D, 1](hidden: [4])\n  observe y ~ Normal(f(x)[0], 1)\n}",
  );
  expect(problems.map(({ code, help }) => `${code}: ${help}`)).toEqual([
    "unknown-function: did you mean `mlp`?",
  ]);
});
