/** A choice: both branches are prepared once, and the one taken is run. */
import { condLayout } from "../../compiler/cond.ts";
import { branchInputName } from "../../compiler/type-rules.ts";
import type { Kernel } from "./kernel.ts";

export const cond: Kernel<"cond"> = ({ node, result, prepare }) => {
  const [condition, ...operands] = node.inputs;
  const [yes, no] = [node.params.yes, node.params.no].map((branch) => ({
    ...prepare(branch),
    inputs: operands.map((operand, at) => ({ operand, id: branch.inputs[branchInputName(at)] })),
    results: condLayout(branch).map(({ start }, at) => ({ start, id: branch.outputs[`out/${at}`] })),
  }));
  return (buffers) => {
    const { buffers: inner, steps, inputs, results } = buffers[condition][0] === 0 ? no : yes;
    for (const { operand, id } of inputs) inner[id] = buffers[operand];
    for (let i = 0; i < steps.length; i++) steps[i](inner);
    for (const { start, id } of results) buffers[result].set(inner[id], start);
  };
};
