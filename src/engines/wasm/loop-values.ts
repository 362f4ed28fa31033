/** Values in a loop's body, computed on demand at the outermost level where they are known, once per iteration there. */
import { bug } from "../../base/bug.ts";
import type { NodeId, NodeOf } from "../../compiler/graph.ts";
import type { DType, OpName } from "../../compiler/ops.ts";
import type { Access } from "./access.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import { joinedComponents, reducedComponents, runningComponents } from "./components.ts";
import { pushNumber, writeElementwise } from "./elementwise-code.ts";
import type { Emission } from "./emission.ts";
import { accessElements } from "./emit-straight.ts";
import { emitIndex, insideRange } from "./indexing.ts";
import type { Frame } from "./loop-frame.ts";
import { isComputedIn, type LoopShape, ownStrides, rowLength, rowStrides } from "./loop-shape.ts";
import { operandAccesses } from "./schedule.ts";
import { numberToMask } from "./straight-values.ts";
import { combine, loadLane, loadSplat, type Reduction } from "./vector-code.ts";
import { positionsOf, rowMajor } from "./view.ts";

/** At the innermost level lanes are neighbours along the innermost loop; further out all lanes are equal. */
export interface LoopValue {
  readonly local: LocalIndex;
  readonly level: number;
}

export interface LoopValues {
  read(access: Access, component: number): LoopValue;
  /** The two numbers that a float made in the innermost loop is the product of, if it is one. */
  factors(access: Access, component: number): readonly [LocalIndex, LocalIndex] | undefined;
}

