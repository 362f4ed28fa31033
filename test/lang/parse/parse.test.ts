import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "../../../src/lang/parse/parse.ts";
import type { Declaration, Statement } from "../../../src/lang/tree.ts";
import { runs } from "../../runs.ts";
import { programs } from "../programs.ts";
import { expression, grouped, parsed, shape } from "./shape.ts";

const everything = Object.values(programs).join("\n");

function problemsOf(text: string): string[] {
  return parse({ name: "test.ppl", text }).problems.map((problem) => problem.code);
}

function bodyOf(text: string): readonly Statement[] {
  const [model] = parse({ name: "test.ppl", text }).file.declarations;
  if ("body" in model) return model.body;
  return "bindings" in model ? model.bindings : [];
}

/** What each statement defines, deeply: "plate(theta y)". */
function outline(statements: readonly Statement[]): string {
  return statements.map(outlineOne).join(" ");
}

function outlineOne(one: Statement): string {
  switch (one.kind) {
    case "draw":
    case "vary":
    case "choice":
      return one.target.name.text;
    case "let":
      return one.targets.map((target) => target.name.text).join(",");
    case "learn":
      return one.name.text;
    case "plate":
    case "for":
      return `${one.kind}(${outline(one.body)})`;
    case "if":
      return `if(${outline(one.then)})(${outline(one.else)})`;
    case "factor":
    case "error":
      return one.kind;
  }
}

describe("programs of the tour", () => {
  test.each(Object.entries(programs))("%s parses", (_, text) => {
    expect(parsed(text).declarations.length).toBeGreaterThan(0);
  });

  test("line ends, tabs and a byte order mark change nothing", () => {
    const tree = shape(parsed(everything).declarations);
    expect(shape(parsed(everything.replaceAll("\n", "\r\n")).declarations)).toEqual(tree);
    expect(shape(parsed(everything.replaceAll("\n", "\r")).declarations)).toEqual(tree);
    expect(shape(parsed(everything.replaceAll("\n  ", "\n\t")).declarations)).toEqual(tree);
    expect(shape(parsed(`\ufeff${everything}`).declarations)).toEqual(tree);
  });

  test("heads", () => {
    const [model] = parsed(programs.Everything).declarations;
    if (model.kind !== "model") throw new Error("not a model");
    expect(model.doc).toBe("All that the grammar has.\nSecond line.");
    expect(model.sizes.map((size) => size.name.text)).toEqual(["N", "T"]);
    expect(model.sizes[1].default && grouped(model.sizes[1].default)).toBe("(2 * N)");
    const [u, , v] = model.parameters.map((parameter) => parameter.type);
    expect([u.name.text, u.bounds.map(grouped), u.dimensions.map(grouped), u.optional]).toEqual([
      "Real",
      ["0", "1"],
      ["N"],
      false,
    ]);
    expect([v.bounds, v.dimensions, v.optional]).toEqual([[], [], true]);
    expect(outline(model.body)).toBe("m,s if(a)(if(a)(a)) plate(q) for(h k j) factor r w c d");
  });

  test("draws", () => {
    const [draw] = bodyOf(
      "model M { observe y[j, 0]: Real[K] ~ f(x) via noncentered marginal enumerate score }",
    );
    if (draw.kind !== "draw") throw new Error("not a draw");
    expect(draw.observed).toBe(true);
    expect(draw.target.indices.map(grouped)).toEqual(["j", "0"]);
    expect(draw.type?.name.text).toBe("Real");
    expect(draw.annotations.map((name) => name.text)).toEqual([
      "noncentered",
      "marginal",
      "enumerate",
      "score",
    ]);
  });

  test("functions end in their result", () => {
    const [dense, logistic] = parsed(programs.Library).declarations as Extract<
      Declaration,
      { kind: "def" | "net" }
    >[];
    expect(outline(dense.bindings)).toBe("W b");
    expect(grouped(dense.value)).toBe("((x @ W) + b)");
    expect(grouped(logistic.value)).toBe("sigmoid((k * x))");
    const [chosen] = parsed("def f(x: Real) -> Real {\n  if x > 0 { x } else { -x }\n}").declarations;
    expect(chosen.kind === "def" && grouped(chosen.value)).toBe("(if (x > 0) then x else (-x))");
  });

  test("families and guides", () => {
    const [family, regressor, guide] = parsed(programs.SinesOrLines + programs.Guide).declarations;
    if (family.kind !== "family" || regressor.kind !== "family" || guide.kind !== "guide")
      throw new Error("not a family and a guide");
    expect(outline(family.body)).toBe("kind amplitude phase slope intercept plate(x y)");
    const [kind, amplitude] = family.body;
    expect(kind.kind === "choice" && kind.options.map(({ value }) => grouped(value))).toEqual([
      "sine",
      "line",
    ]);
    expect(amplitude.kind === "vary" && grouped(amplitude.distribution)).toBe("Uniform(0.1, 5)");
    const [f] = regressor.body;
    expect(f.kind === "learn" && f.member).toBe(true);
    expect([guide.name.text, outline(guide.body)]).toEqual(["Vae", "encode plate(m,s z)"]);
    const [prior] = bodyOf("family F {\n vary prior in { Normal(0, 1),\n wide: Normal(0, 10) }\n}");
    expect(prior.kind === "choice" && prior.options.map(({ name }) => name?.text)).toEqual([
      undefined,
      "wide",
    ]);
  });

  test("contextual words are names elsewhere", () => {
    expect(outline(parsedBody("marginal ~ Normal(score, 1) score\nenumerate = marginal\nmember = 2"))).toBe(
      "marginal enumerate member",
    );
  });
});

