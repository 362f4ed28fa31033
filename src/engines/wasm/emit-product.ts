/** Products of matrices as ops: the functions of `matmul`, called once or for parts that threads share. */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { Emission, Program } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import { type MatmulPlan, type MatmulSpec, planMatmul, roundUp } from "./matmul/matmul-plan.ts";
import { chunkRange } from "./threads/chunk-range.ts";
import { piecesPerChunk, productTime, type SplitLimits } from "./threads/split-plan.ts";
import type { Team } from "./threads/team.ts";
import { fillMemory } from "./vector-code.ts";

export function emitProduct(
  { code, format, program, schedule }: Emission,
  node: NodeOf<"matmul">,
  addresses: WholeAddresses,
): void {
  const { transposeLeft, transposeRight } = node.params;
  const [m, k] = lastTwo(schedule.graph.nodes[node.inputs[0]].type.shape, transposeLeft);
  const n = node.type.shape[node.type.shape.length - 1];
  const batch = elementCount(node.type.shape.slice(0, -2));
  const count = elementCount(node.type.shape);
  if (count === 0) return;
  if (k === 0) {
    fillMemory(code, format, addresses.result, count, () => code.i64x2(0n));
    return;
  }
  const spec: MatmulSpec = {
    ...{ m, k, n, batch, transposeLeft, transposeRight },
    precision: format.precision,
    accumulate: false,
    relaxed: program.features.relaxed,
  };
  const { splitting } = program;
  if (splitting !== undefined && productTime(spec) >= splitting.limits.worth) {
    const product = { program, spec, addresses, plan: planMatmul(spec), ...splitting };
    if (batch > 1) splitBatch(code, product);
    else splitRows(code, product);
    return;
  }
  const { sharedScratch, ownScratch } = planMatmul(spec);
  const { whole } = program.matmul(spec);
  push(code, [...addresses.operands, addresses.result, program.scratch(sharedScratch + ownScratch)]);
  code.call(whole);
}

interface Product {
  readonly program: Program;
  readonly spec: MatmulSpec;
  readonly plan: MatmulPlan;
  readonly addresses: WholeAddresses;
  readonly team: Team;
  readonly limits: SplitLimits;
}

/** Chunks are ranges of rows, for all of which B is prepared first, in chunks of columns. */
function splitRows(code: FunctionBuilder, product: Product): void {
  const { program, spec, plan, addresses, team } = product;
  const { m, k, n } = spec;
  const { prepare, rows } = program.matmul(spec);
  const own = roundUp(plan.ownScratch, scratchSpacing);
  const scratch = program.scratch(plan.sharedScratch + team.threads * own);
  const [left, right] = addresses.operands;
  const name = `product ${m} × ${k} × ${n}`;
  if (plan.columnStep > 0) {
    const bytes = k * n * (spec.precision === "f32" ? 4 : 8);
    const { step, chunks } = chunksOf(product, n, plan.columnStep, bytes / packingSpeed, 1);
    const stretch = team.addStretch(`${name}, preparation`, chunks, (part, chunk) => {
      push(part, [right, scratch]);
      const { from, to } = chunkRange(part, chunk, step, n);
      part.get(from);
      part.get(to);
      part.call(prepare);
    });
    team.run(code, stretch);
  }
  const fewest = plan.way === "packed" ? fewestTiles : 1;
  const { step, chunks } = chunksOf(product, m, plan.rowStep, productTime(spec), fewest);
  const stretch = team.addStretch(name, chunks, (part, chunk, thread) => {
    const { from, to } = chunkRange(part, chunk, step, m);
    push(part, [left, right, addresses.result, scratch]);
    part.i32(scratch + plan.sharedScratch);
    part.get(thread);
    part.i32(own);
    part.op("i32.mul");
    part.op("i32.add");
    part.get(from);
    part.get(to);
    part.call(rows);
  });
  team.run(code, stretch);
}

/** Bytes of B that are packed in a nanosecond. */
const packingSpeed = 4;

/** Each chunk of rows reads all of B: of fewer tiles the product would wait for memory. */
const fewestTiles = 4;

/** No two threads write to the same pair of cache lines. */
const scratchSpacing = 128;

/** Chunks are ranges of products, each with scratch memory for all of a product. */
function splitBatch(code: FunctionBuilder, product: Product): void {
  const { program, spec, plan, addresses, team } = product;
  const { m, k, n, batch } = spec;
  const bytes = spec.precision === "f32" ? 4 : 8;
  const { whole } = program.matmul({ ...spec, batch: 1 });
  const own = roundUp(plan.sharedScratch + plan.ownScratch, scratchSpacing);
  const scratch = program.scratch(team.threads * own);
  const [left, right] = addresses.operands;
  const { step, chunks } = chunksOf(product, batch, 1, productTime(spec), 1);
  const stretch = team.addStretch(`${batch} products ${m} × ${k} × ${n}`, chunks, (part, chunk, thread) => {
    const { from, to } = chunkRange(part, chunk, step, batch);
    const at = (local: LocalIndex, scale: number, start: number): void => {
      part.get(local);
      part.i32(scale);
      part.op("i32.mul");
      part.i32(start);
      part.op("i32.add");
    };
    part.loop((again) => {
      at(from, m * k * bytes, left);
      at(from, k * n * bytes, right);
      at(from, m * n * bytes, addresses.result);
      at(thread, own, scratch);
      part.call(whole);
      part.get(from);
      part.i32(1);
      part.op("i32.add");
      part.tee(from);
      part.get(to);
      part.op("i32.lt_u");
      part.branchIf(again);
    });
  });
  team.run(code, stretch);
}

/** `count` rows, columns or products in chunks of `step`, a multiple of `unit`. */
function chunksOf(
  { team, limits }: Product,
  count: number,
  unit: number,
  time: number,
  fewest: number,
): { readonly step: number; readonly chunks: number } {
  const units = Math.ceil(count / unit);
  const step = unit * piecesPerChunk(units, time, team.threads, limits, fewest);
  return { step, chunks: Math.ceil(count / step) };
}

function push(code: FunctionBuilder, numbers: readonly number[]): void {
  for (const number of numbers) code.i32(number);
}
