/**
 * Edits of a draft by name: another prior, other observed variables, a value in place of a draw, a statement more or less. Each
 * throws `ProblemError` where it cannot be done, which `edit` returns as its problems.
 */
import type { Draft } from "immer";
import { nearMisses } from "../../base/near-miss.ts";
import { type Problem, ProblemError } from "../../base/problem.ts";
import { parse } from "../../lang/parse/parse.ts";
import type { Annotation, DrawStatement, Expression, ModelDeclaration, Statement } from "../../lang/tree.ts";
import type { ProgramDraft } from "./edit.ts";

/** Which model, where the program has several. */
export interface EditOptions {
  readonly model?: string;
}

/** Draws `variable` from `distribution`, as it would be written: "Normal(0, 5)". All its pieces, where it has several. */
export function setPrior(
  draft: ProgramDraft,
  variable: string,
  distribution: string,
  options?: EditOptions,
): void {
  for (const { statement } of drawsOf(modelOf(draft, options), variable)) {
    const [parsed] = parseStatements(`${variable} ~ ${distribution}`, `the prior of ${variable}`);
    if (parsed.kind !== "draw") throw notEditable(variable, `\`${distribution}\` is not a distribution`);
    statement.distribution = parsed.distribution as Draft<Expression>;
    if (parsed.annotations.length > 0) statement.annotations = parsed.annotations as Draft<Annotation[]>;
  }
}

/** Makes exactly these variables observed, and all others latent. */
export function conditionOn(draft: ProgramDraft, variables: readonly string[], options?: EditOptions): void {
  const model = modelOf(draft, options);
  for (const name of variables) drawsOf(model, name);
  for (const { statement } of allStatements(model.body)) {
    if (statement.kind !== "draw") continue;
    statement.observed = variables.includes(statement.target.name.text);
    if (statement.observed) statement.annotations = [];
    else if (statement.type !== undefined) statement.type.optional = false;
  }
}

/** Gives `variable` a value in place of its draw: a number, a boolean, or an expression as it would be written. */
export function fixValue(
  draft: ProgramDraft,
  variable: string,
  value: number | boolean | string,
  options?: EditOptions,
): void {
  for (const { statement, body, position } of drawsOf(modelOf(draft, options), variable)) {
    const [parsed] = parseStatements(`${variable} = ${String(value)}`, `the value of ${variable}`);
    if (parsed.kind !== "let") throw notEditable(variable, `\`${String(value)}\` is not a value`);
    const { target, type, span } = statement;
    body[position] = {
      kind: "let",
      targets: [target],
      ...(type !== undefined && { type: { ...type, optional: false } }),
      value: parsed.value as Draft<Expression>,
      span,
    };
  }
}

/** Where a statement goes: beside that of a variable, in its plate; at the end of the model when absent. */
export interface Place extends EditOptions {
  readonly before?: string;
  readonly after?: string;
}

/** Adds statements, as they would be written: "rho ~ Uniform(-1, 1)". */
export function addStatement(draft: ProgramDraft, text: string, place: Place = {}): void {
  const model = modelOf(draft, place);
  const statements = [...parseStatements(text, "the added statement")] as Draft<Statement>[];
  const beside = place.before ?? place.after;
  if (beside === undefined) {
    model.body.push(...statements);
    return;
  }
  const found = statementsOf(model, beside);
  const at = place.before === undefined ? found[found.length - 1] : found[0];
  at.body.splice(at.position + (place.before === undefined ? 1 : 0), 0, ...statements);
}

/** Removes all statements that draw or bind `variable`. */
export function removeVariable(draft: ProgramDraft, variable: string, options?: EditOptions): void {
  const found = statementsOf(modelOf(draft, options), variable);
  for (const { body, statement } of found) body.splice(body.indexOf(statement), 1);
}

interface Found {
  readonly statement: Draft<Statement>;
  /** Holds the statement. */
  readonly body: Draft<Statement>[];
  readonly position: number;
}

