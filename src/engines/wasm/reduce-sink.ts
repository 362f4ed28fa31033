/**
 * Sums and maxima over loops. Where the innermost loops are reduced, each result has one accumulator per vector of an iteration;
 * they are combined in order, then their lanes, when those loops end. Elsewhere results lie in memory and each vector is
 * added there. Where the outermost loop is reduced and split, each chunk has results of its own, which are joined behind it.
 */
import { bug } from "../../base/bug.ts";
import { elementCount, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import { reducedComponents } from "./components.ts";
import type { Emission } from "./emission.ts";
import { storeElements } from "./emit-straight.ts";
import { joinedNumbers, joinInMemory } from "./join-chunks.ts";
import type { Frame } from "./loop-frame.ts";
import { reducedStrides } from "./loop-shape.ts";
import { pushPointer, type ResultHome, resultHome, type Sink, type SinkContext } from "./loop-sink.ts";
import type { LoopValues } from "./loop-values.ts";
import {
  combine,
  combineLanes,
  loadSplat,
  maskTail,
  pushIdentity,
  type Reduction,
  storeLane,
} from "./vector-code.ts";
import { positionsOf, rowMajor } from "./view.ts";

type ReductionNode = NodeOf<"reduceSum"> | NodeOf<"reduceMax">;

interface ReductionPlan {
  readonly id: NodeId;
  readonly node: ReductionNode;
  readonly op: Reduction;
  /** For each result, the components that are combined first. */
  readonly terms: readonly (readonly number[])[];
  /** Of the result in memory, per loop: 0 where the loop is reduced. */
  readonly strides: readonly number[];
  /** Where each result of the first iteration lies, in numbers. */
  readonly places: readonly number[];
  /** Loops from this one on are all reduced. */
  readonly resetLevel: number;
  /** No loop is left: results are values behind the loops. */
  readonly isLocal: boolean;
  /** Results in memory are added to, not written. */
  readonly isAddedUp: boolean;
}

export function reduceSink(context: SinkContext, id: NodeId): Sink {
  const { emission, split } = context;
  const plan = planReduction(context, id);
  const { op, node, isLocal, isAddedUp, resetLevel, strides } = plan;
  const isMet = meetsInResults(strides);
  const home =
    isLocal && split === undefined
      ? undefined
      : resultHome(
          context,
          id,
          isMet,
          elementCount(node.type.shape),
          isAddedUp && !isLocal
            ? (code) => pushIdentity(code, emission.format, op, node.type.dtype)
            : undefined,
        );
  if (split !== undefined && home !== undefined && isMet)
    if (isLocal)
      split.join.push(() => {
        const sums = joinedNumbers(split, id, home, op, plan.terms.length);
        defineLocal(split.around, plan, sums);
      });
    else joinInMemory(split, id, home, op);
  return resetLevel === strides.length
    ? memoryReduction(context, plan, home)
    : registerReduction(context, plan, home);
}

/** Whether different iterations of the outermost loop add to the same results. */
export function meetsInResults(strides: readonly number[]): boolean {
  return strides[0] === 0;
}

function planReduction({ emission: { schedule }, shape }: SinkContext, id: NodeId): ReductionPlan {
  const { accesses, graph } = schedule;
  const node = graph.nodes[id];
  if (node.op !== "reduceSum" && node.op !== "reduceMax") return bug(`${node.op} reduces nothing`);
  const [operand] = node.inputs;
  const strides = shape.merge(reducedStrides(schedule, id));
  const resetLevel = strides.findLastIndex((stride) => stride !== 0) + 1;
  return {
    id,
    node,
    op: node.op,
    terms: reducedComponents(node.params.axes, graph.nodes[operand].type.shape, accesses.spaces[operand]),
    strides,
    places: resultPlaces(schedule, node),
    resetLevel,
    isLocal: strides.every((stride) => stride === 0),
    isAddedUp: resetLevel === strides.length || strides.slice(0, resetLevel).some((stride) => stride === 0),
  };
}

/** Positions in the result of the components that are kept. */
function resultPlaces({ graph, accesses }: Emission["schedule"], node: ReductionNode): number[] {
  const { axes } = node.params;
  const [operand] = node.inputs;
  const { shape } = graph.nodes[operand].type;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const { strides } = rowMajor(node.type.shape);
  const components = accesses.spaces[operand].componentAxes.filter((axis) => kept.includes(axis));
  return positionsOf(
    components.map((axis) => shape[axis]),
    { offset: 0, strides: components.map((axis) => strides[kept.indexOf(axis)]) },
  );
}

/** All terms of one result in this vector. */
function combineTerms(
  { code, format, schedule }: Emission,
  { node, op }: ReductionPlan,
  frame: Frame,
  values: LoopValues,
  components: readonly number[],
): LocalIndex {
  const access = schedule.accesses.access(node.inputs[0]);
  const [first, ...others] = components.map((component) => values.read(access, component).local);
  if (others.length === 0) return first;
  const total = code.local("v128");
  frame.at(frame.depth, () => {
    code.get(first);
    for (const local of others) {
      code.get(local);
      combine(code, format, op, node.type.dtype);
    }
    code.set(total);
  });
  return total;
}

/** Adds terms that are all products with one instruction each, where there is one; false where not, and then nothing is written. */
function addProducts(
  { code, format, program, schedule }: Emission,
  { node, op }: ReductionPlan,
  frame: Frame,
  values: LoopValues,
  components: readonly number[],
  accumulator: LocalIndex,
): boolean {
  if (!program.features.relaxed || op !== "reduceSum" || frame.current.valid < format.lanes) return false;
  const access = schedule.accesses.access(node.inputs[0]);
  const products = components.flatMap((component) => {
    const factors = values.factors(access, component);
    return factors === undefined ? [] : [factors];
  });
  if (products.length === 0 || products.length < components.length) return false;
  frame.at(frame.depth, () => {
    for (const [x, y] of products) {
      for (const local of [x, y, accumulator]) code.get(local);
      code.op(`${format.float}.relaxed_madd`);
      code.set(accumulator);
    }
  });
  return true;
}

function memoryReduction({ emission }: SinkContext, plan: ReductionPlan, home: ResultHome | undefined): Sink {
  const { code, format } = emission;
  const { node, op, terms, strides, places } = plan;
  const { address, base } = home ?? bug("a reduction in memory without memory");
  const { dtype } = node.type;
  const inner = strides[strides.length - 1];
  return (frame, values) => {
    const { vector, valid } = frame.current;
    for (const [result, components] of terms.entries()) {
      const value = combineTerms(emission, plan, frame, values, components);
      const pointer = frame.pointer(strides);
      const offset = address + (places[result] + vector * format.lanes * inner) * format.bytes;
      frame.at(frame.depth, () => {
        const isWhole = inner === 1 && valid === format.lanes;
        for (let lane = 0; lane < (isWhole ? 1 : valid); lane++) {
          const place = offset + lane * inner * format.bytes;
          pushPointer(code, pointer, base);
          pushPointer(code, pointer, base);
          if (isWhole) code.memory("v128.load", place);
          else loadSplat(code, format, place);
          code.get(value);
          combine(code, format, op, dtype);
          if (isWhole) code.memory("v128.store", place);
          else storeLane(code, format, place, lane);
        }
      });
    }
  };
}

function registerReduction(
  { emission, unroll, finish }: SinkContext,
  plan: ReductionPlan,
  home: ResultHome | undefined,
): Sink {
  const { code, format } = emission;
  const { node, op, terms, strides, resetLevel, isLocal } = plan;
  const { dtype } = node.type;
  const accumulators = terms.map(() => Array.from({ length: unroll }, () => code.local("v128")));
  let isBegun = false;
  const begin = (frame: Frame): void => {
    if (isBegun) return;
    isBegun = true;
    frame.at(resetLevel, () => {
      for (const local of accumulators.flat()) {
        pushIdentity(code, format, op, dtype);
        code.set(local);
      }
    });
    const pointer = frame.pointer(strides);
    if (isLocal) finish.push(() => finishLocal(emission, plan, accumulators, home));
    else if (home !== undefined)
      frame.after(resetLevel, () => finishInMemory(emission, plan, accumulators, pointer, home));
  };
  return (frame, values) => {
    begin(frame);
    const { valid, number } = frame.current;
    for (const [result, components] of terms.entries()) {
      const accumulator = accumulators[result][number];
      if (addProducts(emission, plan, frame, values, components, accumulator)) continue;
      const value = combineTerms(emission, plan, frame, values, components);
      frame.at(frame.depth, () => {
        code.get(accumulator);
        code.get(value);
        maskTail(code, format, op, dtype, valid);
        combine(code, format, op, dtype);
        code.set(accumulator);
      });
    }
  };
}

/** Combines accumulators and their lanes; the first one holds the result in all lanes then. */
function combineAccumulators(
  { code, format }: Emission,
  { op, node }: ReductionPlan,
  [first, ...others]: readonly LocalIndex[],
): LocalIndex {
  code.get(first);
  for (const other of others) {
    code.get(other);
    combine(code, format, op, node.type.dtype);
  }
  combineLanes(code, format, op, node.type.dtype, first);
  code.set(first);
  return first;
}

function finishLocal(
  emission: Emission,
  plan: ReductionPlan,
  accumulators: readonly (readonly LocalIndex[])[],
  home: ResultHome | undefined,
): void {
  const { code, format } = emission;
  const totals = accumulators.map((each) => combineAccumulators(emission, plan, each));
  if (home === undefined) {
    defineLocal(emission, plan, totals);
    return;
  }
  for (const [number, total] of totals.entries()) {
    pushPointer(code, home.base);
    code.get(total);
    storeLane(code, format, home.address + number * format.bytes, 0);
  }
}

/** The results are in all lanes of the locals. */
function defineLocal(emission: Emission, { id, node }: ReductionPlan, totals: readonly LocalIndex[]): void {
  const { straight, schedule, memory } = emission;
  const elements = totals.map((total) => straight.splatOf(total));
  straight.define(id, elements);
  if (schedule.buffers.has(id)) storeElements(emission, elements, node, memory.address(id));
}

function finishInMemory(
  emission: Emission,
  plan: ReductionPlan,
  accumulators: readonly (readonly LocalIndex[])[],
  pointer: LocalIndex | undefined,
  { address, base }: ResultHome,
): void {
  const { code, format } = emission;
  for (const [result, each] of accumulators.entries()) {
    const total = combineAccumulators(emission, plan, each);
    const offset = address + plan.places[result] * format.bytes;
    pushPointer(code, pointer, base);
    code.get(total);
    if (plan.isAddedUp) {
      pushPointer(code, pointer, base);
      loadSplat(code, format, offset);
      combine(code, format, plan.op, plan.node.type.dtype);
    }
    storeLane(code, format, offset, 0);
  }
}
