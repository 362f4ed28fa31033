/** Values of a loop that go to memory, each component to its place. */
import type { GraphNode } from "../../compiler/graph.ts";
import type { Access } from "./access.ts";
import { pushPointer, type Sink, type SinkContext } from "./loop-sink.ts";
import { maskToNumber } from "./straight-values.ts";
import { storeLane } from "./vector-code.ts";

/** `places` and `strides` count numbers from the address `start` on. */
export function storeSink(
  { emission: { code, format } }: SinkContext,
  access: Access,
  node: GraphNode,
  strides: readonly number[],
  places: readonly number[],
  start: number,
): Sink {
  const inner = strides[strides.length - 1];
  return (frame, values) => {
    const { vector, valid } = frame.current;
    places.forEach((place, component) => {
      const { local } = values.read(access, component);
      const pointer = frame.pointer(strides);
      const offset = start + (place + vector * format.lanes * inner) * format.bytes;
      frame.at(frame.depth, () => {
        const push = (): void => {
          pushPointer(code, pointer);
          code.get(local);
          if (node.type.dtype === "bool") maskToNumber(code, format);
        };
        if (inner === 1 && valid === format.lanes) {
          push();
          code.memory("v128.store", offset);
        } else
          for (let lane = 0; lane < valid; lane++) {
            push();
            storeLane(code, format, offset + lane * inner * format.bytes, lane);
          }
      });
    });
  };
}
