/** Ops with loops of their own: running sums along a loop, and matrix products. */
import { bug } from "../../base/bug.ts";
import { elementCount, type GraphNode, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import { combine, countingLoop, loadLane, loadSplat, storeLane } from "./vector-code.ts";

export function emitWhole(emission: Emission, id: NodeId): void {
  const node = emission.schedule.graph.nodes[id];
  emission.straight.forgetMemory();
  if (node.op === "cumsum") emitCumsum(emission, node, id);
  else if (node.op === "matmul") emitMatmul(emission, node, id);
  else bug(`${node.op} has no loops of its own`);
}

/** Where the values of an operand start. */
function operandAddress({ schedule, memory, format }: Emission, node: GraphNode, operand: number): number {
  const { base, offset } = schedule.accesses.view(node.inputs[operand]);
  return memory.address(base) + offset * format.bytes;
}

function emitCumsum(emission: Emission, node: NodeOf<"cumsum">, id: NodeId): void {
  const { code, format, memory } = emission;
  const { shape, dtype } = node.type;
  const { axis, reverse } = node.params;
  const inner = elementCount(shape.slice(axis + 1));
  const lineBytes = shape[axis] * inner * format.bytes;
  const from = operandAddress(emission, node, 0);
  const to = memory.address(id);
  const [outer, line, along, at] = Array.from({ length: 4 }, () => code.local("i32"));
  const sum = code.local("v128");
  const step = inner * format.bytes;
  countingLoop(code, outer, elementCount(shape.slice(0, axis)) * lineBytes, lineBytes, () =>
    countingLoop(code, line, step, format.bytes, () => {
      code.i64x2(0n);
      code.set(sum);
      countingLoop(code, along, lineBytes, step, () => {
        if (reverse) code.i32(lineBytes - step);
        code.get(along);
        if (reverse) code.op("i32.sub");
        code.get(outer);
        code.op("i32.add");
        code.get(line);
        code.op("i32.add");
        code.tee(at);
        code.get(at);
        loadSplat(code, format, from);
        code.get(sum);
        combine(code, format, "reduceSum", dtype);
        code.tee(sum);
        storeLane(code, format, to, 0);
      });
    }),
  );
}

/** Vectors of columns that are added up at the same time. */
const columnVectors = 4;

/** Row by row, a few vectors of columns at a time, summed along the inner axis in order. */
function emitMatmul(emission: Emission, node: NodeOf<"matmul">, id: NodeId): void {
  const { code, format, memory, schedule } = emission;
  const { bytes, lanes } = format;
  const { transposeLeft, transposeRight } = node.params;
  const { nodes } = schedule.graph;
  const [rows, inner] = lastTwo(nodes[node.inputs[0]].type.shape, transposeLeft);
  const columns = node.type.shape[node.type.shape.length - 1];
  const batches = elementCount(node.type.shape.slice(0, -2));
  const [left, right] = [operandAddress(emission, node, 0), operandAddress(emission, node, 1)];
  const to = memory.address(id);
  const [leftRow, leftInner] = transposeLeft ? [1, rows] : [inner, 1];
  const [rightInner, rightColumn] = transposeRight ? [1, inner] : [columns, 1];
  const [batch, row, block, k, x, y] = Array.from({ length: 6 }, () => code.local("i32"));
  const sums = Array.from({ length: columnVectors }, () => code.local("v128"));
  const factor = code.local("v128");
  const vector = code.local("v128");

  const pushSum = (terms: readonly (readonly [LocalIndex, number])[]): void => {
    terms.forEach(([local, times], position) => {
      code.get(local);
      code.i32(times);
      code.op("i32.mul");
      if (position > 0) code.op("i32.add");
    });
  };
  /** Columns from `block` on, `count` of them. */
  const writeBlock = (count: number): void => {
    const vectors = Math.ceil(count / lanes);
    const validIn = (each: number): number => Math.min(lanes, count - each * lanes);
    for (let each = 0; each < vectors; each++) {
      code.i64x2(0n);
      code.set(sums[each]);
    }
    if (inner > 0)
      countingLoop(code, k, inner, 1, () => {
        pushSum([
          [batch, rows * inner * bytes],
          [row, leftRow * bytes],
          [k, leftInner * bytes],
        ]);
        loadSplat(code, format, left);
        code.set(factor);
        pushSum([
          [batch, inner * columns * bytes],
          [k, rightInner * bytes],
          [block, rightColumn * bytes],
        ]);
        code.set(y);
        for (let each = 0; each < vectors; each++) {
          const offset = right + each * lanes * rightColumn * bytes;
          code.get(sums[each]);
          code.get(factor);
          code.get(y);
          if (rightColumn === 1) code.memory("v128.load", offset);
          else {
            loadSplat(code, format, offset);
            code.set(vector);
            for (let lane = 1; lane < validIn(each); lane++) {
              code.get(y);
              code.get(vector);
              loadLane(code, format, offset + lane * rightColumn * bytes, lane);
              code.set(vector);
            }
            code.get(vector);
          }
          code.op(`${format.float}.mul`);
          code.op(`${format.float}.add`);
          code.set(sums[each]);
        }
      });
    pushSum([
      [batch, rows * columns * bytes],
      [row, columns * bytes],
      [block, bytes],
    ]);
    code.set(x);
    for (let each = 0; each < vectors; each++) {
      const offset = to + each * lanes * bytes;
      if (validIn(each) === lanes) {
        code.get(x);
        code.get(sums[each]);
        code.memory("v128.store", offset);
      } else
        for (let lane = 0; lane < validIn(each); lane++) {
          code.get(x);
          code.get(sums[each]);
          storeLane(code, format, offset + lane * bytes, lane);
        }
    }
  };

  if (batches * rows * columns === 0) return;
  const blockColumns = columnVectors * lanes;
  const wholeBlocks = Math.floor(columns / blockColumns);
  countingLoop(code, batch, batches, 1, () =>
    countingLoop(code, row, rows, 1, () => {
      if (wholeBlocks > 0)
        countingLoop(code, block, wholeBlocks * blockColumns, blockColumns, () => writeBlock(blockColumns));
      else {
        code.i32(0);
        code.set(block);
      }
      const rest = columns - wholeBlocks * blockColumns;
      if (rest > 0) writeBlock(rest);
    }),
  );
}
