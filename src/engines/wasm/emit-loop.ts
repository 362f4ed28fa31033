/** Loops: one nest per group, with everything that runs over the same space fused into its body. */
import { bug } from "../../base/bug.ts";
import { elementCount, type GraphNode, type NodeId } from "../../compiler/graph.ts";
import type { Access } from "./access.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import { reducedComponents } from "./components.ts";
import type { Emission } from "./emission.ts";
import { storeElements } from "./emit-straight.ts";
import { whereInside } from "./indexing.ts";
import { vectorType } from "./lane-format.ts";
import { type Frame, writeLoops } from "./loop-frame.ts";
import { loopShape, ownStrides, partStrides, reducedStrides, rowLength, rowStrides } from "./loop-shape.ts";
import { createLoopValues, type LoopValues } from "./loop-values.ts";
import { partLayout } from "./parts.ts";
import type { Group, Job, Schedule } from "./schedule.ts";
import { type Element, maskToNumber } from "./straight-values.ts";
import {
  combine,
  combineLanes,
  fillMemory,
  loadSplat,
  maskTail,
  pushIdentity,
  storeLane,
} from "./vector-code.ts";
import { positionsOf, rowMajor } from "./view.ts";

/** What a job does to one vector of the innermost loop. */
type Sink = (frame: Frame, values: LoopValues) => void;

export function emitLoop(emission: Emission, group: Group, number: number): void {
  const { code, format, schedule, straight } = emission;
  straight.forgetMemory();
  const shape = loopShape(schedule, group, number);
  const unroll = unrollFor(schedule, group, Math.floor((shape.lengths.at(-1) ?? 0) / format.lanes));
  const finish: (() => void)[] = [];
  const sinks = group.jobs.map((job) => makeSink(emission, job, shape, unroll, finish));
  let values: LoopValues | undefined;
  writeLoops(code, format, shape.lengths, unroll, (frame) => {
    values ??= createLoopValues(emission, frame, shape, number);
    for (const sink of sinks) sink(frame, values);
  });
  for (const write of finish) write();
}

/** All but long bodies handle several vectors at once, whose instructions take turns and do not wait for each other. */
function unrollFor({ accesses }: Schedule, group: Group, vectors: number): number {
  const ids = [...group.members, ...group.jobs.map(({ node }) => node)];
  const work = ids.reduce((sum, id) => sum + accesses.spaces[id].components, 0);
  const wanted = work <= 100 ? 4 : work <= 200 ? 2 : 1;
  return Math.max(1, Math.min(wanted, vectors));
}

type Shape = ReturnType<typeof loopShape>;

function makeSink(emission: Emission, job: Job, shape: Shape, unroll: number, finish: (() => void)[]): Sink {
  const { schedule, memory, format, code } = emission;
  const { accesses, graph } = schedule;
  const node = graph.nodes[job.node];
  const start = (): number => memory.address(job.node);
  switch (job.kind) {
    case "value": {
      const strides = shape.merge(ownStrides(schedule, job.node));
      const places = componentPlaces(emission, job.node, rowMajor(node.type.shape).strides);
      const access = accesses.access(job.node);
      return storeSink(emission, access, node, strides, places, start());
    }
    case "part": {
      const operand = node.inputs[job.part];
      const strides = shape.merge(partStrides(schedule, job.node, job.part));
      const { offset, layout } = partPlaces(emission, node, job.part);
      if (node.op === "pad")
        fillMemory(code, format, start(), elementCount(node.type.shape), () => code.i64x2(0n));
      return storeSink(
        emission,
        accesses.access(operand),
        node,
        strides,
        layout,
        start() + offset * format.bytes,
      );
    }
    case "reduce":
      return reduceSink(emission, job.node, shape, unroll, finish);
    case "scatter":
      return scatterSink(emission, job.node, shape);
    case "whole":
      return bug("an op with loops of its own is in no loop");
  }
}

/** Position of each component in memory with those strides per axis. */
function componentPlaces({ schedule }: Emission, id: NodeId, strides: readonly number[]): number[] {
  const { componentAxes } = schedule.accesses.spaces[id];
  const { shape } = schedule.graph.nodes[id].type;
  return positionsOf(
    componentAxes.map((axis) => shape[axis]),
    { offset: 0, strides: componentAxes.map((axis) => strides[axis]) },
  );
}

function partPlaces(
  emission: Emission,
  node: GraphNode,
  part: number,
): { readonly offset: number; readonly layout: number[] } {
  const { offset, strides } = partLayout(emission.schedule.graph, node, part);
  return { offset, layout: componentPlaces(emission, node.inputs[part], strides) };
}

