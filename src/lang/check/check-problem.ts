/** The one place that turns the checker's facts into prose. */
import { nearMisses } from "../../base/near-miss.ts";
import { plainFacts } from "../../base/plain-facts.ts";
import type { Label, Problem } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import { describeShape, formatType } from "../format-type.ts";
import { formatSize, type Size } from "../size.ts";
import type { NumberType, Type } from "../type.ts";
import type { Because, CheckFacts, Quote, UnknownCode } from "./check-facts.ts";
import { explainGuide } from "./guide-facts.ts";

/** One problem from its facts. */
export function explain(facts: CheckFacts): Problem {
  const severity = facts.code === "unused-input" ? "warning" : "error";
  return { code: facts.code, severity, ...prose(facts), facts: plainFacts(facts, describe) };
}

/** Types and sizes as they would be written. */
function describe(value: object): string | undefined {
  if ("terms" in value) return formatSize(value as Size);
  return "kind" in value ? formatType(value as Type) : undefined;
}

type Prose = Omit<Problem, "code" | "severity">;

const unknownKinds: Readonly<Record<UnknownCode, string>> = {
  "unknown-name": "name",
  "unknown-function": "function",
  "unknown-distribution": "distribution",
  "unknown-size": "size",
  "unknown-type": "type",
  "unknown-annotation": "annotation",
};

