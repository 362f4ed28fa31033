/**
 * Products of one matrix with a vector before and behind a loop, as in the gradient of a regression: u = X b, then r from u row by row, then
 * Xᵀ r. Done for a block of rows at a time, they read X from the larger caches once and not twice.
 */
import { elementCount, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import type { Access } from "./access.ts";
import { operandAccesses, type Schedule } from "./schedule.ts";

/** A product with X [rows, columns], which lies row by row. */
export interface RowProduct {
  readonly node: NodeId;
  readonly matrix: NodeId;
  /** b of X b, r of Xᵀ r. */
  readonly vector: NodeId;
  readonly columns: number;
}

export interface RowFusion {
  readonly rows: number;
  /** X b: one number per row. */
  readonly before: readonly RowProduct[];
  /** Xᵀ r: one number per column. */
  readonly behind: readonly RowProduct[];
}

/** Elements of X from which on it is worth it: less stays in the second cache anyway. */
const fewestElements = 2 ** 15;
/** Columns up to which a block of rows is small. */
const mostColumns = 256;

/** By the number of the group with the loop, for groups in which nothing reads u but at its own row. */
export function findRowFusions(plan: Schedule): Map<number, RowFusion> {
  const { graph, groups } = plan;
  const dots: RowProduct[] = [];
  const sums: RowProduct[] = [];
  for (const { kind, jobs } of groups)
    if (kind === "whole")
      for (const { node } of jobs) {
        const product = graph.nodes[node];
        if (product.op !== "matmul") continue;
        const found = rowProduct(plan, product, node);
        if (found !== undefined) (found.isDot ? dots : sums).push(found);
      }
  const fusions = new Map<number, RowFusion>();
  for (const [number, group] of groups.entries()) {
    if (group.kind !== "loop" || group.loops.length !== 1) continue;
    const [rows] = group.loops;
    const base = (id: NodeId): NodeId => plan.accesses.view(id).base;
    const before = dots.filter(
      (dot) => rowsOf(plan, dot.node) === rows && isReadByRow(plan, number, dot.node),
    );
    const matrices = new Set(before.map(({ matrix }) => base(matrix)));
    const behind = sums.filter(
      ({ matrix, vector }) =>
        matrices.has(base(matrix)) &&
        group.jobs.some(({ kind, node }) => kind === "value" && node === base(vector)) &&
        elementCount(graph.nodes[base(vector)].type.shape) === rows,
    );
    const read = new Set(behind.map(({ matrix }) => base(matrix)));
    const used = before.filter(({ matrix }) => read.has(base(matrix)));
    if (used.length > 0) fusions.set(number, { rows, before: used, behind });
  }
  return fusions;
}

/** Operands last until the loop has run, and results are there from the loop on. */
export function takeAlong({ buffers, accesses }: Schedule, fusions: ReadonlyMap<number, RowFusion>): void {
  for (const [number, { before, behind }] of fusions) {
    for (const { matrix, vector } of before)
      for (const operand of [matrix, vector]) {
        const lifetime = buffers.get(accesses.view(operand).base);
        if (lifetime !== undefined) lifetime.last = Math.max(lifetime.last, number);
      }
    for (const { node } of behind) {
      const lifetime = buffers.get(node);
      if (lifetime !== undefined) lifetime.first = Math.min(lifetime.first, number);
    }
  }
}

function rowsOf({ graph }: Schedule, dot: NodeId): number {
  return elementCount(graph.nodes[dot].type.shape);
}

function rowProduct(
  { graph }: Schedule,
  { inputs: [left, right], params, type }: NodeOf<"matmul">,
  node: NodeId,
): (RowProduct & { readonly isDot: boolean }) | undefined {
  const leftShape = graph.nodes[left].type.shape;
  if (type.shape.length !== 2) return undefined;
  const [m, k] = lastTwo(leftShape, params.transposeLeft);
  const n = type.shape[1];
  if ((m === 1) === (n === 1)) return undefined;
  const isDot = n === 1 ? !params.transposeLeft : params.transposeRight;
  const [matrix, vector, results] = n === 1 ? [left, right, m] : [right, left, n];
  const columns = isDot ? k : results;
  if (columns > mostColumns || m * k * n < fewestElements) return undefined;
  return { node, matrix, vector, columns, isDot };
}

/** Whether u, one number per row, is read by that loop and by none before it, and there each number by its own iteration. */
function isReadByRow(plan: Schedule, number: number, u: NodeId): boolean {
  const { graph, accesses, groups } = plan;
  const readers = plan.readersOf(u);
  if (!readers.includes(number) || readers.some((reader) => reader < number)) return false;
  const { members, jobs } = groups[number];
  const isRow = (access: Access): boolean =>
    access.kind !== "memory" ||
    access.base !== u ||
    (String(access.offsets) === "0" && String(access.strides) === "1");
  return (
    members.every(
      (id) =>
        operandAccesses(graph.nodes[id], id, accesses).every(isRow) &&
        (graph.nodes[id].op !== "gather" || accesses.view(graph.nodes[id].inputs[0]).base !== u),
    ) && jobs.every(({ node }) => graph.nodes[node].inputs.every((input) => isRow(accesses.access(input))))
  );
}
