/** What a tired user types: each mistake has a place and a suggestion, and what is no mistake works. */
import { describe, expect, test } from "vitest";
import { renderProblems } from "../../src/base/render-problem.ts";
import { compile } from "../../src/driver/compile.ts";
import { infer } from "../../src/driver/node-driver.ts";
import { golden } from "../golden.ts";

const mistakes: Readonly<Record<string, string>> = {
  "wrong-arity":
    "model M {\n  x ~ Normal(0)\n  y ~ Normal(x, 1, 2)\n  z = exp(1, 2)\n  w ~ Normal(z, 1)\n}\n",
  "argument-misspelt": "model M {\n  x ~ Normal(loc: 0, scal: 1)\n}\n",
  "distribution-as-number": "model M {\n  x ~ Normal(Normal(0, 1) + 2, 1)\n}\n",
  "distribution-bound": "model M {\n  x = Normal(0, 1)\n}\n",
  "distribution-in-lower-case": "model M {\n  x ~ normal(0, 1)\n}\n",
  "number-as-distribution": "model M {\n  x ~ 2 + 3\n}\n",
  "plate-as-size": "model M[N] {\n  plate n in N {\n    x[n]: Real[n] ~ Normal(0, 1)\n  }\n}\n",
  "shadowed-input": "model M(x: Real) {\n  x ~ Normal(0, 1)\n}\n",
  "bound-twice": "model M {\n  x ~ Normal(0, 1)\n  x = 2\n}\n",
  "import-misspelt": 'import { mpl } from "std/nets"\nmodel M { x ~ Normal(0, 1) }\n',
  "import-missing": 'import { f } from "./other.ppl"\nmodel M { x ~ Normal(f(0), 1) }\n',
  recursion:
    "def f(x: Real): Real = g(x - 1)\ndef g(x: Real): Real = f(x)\nmodel M { x ~ Normal(f(1), 1) }\n",
  "size-not-inferred": "def f[N](x: Real): Real = x * N\nmodel M { x ~ Normal(f(1), 1) }\n",
  "integer-division":
    "model M(n: Nat) {\n  x: Real[3] ~ Normal(0, 1)\n  observe y ~ Normal(x[n / 2], 1)\n}\n",
  remainder: "model M(n: Nat) {\n  x: Real[2] ~ Normal(0, 1)\n  observe y ~ Normal(x[n % 2], 1)\n}\n",
  "support-not-proven": "model M {\n  s ~ Normal(0, 1)\n  observe y ~ Normal(0, s)\n}\n",
  "guide-misses":
    "model M {\n  a ~ Normal(0, 1)\n  b ~ Normal(a, 1)\n  observe y ~ Normal(b, 1)\n}\nguide for M {\n  a ~ Normal(0, 1)\n}\n",
  "guide-adds":
    "model M {\n  a ~ Normal(0, 1)\n  observe y ~ Normal(a, 1)\n}\nguide for M {\n  a ~ Normal(0, 1)\n  c ~ Normal(0, 1)\n}\n",
  "no-sum": "model M {\n  k ~ Poisson(3)\n  observe y ~ Normal(k, 1)\n}\n",
  ragged: "model M {\n  x = [[1, 2], [3]]\n  y ~ Normal(x[0][0], 1)\n}\n",
  "negative-index": "model M[N](x: Real[N]) {\n  observe y ~ Normal(x[-1], 1)\n}\n",
  "keyword-as-name": "model M(then: Real) {\n  plate ~ Normal(then, 1)\n}\n",
  stan: "data { int N; }\nparameters { real mu; }\nmodel { mu ~ normal(0, 1); }\n",
  tabs: "model M {\n\tmu ~ Normal(0, 1)\n\tobserve y ~ Normal(muu, 1)\n}\n",
  "line-ends": "model M {\r\n  mu ~ Normal(0, 1)\r\n  observe y ~ Normal(muu, 1)\r\n}\r\n",
  "byte-order-mark": "\ufeffmodel M {\n  mu ~ Normal(0, 1)\n  observe y ~ Normal(muu, 1)\n}\n",
  unicode: "model M {\n  μ ~ Normal(0, 1)\n  σ_hat ~ HalfNormal(1)\n  observe y ~ Normal(μ, σ_hut)\n}\n",
};

describe("mistakes", () => {
  test.each(Object.entries(mistakes))("%s", async (name, text) => {
    const { problems, source, program } = await compile({ name: "model.ppl", text });
    expect(program).toBeUndefined();
    for (const { labels, help, expected } of problems) {
      expect(labels.length).toBeGreaterThan(0);
      expect(help ?? expected).toBeTruthy();
    }
    await golden(`tired-user/${name}.txt`, {
      program: text.replaceAll("\r", "\\r").replaceAll("\t", "\\t").replace("\ufeff", "\\ufeff"),
      message: renderProblems(problems, [source], { color: false }),
    });
  });
});

describe("no mistakes", () => {
  const words = [
    "model",
    "family",
    "guide",
    "def",
    "net",
    "dist",
    "import",
    "member",
    "on",
    "marginal",
    "enumerate",
    "Real",
  ];

  test.each(words)("`%s` as a name", async (word) => {
    const text = `def half(${word}: Real): Real = ${word} / 2

model M[N](${word}: Real[N]) {
  a ~ Normal(0, 1)
  plate n in N {
    m = half(
      ${word}[n])
    observe y[n] ~ Normal(a * m + ${word}[0], 1)
  }
}

model Drawn[N] {
  ${word}: Positive ~ HalfNormal(1)
  plate n in N { observe y[n] ~ Normal(0, ${word}) }
}

model InPlate[N] {
  plate n in N {
    ${word}[n] ~ Normal(0, 1)
    observe y[n] ~ Normal(${word}[n], 1)
  }
  last = ${word}[0]
}
`;
    const { problems } = await compile(text);
    expect(problems.map(({ message }) => message)).toEqual([]);
  });

  test("names of any script, tabs, other line ends and a byte order mark", async () => {
    const text =
      "model Größe[N] {\n\tμ ~ Normal(0, 10)\n\tσ_变量 ~ HalfNormal(1)\n\tplate n in N { observe длина[n] ~ Normal(μ, σ_变量) }\n}\n";
    for (const other of [text, text.replaceAll("\n", "\r\n"), `\ufeff${text}`]) {
      const { program, problems } = await compile(other);
      expect(problems).toEqual([]);
      if (program === undefined) continue;
      const options = { parallel: 0, chains: 1, warmup: 50, draws: 50 };
      const { summary } = await infer(program, { длина: [1, 2, 3] }, options);
      expect(summary.map(({ name }) => name)).toEqual(["μ", "σ_变量"]);
    }
  });
});
