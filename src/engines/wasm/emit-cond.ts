/** Choices: each branch is a function of its own that reads its operands where they are; the one taken is called. */

import { condLayout } from "../../compiler/cond.ts";
import { elementCount, type Graph, type NodeOf } from "../../compiler/graph.ts";
import { branchInputName } from "../../compiler/type-rules.ts";
import type { Emission } from "./emission.ts";
import { copyNumbers } from "./emit-scan.ts";
import type { WholeAddresses } from "./emit-whole.ts";

export function emitCond(
  emission: Emission,
  { params: { yes, no } }: NodeOf<"cond">,
  { id, operands: [condition, ...operands], result }: WholeAddresses,
): void {
  const { code, format, program } = emission;
  const { bytes } = format;
  const given = Object.fromEntries(operands.map((address, at) => [branchInputName(at), address]));
  const t = code.local("i32");
  const branch = (name: string, graph: Graph): (() => void) => {
    const { run, outputs } = program.writeGraph(name, graph, given);
    return () => {
      code.call(run);
      condLayout(graph).forEach(({ start, shape }, at) => {
        const from = { start: outputs[`out/${at}`], stride: 0 };
        copyNumbers(emission, from, { start: result + start * bytes, stride: 0 }, elementCount(shape), t);
      });
    };
  };
  const [taken, other] = [branch(`branch of %${id}, if so`, yes), branch(`branch of %${id}, if not`, no)];
  // 0 or 1 as a float, whose upper half is not zero where it is 1.
  code.i32(0);
  code.memory("i32.load", condition + bytes - 4);
  code.if(taken, other);
}