function parsedBody(body: string): readonly Statement[] {
  const [model] = parsed(`model M {\n${body}\n}`).declarations;
  return model.kind === "model" ? model.body : [];
}

describe("operators", () => {
  /** Lowest first. */
  const levels = [
    ["|>"],
    ["||"],
    ["&&"],
    ["==", "!=", "<", "<=", ">", ">="],
    ["+", "-"],
    ["*", "/", "@"],
    ["^"],
  ];
  const ranked = levels.flatMap((operators, rank) => operators.map((operator) => ({ operator, rank })));

  test("every pair groups by precedence, equals to the left but `^`", () => {
    for (const first of ranked)
      for (const second of ranked) {
        if (first.rank === 3 && second.rank === 3) continue;
        const right = second.rank > first.rank || (first.operator === "^" && second.operator === "^");
        expect(grouped(expression(`a ${first.operator} b ${second.operator} c`))).toBe(
          right
            ? `(a ${first.operator} (b ${second.operator} c))`
            : `((a ${first.operator} b) ${second.operator} c)`,
        );
      }
  });

  test.each([
    ["-x ^ 2", "(-(x ^ 2))"],
    ["2 ^ -x ^ 2", "(2 ^ (-(x ^ 2)))"],
    ["2 ^ -x * y", "((2 ^ (-x)) * y)"],
    ["-a * b", "((-a) * b)"],
    ["a - -b", "(a - (-b))"],
    ["!a == b", "((!a) == b)"],
    ["!!a && b", "((!(!a)) && b)"],
    ["-f(x)[1]", "(-f(x)[1])"],
    ["a * b as Real", "(a * (b as Real))"],
    ["-x as Real", "((-x) as Real)"],
    ["x ^ 2 as Real", "((x ^ 2) as Real)"],
    ["x as Real as Unit + 1", "(((x as Real) as Unit) + 1)"],
    ["a + b |> f(c) |> g", "(((a + b) |> f(c)) |> g)"],
    ["if a then b else c + 1", "(if a then b else (c + 1))"],
    ["1 + if a { b } else if c { d } else { e }", "(1 + (if a then b else (if c then d else e)))"],
    ["x[..][1..][..n, k]", "x[..][1..][..n, k]"],
    ["[f(k: 1) for k in 1..K + 1]", "[f(k: 1) for k in 1..(K + 1)]"],
    ["match z { -1 => a\n 0 => b, true => c\n\n _ => d }", "match z { -1 => a, 0 => b, true => c, _ => d }"],
    ["((a))", "a"],
    ["[]", "[]"],
    ["1e-3 + 1.5E+2", "(0.001 + 150)"],
  ])("%s", (text, expected) => {
    expect(grouped(expression(text))).toBe(expected);
  });

  test("comparisons do not chain", () => {
    expect(problemsOf("model M { a = b < c < d }")).toEqual(["chained-comparison"]);
    expect(problemsOf("model M { a = b < c && c < d == e }")).toEqual(["chained-comparison"]);
    expect(problemsOf("model M { a = (b < c) == (d < e) }")).toEqual([]);
  });

  test("any tree comes back from its parenthesised text", () => {
    const name = fc.constantFrom("a", "b", "μ", "x_1", "if_", "变量");
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        name,
        fc.nat(1000).map(String),
        fc
          .tuple(tie("tree"), fc.constantFrom(...ranked), tie("tree"))
          .map(([l, op, r]) => `(${l} ${op.operator} ${r})`),
        fc.tuple(fc.constantFrom("-", "!"), tie("tree")).map(([op, of]) => `(${op}${of})`),
        fc.tuple(name, fc.array(tie("tree"), { maxLength: 3 })).map(([f, of]) => `${f}(${of.join(", ")})`),
        fc
          .tuple(name, fc.array(tie("tree"), { minLength: 1, maxLength: 2 }))
          .map(([f, of]) => `${f}[${of.join(", ")}]`),
        fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([c, a, b]) => `(if ${c} then ${a} else ${b})`),
        fc.array(tie("tree"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
        fc.array(tie("tree"), { minLength: 2, maxLength: 3 }).map((items) => `(${items.join(", ")})`),
      ),
    }));
    fc.assert(
      fc.property(tree, (text) => {
        expect(grouped(expression(text))).toBe(text);
      }),
      runs(200, 10_000),
    );
  });
});

