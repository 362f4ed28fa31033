/** Loops: one nest per group, with everything that runs over the same space fused into its body. */
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { Emission } from "./emission.ts";
import { emitProductsBefore, emitProductsBehind, rowBlock } from "./emit-row-products.ts";
import { type LoopRange, writeLoops } from "./loop-frame.ts";
import { type LoopShape, loopShape, ownStrides, partStrides, reducedStrides } from "./loop-shape.ts";
import { componentPlaces, type Sink, type SinkContext, type SplitLoop } from "./loop-sink.ts";
import { createLoopValues, type LoopValues } from "./loop-values.ts";
import { partLayout } from "./parts.ts";
import { meetsInResults, reduceSink } from "./reduce-sink.ts";
import type { RowFusion } from "./row-fusion.ts";
import { scatterSink } from "./scatter-sink.ts";
import type { Group, Job, Schedule } from "./schedule.ts";
import { storeSink } from "./store-sink.ts";
import { createStraightValues } from "./straight-values.ts";
import { chunkRange } from "./threads/chunk-range.ts";
import { chunksFor, loopTime, productTime } from "./threads/split-plan.ts";
import type { Team } from "./threads/team.ts";
import { fillMemory } from "./vector-code.ts";
import { rowMajor } from "./view.ts";

export function emitLoop(emission: Emission, group: Group, number: number): void {
  const { format, schedule } = emission;
  const shape = loopShape(schedule, group, number);
  const unroll = unrollFor(schedule, group, Math.floor((shape.lengths.at(-1) ?? 0) / format.lanes));
  const fusion = emission.fusions.get(number);
  const split =
    fusion !== undefined
      ? planBlocks(emission, group, fusion)
      : schedule.isSplit(number)
        ? planSplit(emission, group, shape, unroll)
        : undefined;
  if (split === undefined) writeNest(emission, group, number, shape, unroll);
  else emitSplitLoop(emission, group, number, shape, unroll, split, fusion);
}

function writeNest(
  emission: Emission,
  group: Group,
  number: number,
  shape: LoopShape,
  unroll: number,
  split?: SplitLoop,
  range?: LoopRange,
): void {
  const { code, format } = emission;
  const context: SinkContext = { emission, shape, unroll, finish: [], split };
  const sinks = group.jobs.map((job) => makeSink(context, job));
  let values: LoopValues | undefined;
  const body: Parameters<typeof writeLoops>[4] = (frame) => {
    values ??= createLoopValues(emission, frame, shape, number);
    for (const sink of sinks) sink(frame, values);
  };
  writeLoops(code, format, shape.lengths, unroll, body, range);
  for (const write of context.finish) write();
}

interface Split {
  /** Iterations of the outermost loop in all chunks but the last. */
  readonly length: number;
  readonly chunks: number;
  readonly team: Team;
}

/** Bytes of X in a block of rows, up to `mostBlocks` blocks: what is read again is still in the first cache. */
const blockBytes = 2 ** 14;
/** Joining what blocks have added up takes its time. */
const mostBlocks = 512;
/** Threads meet for fewer chunks. */
const mostSharedBlocks = 32;
/** Rows in a block are a multiple of what a loop and a product handle at once. */
const rowStep = 16;

function planBlocks(
  { schedule, format, program }: Emission,
  group: Group,
  { rows, before, behind }: RowFusion,
): Split {
  const products = [...before, ...behind];
  const columns = Math.max(...products.map((product) => product.columns));
  const time = products.reduce(
    (sum, product) =>
      sum + productTime({ m: rows, k: product.columns, n: 1, batch: 1, precision: format.precision }),
    loopTime(schedule, group, format),
  );
  const { splitting } = program;
  const isShared = splitting !== undefined && time >= splitting.limits.worth;
  const most = isShared ? mostSharedBlocks : mostBlocks;
  const wanted = Math.max(blockBytes / (columns * format.bytes), rows / most);
  const length = rowStep * Math.max(1, isShared ? Math.ceil(wanted / rowStep) : Math.round(wanted / rowStep));
  return { length, chunks: Math.ceil(rows / length), team: isShared ? splitting.team : program.alone };
}

