/** What of a loop's body can be done outside it: decided here, done by `split-scans`. */
import type { Graph, GraphNode, NodeId, NodeOf } from "../graph.ts";
import { scanInputName } from "../type-rules.ts";
import { ancestors } from "./ancestors.ts";
import { isSummable } from "./product-rules.ts";
import { canStack, fitsStacked } from "./stack-node.ts";

/**
 * fixed: the same in every step. before: from rows and fixed values. loop: in the order of steps. after: from all that, and not
 * for the next step.
 */
export type Phase = "fixed" | "before" | "loop" | "after";

export interface SplitPlan {
  /** Per node of the body; undefined where nothing needs it. */
  readonly phases: readonly (Phase | undefined)[];
  /** The body's inputs in the order of operands. */
  readonly inputIds: readonly NodeId[];
  /** Per carry its next value, or, for one that only adds up, what it adds in each step. */
  readonly carries: readonly (NodeId | readonly Term[])[];
  readonly ys: readonly NodeId[];
  /** Of the phase before, what the loop reads. */
  readonly intoLoop: readonly NodeId[];
  /** Of the loop, what is read after it. */
  readonly fromLoop: readonly NodeId[];
}

export interface Term {
  readonly id: NodeId;
  readonly isNegative: boolean;
}

/**
 * The plan, or undefined where the loop is nothing but a recurrence already. `mayBeLarge`: whether sums of large products may leave
 * the loop.
 */
export function planSplit(node: NodeOf<"scan">, mayBeLarge = true): SplitPlan | undefined {
  const { inputs, params } = node;
  const { body, length, carries: carryCount, xs } = params;
  const { nodes, outputs } = body;
  const inputIds = inputs.map((_, at) => body.inputs[scanInputName(at, { carries: carryCount, xs })]);
  const fits = (id: NodeId): boolean => fitsStacked(nodes[id].type.shape, length);
  const uses = countUses(body);
  /** Products too large to be stacked, of small operands and for a sum alone: the sum over the steps is one product. */
  const summed = new Set<NodeId>();
  const carries = Array.from({ length: carryCount }, (_, at) => {
    const next = outputs[`carry/${at}`];
    const isSum = next !== inputIds[at] && uses[inputIds[at]] === 1;
    const terms = isSum ? addends(body, uses, next, inputIds[at]) : undefined;
    if (terms === undefined) return next;
    const large = terms.map(({ id }) => id).filter((id) => !fits(id));
    const canSum = (id: NodeId): boolean =>
      uses[id] === 1 && isSummable(nodes[id], nodes[nodes[id].inputs[0]]) && nodes[id].inputs.every(fits);
    if (!large.every((id) => mayBeLarge && canSum(id))) return next;
    for (const id of large) summed.add(id);
    return terms;
  });
  const ys = Array.from({ length: Object.keys(outputs).length - carryCount }, (_, at) => outputs[`y/${at}`]);
  const next = carries.filter((carry) => typeof carry === "number");
  const terms = carries.flatMap((carry) => (typeof carry === "number" ? [] : carry.map(({ id }) => id)));
  const results = [...new Set([...ys, ...terms])];
  const isLive = ancestors(body, [...next, ...results]);
  const phases = nodes.map((_, id): Phase | undefined => (isLive.has(id) ? "loop" : undefined));
  const isStacked = (id: NodeId): boolean => phases[id] !== "fixed";
  nodes.forEach((node, id) => {
    if (!isLive.has(id)) return;
    const at = inputIds.indexOf(id);
    const operands = node.inputs.map((input) => phases[input]);
    if (at >= 0) phases[id] = at < carryCount ? "loop" : at < carryCount + xs ? "before" : "fixed";
    else if (operands.every((phase) => phase === "fixed")) phases[id] = "fixed";
    else if (
      !operands.includes("loop") &&
      canStack(node, node.inputs.map(isStacked)) &&
      (fits(id) || summed.has(id))
    )
      phases[id] = "before";
  });
  const feedsCarry = ancestors(body, next);
  const readInLoop = new Set<NodeId>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (phases[id] !== "loop" || node.op === "input") continue;
    const canMove =
      !feedsCarry.has(id) &&
      !readInLoop.has(id) &&
      canStack(node, node.inputs.map(isStacked)) &&
      (fits(id) || summed.has(id)) &&
      node.inputs.every(fits);
    if (canMove) phases[id] = "after";
    else for (const input of node.inputs) readInLoop.add(input);
  }
  keepUnstackable(body, phases);
  if (!nodes.some(({ op }, id) => phases[id] === "after" && !onlyMoves.includes(op)))
    phases.forEach((phase, id) => {
      if (phase === "after") phases[id] = "loop";
    });
  // A product with what is the same in every step is no such product once it is stacked.
  if ([...summed].some((id) => nodes[id].inputs.some((input) => phases[input] === "fixed")))
    return planSplit(node, false);
  const intoLoop = neededByLoop(body, phases, next);
  const fromLoop = new Set(results.filter((id) => phases[id] === "loop"));
  nodes.forEach((node, id) => {
    if (phases[id] === "after")
      for (const input of node.inputs) if (phases[input] === "loop") fromLoop.add(input);
  });
  const isWorth = terms.length > 0 || intoLoop.length > 0 || phases.includes("after");
  return isWorth ? { phases, inputIds, carries, ys, intoLoop, fromLoop: [...fromLoop] } : undefined;
}

