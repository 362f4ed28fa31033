/** What chunks of a split loop have added up, each for itself, becomes one result: in the order of the chunks, whoever ran them. */
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { ResultHome, SplitLoop } from "./loop-sink.ts";
import { combine, countingLoop, loadSplat, type Reduction } from "./vector-code.ts";

/** Results that lie in memory, vector by vector. */
export function joinInMemory(split: SplitLoop, id: NodeId, home: ResultHome, op: Reduction): void {
  const { code, format, memory, schedule } = split.around;
  const { shape, dtype } = schedule.graph.nodes[id].type;
  const vectors = Math.ceil(elementCount(shape) / format.lanes);
  if (vectors === 0) return;
  split.join.push(() => {
    const at = code.local("i32");
    countingLoop(code, at, 16 * vectors, 16, () => {
      code.get(at);
      for (let chunk = 0; chunk < split.chunks; chunk++) {
        code.get(at);
        code.memory("v128.load", home.address + chunk * home.spacing);
        if (chunk > 0) combine(code, format, op, dtype);
      }
      code.memory("v128.store", memory.address(id));
    });
  });
}

/** `count` numbers that chunks have stored in their homes: locals that hold each in all lanes. */
export function joinedNumbers(
  { around: { code, format, schedule }, chunks }: SplitLoop,
  id: NodeId,
  home: ResultHome,
  op: Reduction,
  count: number,
): LocalIndex[] {
  const { dtype } = schedule.graph.nodes[id].type;
  return Array.from({ length: count }, (_, number) => {
    const sum = code.local("v128");
    for (let chunk = 0; chunk < chunks; chunk++) {
      code.i32(0);
      loadSplat(code, format, home.address + chunk * home.spacing + number * format.bytes);
      if (chunk > 0) {
        code.get(sum);
        combine(code, format, op, dtype);
      }
      code.set(sum);
    }
    return sum;
  });
}