describe("numbers", () => {
  test("value and kind", () => {
    expect(expression("12")).toMatchObject({ value: 12, integer: true });
    expect(expression("12.0")).toMatchObject({ value: 12, integer: false });
    expect(expression("1e3")).toMatchObject({ value: 1000, integer: false });
  });
  test("any finite number comes back", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(!Number.isInteger(value) || value <= Number.MAX_SAFE_INTEGER || value >= 1e21);
        expect(expression(String(value))).toMatchObject({ kind: "number", value });
      }),
    );
  });
});

describe("line ends", () => {
  const body = (text: string): string => outline(parsedBody(text));

  test("a line that begins with a bracket or `-` is a new statement", () => {
    const [dense] = parsed("net f(x: Real) -> Real {\n learn b = zeros()\n -x @ W\n}").declarations;
    expect(dense.kind === "net" && grouped(dense.value)).toBe("((-x) @ W)");
    expect(body("a = b\n(c, d) = e")).toBe("a c,d");
    expect(problemsOf("model M {\n a = b\n [1]\n}")).toEqual(["lone-expression"]);
    expect(body("a = b\ntheta[j] ~ f(a)")).toBe("a theta");
  });

  test.each(["|>", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "+", "*", "/", "@", "^"])(
    "a line may end in or begin with `%s`",
    (operator) => {
      expect(body(`a = b ${operator}\n c\nd = a`)).toBe("a d");
      expect(body(`a = b\n  ${operator} c\nd = a`)).toBe("a d");
    },
  );

  test("inside brackets line ends mean nothing, inside braces within them they do again", () => {
    expect(body("a = f(\n b\n ,\n c -\n d[\n 1\n ]\n)\nd = a")).toBe("a d");
    expect(body("a = f(match z {\n 0 => b\n 1 => c\n}, d)\ne = a")).toBe("a e");
  });

  test("heads, draws and branches may break where they cannot end", () => {
    expect(
      parsed("model M\n[N,\n K = 3]\n(\n x: Real[N],\n y: Real\n)\n{\n a = x }").declarations,
    ).toHaveLength(1);
    expect(parsed("def f(x: Real)\n -> Real\n = x\n  + 1\nmodel M { a = 1 }").declarations).toHaveLength(2);
    expect(body("y\n  : Real\n  ~ f(x)\n  via noncentered\nif c\n{ a = 1 }\nelse\n{ a = 2 }")).toBe(
      "y if(a)(a)",
    );
    expect(body("a = if c\n then b\n else d\ne = 1")).toBe("a e");
    expect(body("observe\n y ~ f(x)")).toBe("y");
  });

  test("`;` separates, also repeated and trailing", () => {
    expect(body(";; a = 1;; b = 2;\n;")).toBe("a b");
  });

  test("a comment ends nothing and hides nothing", () => {
    expect(body("a = 1 // + 2\nb = /* x\n y */ 2\nc = 3 /* x */ + 4")).toBe("a b c");
    expect(body("a = 1 /* over\n lines */ b = 2")).toBe("a b");
  });

  test("`1..T` is a range", () => {
    expect(body("for t in 1..T { a = x[0..3] }")).toBe("for(a)");
  });
});