export function createLoopValues(
  emission: Emission,
  frame: Frame,
  shape: LoopShape,
  number: number,
): LoopValues {
  const { code, format, schedule, memory, straight, elementwise } = emission;
  const { graph, accesses } = schedule;
  const { bytes, lanes } = format;
  const { depth } = frame;
  /** Level of what is known there already; the innermost is forgotten with each copy. */
  const levels = new Map<string, number>();

  const once = (level: number, key: string, write: () => void): LoopValue => {
    const memo = frame.memo(level);
    const known = memo.get(key);
    if (known !== undefined) return { local: known, level };
    const local = code.local("v128");
    frame.at(level, () => {
      write();
      code.set(local);
    });
    memo.set(key, local);
    return { local, level };
  };

  const read = (access: Access, component: number): LoopValue => {
    switch (access.kind) {
      case "straight": {
        const [element] = accessElements(emission, { ...access, map: [access.map[component]] });
        return { local: straight.splat(element), level: 0 };
      }
      case "fused":
        if (isComputedIn(schedule, access.node, number)) return compute(access.node, access.map[component]);
        return load(
          access.node,
          ownPlaces(access.node)[access.map[component]],
          shape.merge(ownStrides(schedule, access.node)),
        );
      case "memory":
        return load(access.base, access.offsets[component], shape.merge(access.strides));
    }
  };

  const factors: LoopValues["factors"] = (access, component) => {
    if (access.kind !== "fused" || !isComputedIn(schedule, access.node, number)) return undefined;
    const node = graph.nodes[access.node];
    if (node.op !== "mul" || node.type.dtype !== "float") return undefined;
    const [x, y] = operandAccesses(node, access.node, accesses).map((operand) =>
      read(operand, access.map[component]),
    );
    return Math.max(x.level, y.level) === depth ? [x.local, y.local] : undefined;
  };

  const ownPlaces = (id: NodeId): number[] => {
    const { componentAxes } = accesses.spaces[id];
    const { shape: own } = graph.nodes[id].type;
    const { strides } = rowMajor(own);
    return positionsOf(
      componentAxes.map((axis) => own[axis]),
      { offset: 0, strides: componentAxes.map((axis) => strides[axis]) },
    );
  };

  const load = (base: NodeId, place: number, strides: readonly number[]): LoopValue => {
    const { dtype } = graph.nodes[base].type;
    const level = strides.findLastIndex((stride) => stride !== 0) + 1;
    const start = memory.address(base) + place * bytes;
    return once(level, `load ${start} ${strides} ${dtype}`, loader(start, strides, level, undefined, dtype));
  };

  /** Writes a read of memory: of one number, of neighbours, or of numbers at even distances. `row` is added to the address. */
  const loader = (
    start: number,
    strides: readonly number[],
    level: number,
    row: LocalIndex | undefined,
    dtype: DType,
  ): (() => void) => {
    const pointer = frame.pointer(strides);
    const { vector, valid } = frame.current;
    const inner = strides[depth - 1];
    const isNegative = strides.some((stride) => stride < 0);
    const offset = level === depth ? start + vector * lanes * inner * bytes : start;
    /** Pushes an address and says which offset remains to be added: none where the address may be below zero. */
    const push = (shift: number): number => {
      if (pointer === undefined) {
        if (row === undefined) code.i32(0);
        else code.get(row);
      } else {
        code.get(pointer);
        if (row !== undefined) {
          code.get(row);
          code.op("i32.add");
        }
      }
      if (!isNegative) return offset + shift;
      code.i32(offset + shift);
      code.op("i32.add");
      return 0;
    };
    return () => {
      if (level < depth || inner === 0) loadSplat(code, format, push(0));
      else if (inner === 1) code.memory("v128.load", push(0));
      else {
        loadSplat(code, format, push(0));
        const loaded = code.local("v128");
        code.set(loaded);
        for (let lane = 1; lane < valid; lane++) {
          const rest = push(lane * inner * bytes);
          code.get(loaded);
          loadLane(code, format, rest, lane);
          code.set(loaded);
        }
        code.get(loaded);
      }
      if (dtype === "bool") numberToMask(code, format);
    };
  };

  const compute = (id: NodeId, component: number): LoopValue => {
    const key = `${id}:${component}`;
    const level = levels.get(key);
    const known = level === undefined ? undefined : frame.memo(level).get(key);
    if (level !== undefined && known !== undefined) return { local: known, level };
    const value = computeNew(id, component, key);
    levels.set(key, value.level);
    frame.memo(value.level).set(key, value.local);
    return value;
  };

  const computeNew = (id: NodeId, component: number, key: string): LoopValue => {
    const node = graph.nodes[id];
    const operands = operandAccesses(node, id, accesses);
    const space = accesses.spaces[id];
    switch (node.op) {
      case "reshape":
      case "transpose":
      case "broadcast":
      case "slice":
      case "reverse":
      case "stopGradient":
        return read(operands[0], component);
      case "reduceSum":
      case "reduceMax": {
        const [operand] = node.inputs;
        const { shape: operandShape } = graph.nodes[operand].type;
        const terms = reducedComponents(node.params.axes, operandShape, accesses.spaces[operand])[component];
        return combineAll(
          node.op,
          node.type.dtype,
          terms.map((term) => read(operands[0], term)),
          key,
        );
      }
      case "cumsum": {
        const step = runningComponents(node, space).find((each) => each.component === component);
        const own = read(operands[0], component);
        if (step?.previous === undefined) return own;
        return combineAll("reduceSum", node.type.dtype, [compute(id, step.previous), own], key);
      }
      case "concat":
      case "pad": {
        const shapes = node.inputs.map((input) => graph.nodes[input].type.shape);
        const source = joinedComponents(node, space, shapes)[component];
        if (source !== undefined) return read(operands[source.operand], source.component);
        return { local: straight.splat(straight.constant(node.type.dtype, 0)), level: 0 };
      }
      case "gather":
        return gather(id, node, component, read(operands[0], component), key);
      case "input":
      case "constant":
      case "matmul":
      case "scatterAdd":
        return bug(`${node.op} is not computed in a loop`);
      default: {
        const values = operands.map((access) => read(access, component));
        const level = Math.max(...values.map((value) => value.level));
        const kind = graph.nodes[node.inputs[node.op === "select" ? 1 : 0]].type.dtype;
        const locals = values.map((value) => value.local);
        // Of constants, `prepare` has decided.
        if (node.op === "div" && values[1].level < values[0].level && !isConstant(node.inputs[1]))
          return multiply(values[0], reciprocal(values[1]), key);
        return once(level, key, () =>
          writeElementwise(code, node as NodeOf<OpName>, locals, kind, elementwise),
        );
      }
    }
  };

  const isConstant = (id: NodeId): boolean => {
    const { op, inputs } = graph.nodes[id];
    return op === "constant" || (op === "broadcast" && isConstant(inputs[0]));
  };

  /** 1 / x, made where x is: division by what does not change inside a loop is multiplication there. */
  const reciprocal = ({ local, level }: LoopValue): LoopValue =>
    once(level, `reciprocal ${local}`, () => {
      pushNumber(code, format, 1);
      code.get(local);
      code.op(`${format.float}.div`);
    });

  const multiply = (x: LoopValue, y: LoopValue, key: string): LoopValue =>
    once(Math.max(x.level, y.level), key, () => {
      code.get(x.local);
      code.get(y.local);
      code.op(`${format.float}.mul`);
    });

  const combineAll = (op: Reduction, dtype: DType, values: readonly LoopValue[], key: string): LoopValue => {
    if (values.length === 1) return values[0];
    if (values.length === 0)
      return {
        local: straight.splat(straight.constant(dtype, op === "reduceSum" ? 0 : Number.NEGATIVE_INFINITY)),
        level: 0,
      };
    return once(Math.max(...values.map((value) => value.level)), key, () => {
      values.forEach(({ local }, position) => {
        code.get(local);
        if (position > 0) combine(code, format, op, dtype);
      });
    });
  };

  /** Bytes from the start of the table to the row that the index names. */
  const rowPlace = ({ local, level }: LoopValue, size: number, row: number): LocalIndex => {
    const key = `row ${local} ${size} ${row}`;
    const known = frame.memo(level).get(key);
    if (known !== undefined) return known;
    const at = code.local("i32");
    frame.at(level, () => {
      code.get(emitIndex(emission, local, 0, size, row));
      code.set(at);
    });
    frame.memo(level).set(key, at);
    return at;
  };

  /** The element of the row that the index names; rows are walked along by the loops of the row's axes. */
  const gather = (
    id: NodeId,
    node: NodeOf<"gather">,
    component: number,
    index: LoopValue,
    key: string,
  ): LoopValue => {
    const [table] = node.inputs;
    const { shape: tableShape, dtype } = graph.nodes[table].type;
    const view = accesses.view(table);
    const row = rowLength(schedule, id);
    const strides = shape.merge(rowStrides(schedule, id, id));
    const level = Math.max(index.level, strides.findLastIndex((stride) => stride !== 0) + 1);
    const place = view.offset + (ownPlaces(id)[component] % Math.max(row, 1));
    const start = memory.address(view.base) + place * bytes;
    if (index.level < depth) {
      const at = rowPlace(index, tableShape[0], row);
      const write = loader(start, strides, level, at, dtype);
      return once(level, key, () => {
        write();
        insideRange(emission, index.local, tableShape[0], dtype);
      });
    }
    const pointer = frame.pointer(strides);
    const { vector, valid } = frame.current;
    const inner = strides[depth - 1];
    return once(level, key, () => {
      const loaded = code.local("v128");
      for (let lane = 0; lane < valid; lane++) {
        code.get(emitIndex(emission, index.local, lane, tableShape[0], row));
        if (pointer !== undefined) {
          code.get(pointer);
          code.op("i32.add");
        }
        const offset = start + (vector * lanes + lane) * inner * bytes;
        if (lane === 0) loadSplat(code, format, offset);
        else {
          code.get(loaded);
          loadLane(code, format, offset, lane);
        }
        code.set(loaded);
      }
      code.get(loaded);
      if (dtype === "bool") numberToMask(code, format);
      insideRange(emission, index.local, tableShape[0], dtype);
    });
  };

  return { read, factors };
}
