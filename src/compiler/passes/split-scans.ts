/**
 * Takes out of loops what does not need their order. What no carry goes into is computed before the loop and what goes into no
 * carry after it, for all steps at once; a carry that only adds up becomes a sum over the steps. What stays in the loop is the
 * recurrence itself.
 */
import { bug } from "../../base/bug.ts";
import type { Builder } from "../builder.ts";
import type { Graph, NodeId, NodeOf } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { emitScan, hasScan, joinFlat } from "../scan.ts";
import { ancestors } from "./ancestors.ts";
import { type Phase, planSplit, type SplitPlan, type Term } from "./split-plan.ts";
import { inAllSteps, type Stackable, stackNode } from "./stack-node.ts";

/** Precondition: numbers are real up to rounding, as sums over the steps are regrouped. */
export function splitScans(graph: Graph): Graph {
  if (!hasScan(graph)) return graph;
  return rebuild(graph, (builder, node) => {
    const plan = node.op === "scan" ? planSplit(node) : undefined;
    return node.op === "scan" && plan !== undefined ? split(builder, node, plan) : emitSame(builder, node);
  });
}

function split(builder: Builder, node: NodeOf<"scan">, plan: SplitPlan): NodeId {
  const { length, carries, xs } = node.params;
  const values = new Map<NodeId, Stackable>();
  plan.inputIds.forEach((id, at) => {
    if (at >= carries) values.set(id, { id: node.inputs[at], isStacked: at < carries + xs });
  });
  const resultOf = (id: NodeId): Stackable => values.get(id) ?? bug(`%${id} of a body is not there yet`);
  const compute = (phase: Phase): void =>
    node.params.body.nodes.forEach((inner, id) => {
      if (plan.phases[id] !== phase || values.has(id)) return;
      const operands = inner.inputs.map(resultOf);
      const isStacked = operands.some((operand) => operand.isStacked);
      const made = isStacked
        ? stackNode(builder, inner, operands, length)
        : emitSame(builder, { ...inner, inputs: operands.map((operand) => operand.id) });
      values.set(id, { id: made, isStacked });
    });
  compute("fixed");
  compute("before");
  const loop = emitLoop(
    builder,
    node,
    plan,
    plan.intoLoop.map((id) => resultOf(id).id),
  );
  plan.fromLoop.forEach((id, at) => {
    values.set(id, { id: loop.ys[at], isStacked: true });
  });
  compute("after");
  const stacked = (id: NodeId): NodeId => inAllSteps(builder, resultOf(id), length);
  const total = (start: NodeId, terms: readonly Term[]): NodeId =>
    terms.reduce((sum, { id, isNegative }) => {
      const term = builder.emit("reduceSum", [stacked(id)], { axes: [0] });
      return builder.emit(isNegative ? "sub" : "add", [sum, term], {});
    }, start);
  const last = [...loop.carries];
  const final = plan.carries.map((carry, at) =>
    typeof carry === "number" ? (last.shift() ?? node.inputs[at]) : total(node.inputs[at], carry),
  );
  return joinFlat(builder, [...final, ...plan.ys.map(stacked)]);
}

/** The recurrence. Its further rows are `stacked`, its y are what is read after it. */
function emitLoop(
  builder: Builder,
  { inputs, params }: NodeOf<"scan">,
  { carries: carried, inputIds, intoLoop, fromLoop }: SplitPlan,
  stacked: readonly NodeId[],
) {
  const { body, length, reverse, carries, xs } = params;
  const kept = carried.flatMap((carry, at) => (typeof carry === "number" ? [{ at, next: carry }] : []));
  return emitScan(builder, {
    length,
    reverse,
    carries: kept.map(({ at }) => inputs[at]),
    xs: [...inputs.slice(carries, carries + xs), ...stacked],
    fixed: inputs.slice(carries + xs),
    body(inner, given) {
      const known = new Map<NodeId, NodeId>();
      kept.forEach(({ at }, position) => {
        known.set(inputIds[at], given.carries[position]);
      });
      [...inputIds.slice(carries, carries + xs), ...intoLoop].forEach((id, at) => {
        known.set(id, given.xs[at]);
      });
      inputIds.slice(carries + xs).forEach((id, at) => {
        known.set(id, given.fixed[at]);
      });
      const needed = ancestors(body, [...kept.map(({ next }) => next), ...fromLoop], (id) => known.has(id));
      body.nodes.forEach((each, id) => {
        if (needed.has(id) && !known.has(id))
          known.set(
            id,
            emitSame(inner, { ...each, inputs: each.inputs.map((input) => known.get(input) ?? 0) }),
          );
      });
      const made = (id: NodeId): NodeId => known.get(id) ?? bug(`%${id} of a body was not made`);
      return { carries: kept.map(({ next }) => made(next)), ys: fromLoop.map(made) };
    },
  });
}
