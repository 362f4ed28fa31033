/** scatterAdd: updates are added to the rows that their indices name. */
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import { whereInside } from "./indexing.ts";
import { joinInMemory } from "./join-chunks.ts";
import { vectorType } from "./lane-format.ts";
import { rowLength, rowStrides } from "./loop-shape.ts";
import { componentPlaces, pushPointer, resultHome, type Sink, type SinkContext } from "./loop-sink.ts";
import { loadSplat, storeLane } from "./vector-code.ts";
import { rowMajor } from "./view.ts";

/** Adds each lane of the updates to its row, one after the other. Chunks of a split loop have each their own result. */
export function scatterSink(context: SinkContext, id: NodeId): Sink {
  const { emission, shape, split } = context;
  const { code, format, schedule } = emission;
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
  const count = elementCount(node.type.shape);
  const home = resultHome(context, id, true, count, (target) => target.i64x2(0n));
  if (split !== undefined) joinInMemory(split, id, home, "reduceSum");
  return (frame, values) => {
    const { vector, valid } = frame.current;
    places.forEach((place, component) => {
      const index = values.read(indices, component);
      const { local } = values.read(updates, component);
      const pointer = frame.pointer(strides);
      const start = home.address + (place + vector * format.lanes * inner) * format.bytes;
      frame.at(frame.depth, () => {
        const add = (at: LocalIndex, lane: number, isWhole: boolean): void => {
          const offset = start + lane * inner * format.bytes;
          for (let times = 0; times < 2; times++) {
            pushPointer(code, at, home.base);
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