/** Undefined where there would be one chunk. */
function planSplit(emission: Emission, group: Group, shape: LoopShape, unroll: number): Split | undefined {
  const { schedule, format, program } = emission;
  if (program.splitting === undefined) return undefined;
  const [outermost] = shape.lengths;
  const step = shape.lengths.length === 1 ? unroll * format.lanes : 1;
  const met = resultsMet(schedule, group, shape);
  const iterations = shape.lengths.reduce((product, length) => product * length, 1);
  // Joining what chunks have added up takes less time than an eighth of the loop.
  const affordable = met === 0 ? outermost : Math.floor(iterations / (8 * met));
  const pieces = Math.min(Math.ceil(outermost / step), Math.max(1, affordable));
  const wanted = chunksFor(loopTime(schedule, group, format), pieces, program.splitting.limits);
  const length = step * Math.ceil(outermost / (step * wanted));
  const chunks = Math.ceil(outermost / length);
  return chunks > 1 ? { length, chunks, team: program.splitting.team } : undefined;
}

/** How many results there are to which different iterations of the outermost loop add. */
function resultsMet(schedule: Schedule, { jobs }: Group, shape: LoopShape): number {
  return jobs.reduce((sum, { kind, node }) => {
    const isMet =
      kind === "scatter" ||
      (kind === "reduce" && meetsInResults(shape.merge(reducedStrides(schedule, node))));
    return isMet ? sum + elementCount(schedule.graph.nodes[node].type.shape) : sum;
  }, 0);
}

function emitSplitLoop(
  around: Emission,
  group: Group,
  number: number,
  shape: LoopShape,
  unroll: number,
  { length, chunks, team }: Split,
  fusion: RowFusion | undefined,
): void {
  const { format } = around;
  const join: (() => void)[] = [];
  const stretch = team.addStretch(`loop ${number}`, chunks, (code, chunk) => {
    const emission: Emission = { ...around, code, straight: createStraightValues(code, format) };
    const range = chunkRange(code, chunk, length * format.bytes, shape.lengths[0] * format.bytes);
    const split: SplitLoop = { around, chunk, chunks, join };
    const write = (): void => writeNest(emission, group, number, shape, unroll, split, range);
    if (fusion === undefined) {
      write();
      return;
    }
    const block = rowBlock(emission, range, length);
    emitProductsBefore(block, fusion);
    write();
    emitProductsBehind(block, fusion, { emission, shape, unroll, finish: [], split });
  });
  team.run(around.code, stretch);
  for (const write of join) write();
}

/** All but long bodies handle several vectors at once, whose instructions take turns and do not wait for each other. */
function unrollFor({ accesses }: Schedule, group: Group, vectors: number): number {
  const ids = [...group.members, ...group.jobs.map(({ node }) => node)];
  const work = ids.reduce((sum, id) => sum + accesses.spaces[id].components, 0);
  const wanted = work <= 100 ? 4 : work <= 200 ? 2 : 1;
  return Math.max(1, Math.min(wanted, vectors));
}

function makeSink(context: SinkContext, job: Job): Sink {
  const { emission, shape, split } = context;
  const { schedule, memory, format } = emission;
  const { accesses, graph } = schedule;
  const node = graph.nodes[job.node];
  switch (job.kind) {
    case "value": {
      const strides = shape.merge(ownStrides(schedule, job.node));
      const places = componentPlaces(emission, job.node, rowMajor(node.type.shape).strides);
      return storeSink(context, accesses.access(job.node), node, strides, places, memory.address(job.node));
    }
    case "part": {
      const operand = node.inputs[job.part];
      const start = memory.address(job.node);
      const layout = partLayout(graph, node, job.part);
      const strides = shape.merge(partStrides(schedule, job.node, job.part));
      const places = componentPlaces(emission, operand, layout.strides);
      const { code } = split?.around ?? emission;
      if (node.op === "pad")
        fillMemory(code, format, start, elementCount(node.type.shape), () => code.i64x2(0n));
      const first = start + layout.offset * format.bytes;
      return storeSink(context, accesses.access(operand), node, strides, places, first);
    }
    case "reduce":
      return reduceSink(context, job.node);
    case "scatter":
      return scatterSink(context, job.node);
    case "whole":
      return bug("an op with loops of its own is in no loop");
  }
}
