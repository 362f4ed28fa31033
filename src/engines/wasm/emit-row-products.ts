/** Products of a block of a matrix's rows, before and behind the loop over these rows (`row-fusion.ts`). */
import type { NodeId } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import { joinInMemory } from "./join-chunks.ts";
import type { LoopRange } from "./loop-frame.ts";
import { pushPointer, resultHome, type SinkContext } from "./loop-sink.ts";
import type { MatmulSpec } from "./matmul/matmul-plan.ts";
import type { RowFusion } from "./row-fusion.ts";

export interface RowBlock {
  readonly emission: Emission;
  /** Rows from … to − 1. */
  readonly from: LocalIndex;
  readonly to: LocalIndex;
  /** Rows of all blocks but the last. */
  readonly length: number;
}

/** From counters, which count bytes, to rows. */
export function rowBlock(emission: Emission, range: LoopRange, length: number): RowBlock {
  const { code, format } = emission;
  const rows = (counter: LocalIndex): LocalIndex => {
    const local = code.local("i32");
    code.get(counter);
    code.i32(Math.log2(format.bytes));
    code.op("i32.shr_u");
    code.set(local);
    return local;
  };
  return { emission, from: rows(range.from), to: rows(range.to), length };
}

/** X b */
export function emitProductsBefore({ emission, from, to }: RowBlock, { rows, before }: RowFusion): void {
  const { code, memory, program } = emission;
  for (const { node, matrix, vector, columns } of before) {
    const product = program.matmul(specOf(emission, { m: rows, k: columns, transposeLeft: false }));
    for (const address of [place(emission, matrix), place(emission, vector), memory.address(node), 0, 0])
      code.i32(address);
    code.get(from);
    code.get(to);
    code.call(product.rows);
  }
}

/** Xᵀ r: each block has a result of its own. */
export function emitProductsBehind(
  { emission, from, to, length }: RowBlock,
  { rows, behind }: RowFusion,
  context: SinkContext,
): void {
  const { code, format, program } = emission;
  const { split } = context;
  for (const { node, matrix, vector, columns } of behind) {
    const home = resultHome(context, node, true, columns);
    if (split !== undefined) joinInMemory(split, node, home, "reduceSum");
    const multiply = (count: number): void => {
      const product = program.matmul(specOf(emission, { m: columns, k: count, transposeLeft: true }));
      const push = (start: number, scale: number): void => {
        code.get(from);
        code.i32(scale);
        code.op("i32.mul");
        code.i32(start);
        code.op("i32.add");
      };
      push(place(emission, matrix), columns * format.bytes);
      push(place(emission, vector), format.bytes);
      pushPointer(code, home.base);
      code.i32(home.address);
      code.op("i32.add");
      code.i32(0);
      code.call(product.whole);
    };
    const rest = rows % length;
    if (rest === 0) multiply(length);
    else if (rows < length) multiply(rest);
    else {
      code.get(to);
      code.get(from);
      code.op("i32.sub");
      code.i32(length);
      code.op("i32.eq");
      code.if(
        () => multiply(length),
        () => multiply(rest),
      );
    }
  }
}

function place({ schedule, memory, format }: Emission, id: NodeId): number {
  const { base, offset } = schedule.accesses.view(id);
  return memory.address(base) + offset * format.bytes;
}

function specOf(
  { format, program }: Emission,
  sizes: Pick<MatmulSpec, "m" | "k" | "transposeLeft">,
): MatmulSpec {
  return {
    ...sizes,
    ...{ n: 1, batch: 1, transposeRight: false, accumulate: false },
    precision: format.precision,
    relaxed: program.features.relaxed,
  };
}
