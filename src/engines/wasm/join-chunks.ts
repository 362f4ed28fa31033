/** What chunks of a split loop have added up, each for itself, becomes one result: in the order of the chunks, whoever ran them. */
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
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
      const sum = code.local("v128");
      const address = code.local("i32");
      code.get(at);
      code.memory("v128.load", home.address);
      code.set(sum);
      eachOther(code, split, home, (chunk) => {
        code.get(at);
        code.get(chunk);
        code.op("i32.add");
        code.set(address);
        code.get(sum);
        code.get(address);
        code.memory("v128.load", home.address);
        combine(code, format, op, dtype);
        code.set(sum);
      });
      code.get(at);
      code.get(sum);
      code.memory("v128.store", memory.address(id));
    });
  });
}

/** `count` numbers that chunks have stored in their homes: locals that hold each in all lanes. */
export function joinedNumbers(
  split: SplitLoop,
  id: NodeId,
  home: ResultHome,
  op: Reduction,
  count: number,
): LocalIndex[] {
  const { code, format, schedule } = split.around;
  const { dtype } = schedule.graph.nodes[id].type;
  const sums = Array.from({ length: count }, (_, number) => {
    const sum = code.local("v128");
    code.i32(0);
    loadSplat(code, format, home.address + number * format.bytes);
    code.set(sum);
    return sum;
  });
  eachOther(code, split, home, (chunk) => {
    for (const [number, sum] of sums.entries()) {
      code.get(sum);
      code.get(chunk);
      loadSplat(code, format, home.address + number * format.bytes);
      combine(code, format, op, dtype);
      code.set(sum);
    }
  });
  return sums;
}

/** All chunks but the first, by the distance in bytes of their homes from its. */
function eachOther(
  code: FunctionBuilder,
  { chunks }: SplitLoop,
  { spacing }: ResultHome,
  body: (chunk: LocalIndex) => void,
): void {
  if (chunks === 1) return;
  const chunk = code.local("i32");
  code.i32(spacing);
  code.set(chunk);
  code.loop((again) => {
    body(chunk);
    code.get(chunk);
    code.i32(spacing);
    code.op("i32.add");
    code.tee(chunk);
    code.i32(chunks * spacing);
    code.op("i32.lt_u");
    code.branchIf(again);
  });
}