interface FoundDraw extends Found {
  readonly statement: Draft<DrawStatement>;
}

function modelOf(draft: ProgramDraft, { model: name }: EditOptions = {}): Draft<ModelDeclaration> {
  const models = draft.declarations.flatMap((each) =>
    each.kind === "model" || each.kind === "family" ? [each] : [],
  );
  const names = models.map((model) => model.name.text);
  if (name === undefined && models.length === 1) return models[0];
  const found = models.find((model) => model.name.text === name);
  if (found !== undefined) return found;
  throw problem({
    code: name === undefined ? "which-model" : "unknown-model",
    message:
      name === undefined ? "the program declares several models" : `the program has no model \`${name}\``,
    notes: [`models here: ${names.join(", ")}`],
    help: `name one: { model: ${JSON.stringify([...nearMisses(name ?? "", names), ...names][0] ?? "")} }`,
  });
}

function allStatements(body: Draft<Statement>[]): Found[] {
  return body.flatMap((statement, position): Found[] => {
    const own: Found = { statement, body, position };
    if (statement.kind === "plate" || statement.kind === "for")
      return [own, ...allStatements(statement.body)];
    if (statement.kind === "if")
      return [own, ...allStatements(statement.then), ...allStatements(statement.else)];
    return [own];
  });
}

function namesOf(statement: Draft<Statement>): string[] {
  switch (statement.kind) {
    case "draw":
    case "vary":
    case "choice":
      return [statement.target.name.text];
    case "let":
      return statement.targets.map(({ name }) => name.text);
    case "learn":
      return [statement.name.text];
    default:
      return [];
  }
}

function statementsOf(model: Draft<ModelDeclaration>, variable: string): Found[] {
  const all = allStatements(model.body);
  const found = all.filter(({ statement }) => namesOf(statement).includes(variable));
  if (found.length > 0) return found;
  const near = nearMisses(
    variable,
    all.flatMap(({ statement }) => namesOf(statement)),
  );
  throw problem({
    code: "edit-unknown-variable",
    message: `the model \`${model.name.text}\` has no variable \`${variable}\``,
    ...(near.length > 0 && { help: `did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?` }),
  });
}

function drawsOf(model: Draft<ModelDeclaration>, variable: string): FoundDraw[] {
  const found = statementsOf(model, variable);
  const draws = found.flatMap(({ statement, ...rest }): FoundDraw[] =>
    statement.kind === "draw" ? [{ ...rest, statement }] : [],
  );
  if (draws.length === found.length) return draws;
  throw notEditable(
    variable,
    `\`${variable}\` is not drawn: it is bound with \`=\`, learned, or described by \`vary\``,
  );
}

/** The statements of `text`; throws what is wrong with it, with places in `name`. */
function parseStatements(text: string, name: string): readonly [Statement, ...Statement[]] {
  const head = "model M {\n";
  const parsed = parse({ name, text: `${head}${text}\n}` });
  const [declaration] = parsed.file.declarations;
  const body = declaration?.kind === "model" ? declaration.body : [];
  const [first, ...rest] = body;
  if (parsed.problems.length === 0 && first !== undefined) return [first, ...rest];
  throw new ProblemError(
    parsed.problems.length > 0
      ? parsed.problems.map((each) => ({ ...each, labels: [], place: `${name}: ${text}` }))
      : [asProblem({ code: "edit-impossible", message: `${name} is empty` })],
  );
}

type Said = Pick<Problem, "code" | "message"> & Partial<Pick<Problem, "notes" | "help">>;

function asProblem(said: Said): Problem {
  return { severity: "error", labels: [], ...said };
}

function problem(said: Said): ProblemError {
  return new ProblemError([asProblem(said)]);
}

function notEditable(variable: string, message: string): ProblemError {
  return problem({
    code: "edit-impossible",
    message,
    help: `edit the statement of \`${variable}\` in the tree`,
  });
}