/** Writes the value of each component to its place. */
function storeSink(
  { code, format }: Emission,
  access: Access,
  node: GraphNode,
  strides: readonly number[],
  places: readonly number[],
  start: number,
): Sink {
  const inner = strides[strides.length - 1];
  return (frame, values) => {
    const { vector, valid } = frame.current;
    places.forEach((place, component) => {
      const { local } = values.read(access, component);
      const pointer = frame.pointer(strides);
      const offset = start + (place + vector * format.lanes * inner) * format.bytes;
      frame.at(frame.depth, () => {
        const push = (): void => {
          pushPointer(code, pointer);
          code.get(local);
          if (node.type.dtype === "bool") maskToNumber(code, format);
        };
        if (inner === 1 && valid === format.lanes) {
          push();
          code.memory("v128.store", offset);
        } else
          for (let lane = 0; lane < valid; lane++) {
            push();
            storeLane(code, format, offset + lane * inner * format.bytes, lane);
          }
      });
    });
  };
}

/**
 * Sums and maxima. Where the innermost loops are reduced, each component has one accumulator per vector of an iteration; they
 * are combined, lanes last, when those loops end. Elsewhere the result lies in memory and each vector is added there.
 */
function reduceSink(
  emission: Emission,
  id: NodeId,
  shape: Shape,
  unroll: number,
  finish: (() => void)[],
): Sink {
  const { code, format, schedule, memory, straight } = emission;
  const { accesses, graph, buffers } = schedule;
  const node = graph.nodes[id];
  if (node.op !== "reduceSum" && node.op !== "reduceMax") return bug(`${node.op} reduces nothing`);
  const { op, type } = node;
  const { dtype } = type;
  const [operand] = node.inputs;
  const space = accesses.spaces[operand];
  const operandShape = graph.nodes[operand].type.shape;
  const access = accesses.access(operand);
  const terms = reducedComponents(node.params.axes, operandShape, space);
  const strides = shape.merge(reducedStrides(schedule, id));
  const depth = strides.length;
  // Levels from here on are all reduced.
  const resetLevel = strides.findLastIndex((stride) => stride !== 0) + 1;
  const isLocal = strides.every((stride) => stride === 0);
  const isAddedUp = strides.slice(0, resetLevel).some((stride) => stride === 0) || resetLevel === depth;
  const places = resultPlaces(emission, id);
  const identity = (): void => pushIdentity(code, format, op, dtype);
  if (isAddedUp && !isLocal) fillMemory(code, format, memory.address(id), elementCount(type.shape), identity);

  /** All terms of one result in this vector. */
  const total = (frame: Frame, values: LoopValues, components: readonly number[]): LocalIndex => {
    const locals = components.map((component) => values.read(access, component).local);
    if (locals.length === 1) return locals[0];
    const sum = code.local("v128");
    frame.at(frame.depth, () => {
      code.get(locals[0]);
      for (const local of locals.slice(1)) {
        code.get(local);
        combine(code, format, op, dtype);
      }
      code.set(sum);
    });
    return sum;
  };

  if (resetLevel === depth) {
    const inner = strides[depth - 1];
    return (frame, values) => {
      const { vector, valid } = frame.current;
      terms.forEach((components, result) => {
        const value = total(frame, values, components);
        const pointer = frame.pointer(strides);
        const offset = memory.address(id) + (places[result] + vector * format.lanes * inner) * format.bytes;
        frame.at(depth, () => {
          if (inner === 1 && valid === format.lanes) {
            pushPointer(code, pointer);
            pushPointer(code, pointer);
            code.memory("v128.load", offset);
            code.get(value);
            combine(code, format, op, dtype);
            code.memory("v128.store", offset);
          } else
            for (let lane = 0; lane < valid; lane++) {
              const place = offset + lane * inner * format.bytes;
              pushPointer(code, pointer);
              pushPointer(code, pointer);
              loadSplat(code, format, place);
              code.get(value);
              combine(code, format, op, dtype);
              storeLane(code, format, place, lane);
            }
        });
      });
    };
  }

  const accumulators = terms.map(() => Array.from({ length: unroll }, () => code.local("v128")));
  let isBegun = false;
  const begin = (frame: Frame): void => {
    if (isBegun) return;
    isBegun = true;
    frame.at(resetLevel, () => {
      for (const each of accumulators)
        for (const local of each) {
          identity();
          code.set(local);
        }
    });
    const pointer = frame.pointer(strides);
    const end = (): void => {
      for (const [result, each] of accumulators.entries()) flush(each, result, pointer);
    };
    if (isLocal) finish.push(end);
    else frame.after(resetLevel, end);
  };
  const flush = (each: readonly LocalIndex[], result: number, pointer: LocalIndex | undefined): void => {
    const [first] = each;
    code.get(first);
    for (const other of each.slice(1)) {
      code.get(other);
      combine(code, format, op, dtype);
    }
    combineLanes(code, format, op, dtype, first);
    code.set(first);
    if (isLocal) {
      if (result < terms.length - 1) return;
      const elements = accumulators.map<Element>(([local]) => straight.splatOf(local));
      straight.define(id, elements);
      if (buffers.has(id)) storeElements(emission, elements, node, memory.address(id));
      return;
    }
    const offset = memory.address(id) + places[result] * format.bytes;
    pushPointer(code, pointer);
    if (isAddedUp) {
      pushPointer(code, pointer);
      loadSplat(code, format, offset);
    }
    code.get(first);
    if (isAddedUp) combine(code, format, op, dtype);
    storeLane(code, format, offset, 0);
  };
  return (frame, values) => {
    begin(frame);
    terms.forEach((components, result) => {
      const value = total(frame, values, components);
      const accumulator = accumulators[result][frame.current.number];
      const { valid } = frame.current;
      frame.at(depth, () => {
        code.get(accumulator);
        code.get(value);
        maskTail(code, format, op, dtype, valid);
        combine(code, format, op, dtype);
        code.set(accumulator);
      });
    });
  };
}

