import { expect, test } from "vitest";
import { renderProblems } from "../../../src/base/render-problem.ts";
import { maximumLength, parse } from "../../../src/lang/parse/parse.ts";
import type { SyntaxFact } from "../../../src/lang/parse/parse-problem.ts";
import { golden } from "../../golden.ts";

/** Programs by the code of the problem they have; more than one as `code-what`. */
const programs = {
  "empty-program": { "": "// Nothing yet.\n", text: "" },
  "unexpected-character": {
    "": "model A {\n  x ~ Normal(0, .5)\n}\n",
    field: "model A(y: Real) {\n  x ~ Normal(y. mean, 1)\n}\n",
    invisible: "model A {\n  x\u200b ~ Normal(0, 1)\n}\n",
    run: "model A {\n  x = $$$\n}\n",
  },
  "unclosed-comment": { "": "model A {\n  x ~ Normal(0, 1)  /* wide\n}\n" },
  "hash-comment": { "": "# A coin.\nmodel A {\n  p ~ Uniform(0, 1)\n}\n" },
  "no-strings": { "": 'model A {\n  x ~ Normal("mu", 1)\n}\n' },
  "wrong-symbol": {
    assign: "model A {\n  mu := 3\n}\n",
    arrow: "model A {\n  mu <- Normal(0, 1)\n}\n",
    power: "model A(x: Real) {\n  y = x ** 2\n}\n",
    add: "model A(x: Real) {\n  target += -x\n}\n",
    argument: "model A {\n  x ~ Normal(loc = 0, scale: 1)\n}\n",
    minus: "model A {\n  x ~ Normal(−1, 1)\n}\n",
    transpose: "model A[N, K](x: Real[N, K]) {\n  C = x' @ x\n}\n",
  },
  "unclosed-bracket": {
    "": "model A {\n  mu ~ Normal(0, 1\n  tau ~ HalfNormal(1)\n}\n",
    index: "model A[J] {\n  plate j in J { theta[j ~ Normal(0, 1) }\n}\n",
    brace: "model A[J] {\n  plate j in J {\n    x[j] ~ Normal(0, 1)\n}\n\nmodel B { y ~ Normal(0, 1) }\n",
    comment: "model A(n: Nat) {\n  x ~ Normal(0, (n // 2))\n}\n",
    head: "model A[J](sigma: Positive[J] {\n  x ~ Normal(0, 1)\n}\n",
    match: "model A(k: Nat) {\n  x = match k {\n    0 => 1\n    _ => 2\n  y ~ Normal(0, 1)\n}\n",
    "many-lines": "model A {\n  x ~ Normal(\n    exp(\n      1,\n      2\n  )\n  y ~ Normal(0, 1)\n}\n",
  },
  "mismatched-bracket": { "": "model A {\n  x ~ Normal(0, 1]\n}\n" },
  "unmatched-bracket": { "": "model A {\n  x ~ Normal(0, 1))\n}\n", brace: "model A {\n  x = 1\n}\n}\n" },
  "nesting-too-deep": {
    "": `model A {\n  x = ${"(".repeat(120)}1${")".repeat(120)}\n}\n`,
    chain: `model A {\n  x = ${"1 + ".repeat(300)}1\n}\n`,
  },
  "outside-declaration": {
    stan: "data {\n  x: Real\n}\n",
    "": "mu ~ Normal(0, 1)\nobserve y ~ Normal(mu, 1)\n",
    misspelt: "modle A {\n  x ~ Normal(0, 1)\n}\n",
    rest: "model A {\n  x ~ Normal(0, 1)\n}\ny ~ Normal(x, 1)\n",
    text: "Dear reader,\nthis is a letter.\n",
  },
  "unknown-statement": { "": "model A[J] {\n  plat j in J { x[j] ~ Normal(0, 1) }\n}\n" },
  "missing-body": {
    brace: "model A[J] {\n  plate j in J\n    x[j] ~ Normal(0, 1)\n  }\n  y ~ Normal(0, 1)\n}\n",
    if: "model A(c: Bool) {\n  if c\n    x = 1\n  }\n  y ~ Normal(0, 1)\n}\n",
    "": "model A[J] {\n  plate j in J\n  x ~ Normal(0, 1)\n}\n",
  },
  "keyword-as-name": { "": "model A {\n  plate ~ Normal(0, 1)\n}\n" },
  "unexpected-token": {
    "then-binding": "model A(c: Bool) {\n  if c then b = 1 else b = 2\n}\n",
    "for-behind": "model A[N] {\n  x[n] ~ Normal(0, 1) for n in N\n}\n",
    "import-all": 'import "./lib.ppl"\nmodel A {\n  x ~ Normal(0, 1)\n}\n',
    "two-indices": "model A[N, K] {\n  plate n in N, k in K { x[n, k] ~ Normal(0, 1) }\n}\n",
    "range-of-r": "model A[N] {\n  for n in 1:N { x[n] ~ Normal(0, 1) }\n}\n",
    "plate-of-a-size": "model A[N] {\n  plate N { x ~ Normal(0, 1) }\n}\n",
    elif: "model A(b: Bool, c: Bool) {\n  if b { x ~ Normal(0, 1) }\n  elif c { x ~ Normal(1, 1) }\n}\n",
    dist: "dist Peak(loc: Real) {\n  logpdf(x) = -abs(x - loc)\n}\n",
    entry: "dist Peak(loc: Real) on Real {\n  logpdf(x) -abs(x - loc)\n}\n",
    comma: "model A {\n  x ~ Normal(0 1)\n}\n",
    in: "model A[J] {\n  plate j J {\n    x[j] ~ Normal(0, 1)\n  }\n}\n",
    tilde: "model A {\n  mu Normal(0, 1)\n}\n",
    "two-statements": "model A {\n  x ~ Normal(0, 1) y ~ Normal(0, 1)\n}\n",
    annotation: "model A[N] {\n  z ~ Bernoulli(0.5) marginl\n}\n",
    "misspelt-annotation": "model A[N] {\n  z ~ Bernoulli(0.5) scores\n}\n",
    temperature: "model A[N] {\n  z ~ Bernoulli(0.5) relaxed\n}\n",
    "number-name": "model A(x: Real) {\n  y = 2x\n}\n",
    "parameter-type": "def f(x) = x\n",
    pattern: "model A(k: Nat) {\n  x = match k { (0) => 1, _ => 2 }\n}\n",
    and: "model A(a: Bool, b: Bool) {\n  c = a and b\n}\n",
    body: "model A mu ~ Normal(0, 1)\n",
    statement: "model A {\n  ~ Normal(0, 1)\n}\n",
    "keyword-parameter": "model A(then: Real) {\n  x ~ Normal(0, 1)\n}\n",
    "else-if": "model A(a: Bool) {\n  if a { x ~ Normal(0, 1) } elif !a { x ~ Normal(1, 1) }\n}\n",
    "question-mark": "model A(a: Bool) {\n  x = a ? 1 : 2\n}\n",
    let: "model A {\n  let x = 1\n}\n",
    return: "def f(x: Real): Real {\n  return x\n}\n",
    range: "model A[N] {\n  plate n in 1:N { x[n] ~ Normal(0, 1) }\n}\n",
  },
  "missing-expression": {
    "": "model A {\n  x =\n  y ~ Normal(0, 1)\n}\n",
    tilde: "model A[J] {\n  plate j in J { theta[j] = ~ Normal(0, 1) }\n}\n",
    operator: "model A {\n  x = 1 + * 2\n}\n",
    argument: "model A {\n  x ~ Normal(0,, 1)\n}\n",
    keyword: "model A {\n  x ~ Normal(plate, 1)\n}\n",
    index: "model A(y: Real[3]) {\n  x = y[]\n}\n",
    brace: "def f(x: Real) = {\n  x + 1\n}\n",
  },
  "missing-name": {
    parentheses: "model A[N] {\n  for (n in 0..N) { x[n] ~ Normal(0, 1) }\n}\n",
    "": "model {\n  x ~ Normal(0, 1)\n}\n",
    via: "model A {\n  x ~ Normal(0, 1) via\n}\n",
    learn: "model A {\n  learn = 3\n  learn : Real = 3\n}\n",
  },
  "number-too-large": {
    "": "model A {\n  x = 1e999\n}\n",
    integer: "model A {\n  x = 12345678901234567890\n}\n",
  },
  "chained-comparison": { "": "model A(x: Real) {\n  inside = 0 < x <= 1\n}\n" },
  "record-half-named": { "": "model A {\n  x = (a: 1, 2)\n}\n" },
  "missing-else": { "": "model A(c: Bool) {\n  x = if c then 1\n}\n" },
  "missing-result": { "": "def f(x: Real): Real {\n  y = x + 1\n}\n" },
  "branch-not-expression": {
    "": "model A(c: Bool) {\n  x = if c {\n    y = 1\n    y + 1\n  } else { 2 }\n}\n",
  },
  "lone-expression": {
    "": "model A {\n  mu\n}\n",
    line: "model A(x: Real) {\n  y = x\n  -1\n}\n",
    function: "def f(x: Real): Real {\n  x + 1\n  x + 2\n}\n",
  },
  "invalid-target": {
    "": "model A(x: Real) {\n  3 = x\n}\n",
    indices: "model A[N, K] {\n  x[n][k] ~ Normal(0, 1)\n}\n",
    tuple: "model A {\n  (x, y) ~ Normal(0, 1)\n}\n",
  },
  "observed-binding": { "": "model A {\n  observe y = 3\n}\n" },
  "model-without-body": { "": "model A = 3\n" },
  "model-with-result": { "": "model A(x: Real): Real {\n  y ~ Normal(x, 1)\n}\n" },
} satisfies Record<Exclude<SyntaxFact["code"], "file-too-large">, Record<string, string>>;

const cases = Object.entries(programs).flatMap(([code, variants]) =>
  Object.entries(variants).map(([what, program]) => ({
    slug: what === "" ? code : `${code}-${what}`,
    code,
    program,
  })),
);

test.each(cases)("$slug", async ({ slug, code, program }) => {
  const source = { name: "program.ppl", text: program };
  const { problems } = parse(source);
  expect(problems.map((problem) => problem.code)).toContain(code);
  await golden(`syntax/${slug}.txt`, {
    program,
    message: renderProblems(problems, [source], { color: false }),
  });
});

test("file-too-large", async () => {
  const source = { name: "program.ppl", text: " ".repeat(maximumLength + 1) };
  await golden("syntax/file-too-large.txt", {
    message: renderProblems(parse(source).problems, [source], { color: false }),
  });
});

test("each of these programs has one problem, but one that shows two", () => {
  const many = cases.filter(({ program }) => parse({ name: "", text: program }).problems.length !== 1);
  expect(many.map(({ slug }) => slug)).toEqual(["missing-name-learn"]);
});