function prose(facts: CheckFacts): Prose {
  switch (facts.code) {
    case "unknown-name":
    case "unknown-function":
    case "unknown-distribution":
    case "unknown-size":
    case "unknown-type":
    case "unknown-annotation":
      return explainUnknown(facts.code, facts.name, facts.near);
    case "unknown-option":
      return {
        message: `\`${facts.name.text}\` is no value of \`${facts.of}\``,
        labels: [label(facts.name.span, "never matches")],
        expected: `one of ${list(facts.options)}`,
        help: didYouMean(facts.near) ?? `write \`${facts.options[0]} => …\``,
      };
    case "bad-option":
      return {
        message: `\`${facts.value.text}\` cannot be chosen: ${facts.reason}`,
        labels: [label(facts.value.span, "one of the options")],
        help: facts.help,
      };
    case "vary-not-known":
      return {
        message: `the description \`${facts.name}\` of a member depends on \`${facts.use.text}\`, which is no description`,
        labels: [label(facts.use.span, "inferred or learned for each member")],
        notes: [
          "Members are drawn before anything in them: their descriptions use inputs and each other only.",
        ],
        help: `write \`vary ${facts.use.text} ~ …\` if it describes a member too, or draw \`${facts.name}\` without \`vary\``,
      };
    case "unknown-argument":
      return {
        message: `${facts.of} has no argument \`${facts.name.text}\``,
        labels: [label(facts.name.span, "no such argument")],
        expected: facts.known.length > 0 ? `one of ${list(facts.known)}` : "no named arguments",
        ...helpWith(facts.help ?? didYouMean(facts.near)),
      };
    case "missing-argument":
      return {
        message: `${facts.of} needs its argument \`${facts.parameter}\``,
        labels: [label(facts.span, `\`${facts.parameter}\` is missing`)],
        help: `write ${facts.signature}`,
      };
    case "too-many-arguments":
      return {
        message: `${facts.of} takes ${plural(facts.most, "argument")}, here are ${facts.found}`,
        labels: [label(facts.span, "too many")],
        help: `write ${facts.signature}`,
      };
    case "name-taken":
      return {
        message: `\`${facts.name.text}\` is already ${facts.what}`,
        labels: [label(facts.name.span, "bound again"), ...labelAt(facts.first, "bound here")],
        notes: ["A name means one thing in a whole model."],
        help: facts.help ?? `choose another name, such as \`${facts.name.text}2\``,
      };
    case "use-before-bound":
      return {
        message: `\`${facts.use.text}\` is used before it is bound`,
        labels: [
          label(facts.use.span, "not known yet"),
          label(facts.bound, `\`${facts.name}\` is bound here`),
        ],
        help: `move the binding of \`${facts.name}\` above this line`,
      };
    case "local-outside":
      return {
        message: `\`${facts.use.text}\` is bound for one element, and known only inside its axis`,
        labels: [label(facts.use.span, "used outside"), label(facts.axis, "bound inside this axis")],
        help: `bind it as \`${facts.indexed} = …\` to keep all its elements`,
      };
    case "read-inside-plate":
      return {
        message: `inside its own plate, only \`${facts.expected}\` is known, not \`${facts.use.text}\``,
        labels: [
          label(facts.use.span, "another item of the same plate"),
          label(facts.axis, "the plate is still open"),
        ],
        notes: [`Items of a plate are exchangeable: one over \`${facts.index}\` cannot look at another.`],
        help: `write \`${facts.expected}\`, or move this statement behind the plate`,
      };
    case "look-ahead":
      return {
        message: `\`${facts.use.text}\` ${facts.known ? "looks" : "may look"} ahead`,
        labels: [label(facts.use.span, `not drawn yet at \`${facts.index}\``), label(facts.axis, "the axis")],
        notes: ["A `for` body may look back, never ahead."],
        help: `write \`${facts.expected}\``,
      };
    case "wrong-indices":
      return {
        message: `the indices of \`${facts.target.text}\` are not its enclosing axes`,
        labels: [label(facts.target.span, facts.axes)],
        expected: `\`${facts.expected}\``,
        found: `\`${facts.target.text}\``,
        help: facts.help ?? `write \`${facts.expected}\``,
      };
    case "element-drawn-twice":
      return {
        message: `\`${facts.element}\` is bound twice`,
        labels: [label(facts.target.span, "bound again"), label(facts.first, "bound here")],
        help: "let the ranges meet without overlap, such as `x[0] ~ …` and `for t in 1..T { x[t] ~ … }`",
      };
    case "element-not-drawn":
      return {
        message: `\`${facts.element}\` is never ${facts.bound}`,
        labels: [label(facts.target.span, "the elements that are")],
        help: facts.help,
      };
    case "drawn-in-one-branch":
      return {
        message: `\`${facts.name}\` is bound in the \`${facts.branch}\` branch only`,
        labels: [label(facts.target.span, "not bound in the other branch")],
        help: `bind \`${facts.name}\` in both branches, or in neither`,
      };
    case "index-out-of-range":
      return {
        message: `index \`${facts.index.text}\` is out of range`,
        labels: [
          label(facts.index.span, `reaches ${facts.reaches}`),
          label(facts.base.span, `has size ${facts.size} here`),
        ],
        expected: `an index from 0 to ${facts.last}`,
        found: facts.reaches,
        help: outsideHelp(facts.index.text, facts.reaches, `${facts.base.text}[${facts.last}]`),
      };
    case "index-range-differs":
      return {
        message: `\`${facts.index.text}\` runs over ${facts.to}, but this dimension of \`${facts.base.text}\` has size ${facts.size}`,
        labels: [
          label(facts.index.span, `from a range up to ${facts.to}`),
          label(facts.base.span, `has size ${facts.size} here`),
          label(facts.axis, "the range"),
        ],
        expected: facts.size,
        found: facts.to,
        help: `use one size for both: write \`${facts.size}\` where \`${facts.to}\` stands, or the other way round`,
      };
    case "index-not-integer":
      return {
        message: isIntegerArray(facts.found)
          ? `\`${facts.index.text}\` is an array of positions, and an index is one`
          : `\`${facts.index.text}\` is not an integer and cannot be an index`,
        labels: [label(facts.index.span, formatType(facts.found))],
        expected: "Int",
        found: formatType(facts.found),
        help: facts.help ?? "use a `Nat` input, an index variable or a discrete variable",
      };
    case "too-many-indices":
      return {
        message: `\`${facts.base.text}\` has ${plural(dimensionCount(facts.type), "dimension")}, here are ${plural(facts.count, "index", "indices")}`,
        labels: [label(facts.base.span, formatType(facts.type))],
        help:
          dimensionCount(facts.type) === 0
            ? `write \`${facts.base.text}\``
            : `give at most ${dimensionCount(facts.type)}`,
      };
    case "size-mismatch":
      return {
        message: facts.what,
        labels: [
          label(facts.left.span, describeShape(facts.left.shape)),
          label(facts.right.span, describeShape(facts.right.shape)),
        ],
        expected: describeShape(facts.right.shape),
        found: describeShape(facts.left.shape),
        help: facts.help ?? "use one size for both, or index the longer one inside a plate",
      };
    case "not-a-size":
      return {
        message: `\`${facts.value.text}\` is not ${facts.what ?? "a size"}`,
        labels: [label(facts.value.span, "must be known before anything runs")],
        expected:
          facts.what === undefined
            ? "an integer, a size name, or sums, differences and products of these"
            : "sizes in brackets, or the name of a `Sizes` parameter",
        help: facts.help ?? "declare a size in the header, such as `model M[N]`",
      };
    case "negative-size":
      return {
        message: `\`${facts.argument.text}\` is too short for \`${facts.call}\`: the size \`${facts.name}\` would be ${formatSize(facts.value)}`,
        labels: [
          label(facts.argument.span, describeShape(facts.argument.shape)),
          ...labelAt(facts.wanted.span, describeShape(facts.wanted.shape)),
        ],
        expected: `at least ${describeShape(facts.least)}`,
        found: describeShape(facts.argument.shape),
        help: `give it at least the shape ${describeShape(facts.least)}`,
      };
    case "size-not-inferred":
      return {
        message: `the size \`${facts.name}\` of this call does not follow from its arguments`,
        labels: [label(facts.call.span, `\`${facts.name}\` is open`)],
        help: facts.help,
      };
    case "type-mismatch":
      return {
        message: `\`${facts.value.text}\` is ${formatType(facts.found)}, not ${facts.expected}`,
        labels: [
          label(facts.value.span, formatType(facts.found)),
          ...labelAt(facts.because.span, facts.because.text),
        ],
        expected: `${facts.expected}, ${facts.because.text}`,
        found: formatType(facts.found),
        help: facts.help,
      };
    case "support-not-proven":
    case "outside-support":
      return explainSupport(facts);
    case "empty-interval":
      return {
        message: `no number lies between ${facts.low} and ${facts.high}`,
        labels: [label(facts.value.span, "an empty interval")],
        expected: "the lower bound first",
        found: `${facts.low}, ${facts.high}`,
        help: facts.low === facts.high ? "let the upper bound be larger" : "swap the bounds",
      };
    case "not-a-value":
      return {
        message: `\`${facts.value.text}\` is a ${facts.what}, not a value`,
        labels: [label(facts.value.span, `a ${facts.what}`)],
        help: facts.help,
      };
    case "not-a-distribution":
      return {
        message: `\`${facts.value.text}\` is not a distribution`,
        labels: [label(facts.value.span, "a draw needs a distribution here")],
        expected: "a distribution, such as Normal(0, 1)",
        help: facts.help,
      };
    case "support-mismatch":
      return {
        message: `\`${facts.name}\` is declared ${formatType(facts.declared)}, but ${facts.distribution.text} draws ${formatType(facts.support)}`,
        labels: [
          label(facts.typeSpan, formatType(facts.declared)),
          label(facts.distribution.span, formatType(facts.support)),
        ],
        expected: `${formatType(facts.support)} or a part of it, from ${facts.distribution.text}`,
        found: formatType(facts.declared),
        help: facts.help,
      };
    case "truncation-needs-constants":
      return {
        message: `${facts.distribution.text} cut down to ${formatType(facts.declared)} needs arguments that are known`,
        labels: [
          label(facts.distribution.span, "depends on what is inferred"),
          label(facts.typeSpan, "cuts the distribution down"),
        ],
        notes: ["The density of the part would need its mass, which changes with the arguments."],
        help: "use a distribution with this support, such as HalfNormal or LogNormal for Positive",
      };
    case "whole-array-in-plate":
      return {
        message: `\`${facts.target.text}\` is one draw per \`${facts.index}\`, but its distribution is over all ${facts.size} at once`,
        labels: [
          label(facts.distribution.span, `gives ${formatType(facts.type)}`),
          label(facts.target.span, `is inside the axis \`${facts.index}\``),
        ],
        expected: "arguments for one element",
        found: `an argument with all ${facts.size} elements`,
        help: `take one element with \`[${facts.index}]\`; if every draw is an array, declare it: \`${facts.target.text}: ${formatType(facts.type)} ~ …\``,
      };
    case "cannot-sum-out":
      return {
        message: `\`${facts.target.text}\` is discrete and cannot be summed out: ${facts.reason}`,
        labels: [label(facts.target.span, "discrete")],
        help: facts.help,
      };
    case "cannot-ask":
      return {
        message: `\`${facts.asked}\` of ${facts.distribution.text} cannot be asked: ${facts.reason}`,
        labels: [label(facts.distribution.span, facts.reason)],
        help: facts.help,
      };
    case "cannot-censor":
      return {
        message: `${facts.distribution.text} cannot be censored: ${facts.reason}`,
        labels: [label(facts.distribution.span, facts.reason)],
        help: facts.help,
      };
    case "cannot-transform":
      return {
        message: `\`${facts.transformed.text}\` has no density that is known: ${facts.reason}`,
        labels: [label(facts.span, facts.reason)],
        expected:
          "a one-to-one function of one draw, such as `exp(…)`, `sigmoid(…)`, `1 / …`, `a + b * …` with `b: Positive`",
        help: facts.help,
      };
    case "censored-latent":
      return {
        message: `\`${facts.name}\` is not observed, so it cannot be censored`,
        labels: [label(facts.distribution.span, "says how values are recorded")],
        help: `leave \`Censored\` out, write \`observe ${facts.name}\`, or cut \`${facts.name}\` down by a type: \`Real(low, high)\``,
      };
    case "mixture-components":
      return {
        message: `\`${facts.weights.text}\` has weights of ${facts.count} components, but ${facts.found.text}`,
        labels: [
          label(facts.found.span, facts.found.text),
          label(facts.weights.span, `${facts.count} weights`),
        ],
        help: facts.help,
      };
    case "annotation-not-allowed":
      return {
        message: `\`${facts.annotation.text}\` does not fit here: ${facts.reason}`,
        labels: [label(facts.annotation.span, facts.reason)],
        help: facts.help,
      };
    case "not-supported-yet":
      return {
        message: `${facts.feature} not supported yet`,
        labels: [label(facts.span, "not supported yet")],
        help: facts.help,
      };
    case "condition-not-known":
      return {
        message: `the condition \`${facts.condition.text}\` is not known before anything runs`,
        labels: [
          label(
            facts.condition.span,
            facts.name === undefined ? "not a scalar" : `depends on \`${facts.name}\``,
          ),
        ],
        expected: "a Bool from sizes and scalar Bool or Int inputs",
        help: "use an `if` expression in the distribution or binding instead",
      };
    case "match-not-total":
      return {
        message: `this \`match\` says nothing for ${facts.missing}`,
        labels: [label(facts.match.span, `${facts.missing} not covered`)],
        help: "add an arm `_ => …`",
      };
    case "pattern-mismatch":
      return {
        message: `\`${facts.pattern.text}\` cannot be a value of this ${formatType(facts.subject)}`,
        labels: [label(facts.pattern.span, "never matches")],
        expected: formatType(facts.subject),
        found: facts.pattern.text,
        help: "remove this arm",
      };
    case "arms-disagree":
      return {
        message: `${facts.what} differ: ${facts.leftType} and ${facts.rightType}`,
        labels: [label(facts.right.span, facts.rightType), label(facts.left.span, facts.leftType)],
        expected: `${facts.leftType}, as in the first`,
        found: facts.rightType,
        help: facts.help ?? "give them one type",
      };
    case "recursive-function":
      return {
        message: `\`${facts.cycle[0]}\` calls itself: ${facts.cycle.join(" → ")}`,
        labels: [label(facts.span, "a recursive call")],
        help: facts.help ?? "write the repetition as a comprehension or a `for` axis",
      };
    case "bad-entry":
      return {
        message: `\`${facts.name.text}\` does not fit: ${facts.reason}`,
        labels: [label(facts.name.span, "this entry of the distribution")],
        help: facts.help,
      };
    case "unknown-entry":
      return {
        message: `a distribution has no entry \`${facts.name.text}\``,
        labels: [label(facts.name.span, "no such entry")],
        expected: `one of ${list(facts.known)}`,
        help:
          didYouMean(facts.near) ?? `bind inner parts in a body: \`${facts.known[0]}(x) { part = …; … }\``,
      };
    case "missing-density":
      return {
        message: `the distribution \`${facts.name.text}\` has no density`,
        labels: [label(facts.name.span, `\`${facts.density}\` is missing`)],
        help: `add \`${facts.density}(${facts.density === "logpdf" ? "x" : "k"}) = …\``,
      };
    case "not-a-function":
      return {
        message: `\`${facts.value.text}\` is not a function`,
        labels: [label(facts.value.span, "must be a function")],
        expected:
          "the name of a builtin, a `def` or a net; some of its sizes and functions may be given along with it",
        help: facts.help ?? "write a name, such as `tanh`, or `mlp(hidden: [40])`",
      };
    case "does-not-work-with": {
      const inside = explain(facts.inside);
      return {
        message: `\`${facts.function}\` does not work with \`${facts.arguments}\``,
        labels: [
          label(facts.span, "asked for here"),
          // The library's text is not at hand.
          ...inside.labels.filter(({ span }) => !span.source.startsWith("std/")),
        ],
        notes: [`Inside \`${facts.where}\`: ${inside.message}`],
        help:
          facts.inside.code === "bad-initializer"
            ? "give another starting value, such as `glorot()`"
            : `give a function that takes and gives what \`${facts.where}\` needs, or other sizes`,
      };
    }
    case "net-not-learned":
      return {
        message: `the net \`${facts.net.text}\` has no parameters here`,
        labels: [label(facts.net.span, "a net")],
        notes: ["A net is used through `learn`, which gives it parameters of its own."],
        help: facts.help,
      };
    case "bad-initializer":
      return {
        message: `\`${facts.value.text}\` cannot start this parameter: ${facts.reason}`,
        labels: [label(facts.value.span, facts.reason)],
        expected: "glorot(), he(), orthogonal(), eye(), zeros(), ones(), normal(sd) or a number",
        help: facts.help,
      };
    case "not-allowed-here":
      return {
        message: `${facts.what} is not allowed ${facts.where}`,
        labels: [label(facts.span, "not here")],
        help: facts.help,
      };
    case "guide-unknown-model":
    case "guide-twice":
    case "guide-site-missing":
    case "guide-site-extra":
    case "guide-plate-differs":
    case "guide-shape-differs":
    case "guide-support-differs":
    case "guide-cannot-use":
    case "guide-draw-not-smooth":
      return explainGuide(facts);
    case "tuple-mismatch":
      return {
        message: `${plural(facts.names, "name")} on the left, but \`${facts.value.text}\` is ${formatType(facts.found)}`,
        labels: [label(facts.value.span, formatType(facts.found))],
        expected: `a tuple of ${facts.names}`,
        found: formatType(facts.found),
        help:
          facts.found.kind === "tuple" ? `bind ${plural(facts.found.items.length, "name")}` : "bind one name",
      };
    case "field-twice":
      return {
        message: `\`${facts.name.text}\` is twice in this record`,
        labels: [label(facts.name.span, "again")],
        help: `choose another name, such as \`${facts.name.text}2\``,
      };
    case "unknown-field": {
      const { name, base, found, known } = facts;
      const [near = known[0]] = nearMisses(name.text, known);
      return {
        message: `\`${base.text}\` has no field \`${name.text}\``,
        labels: [label(name.span, "not there"), label(base.span, formatType(found))],
        ...(known.length > 0 && { expected: `one of ${known.map((each) => `\`${each}\``).join(", ")}` }),
        help:
          near !== undefined
            ? `write \`${base.text}.${near}\``
            : found.kind === "tuple"
              ? "bind the items: `(a, b) = …`, or name them where the tuple is made: `(a: …, b: …)`"
              : "only records have fields: `(mean: a, sd: b)`",
      };
    }
    case "unused-input":
      return {
        message: `the input \`${facts.name.text}\` is never used`,
        labels: [label(facts.name.span, "unused")],
        help: `remove \`${facts.name.text}\` from the header`,
      };
  }
}

