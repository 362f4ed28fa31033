/** Loops: one nest per group, with everything that runs over the same space fused into its body. */
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { Emission } from "./emission.ts";
import { writeLoops } from "./loop-frame.ts";
import { loopShape, ownStrides, partStrides } from "./loop-shape.ts";
import { componentPlaces, type Sink, type SinkContext } from "./loop-sink.ts";
import { createLoopValues, type LoopValues } from "./loop-values.ts";
import { partLayout } from "./parts.ts";
import { reduceSink } from "./reduce-sink.ts";
import { scatterSink } from "./scatter-sink.ts";
import type { Group, Job, Schedule } from "./schedule.ts";
import { storeSink } from "./store-sink.ts";
import { fillMemory } from "./vector-code.ts";
import { rowMajor } from "./view.ts";

export function emitLoop(emission: Emission, group: Group, number: number): void {
  const { code, format, schedule } = emission;
  const shape = loopShape(schedule, group, number);
  const unroll = unrollFor(schedule, group, Math.floor((shape.lengths.at(-1) ?? 0) / format.lanes));
  const context: SinkContext = { emission, shape, unroll, finish: [] };
  const sinks = group.jobs.map((job) => makeSink(context, job));
  let values: LoopValues | undefined;
  writeLoops(code, format, shape.lengths, unroll, (frame) => {
    values ??= createLoopValues(emission, frame, shape, number);
    for (const sink of sinks) sink(frame, values);
  });
  for (const write of context.finish) write();
}

/** All but long bodies handle several vectors at once, whose instructions take turns and do not wait for each other. */
function unrollFor({ accesses }: Schedule, group: Group, vectors: number): number {
  const ids = [...group.members, ...group.jobs.map(({ node }) => node)];
  const work = ids.reduce((sum, id) => sum + accesses.spaces[id].components, 0);
  const wanted = work <= 100 ? 4 : work <= 200 ? 2 : 1;
  return Math.max(1, Math.min(wanted, vectors));
}

function makeSink(context: SinkContext, job: Job): Sink {
  const { emission, shape } = context;
  const { schedule, memory, format, code } = emission;
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
