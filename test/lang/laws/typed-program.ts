/**
 * Random programs that are right, with all of the language that has a log density: models and families with inputs, functions, nets,
 * distributions of their own, latents of many types, missing values, plates, ordered axes, discrete latents, and guides. The checker
 * must find nothing wrong with them, and nothing behind it may fail.
 */
import fc from "fast-check";
import type { SampleProgram } from "../../compiler/lower/programs.ts";
import { growDeclarations } from "./typed-declarations.ts";
import { fresh, type Growing } from "./typed-draws.ts";
import { number } from "./typed-expression.ts";
import { growGuide } from "./typed-guide.ts";
import { growImports } from "./typed-imports.ts";
import type { Declared } from "./typed-maker.ts";
import { bracketed, type Choose, type Entry, type Here, known, over } from "./typed-scope.ts";
import { growBody } from "./typed-statements.ts";

export interface TypedProgram extends SampleProgram {
  /** Of the library, in front of everything else. */
  readonly imports: readonly string[];
  /** The declarations in front of the model, one by one: what could be imported. */
  readonly declarations: readonly string[];
}

const choices = fc.array(fc.nat({ max: 5039 }), { minLength: 1, maxLength: 700, size: "max" });

export const typedProgram: fc.Arbitrary<TypedProgram> = choices.map((numbers) => growProgram(numbers, false));

/** Models with a guide, where guides reach all that is inferred. */
export const guidedProgram: fc.Arbitrary<TypedProgram> = choices.map((numbers) => growProgram(numbers, true));

const inputs: readonly { readonly entry: Entry; readonly type: string }[] = [
  { entry: known("x", "real", [over("N")]), type: "Real[N]" },
  { entry: known("w", "positive", [over("J")]), type: "Positive[J]" },
  { entry: known("q", "unit", [over("T")]), type: "Unit[T]" },
  { entry: known("flag", "bool"), type: "Bool" },
  { entry: known("c", "real"), type: "Real(-1, 1)" },
  { entry: known("count", "count", [over("N")]), type: "Nat[N]" },
  { entry: known("toJ", "count", [over("N")]), type: "Nat[N]" },
  { entry: known("length", "count", [over("N")]), type: "Nat[N]" },
  { entry: known("X", "real", [over("N")], ["K"]), type: "Real[N, K]" },
  { entry: known("v", "real", [], ["P"]), type: "Real[P]" },
];

function growProgram(numbers: readonly number[], guided: boolean): TypedProgram {
  let next = 0;
  const choose: Choose = (options) => options[(numbers[next++] ?? 0) % options.length];
  const sizes = choose([
    { N: 3, J: 2, K: 3, P: 2, T: 4 },
    { N: 3, J: 2, K: 3, P: 2, T: 4 },
    { N: 1, J: 3, K: 2, P: 3, T: 3 },
    { N: 2, J: 1, K: 2, P: 2, T: 18 },
  ]);
  const importing = choose([false, true]);
  const declared = growDeclarations(choose);
  const head = guided ? noHead : growHead(choose);
  const isGuided = guided || (head.lines.length === 0 && choose([false, false, false, true]));
  const growing: Growing = {
    choose,
    more: () => next < numbers.length,
    guided,
    names: new Map(),
    indexBounds: { toJ: sizes.J, count: 3, length: sizes.T + 1 },
    priors: head.priors,
    assignments: head.assignments,
  };
  const isFamily = head.lines.length > 0;
  const learned = growLearned(growing, declared, isFamily);
  const here: Here = {
    entries: [...inputs.map(({ entry }) => entry), ...head.entries, ...learned.entries],
    axes: [],
    ranges: ["N", "P"],
    vectors: ["K", "P"],
    callables: declared.flatMap(({ callables = [] }) => callables),
    distributions: declared.flatMap(({ distribution }) => distribution ?? []),
    sizes,
    discrete: true,
    known: false,
  };
  const body = growBody(growing, here, 12);
  const last = number(choose, { ...here, entries: body.all }, "real", 2);
  const lines = [...head.lines, ...learned.lines, ...body.lines, `observe last ~ Normal(${last}, 1)`];
  const inner = lines.join("\n  ");
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(inner);
  const given = inputs
    .filter(({ entry }) => uses(entry.name))
    .map(({ entry, type }) => `${entry.name}: ${type}`);
  const used = Object.keys(sizes).filter(
    (name) => uses(name) || given.some((each) => new RegExp(`\\b${name}\\b`).test(each)),
  );
  const signature = `M${bracketed("[", used, "]")}${bracketed("(", given, ")")}`;
  const declarations = declared.flatMap(({ text }) => (text === "" ? [] : [text]));
  const guide = isGuided ? growGuide(choose, here, body.latents, given) : [];
  const parts = [...declarations, `${isFamily ? "family" : "model"} ${signature} {\n  ${inner}\n}`, ...guide];
  const imports = importing ? growImports(choose, parts.join("\n")) : [];
  return {
    name: "generated",
    text: `${[...imports, ...parts].join("\n\n")}\n`,
    imports,
    declarations,
    sizes,
    indexBounds: growing.indexBounds,
    ...(isFamily && { member: head.member }),
  };
}

