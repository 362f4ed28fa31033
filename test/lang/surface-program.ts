/** Random well-formed surface trees, as the parser makes them of some text; types and names mean nothing. */
import fc from "fast-check";
import type { Span } from "../../src/base/span.ts";
import type {
  Annotation,
  Arm,
  BinaryOperator,
  Declaration,
  DistEntry,
  Expression,
  File,
  Index,
  Name,
  Range,
  Statement,
  Target,
  TypeExpression,
} from "../../src/lang/tree.ts";

const span: Span = { source: "", start: 0, end: 0 };

const words = [
  "a",
  "mu",
  "σ",
  "θ₁",
  "x_1",
  "marginal",
  "enumerate",
  "score",
  "on",
  "from",
  "T",
  "veryLongNameOfAVariable",
  "_x",
];
const word = fc.constantFrom(...words);
const name: fc.Arbitrary<Name> = word.map((text) => ({ text, span }));

const operators: readonly BinaryOperator[] = [
  "+",
  "-",
  "*",
  "/",
  "^",
  "@",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "&&",
  "||",
];

const number: fc.Arbitrary<Expression> = fc.oneof(
  fc.nat({ max: 10_000 }).map((value): Expression => ({ kind: "number", value, integer: true, span })),
  fc
    .double({ min: 0, noNaN: true, noDefaultInfinity: true })
    .map((value): Expression => ({ kind: "number", value: Math.abs(value), integer: false, span })),
);

const atom: fc.Arbitrary<Expression> = fc.oneof(
  { arbitrary: word.map((text): Expression => ({ kind: "name", text, span })), weight: 4 },
  { arbitrary: number, weight: 2 },
  fc.boolean().map((value): Expression => ({ kind: "bool", value, span })),
);

function some<T>(each: fc.Arbitrary<T>, least: number, most: number): fc.Arbitrary<T[]> {
  return fc.array(each, { minLength: least, maxLength: most });
}

/** An expression of at most this depth. */
function expressionOf(depth: number): fc.Arbitrary<Expression> {
  if (depth === 0) return atom;
  const inner = fc.oneof({ arbitrary: expressionOf(depth - 1), weight: 3 }, atom);
  const slice = fc
    .tuple(fc.option(inner, { nil: undefined }), fc.option(inner, { nil: undefined }))
    .map(([from, to]): Index => ({ kind: "slice", ...(from && { from }), ...(to && { to }), span }));
  const index: fc.Arbitrary<Index> = fc.oneof(
    inner.map((value): Index => ({ kind: "at", value })),
    slice,
  );
  const argument = fc
    .tuple(fc.option(name, { nil: undefined }), inner)
    .map(([given, value]) => (given ? { name: given, value } : { value }));
  const pattern: fc.Arbitrary<Arm["pattern"]> = fc.oneof(
    fc.integer({ min: -9, max: 9 }).map((value): Arm["pattern"] => ({ kind: "number", value, span })),
    fc.boolean().map((value): Arm["pattern"] => ({ kind: "bool", value, span })),
    fc.constant<Arm["pattern"]>({ kind: "wildcard", span }),
  );
  const arm: fc.Arbitrary<Arm> = fc.record({ pattern, value: inner });
  return fc.oneof(
    fc
      .tuple(inner, some(argument, 0, 4))
      .map(([callee, given]): Expression => ({ kind: "call", callee, arguments: given, span })),
    fc
      .tuple(inner, some(index, 1, 3))
      .map(([base, indices]): Expression => ({ kind: "index", base, indices, span })),
    fc
      .tuple(fc.constantFrom("-" as const, "!" as const), inner)
      .map(([operator, operand]): Expression => ({ kind: "unary", operator, operand, span })),
    {
      arbitrary: fc.tuple(fc.constantFrom(...operators), inner, inner).map(
        ([operator, left, right]): Expression => ({
          kind: "binary",
          operator,
          left,
          right,
          operatorSpan: span,
          span,
        }),
      ),
      weight: 4,
    },
    fc.tuple(inner, inner, inner).map(
      ([condition, then, otherwise]): Expression => ({
        kind: "if",
        condition,
        then,
        else: otherwise,
        span,
      }),
    ),
    fc
      .tuple(inner, some(arm, 0, 3))
      .map(([subject, arms]): Expression => ({ kind: "match", subject, arms, span })),
    some(inner, 0, 5).map((items): Expression => ({ kind: "array", items, span })),
    fc
      .tuple(inner, name, rangeOf(depth - 1))
      .map(([body, at, range]): Expression => ({ kind: "comprehension", body, index: at, range, span })),
    some(inner, 2, 3).map((items): Expression => ({ kind: "tuple", items, span })),
    some(fc.tuple(name, inner), 1, 3).map(
      (fields): Expression => ({
        kind: "tuple",
        names: fields.map(([each]) => each),
        items: fields.map(([, item]) => item),
        span,
      }),
    ),
    fc.tuple(inner, name).map(([base, field]): Expression => ({ kind: "field", base, name: field, span })),
    fc.tuple(inner, inner).map(([value, into]): Expression => ({ kind: "pipe", value, into, span })),
    fc
      .tuple(inner, typeOf(depth - 1))
      .map(([value, type]): Expression => ({ kind: "cast", value, type, span })),
  );
}

