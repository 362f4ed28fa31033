/** Declarations and statements of the surface tree from the concrete one. */
import type { CstNode, IToken } from "chevrotain";
import { joinSpans, type Span } from "../../base/span.ts";
import type {
  Annotation,
  Declaration,
  DistEntry,
  Expression,
  File,
  IfStatement,
  Name,
  Statement,
  Target,
  TypeExpression,
} from "../tree.ts";
import { buildArgument, buildExpression, buildRange, buildType, missing } from "./build-expression.ts";
import { buildEntryParameter, buildHead } from "./build-head.ts";
import { type Building, grow, nameOf, node, nodeSpan, nodes, tokenOf, tokenSpan, tokensOf } from "./cst.ts";

/** `docs` are the `///` comments of the text, in order. One after something in its line is no documentation. */
export function buildFile(building: Building, cst: CstNode | undefined, docs: readonly IToken[]): File {
  const { text } = building.source;
  const alone = docs.filter(({ startOffset, startColumn = 1 }) =>
    /^[\s\ufeff]*$/.test(text.slice(startOffset - startColumn + 1, startOffset)),
  );
  const docLines = new Map(alone.map((token) => [token.startLine ?? 0, docText(token)]));
  return {
    declarations: nodes(cst, "declaration").flatMap((declaration) => [
      ...nodes(declaration, "guide").flatMap((guide) => buildGuide(building, guide, docLines)),
      ...nodes(declaration, "import").flatMap((each) => buildImport(building, each, docLines)),
      ...nodes(declaration, "dist").flatMap((dist) => buildDist(building, dist, docLines)),
      ...nodes(declaration, "program").flatMap((program) => buildDeclaration(building, program, docLines)),
    ]),
    span: { source: building.source.name, start: 0, end: building.source.text.length },
  };
}

function docText(token: IToken): string {
  return token.image.slice(3).replace(/^ /, "").trimEnd();
}

/** The `///` lines right above `line`. */
function docAbove(docLines: ReadonlyMap<number, string>, line: number): string {
  const found: string[] = [];
  for (let above = line - 1; docLines.has(above); above--) found.push(docLines.get(above) ?? "");
  return found.reverse().join("\n");
}

function buildGuide(building: Building, cst: CstNode, docLines: ReadonlyMap<number, string>): Declaration[] {
  const keyword = tokenOf(cst, "Keyword_guide");
  if (keyword === undefined) return [];
  const start = tokenSpan(building, keyword);
  const span = joinSpans(start, nodeSpan(building, cst, start.end));
  const name = nameOf(building, tokenOf(cst, "Identifier"), start.end);
  const doc = docAbove(docLines, keyword.startLine ?? 0);
  return [{ kind: "guide", name, doc, body: buildBlock(building, node(cst, "block")), span }];
}

function buildDeclaration(
  building: Building,
  cst: CstNode,
  docLines: ReadonlyMap<number, string>,
): Declaration[] {
  const keyword =
    tokenOf(cst, "Keyword_model") ??
    tokenOf(cst, "Keyword_family") ??
    tokenOf(cst, "Keyword_def") ??
    tokenOf(cst, "Keyword_net");
  if (keyword === undefined) return [];
  const start = tokenSpan(building, keyword);
  const span = joinSpans(start, nodeSpan(building, cst, start.end));
  const name = nameOf(building, tokenOf(cst, "Identifier"), start.end);
  const doc = docAbove(docLines, keyword.startLine ?? 0);
  const { sizes, parameters } = buildHead(building, cst, span.end);
  const typeCst = node(cst, "type");
  const block = node(cst, "block");
  if (keyword.image !== "def" && keyword.image !== "net") {
    if (typeCst)
      building.facts.push({ code: "model-with-result", span: nodeSpan(building, typeCst, span.end) });
    if (!block && tokenOf(cst, "Assign"))
      building.facts.push({ code: "model-without-body", span: name.span, name: name.text });
    const kind = keyword.image === "family" ? "family" : "model";
    return [{ kind, name, doc, sizes, parameters, body: buildBlock(building, block), span }];
  }
  const { bindings, value } = block
    ? buildFunctionBody(building, block, keyword.image, name)
    : { bindings: [], value: buildExpression(building, node(cst, "expression"), span.end) };
  const head = {
    name,
    doc,
    sizes,
    parameters,
    ...(typeCst && { result: buildType(building, typeCst, span.end) }),
  };
  return [{ kind: keyword.image, ...head, bindings, value, span }];
}

