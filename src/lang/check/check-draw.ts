/** Draw statements: from a distribution and a declared type to a site. */
import { nearMisses } from "../../base/near-miss.ts";
import { holdsCensored } from "../censored.ts";
import type { CoreModel, CoreSite } from "../core.ts";
import type { CoreStatement } from "../core-statement.ts";
import { isRenormalised } from "../cumulative.ts";
import { canBePlaced } from "../noncentered.ts";
import { equalSizes, formatSize } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import type { DrawStatement, Name, TypeExpression } from "../tree.ts";
import { errorType } from "../type.ts";
import { checkBijector } from "./check-bijector.ts";
import { bindPiece, corePlaces } from "./check-bind.ts";
import { checkDistribution } from "./check-distribution.ts";
import { checkExpression } from "./check-expression.ts";
import type { Places } from "./check-places.ts";
import type { Piece, Scope, Variable } from "./check-scope.ts";
import { checkEvent, sameSupport } from "./check-support.ts";
import { checkType, type DeclaredType } from "./check-type.ts";
import type { CheckedDistribution, CheckedEvent } from "./checked-distribution.ts";
import { formatBrief } from "./format-brief.ts";
import { canRelax, drawnDistribution } from "./relaxed-draw.ts";

/** What a model has besides its scope: where pieces lie, and the sites made so far. */
export interface ModelParts {
  readonly places: Places;
  readonly sites: CoreSite[];
  /** In a guide: the model whose latents it draws. */
  readonly model?: CoreModel;
}

/** Annotations with which a discrete variable is summed out. */
const summing = ["marginal", "enumerate"];

const annotations = ["noncentered", "marginal", "enumerate", "relaxed", "score", "bijector"];

/** The statement's Core, or nothing when it did not check. */
export function checkDraw(scope: Scope, parts: ModelParts, statement: DrawStatement): CoreStatement[] {
  const piece = parts.places.pieces.get(statement.target);
  const variable = scope.bindings.get(statement.target.name.text);
  const declared = statement.type && checkDrawType(scope, statement.type, statement.observed);
  const distribution = checkDistribution(scope, drawnDistribution(statement));
  if (piece === undefined || variable?.kind !== "variable" || !variable.pieces.includes(piece)) return [];
  const name = variable.name;
  const usable = distribution !== undefined && (statement.type === undefined || declared !== undefined);
  const bijector = statement.annotations.find(({ text }) => text === "bijector");
  const checked = !usable
    ? undefined
    : bijector === undefined
      ? checkEvent(scope, name, distribution, declared)
      : checkBijector(scope, parts.model, statement, distribution, bijector);
  const event = variable.observed ? checked : checked && insideSupport(checked);
  bindPiece(scope, variable, piece, event?.type ?? declared?.type ?? errorType, !variable.observed);
  if (event === undefined || distribution === undefined) return [];
  if (!variable.observed && holdsCensored(distribution.core)) {
    scope.report({ code: "censored-latent", name, distribution: distribution.quote });
    return [];
  }
  if (statement.type === undefined && bijector === undefined)
    checkElementwise(scope, piece, distribution, event);
  if (event.support.kind === "discrete" && event.support.count !== undefined)
    variable.count = event.support.count;
  const isDiscrete = event.support.kind === "discrete" && !variable.observed;
  if (isDiscrete && distribution.core.kind === "transformed") {
    const { quote } = distribution;
    scope.report({
      code: "cannot-transform",
      transformed: quote,
      reason: "its whole numbers are not observed",
      span: quote.span,
      help: "draw what goes into the function, `k ~ …`, and bind what is made of it",
    });
    return [];
  }
  const score = isDiscrete && (parts.model !== undefined || isScored(variable));
  const marginal = !score && checkDiscrete(scope, piece, variable, distribution, event);
  const noncentered = checkAnnotations(scope, statement, distribution, event);
  const id = siteId(variable, piece);
  parts.sites.push({
    id,
    variable: name,
    observed: variable.observed,
    mayMiss: variable.observed && statement.type?.optional === true,
    place: corePlaces(piece),
    event: event.type,
    support: event.support,
    distribution: distribution.core,
    noncentered,
    marginal,
    ...(score && { score }),
    ...(bijector !== undefined && { bijector: true }),
    span: statement.span,
  });
  return [{ kind: "draw", site: id, span: statement.span }];
}

/** The declared type of a draw; of an observed one also with a question mark. */
function checkDrawType(scope: Scope, type: TypeExpression, observed: boolean): DeclaredType | undefined {
  const mayMiss = observed && type.optional;
  return checkType(scope, mayMiss ? { ...type, optional: false } : type, checkExpression);
}

/** Without a declared type, a draw inside an axis is not over that whole axis again: an index was forgotten. */
function checkElementwise(
  scope: Scope,
  piece: Piece,
  distribution: CheckedDistribution,
  event: CheckedEvent,
): void {
  const { type } = event;
  const batch = type.dimensions.slice(0, type.dimensions.length - distribution.draw.length);
  // The name of an index may not be there yet.
  const axis = scope.axes.find((each) => each.name !== "" && batch.some((size) => equalSizes(size, each.to)));
  if (axis === undefined) return;
  const { name, indices, span } = piece.target;
  scope.report({
    code: "whole-array-in-plate",
    target: { text: `${name.text}[${indices.map(formatBrief).join(", ")}]`, span },
    index: axis.name,
    size: formatSize(axis.to),
    distribution: distribution.quote,
    type,
  });
}

