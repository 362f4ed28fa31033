import { expect, test } from "vitest";
import { compile } from "../../src/driver/compile.ts";
import { library, mentionsLibrary } from "../../src/driver/library.ts";

test("every name of the library is found without parsing it", () => {
  const names = library().flatMap(({ declarations }) => declarations.map(({ name }) => name.text));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(mentionsLibrary(`model M { learn f = ${name}[2] }`), name).toBe(true);
  expect(mentionsLibrary("model M { mu ~ Normal(0, 1) ; observe y ~ Normal(mu, 1) }")).toBe(false);
  expect(mentionsLibrary("model Mlp { mlps ~ Normal(0, 1) }")).toBe(false);
});

test("a name that is nearly one of the library's is told", async () => {
  const { problems } = await compile(
    "model M[D](x: Real[D]) {\n  learn f = mlq[D, 1](hidden: [4])\n  observe y ~ Normal(f(x)[0], 1)\n}",
  );
  expect(problems.map(({ code, help }) => `${code}: ${help}`)).toEqual([
    "unknown-function: did you mean `mlp`?",
  ]);
});