function explainUnknown(code: UnknownCode, name: Quote, near: readonly string[]): Prose {
  const kind = unknownKinds[code];
  return {
    message: `unknown ${kind} \`${name.text}\``,
    labels: [label(name.span, `no such ${kind}`)],
    ...helpWith(didYouMean(plausible(name.text, near)) ?? unknownHelp(code, name.text)),
  };
}

/** For one letter, every other letter is near; only its other case is meant, or what it stands for. */
function plausible(typed: string, near: readonly string[]): readonly string[] {
  return typed.length > 1
    ? near.filter((name) => name.length > 1)
    : near.filter((name) => name.length > 2 || name.toLowerCase() === typed.toLowerCase());
}

function unknownHelp(code: UnknownCode, name: string): string | undefined {
  switch (code) {
    case "unknown-size":
      return `declare it in the header: \`[${name}]\``;
    case "unknown-name":
      return `bind it above, or make it an input in the header: \`(${name}: Real)\``;
    case "unknown-function":
      return `define it: \`def ${name}(x: Real): Real = …\``;
    case "unknown-type":
      return "use Real, Positive, Unit, Int, Nat, Bool, Simplex[K], Ordered[K], PositiveOrdered[K] or Real(lo, hi)";
    case "unknown-annotation":
      return "use `via noncentered` or `marginal`";
    case "unknown-distribution":
      return "use a distribution such as Normal(0, 1)";
  }
}

