/** Straight-line code: small tensors, element by element but in whole vectors wherever elements lie together. */
import { bug } from "../../base/bug.ts";
import { paramsKey } from "../../compiler/builder.ts";
import { elementCount, type GraphNode, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import type { Access } from "./access.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import { joinedComponents, reducedComponents, runningComponents } from "./components.ts";
import { writeElementwise } from "./elementwise-code.ts";
import type { Emission } from "./emission.ts";
import { emitIndex, insideRange, whereInside } from "./indexing.ts";
import { partLayout } from "./parts.ts";
import { type Group, operandAccesses } from "./schedule.ts";
import { type Element, maskToNumber, numberToMask } from "./straight-values.ts";
import {
  combine,
  combineLanes,
  fillMemory,
  loadSplat,
  maskTail,
  pairwise,
  pushIdentity,
  type Reduction,
  storeLane,
} from "./vector-code.ts";
import { rowMajor } from "./view.ts";

export function emitStraight(emission: Emission, group: Group): void {
  const { schedule, straight, memory } = emission;
  const { nodes } = schedule.graph;
  const jobs = [...group.jobs].sort((a, b) => a.node - b.node);
  for (const id of group.members) straight.define(id, computeElements(emission, id));
  for (const { kind, node: id, part } of jobs) {
    const node = nodes[id];
    if (kind === "value" && schedule.buffers.has(id))
      storeElements(emission, elementsOf(emission, id), node, memory.address(id));
    if (kind === "scatter") emitScatter(emission, node, id);
    if (kind === "part") emitPart(emission, node, id, part);
    if (kind === "reduce") emitEmptyReduction(emission, node, id);
  }
  for (const id of group.members)
    if (schedule.crossing.has(id)) straight.define(id, lastingElements(emission, elementsOf(emission, id)));
}

/** Elements in memory that is used again are read while they are there. */
function lastingElements(
  { format: { lanes }, memory, straight }: Emission,
  elements: readonly Element[],
): readonly Element[] {
  const isPassing = (element: Element): boolean =>
    element.kind === "memory" && memory.isShared(element.address);
  return chunks(elements, lanes).flatMap((part) =>
    part.some(isPassing) ? straight.lanesOf(straight.pack(part), part.length) : part,
  );
}

/** The elements of a straight-line node. */
export function elementsOf(emission: Emission, id: NodeId): readonly Element[] {
  const { straight, schedule } = emission;
  const known = straight.elements(id);
  if (known !== undefined) return known;
  const node = schedule.graph.nodes[id];
  if (node.op !== "constant") {
    // Computed in another function.
    const offsets = Array.from({ length: elementCount(node.type.shape) }, (_, element) => element);
    return memoryElements(emission, id, offsets);
  }
  const elements = node.params.values.map((value) => straight.constant(node.type.dtype, value));
  straight.define(id, elements);
  return elements;
}

/** What straight-line code reads through an access, element by element. */
export function accessElements(emission: Emission, access: Access): Element[] {
  if (access.kind !== "memory") {
    if (access.map.length === 0) return [];
    const elements = elementsOf(emission, access.node);
    return access.map.map((element) => elements[element]);
  }
  return memoryElements(emission, access.base, access.offsets);
}

function memoryElements(
  { memory, format, schedule }: Emission,
  base: NodeId,
  offsets: readonly number[],
): Element[] {
  if (offsets.length === 0) return [];
  const start = memory.address(base);
  const { dtype } = schedule.graph.nodes[base].type;
  return offsets.map((offset) => ({ kind: "memory", address: start + offset * format.bytes, dtype }));
}

/** Elements in vectors; the last may have fewer. */
function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}

