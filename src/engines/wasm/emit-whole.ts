/** Ops with loops of their own. Their operands lie in memory, whole; so does the result. */
import { bug } from "../../base/bug.ts";
import { elementCount, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { Emission } from "./emission.ts";
import { emitCholesky } from "./emit-cholesky.ts";
import { emitCond } from "./emit-cond.ts";
import { emitConvolution } from "./emit-convolution.ts";
import { emitLu } from "./emit-lu.ts";
import { emitProduct } from "./emit-product.ts";
import { emitScan } from "./emit-scan.ts";
import { emitTriangularSolve } from "./emit-triangular-solve.ts";
import { combine, countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/** Addresses of the operands' and the result's values. */
export interface WholeAddresses {
  readonly id: NodeId;
  readonly operands: readonly number[];
  readonly result: number;
}

export function emitWhole(emission: Emission, id: NodeId): void {
  const { schedule, memory, format } = emission;
  const node = schedule.graph.nodes[id];
  const addresses: WholeAddresses = {
    id,
    operands: node.inputs.map((operand) => {
      const { base, offset } = schedule.accesses.view(operand);
      return memory.address(base) + offset * format.bytes;
    }),
    result: memory.address(id),
  };
  switch (node.op) {
    case "cumsum":
      emitCumsum(emission, node, addresses);
      return;
    case "matmul":
      emitProduct(emission, node, addresses);
      return;
    case "cholesky":
      emitCholesky(emission, node, addresses);
      return;
    case "lu":
      emitLu(emission, node, addresses);
      return;
    case "triangularSolve":
      emitTriangularSolve(emission, node, addresses);
      return;
    case "conv2d":
      emitConvolution(emission, node, addresses);
      return;
    case "cond":
      emitCond(emission, node, addresses);
      return;
    case "scan":
      emitScan(emission, node, addresses);
      return;
    default:
      bug(`${node.op} has no loops of its own`);
  }
}

function emitCumsum(
  { code, format }: Emission,
  node: NodeOf<"cumsum">,
  { operands, result }: WholeAddresses,
): void {
  const { shape, dtype } = node.type;
  const { axis, reverse } = node.params;
  if (elementCount(shape) === 0) return;
  const inner = elementCount(shape.slice(axis + 1));
  const lineBytes = shape[axis] * inner * format.bytes;
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
        loadSplat(code, format, operands[0]);
        code.get(sum);
        combine(code, format, "reduceSum", dtype);
        code.tee(sum);
        storeLane(code, format, result, 0);
      });
    }),
  );
}