describe("places", () => {
  interface Spanned {
    span: { start: number; end: number };
    kind?: string;
    text?: string;
  }
  const isSpanned = (value: unknown): value is Spanned =>
    typeof value === "object" && value !== null && "span" in value;

  function check(value: unknown, outer: Spanned, text: string): number {
    if (typeof value !== "object" || value === null) return 0;
    const inner = isSpanned(value) ? value : outer;
    expect(inner.span.start).toBeGreaterThanOrEqual(outer.span.start);
    expect(inner.span.end).toBeLessThanOrEqual(outer.span.end);
    if (inner !== outer && typeof inner.text === "string" && inner.text !== "")
      expect(text.slice(inner.span.start, inner.span.end)).toContain(inner.text);
    let seen = 1;
    for (const [key, child] of Object.entries(value))
      if (!/[sS]pan$/.test(key)) seen += check(child, inner, text);
    return seen;
  }

  test("a part lies within its whole and a name on its text", () => {
    const file = parsed(everything);
    expect(check(file.declarations, file, everything)).toBeGreaterThan(500);
  });

  test("also in texts that do not parse", () => {
    for (let end = 0; end < everything.length; end += 29) {
      const text = everything.slice(0, end);
      const { file } = parse({ name: "test.ppl", text });
      check(file.declarations, file, text);
    }
  });

  test("a parenthesis belongs to its expression", () => {
    const text = "model M { a = (b + c) * d }";
    const [statement] = bodyOf(text);
    expect(statement.kind === "let" && statement.value.span).toMatchObject({ start: 14, end: 25 });
  });
});

describe("recovery", () => {
  test.each([
    ["a = = 1", "a"],
    ["a ~", "a"],
    ["a ~ f(1", "a"],
    ["a ~ f(1 2)", "a"],
    ["a ~ f(1, , 2) via", "a"],
    ["a[1 ~ f(1)", "a"],
    ["a f(1)", "a"],
    ["a := 1", "a"],
    ["a <- f(1)", "a"],
    ["plate ~ f(1)", "plate"],
    ["plate i J { b = 1 }", "plate(b)"],
    ["plate i in { b = 1 }", "plate(b)"],
    ["if { b = 1 }", "if(b)()"],
    ["for t in 1..T b = 1", "for()"],
    ["for t in 1..T", "for()"],
    ["for t in 1..T\n    b[t] = 1\n  }", "for(b)"],
    ["if c\n    b = 1\n  }", "if(b)()"],
    ["plat i in J { b = 1 }", "plate(b)"],
    ["a = f(1 2 + 3) + 4", "a"],
    ["a = if b then else d", "a"],
    ["if a b { b = 1 } else { c = 1 }", "if()(c)"],
    ["3 = a", "error"],
    ["f(x)", "error"],
    ["a = f(1))", "a"],
    ["a = (1]", "a"],
    ['a = "text"', "a"],
    ["a = $", "a"],
    ["learn a", "a"],
    ["factor", "factor"],
    ["a: = 3", "a"],
    ["a = match z { 0 > 1 }", "a"],
    ["a = [1 for k K]", "a"],
  ])("`%s` is one mistake, and what is around it stays", (mistake, recovered) => {
    const text = `model M {\n  before = 1\n  ${mistake}\n  after ~ f(before)\n}\nmodel N { z = 1 }\n`;
    expect(problemsOf(text)).toHaveLength(1);
    expect(outline(bodyOf(text))).toBe(`before ${recovered} after`);
    expect(parse({ name: "test.ppl", text }).file.declarations).toHaveLength(2);
  });

  test("whatever token a model loses or doubles, the next declaration stays as it was", () => {
    const words = programs.EightSchools.split(/(?<=\n)|\b|(?<=[()[\]{}~,:])/).filter(
      (word) => word.trim() !== "",
    );
    const next = shape(parsed(programs.Hmm).declarations);
    for (const index of words.keys())
      for (const insert of ["", `${words[index]} ${words[index]}`, "(", "}", "~", "then"]) {
        let at = 0;
        for (const word of words.slice(0, index)) at = programs.EightSchools.indexOf(word, at) + word.length;
        at = programs.EightSchools.indexOf(words[index], at);
        const text = `${programs.EightSchools.slice(0, at)}${insert}${programs.EightSchools.slice(at + words[index].length)}\n${programs.Hmm}`;
        const { file, problems } = parse({ name: "test.ppl", text });
        expect(shape(file.declarations.slice(-1)), text).toEqual(next);
        expect(problems.length, text).toBeLessThanOrEqual(3);
      }
  });

  test("imports stand between declarations", () => {
    const text = `${programs.Hmm}import { a, b } from "./b.ppl"\ndef f(x: Real) = x`;
    expect(problemsOf(text)).toEqual([]);
    const { file } = parse({ name: "test.ppl", text });
    expect(file.declarations.map((one) => one.name.text)).toEqual(["Hmm", "./b.ppl", "f"]);
  });
});