function computeElements(emission: Emission, id: NodeId): Element[] {
  const { schedule, straight } = emission;
  const { graph, accesses } = schedule;
  const node = graph.nodes[id];
  const operands = operandAccesses(node, id, accesses).map((access) => accessElements(emission, access));
  const space = accesses.spaces[id];
  const operandType = node.inputs.length > 0 ? graph.nodes[node.inputs[0]].type : node.type;
  switch (node.op) {
    case "reduceSum":
    case "reduceMax":
      return reduceElements(
        emission,
        node.op,
        node,
        operands[0],
        reducedComponents(node.params.axes, operandType.shape, accesses.spaces[node.inputs[0]]),
      );
    case "cumsum": {
      const sums: Element[] = [];
      for (const { component, previous } of runningComponents(node, space))
        sums[component] =
          previous === undefined
            ? operands[0][component]
            : combined(emission, "reduceSum", node, sums[previous], operands[0][component]);
      return sums;
    }
    case "concat":
    case "pad": {
      const shapes = node.inputs.map((input) => graph.nodes[input].type.shape);
      return joinedComponents(node, space, shapes).map((source) =>
        source === undefined
          ? straight.constant(node.type.dtype, 0)
          : operands[source.operand][source.component],
      );
    }
    case "gather":
      return gatherElements(emission, node, operands[0]);
    case "reshape":
    case "transpose":
    case "broadcast":
    case "slice":
    case "reverse":
    case "stopGradient":
      return operands[0];
    default:
      return elementwiseElements(emission, node, operands);
  }
}

function elementwiseElements(
  { code, format, straight, elementwise, schedule }: Emission,
  node: GraphNode,
  operands: readonly (readonly Element[])[],
): Element[] {
  const { lanes } = format;
  const count = elementCount(node.type.shape);
  const kind = schedule.graph.nodes[node.inputs[node.op === "select" ? 1 : 0]].type.dtype;
  const result: Element[] = [];
  for (let first = 0; first < count; first += lanes) {
    const end = Math.min(first + lanes, count);
    const locals = operands.map((elements) => straight.pack(elements.slice(first, end)));
    const isSplat = locals.every(straight.isSplat);
    const key = `${node.op} ${kind} ${node.type.dtype} ${paramsKey(node.params)} ${locals}`;
    const local = straight.once(key, isSplat, () =>
      writeElementwise(code, node as NodeOf<OpName>, locals, kind, elementwise),
    );
    result.push(...straight.lanesOf(local, end - first));
  }
  return result;
}

/** Two elements combined, as an element in all lanes. */
function combined(emission: Emission, op: Reduction, { type }: GraphNode, a: Element, b: Element): Element {
  const { code, format, straight } = emission;
  const [x, y] = [straight.splat(a), straight.splat(b)];
  const local = straight.once(`${op} ${type.dtype} ${x} ${y}`, true, () => {
    code.get(x);
    code.get(y);
    combine(code, format, op, type.dtype);
  });
  return { kind: "splat", local };
}

/**
 * One result: whole vectors in pairs, then the lanes of the last one. Several: vectors of results, each adding up its
 * elements in pairs.
 */
function reduceElements(
  emission: Emission,
  op: Reduction,
  node: GraphNode,
  elements: readonly Element[],
  terms: readonly (readonly number[])[],
): Element[] {
  const { code, format, straight } = emission;
  const { dtype } = node.type;
  const { lanes } = format;
  const identity = op === "reduceSum" ? 0 : Number.NEGATIVE_INFINITY;
  const join = (a: LocalIndex, b: LocalIndex): LocalIndex =>
    straight.once(`${op} ${dtype} ${a} ${b}`, straight.isSplat(a) && straight.isSplat(b), () => {
      code.get(a);
      code.get(b);
      combine(code, format, op, dtype);
    });
  if (terms.length > 0 && terms[0].length === 0) return terms.map(() => straight.constant(dtype, identity));
  if (terms.length > 0 && terms[0].length === 1) return terms.map(([only]) => elements[only]);
  if (terms.length === 1) {
    const vectors = chunks(
      terms[0].map((term) => elements[term]),
      lanes,
    ).map((part) => {
      const local = straight.pack(part);
      if (part.length === lanes) return local;
      return straight.once(`tail ${op} ${dtype} ${local} ${part.length}`, false, () => {
        code.get(local);
        maskTail(code, format, op, dtype, part.length);
      });
    });
    const total = pairwise(vectors, join);
    const local = straight.once(`lanes ${op} ${dtype} ${total}`, true, () => {
      code.get(total);
      combineLanes(code, format, op, dtype, code.local("v128"));
    });
    return [{ kind: "splat", local }];
  }
  return chunks(terms, lanes).flatMap((results) => {
    const steps = results[0].map((_, step) => straight.pack(results.map((each) => elements[each[step]])));
    const local = pairwise(steps, join);
    return straight.lanesOf(local, results.length);
  });
}