interface Head {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly priors: readonly string[];
  readonly assignments: number;
  readonly member: Readonly<Record<string, "input" | number>>;
}

const noHead: Head = { lines: [], entries: [], priors: [], assignments: 1, member: {} };

/** What members of a family differ in, and what of it is given. */
function growHead(choose: Choose): Head {
  const lines: string[] = [];
  const entries: Entry[] = [];
  const priors: string[] = [];
  const member: Record<string, "input" | number> = {};
  let assignments = 1;
  const options = (name: string, count: number): void => {
    if (choose([true, false])) member[name] = choose([0, 1]);
    else assignments *= count;
  };
  const latent = { axes: [], event: [], discrete: false, latent: true } as const;
  const some: readonly (() => void)[] = [
    () => {
      lines.push("vary offset ~ Normal(0, 1)");
      entries.push({ ...latent, name: "offset", kind: "real" });
      if (choose([true, false])) member.offset = "input";
    },
    () => {
      lines.push("vary width: Positive ~ LogNormal(0, 1)");
      entries.push({ ...latent, name: "width", kind: "positive" });
      if (choose([true, false])) member.width = "input";
    },
    () => {
      lines.push("vary place: Real[P] ~ Normal(0, 1)");
      entries.push({ ...latent, name: "place", kind: "real", event: ["P"] });
      if (choose([true, false])) member.place = "input";
    },
    () => {
      lines.push("vary shape in { one, two }");
      entries.push({ ...latent, name: "shape", kind: "option", discrete: true, options: ["one", "two"] });
      options("shape", 2);
    },
    () => {
      lines.push("vary prior in { Normal(0, 1), wide: StudentT(3, 0, 2) }");
      priors.push("prior");
      options("prior", 2);
    },
  ];
  if (choose([true, true, true, false])) return noHead;
  for (const each of some) if (choose([true, false])) each();
  return { lines, entries, priors, assignments, member };
}

/** Parameters to learn: numbers, vectors, and nets; of families some that each member has for itself. */
function growLearned(
  growing: Growing,
  declared: readonly Declared[],
  isFamily: boolean,
): Pick<Head, "lines" | "entries"> {
  const { choose } = growing;
  const own = (line: string): string => (isFamily && choose([false, true]) ? `member ${line}` : line);
  const nets = declared.flatMap(({ line }) => (line === undefined ? [] : own(line)));
  const lines: string[] = [];
  const entries: Entry[] = [];
  const learn = (
    type: string,
    initial: string,
    kind: "real" | "positive" | "unit",
    event: string[],
  ): void => {
    const name = fresh(growing, "l");
    lines.push(own(`learn ${name}${type} = ${initial}`));
    entries.push({ name, kind, axes: [], event, discrete: false, latent: true });
  };
  if (nets.length > 0 || choose([false, false, false, true])) {
    if (choose([true, false])) learn("", "0.5", "real", []);
    if (choose([true, false])) learn(": Positive", "1", "positive", []);
    if (choose([true, false])) learn(": Unit", "0.25", "unit", []);
    if (choose([true, false])) learn(": Real[P]", "normal(0.1)", "real", ["P"]);
  }
  return { lines: [...lines, ...nets], entries };
}