function rangeOf(depth: number): fc.Arbitrary<Range> {
  const end = expressionOf(depth);
  return fc
    .tuple(fc.option(end, { nil: undefined }), end)
    .map(([from, to]) => (from ? { from, to, span } : { to, span }));
}

function typeOf(depth: number): fc.Arbitrary<TypeExpression> {
  const inner = expressionOf(depth);
  return fc.record({
    name,
    bounds: some(inner, 0, 2),
    dimensions: some(inner, 0, 3),
    optional: fc.boolean(),
    span: fc.constant(span),
  });
}

const value = expressionOf(3);
const small = expressionOf(1);
const type = typeOf(1);
const optionalType = fc.option(type, { nil: undefined }).map((given) => (given ? { type: given } : {}));

const target: fc.Arbitrary<Target> = fc.record({
  name,
  indices: some(small, 0, 2),
  span: fc.constant(span),
});

const annotation: fc.Arbitrary<Annotation> = fc.oneof(
  name,
  small.map((argument) => ({ text: "relaxed", argument, span })),
);

/** `inFunction`: without what only a model may hold. */
function statementOf(depth: number): fc.Arbitrary<Statement> {
  const leaves = fc.oneof(
    fc.tuple(fc.boolean(), target, optionalType, value, some(annotation, 0, 2)).map(
      ([observed, drawn, typed, distribution, annotations]): Statement => ({
        kind: "draw",
        observed,
        target: drawn,
        ...typed,
        distribution,
        annotations,
        span,
      }),
    ),
    fc
      .tuple(some(target, 1, 3), optionalType, value)
      .map(([targets, typed, given]): Statement => ({ kind: "let", targets, ...typed, value: given, span })),
    value.map((given): Statement => ({ kind: "factor", value: given, span })),
    fc.tuple(name, optionalType, value).map(
      ([learned, typed, given]): Statement => ({
        kind: "learn",
        member: false,
        name: learned,
        ...typed,
        value: given,
        span,
      }),
    ),
  );
  if (depth === 0) return leaves;
  const body = some(statementOf(depth - 1), 0, 3);
  return fc.oneof(
    { arbitrary: leaves, weight: 3 },
    fc
      .tuple(fc.constantFrom("plate" as const, "for" as const), name, rangeOf(1), body)
      .map(([kind, index, range, inside]): Statement => ({ kind, index, range, body: inside, span })),
    fc
      .tuple(small, body, body)
      .map(
        ([condition, then, otherwise]): Statement => ({ kind: "if", condition, then, else: otherwise, span }),
      ),
  );
}

const head = {
  name,
  doc: fc.constant(""),
  sizes: some(
    fc
      .tuple(name, fc.option(small, { nil: undefined }))
      .map(([size, given]) => (given ? { name: size, default: given } : { name: size })),
    0,
    3,
  ),
  parameters: some(fc.oneof(fc.record({ name, type }), fc.record({ name, type, default: small })), 0, 3),
  span: fc.constant(span),
};

const entry: fc.Arbitrary<DistEntry> = fc.record({
  name,
  parameters: some(
    fc
      .tuple(name, fc.option(type, { nil: undefined }))
      .map(([named, typed]) => (typed ? { name: named, type: typed } : { name: named })),
    0,
    2,
  ),
  bindings: some(statementOf(0), 0, 3),
  value,
  span: fc.constant(span),
});

const declaration: fc.Arbitrary<Declaration> = fc.oneof(
  fc.record({ kind: fc.constant("model" as const), ...head, body: some(statementOf(2), 0, 5) }),
  fc
    .tuple(
      fc.record({
        kind: fc.constantFrom("def" as const, "net" as const),
        ...head,
        bindings: some(statementOf(0), 0, 3),
        value,
      }),
      fc.option(type, { nil: undefined }),
    )
    .map(([made, result]): Declaration => (result ? { ...made, result } : made)),
  fc.record({ kind: fc.constant("dist" as const), ...head, support: type, entries: some(entry, 0, 3) }),
  fc.record({
    kind: fc.constant("import" as const),
    name: fc.constantFrom("./lib.ppl", "../a/b.ppl", "std/nets").map((text) => ({ text, span })),
    doc: fc.constant(""),
    names: some(name, 0, 6),
    span: fc.constant(span),
  }),
);

/** Files that the parser gives back for their own text. */
export const surfaceFile: fc.Arbitrary<File> = fc
  .array(declaration, { minLength: 1, maxLength: 4 })
  .map((declarations) => ({ declarations, span }));