/** A continuous latent comes from a bijector onto the open support: it never is at an end. */
function insideSupport(event: CheckedEvent): CheckedEvent {
  const { type } = event;
  if (type.base !== "real") return event;
  return { ...event, type: { ...type, range: { ...type.range, lowOpen: true, highOpen: true } } };
}

function siteId(variable: Variable, piece: Piece): string {
  const position = variable.pieces.indexOf(piece);
  return variable.pieces.length === 1 ? variable.name : `${variable.name}#${position + 1}`;
}

/** A variable is drawn with `score` as a whole, or not at all. */
function isScored({ pieces }: Variable): boolean {
  return pieces.some(
    ({ statement }) =>
      statement.kind === "draw" && statement.annotations.some(({ text }) => text === "score"),
  );
}

/** Whether the site is to be summed out. Reports discrete latents that cannot be. */
function checkDiscrete(
  scope: Scope,
  piece: Piece,
  variable: Variable,
  distribution: CheckedDistribution,
  event: CheckedEvent,
): boolean {
  if (variable.observed || event.support.kind !== "discrete") return false;
  const { span } = piece.target;
  const text =
    piece.target.indices.length === 0
      ? variable.name
      : `${variable.name}[${piece.target.indices.map(formatBrief).join(", ")}]`;
  const refuse = (reason: string, help: string): boolean => {
    scope.report({ code: "cannot-sum-out", target: { text, span }, reason, help });
    return true;
  };
  if (event.type.dimensions.length > 0) {
    const relaxable = piece.statement.kind === "draw" && canRelax(piece.statement);
    const otherwise = relaxable ? ", or make it continuous: `relaxed(0.5)` behind the draw" : "";
    return refuse("one draw of it is an array", `draw it number by number in a \`plate\`${otherwise}`);
  }
  if (event.support.count === undefined) {
    return refuse(
      `${distribution.quote.text} has no fixed, finite number of values`,
      !canBeCutDown(distribution)
        ? "observe it, or use a Categorical over the values that matter"
        : `say up to which value it matters: \`${text}: Int(0, 100) ~ ${distribution.quote.text}(…)\``,
    );
  }
  return true;
}

/** Whether a declared type can leave finitely many values of whole numbers from 0. */
function canBeCutDown({ core, element }: CheckedDistribution): boolean {
  return isRenormalised(core) && element.range.low >= 0;
}

/** Whether the draw is `via noncentered`; reports annotations that do not fit. */
function checkAnnotations(
  scope: Scope,
  statement: DrawStatement,
  distribution: CheckedDistribution,
  event: CheckedEvent,
): boolean {
  let noncentered = false;
  for (const { text, span } of statement.annotations) {
    const annotation = { text, span };
    if (!annotations.includes(text)) {
      scope.report({ code: "unknown-annotation", name: annotation, near: nearMisses(text, annotations) });
    } else if (text === "bijector") {
      // Decided with the event.
    } else if (text === "relaxed") {
      checkRelaxed(scope, annotation, statement);
    } else if (text === "noncentered") {
      noncentered = checkNoncentered(scope, annotation, statement, distribution, event);
    } else if (text === "score" && statement.annotations.some((each) => summing.includes(each.text))) {
      const reason = "the variable is summed out";
      scope.report({ code: "annotation-not-allowed", annotation, reason, help: "leave one of the two out" });
    } else if (text === "score" && supportBounds(event.support).length > 0) {
      const reason = `the declared type cuts ${distribution.quote.text} down`;
      scope.report({ code: "annotation-not-allowed", annotation, reason, help: "remove `score`" });
    } else if (event.support.kind !== "discrete" || statement.observed) {
      const reason = statement.observed ? "the variable is observed" : "the variable is continuous";
      scope.report({ code: "annotation-not-allowed", annotation, reason, help: `remove \`${text}\`` });
    }
  }
  return noncentered;
}

function checkRelaxed(scope: Scope, annotation: Name, statement: DrawStatement): void {
  if (canRelax(statement)) return;
  const reason = statement.observed
    ? "the variable is observed"
    : "only draws from Bernoulli and Categorical have a continuous form";
  scope.report({ code: "annotation-not-allowed", annotation, reason, help: "remove `relaxed`" });
}

function checkNoncentered(
  scope: Scope,
  annotation: Name,
  statement: DrawStatement,
  distribution: CheckedDistribution,
  event: CheckedEvent,
): boolean {
  const refuse = (reason: string): false => {
    const quote = { text: `via ${annotation.text}`, span: annotation.span };
    scope.report({
      code: "annotation-not-allowed",
      annotation: quote,
      reason,
      help: "remove `via noncentered`",
    });
    return false;
  };
  if (statement.observed) return refuse("the variable is observed");
  const { core, quote, support } = distribution;
  // Behind a function, the sampler works with what goes into it.
  if (core.kind !== "transformed" && !canBePlaced(core))
    return refuse(`${quote.text} is not a location and a scale`);
  return sameSupport(event.support, support) ? true : refuse(`the declared type cuts ${quote.text} down`);
}