describe("any text gets an answer", () => {
  const answers = (text: string): void => {
    const { file, problems } = parse({ name: "test.ppl", text });
    expect(file.declarations.length > 0 || problems.length > 0).toBe(true);
    for (const { message, labels } of problems) {
      expect(message).not.toMatch(/undefined|Keyword_|Exception|`undefined`/);
      for (const { span } of labels) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }
    }
  };

  test("every beginning of a program", () => {
    for (const text of Object.values(programs))
      for (let end = 0; end <= text.length; end++) answers(text.slice(0, end));
  });

  test("random text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), answers), runs(500, 20_000));
  });

  test("random words of the language", () => {
    const words = everything.split(/(\s+|\b)/).filter((word) => word !== "");
    const word = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom("\n", " ", "(", "[", "{", "}", ";", '"', "#", "|"),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 60 }).map((some) => some.join("")),
        answers,
      ),
      runs(500, 20_000),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 60 }).map((some) => `model M {\n${some.join(" ")}`),
        answers,
      ),
      runs(500, 20_000),
    );
  });
});

describe("bounds", () => {
  const nested: Readonly<Record<string, (depth: number) => string>> = {
    parentheses: (depth) => `a = ${"(".repeat(depth)}1${")".repeat(depth)}`,
    calls: (depth) => `a = ${"f(".repeat(depth)}1${")".repeat(depth)}`,
    indices: (depth) => `a = ${"x[".repeat(depth)}1${"]".repeat(depth)}`,
    arrays: (depth) => `a = ${"[".repeat(depth)}1${"]".repeat(depth)}`,
    types: (depth) => `a: ${"Real[x as ".repeat(depth)}Real${"]".repeat(depth)} = 1`,
    plates: (depth) => `${"plate i in I {".repeat(depth)}a = 1${"}".repeat(depth)}`,
    blocks: (depth) => `${"if a {\n".repeat(depth)}a = 1${"\n}".repeat(depth)}`,
    matches: (depth) => `a = ${"match a { 0 => ".repeat(depth)}1${"}".repeat(depth)}`,
    conditions: (depth) => `a = ${"if a then ".repeat(depth)}1${" else 0".repeat(depth)}`,
    chains: (depth) => `a = ${"if a then 1 else ".repeat(depth)}1`,
    "else if": (depth) => `${"if a { b = 1 } else ".repeat(depth)}{ b = 1 }`,
    signs: (depth) => `a = ${"-".repeat(depth)}1`,
    powers: (depth) => `a = ${"2 ^ ".repeat(depth)}1`,
    sums: (depth) => `a = ${"2 + ".repeat(depth)}1`,
    pipes: (depth) => `a = 2 ${"|> f".repeat(depth)}`,
    "call chains": (depth) => `a = f${"()".repeat(depth)}`,
    casts: (depth) => `a = b${" as Real".repeat(depth)}`,
  };

  test.each(Object.entries(nested))("%s", (_, make) => {
    const at = (depth: number): string => `model M {\n${make(depth)}\nb = 1\n}\nmodel N { z = 1 }`;
    expect(problemsOf(at(90))).toEqual([]);
    for (const depth of [300, 12_000]) {
      const { problems, file } = parse({ name: "test.ppl", text: at(depth) });
      expect(problems.map((problem) => problem.code)).toEqual(["nesting-too-deep"]);
      expect(file.declarations.map((one) => one.name.text)).toEqual(["M", "N"]);
    }
  });

  test("brackets that are only opened", () => {
    for (const text of ["(", "[", "{", "f(", "if ", "match {", "f([a[("])
      expect(problemsOf(`model M { a = ${text.repeat(20_000)}`)).toContain("nesting-too-deep");
  });

  test("bodies without braces", () => {
    const lines = Array.from({ length: 500 }, (_, depth) => `${" ".repeat(depth)}plate i in I\n`);
    expect(problemsOf(`model M {\n${lines.join("")}}`)).toContain("missing-body");
  });

  test("a long program is read, a huge text is refused at once", () => {
    const lines = `model M {\n${"  a ~ Normal(mu + 3.5, tau) via noncentered\n".repeat(2000)}}`;
    expect(problemsOf(lines)).toEqual([]);
    expect(problemsOf("x".repeat(10_000_000))).toEqual(["file-too-large"]);
  });

  test("a text of mistakes gives a hundred problems at most", () => {
    expect(problemsOf(`model M {\n${"a = = 1\n".repeat(3000)}}`)).toHaveLength(100);
  });
});