/** Loops give floats only: what reads a condition or a whole number of the loop stays in it, with all that it is made from. */
function keepUnstackable({ nodes }: Graph, phases: (Phase | undefined)[]): void {
  const keep = (id: NodeId): void => {
    if (phases[id] !== "after") return;
    phases[id] = "loop";
    nodes[id].inputs.forEach(keep);
  };
  const readsUnstackable = ({ inputs }: GraphNode): boolean =>
    inputs.some((input) => phases[input] === "loop" && nodes[input].type.dtype !== "float");
  for (let wrong = 0; wrong >= 0; ) {
    wrong = nodes.findIndex((node, id) => phases[id] === "after" && readsUnstackable(node));
    if (wrong >= 0) keep(wrong);
  }
}

/** Ops that are no reason to do something after the loop, as they only move values. */
const onlyMoves: readonly string[] = [
  "reshape",
  "broadcast",
  "transpose",
  "slice",
  "pad",
  "concat",
  "reverse",
  "stopGradient",
];

/** Results of the phase before that the loop reads; where they only repeat or rename, what these are made from. */
function neededByLoop(
  { nodes }: Graph,
  phases: readonly (Phase | undefined)[],
  next: readonly NodeId[],
): readonly NodeId[] {
  const needed = new Set<NodeId>();
  const collect = (id: NodeId): void => {
    const { op, inputs } = nodes[id];
    if (phases[id] !== "before" || op === "input") return;
    if (op === "broadcast" || op === "reshape") collect(inputs[0]);
    else needed.add(id);
  };
  nodes.forEach((node, id) => {
    if (phases[id] === "loop") node.inputs.forEach(collect);
  });
  next.forEach(collect);
  return [...needed].sort((a, b) => a - b);
}

/** The terms of carry + a − b + …, where nothing else reads the sums on the way; undefined for anything else. */
function addends(
  body: Graph,
  uses: readonly number[],
  id: NodeId,
  carry: NodeId,
): readonly Term[] | undefined {
  if (id === carry) return [];
  const { op, inputs } = body.nodes[id];
  if ((op !== "add" && op !== "sub") || uses[id] !== 1) return undefined;
  const [left, right] = inputs;
  const fromLeft = addends(body, uses, left, carry);
  if (fromLeft !== undefined) return [...fromLeft, { id: right, isNegative: op === "sub" }];
  const fromRight = op === "add" ? addends(body, uses, right, carry) : undefined;
  return fromRight && [...fromRight, { id: left, isNegative: false }];
}

function countUses({ nodes, outputs }: Graph): readonly number[] {
  const uses = nodes.map(() => 0);
  for (const id of [...Object.values(outputs), ...nodes.flatMap(({ inputs }) => inputs)]) uses[id] += 1;
  return uses;
}
