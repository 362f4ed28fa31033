/** The loop: its body is prepared once and run `length` times. */
import { elementCount } from "../../compiler/graph.ts";
import { scanInputName, scanOutputs } from "../../compiler/type-rules.ts";
import type { Kernel } from "./kernel.ts";

export const scan: Kernel<"scan"> = ({ node, result, prepare }) => {
  const { body, length, reverse, carries, xs } = node.params;
  const { buffers: inner, steps } = prepare(body);
  const sizeOf = (id: number): number => elementCount(body.nodes[id].type.shape);
  const operands = node.inputs.map((operand, at) => ({
    operand,
    id: body.inputs[scanInputName(at, { carries, xs })],
  }));
  let offset = 0;
  const carried = operands.slice(0, carries).map(({ operand, id }, at) => {
    const size = sizeOf(id);
    const output = body.outputs[`carry/${at}`];
    const start = offset;
    offset += size;
    return { operand, id, output, size, start, now: new Float64Array(size), next: new Float64Array(size) };
  });
  const rows = operands.slice(carries, carries + xs).map((x) => ({ ...x, size: sizeOf(x.id) }));
  const fixed = operands.slice(carries + xs);
  const stacked = scanOutputs(body).ys.map((_, at) => {
    const output = body.outputs[`y/${at}`];
    const size = sizeOf(output);
    const start = offset;
    offset += length * size;
    return { output, size, start };
  });
  return (buffers) => {
    const r = buffers[result];
    for (const { operand, id } of fixed) inner[id] = buffers[operand];
    for (const carry of carried) carry.now.set(buffers[carry.operand]);
    for (let step = 0; step < length; step++) {
      const t = reverse ? length - 1 - step : step;
      for (const { id, now } of carried) inner[id] = now;
      for (const { operand, id, size } of rows) copy(buffers[operand], t * size, inner[id], 0, size);
      for (let i = 0; i < steps.length; i++) steps[i](inner);
      for (const { output, size, start } of stacked) copy(inner[output], 0, r, start + t * size, size);
      // All of them before any is read as an input: an output may be the input of another carry.
      for (const { output, size, next } of carried) copy(inner[output], 0, next, 0, size);
      for (const carry of carried) [carry.now, carry.next] = [carry.next, carry.now];
    }
    for (const { now, start, size } of carried) copy(now, 0, r, start, size);
  };
};

function copy(from: Float64Array, start: number, to: Float64Array, at: number, size: number): void {
  for (let i = 0; i < size; i++) to[at + i] = from[start + i];
}