function explainSupport(
  facts: Extract<CheckFacts, { readonly expected: NumberType; readonly because: Because }>,
): Prose {
  const expected = formatType({ ...facts.expected, dimensions: [] });
  const found = formatType({ ...facts.found, dimensions: [] });
  const never = facts.code === "outside-support";
  return {
    message: never
      ? `\`${facts.value.text}\` lies outside ${expected}`
      : `nothing shows that \`${facts.value.text}\` is ${expected}`,
    labels: [label(facts.value.span, found), ...labelAt(facts.because.span, facts.because.text)],
    expected: `${expected}, ${facts.because.text}`,
    found,
    help: never
      ? `give a value in ${expected}`
      : supportHelp(facts.value.text, facts.expected, facts.declaration),
  };
}

function supportHelp(text: string, expected: NumberType, declaration: string | undefined): string {
  const name = formatType({ ...expected, dimensions: [] });
  if (declaration !== undefined)
    return `declare it \`${declaration}\`${declaration.endsWith("…") && name === "Positive" ? `, or write \`exp(${text})\`` : ""}`;
  const castable = / |^-/.test(text) ? `(${text}) as ${name}` : `${text} as ${name}`;
  const cast = `\`${castable}\` (checked while running)`;
  if (expected.structure === "simplex") return `write \`softmax(${text})\``;
  if (expected.structure === "ordered") return `declare it \`${name}\` where it is bound`;
  if (expected.base === "int") return `write ${cast}`;
  if (name === "Positive") return `write \`exp(${text})\`, \`softplus(${text})\` or ${cast}`;
  if (name === "NonNegative") return `write \`abs(${text})\`, \`exp(${text})\` or ${cast}`;
  return name === "Unit" ? `write \`sigmoid(${text})\` or ${cast}` : `write ${cast}`;
}

function outsideHelp(index: string, reaches: string, last: string): string {
  if (index.startsWith("-"))
    return `indices start at 0 and count from there: the last element is \`${last}\``;
  return reaches.startsWith("-")
    ? "what looks back starts later, `for t in 1..T`, and the first elements have statements of their own, such as `x[0] ~ …`"
    : "indices start at 0; adjust the index, or the range it runs over";
}

function isIntegerArray(type: Type): boolean {
  return type.kind === "number" && type.base === "int" && type.dimensions.length > 0;
}

function dimensionCount(type: Type): number {
  return type.kind === "number" ? type.dimensions.length : 0;
}

function label(span: Span, text: string): Label {
  return { span, text };
}

function labelAt(span: Span | undefined, text: string): Label[] {
  return span === undefined ? [] : [{ span, text }];
}

function didYouMean(near: readonly string[]): string | undefined {
  return near.length === 0 ? undefined : `did you mean ${list(near, "or")}?`;
}

function helpWith(help: string | undefined): { help?: string } {
  return help === undefined ? {} : { help };
}

function list(names: readonly string[], word = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${word} ${quoted.at(-1)}`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