function buildImport(building: Building, cst: CstNode, docLines: ReadonlyMap<number, string>): Declaration[] {
  const keyword = tokenOf(cst, "Keyword_import");
  if (keyword === undefined) return [];
  const start = tokenSpan(building, keyword);
  const span = joinSpans(start, nodeSpan(building, cst, start.end));
  const quoted = nameOf(building, tokenOf(cst, "StringLiteral"), span.end);
  const name = { ...quoted, text: quoted.text.replace(/^["']|["']$/g, "") };
  const names = tokensOf(cst, "Identifier").map((token) => nameOf(building, token, span.end));
  return [{ kind: "import", name, doc: docAbove(docLines, keyword.startLine ?? 0), names, span }];
}

function buildDist(building: Building, cst: CstNode, docLines: ReadonlyMap<number, string>): Declaration[] {
  const keyword = tokenOf(cst, "Keyword_dist");
  if (keyword === undefined) return [];
  const start = tokenSpan(building, keyword);
  const span = joinSpans(start, nodeSpan(building, cst, start.end));
  const name = nameOf(building, tokenOf(cst, "Identifier"), start.end);
  const doc = docAbove(docLines, keyword.startLine ?? 0);
  const support = buildType(building, node(cst, "type"), span.end);
  const entries = nodes(node(cst, "entries"), "entry").map((entry) => buildEntry(building, entry, span.end));
  return [{ kind: "dist", name, doc, ...buildHead(building, cst, span.end), support, entries, span }];
}

function buildEntry(building: Building, cst: CstNode, at: number): DistEntry {
  const span = nodeSpan(building, cst, at);
  const name = nameOf(building, tokenOf(cst, "Identifier"), span.start);
  const parameters = nodes(node(cst, "entryParameters"), "entryParameter").map((one) =>
    buildEntryParameter(building, one, span.end),
  );
  const block = node(cst, "block");
  const body = block
    ? buildFunctionBody(building, block, name.text, name)
    : { bindings: [], value: buildExpression(building, node(cst, "expression"), span.end) };
  return { name, parameters, ...body, span };
}

/** A body whose last statement is the result. */
function buildFunctionBody(
  building: Building,
  block: CstNode,
  keyword: string,
  name: Name,
): { bindings: Statement[]; value: Expression } {
  const { end } = nodeSpan(building, block, name.span.end);
  const statements = nodes(block, "statement");
  const last = statements.at(-1);
  const result = last && loneExpression(last);
  const bindings = (result ? statements.slice(0, -1) : statements).map((statement) =>
    buildStatement(building, statement, end, true),
  );
  if (result) return { bindings, value: buildExpression(building, result, end) };
  building.facts.push({ code: "missing-result", span: name.span, keyword, name: name.text });
  return { bindings, value: missing(building, end) };
}

function loneExpression(statement: CstNode): CstNode | undefined {
  const definition = node(statement, "definition");
  const defines =
    tokenOf(definition, "Keyword_observe") ??
    tokenOf(definition, "Colon") ??
    tokenOf(definition, "Tilde") ??
    tokenOf(definition, "Assign");
  return defines ? undefined : node(definition, "expression");
}

function buildBlock(building: Building, block: CstNode | undefined): Statement[] {
  const { end } = nodeSpan(building, block, 0);
  return nodes(block, "statement").map((statement) => buildStatement(building, statement, end, false));
}

function errorStatement(span: Span): Statement {
  return { kind: "error", span };
}

function buildStatement(building: Building, cst: CstNode, at: number, inFunction: boolean): Statement {
  const span = nodeSpan(building, cst, at);
  const axis = node(cst, "axis");
  if (axis) return buildAxis(building, axis, span);
  const learn = node(cst, "learn");
  if (learn) return buildLearn(building, learn, span);
  const vary = node(cst, "vary");
  if (vary) return buildVary(building, vary, span);
  const definition = node(cst, "definition");
  if (definition) return buildDefinition(building, definition, span, inFunction);
  if (!tokenOf(cst, "Keyword_factor")) return errorStatement(span);
  const value = buildExpression(building, node(cst, "expression"), span.end);
  return grow(building, { kind: "factor", value, span }, [value], errorStatement);
}

function buildAxis(building: Building, cst: CstNode, span: Span): Statement {
  const range = buildRange(building, node(cst, "range"), span.end);
  const body = buildBlock(building, node(cst, "block"));
  const index = nameOf(building, tokenOf(cst, "Identifier"), span.end);
  const kind = tokenOf(cst, "Keyword_for") ? "for" : "plate";
  return grow<Statement>(building, { kind, index, range, body, span }, [range, ...body], errorStatement);
}

function buildLearn(building: Building, cst: CstNode, span: Span): Statement {
  const name = nameOf(building, tokenOf(cst, "Identifier"), span.end);
  const value = buildExpression(building, node(cst, "expression"), span.end);
  const type = optionalType(building, cst, span);
  const children = type.type ? [value, type.type] : [value];
  const member = tokenOf(cst, "Keyword_member") !== undefined;
  return grow(building, { kind: "learn", member, name, ...type, value, span }, children, errorStatement);
}

function buildVary(building: Building, cst: CstNode, span: Span): Statement {
  const name = nameOf(building, tokenOf(cst, "Identifier"), span.end);
  const target: Target = { name, indices: [], span: name.span };
  if (tokenOf(cst, "Keyword_in")) {
    const options = nodes(node(cst, "options"), "argument").map((each) =>
      buildArgument(building, each, span.end),
    );
    const values = options.map(({ value }) => value);
    return grow(building, { kind: "choice", target, options, span }, values, errorStatement);
  }
  const distribution = buildExpression(building, node(cst, "expression"), span.end);
  const type = optionalType(building, cst, span);
  const children = type.type ? [distribution, type.type] : [distribution];
  return grow(building, { kind: "vary", target, ...type, distribution, span }, children, errorStatement);
}

function optionalType(building: Building, cst: CstNode, span: Span): { type?: TypeExpression } {
  return tokenOf(cst, "Colon") ? { type: buildType(building, node(cst, "type"), span.end) } : {};
}

function buildDefinition(building: Building, cst: CstNode, span: Span, inFunction: boolean): Statement {
  const expression = node(cst, "expression");
  const observe = tokenOf(cst, "Keyword_observe");
  const drawn = tokenOf(cst, "Tilde") !== undefined;
  const assigned = tokenOf(cst, "Assign") !== undefined;
  if (!drawn && !assigned) {
    const branches = observe ? undefined : statementBranches(expression);
    if (branches) return buildIf(building, branches, span);
    return buildLone(building, cst, span, inFunction);
  }
  const head = buildExpression(building, expression, span.end);
  const type = optionalType(building, cst, span);
  const typeParts = type.type ? [type.type] : [];
  const targets = buildTargets(building, head, drawn);
  const targetParts = targets.flatMap((target) => target.indices);
  if (assigned) {
    const value = buildExpression(building, node(node(cst, "value"), "expression"), span.end);
    if (observe && targets.length > 0)
      building.facts.push({
        code: "observed-binding",
        span: tokenSpan(building, tokenOf(cst, "Assign") ?? observe),
        name: building.source.text.slice(head.span.start, head.span.end),
      });
    if (targets.length === 0) return errorStatement(span);
    const children = [value, ...targetParts, ...typeParts];
    return grow(building, { kind: "let", targets, ...type, value, span }, children, errorStatement);
  }
  const cstDistribution = node(cst, "distribution");
  const distribution = buildExpression(building, node(cstDistribution, "expression"), span.end);
  const annotations = nodes(cstDistribution, "annotation").flatMap((one) =>
    buildAnnotation(building, one, span.end),
  );
  const temperatures = annotations.flatMap(({ argument }) => argument ?? []);
  const [target] = targets;
  if (target === undefined) return errorStatement(span);
  return grow(
    building,
    { kind: "draw", observed: observe !== undefined, target, ...type, distribution, annotations, span },
    [distribution, ...temperatures, ...targetParts, ...typeParts],
    errorStatement,
  );
}

function buildAnnotation(building: Building, cst: CstNode, end: number): Annotation[] {
  const word =
    tokenOf(cst, "Identifier") ??
    tokenOf(cst, "Keyword_marginal") ??
    tokenOf(cst, "Keyword_enumerate") ??
    tokenOf(cst, "Keyword_score") ??
    tokenOf(cst, "Keyword_relaxed");
  if (word === undefined || word.image === "") return [];
  const name = nameOf(building, word, word.startOffset);
  const [argument] = nodes(cst, "expression").map((one) => buildExpression(building, one, end));
  return [argument === undefined ? name : { ...name, argument }];
}

/** Empty, with a problem, when it is not a target; empty without one when it did not parse. */
function buildTargets(building: Building, head: Expression, drawn: boolean): Target[] {
  const heads = head.kind === "tuple" && !drawn ? head.items : [head];
  const targets: Target[] = [];
  for (const one of heads) {
    if (one.kind === "error") return [];
    const target = targetOf(one);
    if (target === undefined) {
      building.facts.push({ code: "invalid-target", span: one.span, drawn, ...targetHelp(building, one) });
      return [];
    }
    targets.push(target);
  }
  return targets;
}

function targetOf(head: Expression): Target | undefined {
  if (head.kind === "name")
    return { name: { text: head.text, span: head.span }, indices: [], span: head.span };
  if (head.kind !== "index" || head.base.kind !== "name") return undefined;
  const indices = head.indices.flatMap((index) => (index.kind === "at" ? [index.value] : []));
  if (indices.length < head.indices.length) return undefined;
  return { name: { text: head.base.text, span: head.base.span }, indices, span: head.span };
}

function targetHelp(building: Building, head: Expression): { help?: string } {
  const text = building.source.text.slice(head.span.start, head.span.end);
  if (head.kind === "index" && head.base.kind === "index" && text.length < 60)
    return { help: text.replace(/\]\s*\[/g, ", ") };
  return {};
}

/** A definition without `~` and `=`. Where it starts with a variable, that is bound, so that its uses are known. */
function buildLone(building: Building, cst: CstNode, span: Span, inFunction: boolean): Statement {
  const expression = node(cst, "expression");
  const arrow = arrowIn(expression);
  const head = arrow
    ? buildExpression(building, { ...arrow.target }, span.end)
    : buildExpression(building, expression, span.end);
  if (arrow)
    building.facts.push({
      code: "wrong-symbol",
      span: { ...tokenSpan(building, arrow.token), end: arrow.token.startOffset + 2 },
      written: "<-",
      meant: "`~` or `=`",
    });
  else if (head.kind !== "error")
    building.facts.push({
      code: "lone-expression",
      span: head.span,
      text: building.source.text.slice(head.span.start, head.span.end),
      inFunction,
    });
  const target = targetOf(head);
  if (target === undefined) return errorStatement(span);
  const value = missing(building, span.end);
  return { kind: "let", targets: [target], ...optionalType(building, cst, span), value, span };
}

/** `x <- …`, which reads as `x < -…`. */
function arrowIn(expression: CstNode | undefined): { target: CstNode; token: IToken } | undefined {
  const [operand, second] = nodes(expression, "operand");
  const [token] = tokensOf(expression, "BinaryOperator");
  const minus = tokenOf(second, "PrefixOperator");
  if (!operand || token?.image !== "<" || minus?.image !== "-") return undefined;
  if (minus.startOffset !== token.startOffset + 1) return undefined;
  return { target: { name: "expression", children: { operand: [operand] } }, token };
}

interface StatementBranches {
  readonly conditions: readonly CstNode[];
  readonly blocks: readonly (CstNode | undefined)[];
  readonly otherwise: CstNode | undefined;
}

/** The parts of an `if` with blocks that stands alone: a statement. */
function statementBranches(expression: CstNode | undefined): StatementBranches | undefined {
  const operands = nodes(expression, "operand");
  const [operand] = operands;
  const conditional = node(node(operand, "primary"), "conditional");
  const isAlone =
    operands.length === 1 &&
    !tokenOf(operand, "PrefixOperator") &&
    !node(operand, "suffix") &&
    !node(operand, "type");
  if (!conditional || !isAlone) return undefined;
  const branches = nodes(conditional, "branch");
  const otherwise = node(conditional, "otherwise");
  if (branches.some((branch) => tokenOf(branch, "Keyword_then")) || node(otherwise, "expression"))
    return undefined;
  return {
    conditions: nodes(conditional, "expression"),
    blocks: branches.map((branch) => node(branch, "block")),
    otherwise: node(otherwise, "block"),
  };
}

function buildIf(building: Building, branches: StatementBranches, span: Span): Statement {
  const { conditions, blocks, otherwise } = branches;
  let rest = buildBlock(building, otherwise);
  let made: Statement = errorStatement(span);
  for (let i = conditions.length - 1; i >= 0; i--) {
    const condition = buildExpression(building, conditions[i], span.end);
    const then = buildBlock(building, blocks[i]);
    const whole = i === 0 ? span : { ...span, start: condition.span.start };
    const statement: IfStatement = { kind: "if", condition, then, else: rest, span: whole };
    made = grow<Statement>(building, statement, [condition, ...then, ...rest], errorStatement);
    rest = [made];
  }
  return made;
}