/** Positions in a reduction's result of the components that are kept. */
function resultPlaces({ schedule }: Emission, id: NodeId): number[] {
  const node = schedule.graph.nodes[id];
  if (node.op !== "reduceSum" && node.op !== "reduceMax") return [];
  const { axes } = node.params;
  const [operand] = node.inputs;
  const { shape } = schedule.graph.nodes[operand].type;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const { strides } = rowMajor(node.type.shape);
  const components = schedule.accesses.spaces[operand].componentAxes.filter((axis) => kept.includes(axis));
  return positionsOf(
    components.map((axis) => shape[axis]),
    { offset: 0, strides: components.map((axis) => strides[kept.indexOf(axis)]) },
  );
}

/** Adds each lane of the updates to its row, one after the other. */
function scatterSink(emission: Emission, id: NodeId, shape: Shape): Sink {
  const { code, format, schedule, memory } = emission;
  const { accesses, graph } = schedule;
  const node = graph.nodes[id];
  const [indices, updates] = node.inputs.map((input) => accesses.access(input));
  const updateNode = node.inputs[1];
  const strides = shape.merge(rowStrides(schedule, updateNode, id));
  const inner = strides[strides.length - 1];
  const row = rowLength(schedule, id);
  const { dtype } = node.type;
  const places = componentPlaces(
    emission,
    updateNode,
    rowMajor(graph.nodes[updateNode].type.shape).strides,
  ).map((place) => place % Math.max(row, 1));
  const size = node.type.shape[0];
  fillMemory(code, format, memory.address(id), elementCount(node.type.shape), () => code.i64x2(0n));
  return (frame, values) => {
    const { vector, valid } = frame.current;
    places.forEach((place, component) => {
      const index = values.read(indices, component);
      const { local } = values.read(updates, component);
      const pointer = frame.pointer(strides);
      const start = memory.address(id) + (place + vector * format.lanes * inner) * format.bytes;
      frame.at(frame.depth, () => {
        const add = (at: LocalIndex, lane: number, isWhole: boolean): void => {
          const offset = start + lane * inner * format.bytes;
          for (let times = 0; times < 2; times++) {
            code.get(at);
            if (pointer !== undefined) {
              code.get(pointer);
              code.op("i32.add");
            }
          }
          if (isWhole) code.memory("v128.load", offset);
          else loadSplat(code, format, offset);
          code.get(local);
          code.op(`${vectorType(format, dtype)}.add`);
          if (isWhole) code.memory("v128.store", offset);
          else storeLane(code, format, offset, lane);
        };
        if (index.level < frame.depth && inner === 1 && valid === format.lanes)
          whereInside(emission, index.local, 0, size, row, (at) => add(at, 0, true));
        else
          for (let lane = 0; lane < valid; lane++)
            whereInside(emission, index.local, lane, size, row, (at) => add(at, lane, false));
      });
    });
  };
}

function pushPointer(code: Emission["code"], pointer: LocalIndex | undefined): void {
  if (pointer === undefined) code.i32(0);
  else code.get(pointer);
}
