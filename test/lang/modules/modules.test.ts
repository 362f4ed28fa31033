/** Imports: what they bring in, what they keep apart, what is said where they fail. */
import { describe, expect, test } from "vitest";
import { renderProblems } from "../../../src/base/render-problem.ts";
import type { Source } from "../../../src/base/span.ts";
import { sample } from "../../../src/driver/answers/predict.ts";
import { check } from "../../../src/driver/check.ts";
import { compile } from "../../../src/driver/compile.ts";
import { modulePath, withoutFolders } from "../../../src/lang/modules/module-path.ts";
import { golden } from "../../golden.ts";

function program(texts: Readonly<Record<string, string>>): Source {
  const [main, ...modules] = Object.entries(texts).map(([name, text]) => ({ name, text }));
  return { ...main, modules };
}

const lib = `import { third } from "./deep/more.ppl"

def helper(x: Real): Real = third(x) + 1

def twice(x: Real): Real = helper(x) * 2

dist Shifted(loc: Real, scale: Positive) on Real {
  logpdf(x) = -log(2 * scale) - abs(x - helper(loc)) / scale
  draw(u: Unit) = helper(loc) - scale * sign(u - 0.5) * log1p(-2 * abs(u - 0.5))
}

model Unused { x ~ Normal(0, 1) }
`;
const more = 'import { mlp } from "std/nets"\n\ndef third(x: Real): Real = x / 3\n';

describe("imports", () => {
  test("functions and distributions; names that are not imported stay apart", async () => {
    const text = `import { Shifted, twice } from "./lib.ppl"

def helper(a: Real): Real = -a

def third(a: Real): Real = 0 * a

model M {
  x ~ Shifted(0, 0.000001)
  y ~ Normal(twice(x), 0.000001)
  observe z ~ Normal(helper(x) + third(x), 0.000001)
}
`;
    const source = program({ "a/main.ppl": text, "a/lib.ppl": lib, "a/deep/more.ppl": more });
    const { program: compiled, problems, sources } = await compile(source);
    expect(problems).toEqual([]);
    expect(sources.map(({ name }) => name)).toEqual(["a/main.ppl", "a/lib.ppl", "a/deep/more.ppl"]);
    if (compiled === undefined) throw new Error("no program");
    expect(compiled.core.models.map(({ name }) => name)).toEqual(["M"]);
    const { variables } = await sample(compiled, {}, { draws: 50, seed: 1 });
    const mean = (wanted: string): number => {
      const values = [...(variables.find(({ name }) => name === wanted)?.values ?? [])];
      return values.reduce((sum, each) => sum + each, 0) / values.length;
    };
    expect(mean("x")).toBeCloseTo(1, 4);
    expect(mean("y")).toBeCloseTo(8 / 3, 4);
    expect(mean("z")).toBeCloseTo(-1, 4);
    expect(check(source).problems).toEqual([]);
    // Compiled again from what the program keeps, as a trained file does.
    expect((await compile(compiled.source)).problems).toEqual([]);
  });

  test("the caller may find texts", async () => {
    const asked: string[] = [];
    const { problems } = await compile('import { f } from "../x/f.ppl"\nmodel M { a ~ Normal(f(0), 1) }', {
      resolve: (path, from) => {
        asked.push(`${from}: ${path}`);
        return { name: "x/f.ppl", text: "def f(x: Real): Real = x" };
      },
    });
    expect(problems).toEqual([]);
    expect(asked).toEqual(["model.ppl: ../x/f.ppl"]);
  });
});

test.each([
  ["a/b/main.ppl", "./lib.ppl", "a/b/lib.ppl"],
  ["a/b/main.ppl", "../c/lib.ppl", "a/c/lib.ppl"],
  ["main.ppl", "../lib.ppl", "../lib.ppl"],
  ["/x/main.ppl", "./y/./lib.ppl", "/x/y/lib.ppl"],
])("from %s, %s is %s", (from, path, name) => {
  expect(modulePath(from, path)).toBe(name);
  // The same path finds it where the program has lost its folders.
  expect(modulePath("main.ppl", path)).toBe(withoutFolders(name, from));
});

const failing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "unknown-module": { "main.ppl": 'import { f } from "./lib.ppl"\n\nmodel M { x ~ Normal(f(0), 1) }\n' },
  "unknown-module-library": { "main.ppl": 'import { mlp } from "std/net"\n\nmodel M { x ~ Normal(0, 1) }\n' },
  "unknown-import": {
    "main.ppl": 'import { twise } from "./lib.ppl"\n\nmodel M { x ~ Normal(twise(0), 1) }\n',
    "lib.ppl": "def twice(x: Real): Real = 2 * x\n",
  },
  "unknown-import-model": {
    "main.ppl": 'import { Other } from "./lib.ppl"\n\nmodel M { x ~ Normal(0, 1) }\n',
    "lib.ppl": "model Other { x ~ Normal(0, 1) }\n",
  },
  "import-cycle": {
    "main.ppl": 'import { f } from "./f.ppl"\n\nmodel M { x ~ Normal(f(0), 1) }\n',
    "f.ppl": 'import { g } from "./g.ppl"\n\ndef f(x: Real): Real = g(x)\n',
    "g.ppl": 'import { f } from "./f.ppl"\n\ndef g(x: Real): Real = f(x)\n',
  },
  "name-taken": {
    "main.ppl":
      'import { f } from "./f.ppl"\n\ndef f(x: Real): Real = x\n\nmodel M { x ~ Normal(f(0), 1) }\n',
    "f.ppl": "def f(x: Real): Real = 2 * x\n",
  },
  "inside-a-module": {
    "main.ppl": 'import { f } from "./f.ppl"\n\nmodel M { x ~ Normal(f(0), 1) }\n',
    "f.ppl": "def f(x: Real): Real = 2 * y\n",
  },
};

describe("messages", () => {
  test.each(Object.entries(failing))("%s", async (name, texts) => {
    const { problems, sources } = await compile(program(texts));
    expect(problems.length).toBe(1);
    expect(problems[0].help).toBeTruthy();
    const message = renderProblems(problems, sources, { color: false });
    await golden(`modules/${name}.txt`, { ...texts, message });
  });
});