/** Element e of the result is element e mod row of the row that its index names. */
function gatherElements(emission: Emission, node: NodeOf<"gather">, indices: readonly Element[]): Element[] {
  const { code, format, straight, schedule, memory } = emission;
  const table = schedule.accesses.view(node.inputs[0]);
  const { shape, dtype } = schedule.graph.nodes[node.inputs[0]].type;
  const row = elementCount(shape.slice(1));
  const start = memory.address(table.base) + table.offset * format.bytes;
  return indices.map((index, element) => {
    const at = straight.splat(index);
    const offset = start + (element % row) * format.bytes;
    const local = straight.once(
      `gather ${at} ${offset} ${paramsKey(node.params)} ${node.inputs[0]}`,
      true,
      () => {
        const place = emitIndex(emission, at, 0, shape[0], row);
        code.get(place);
        loadSplat(code, format, offset);
        if (dtype === "bool") numberToMask(code, format);
        insideRange(emission, at, shape[0], dtype);
      },
    );
    return { kind: "splat", local };
  });
}

function emitScatter(emission: Emission, node: GraphNode, id: NodeId): void {
  const { code, format, schedule, memory } = emission;
  const { accesses } = schedule;
  const [indices, updates] = node.inputs.map((input) => accessElements(emission, accesses.access(input)));
  const start = memory.address(id);
  const row = elementCount(node.type.shape.slice(1));
  const { straight } = emission;
  fillMemory(code, format, start, elementCount(node.type.shape), () => code.i64x2(0n));
  updates.forEach((update, element) => {
    const at = straight.splat(indices[element]);
    const value = straight.splat(update);
    whereInside(emission, at, 0, node.type.shape[0], row, (place) => {
      code.get(place);
      code.get(place);
      loadSplat(code, format, start + (element % row) * format.bytes);
      code.get(value);
      combine(code, format, "reduceSum", node.type.dtype);
      storeLane(code, format, start + (element % row) * format.bytes, 0);
    });
  });
}

/** Only what has no elements is small where its sums and maxima are large: they are sums and maxima of nothing. */
function emitEmptyReduction({ code, format, memory }: Emission, { op, type }: GraphNode, id: NodeId): void {
  const reduction = op === "reduceSum" || op === "reduceMax" ? op : bug(`${op} reduces nothing`);
  fillMemory(code, format, memory.address(id), elementCount(type.shape), () =>
    pushIdentity(code, format, reduction, type.dtype),
  );
}

/** One operand of a concat or pad, put in its place. */
function emitPart(emission: Emission, node: GraphNode, id: NodeId, part: number): void {
  const { code, format, schedule, memory } = emission;
  const { graph, accesses } = schedule;
  const operand = node.inputs[part];
  const { shape } = graph.nodes[operand].type;
  if (node.op === "pad")
    fillMemory(code, format, memory.address(id), elementCount(node.type.shape), () => code.i64x2(0n));
  const elements = accessElements(emission, accesses.access(operand));
  const { offset, strides } = partLayout(graph, node, part);
  const isWhole = String(strides) === String(rowMajor(shape).strides);
  const start = memory.address(id) + offset * format.bytes;
  if (isWhole) storeElements(emission, elements, node, start);
  else {
    const { strides: own } = rowMajor(shape);
    elements.forEach((element, flat) => {
      const position = shape.reduce(
        (sum, length, axis) => sum + (Math.floor(flat / own[axis]) % length) * strides[axis],
        0,
      );
      storeElements(emission, [element], node, start + position * format.bytes);
    });
  }
}

/** Writes elements one after the other. */
export function storeElements(
  { code, format, straight }: Emission,
  elements: readonly Element[],
  node: GraphNode,
  address: number,
): void {
  chunks(elements, format.lanes).forEach((part, chunk) => {
    const local = straight.pack(part);
    const push = (): void => {
      code.get(local);
      if (node.type.dtype === "bool") maskToNumber(code, format);
    };
    const offset = address + chunk * 16;
    if (part.length === format.lanes) {
      code.i32(0);
      push();
      code.memory("v128.store", offset);
    } else
      for (let lane = 0; lane < part.length; lane++) {
        code.i32(0);
        push();
        storeLane(code, format, offset + lane * format.bytes, lane);
      }
  });
}
