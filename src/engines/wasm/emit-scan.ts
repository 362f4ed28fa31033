/**
 * Loops with carried state: the body is a function of its own, with its own memory. Carries lie where the body reads them; rows
 * of the inputs are copied there and rows of the results copied out; what is fixed is read where it is.
 */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import { scanLayout } from "../../compiler/scan.ts";
import { scanInputName } from "../../compiler/type-rules.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import { countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/** An address, or one that moves along with the step. */
export interface Moving {
  readonly start: number;
  /** Bytes per step. */
  readonly stride: number;
}

export function emitScan(
  emission: Emission,
  node: NodeOf<"scan">,
  { id, operands, result }: WholeAddresses,
): void {
  const { code, format, program } = emission;
  const { bytes } = format;
  const { body, length, reverse, carries, xs } = node.params;
  const names = operands.map((_, at) => scanInputName(at, { carries, xs }));
  const fixed = Object.fromEntries(
    operands.slice(carries + xs).map((address, at) => [names[carries + xs + at], address]),
  );
  const inner = program.writeGraph(`body of %${id}`, body, fixed);
  const count = (name: string): number => elementCount(body.nodes[body.inputs[name]].type.shape);
  const layout = scanLayout(body, length);
  const at = (start: number): Moving => ({ start, stride: 0 });
  const t = code.local("i32");

  const carried = names.slice(0, carries).map((name, position) => ({
    name,
    size: count(name),
    initial: operands[position],
    input: inner.inputs[name],
    output: inner.outputs[name],
    final: result + layout.carries[position].start * bytes,
  }));
  for (const { initial, input, size } of carried) copyNumbers(emission, at(initial), at(input), size, t);

  // A new carry may be another carry as it was: then all are set aside before any is replaced.
  const inputs = new Set(Object.values(inner.inputs));
  const setAside = carried.some(({ output, input }) => inputs.has(output) && output !== input);
  const aside = carried.map(({ size }) => (setAside ? program.reserve(size * bytes) : 0));

  const step = code.local("i32");
  const advanceStep = (): void => {
    if (reverse) code.i32(length - 1);
    code.get(step);
    if (reverse) code.op("i32.sub");
    code.set(t);
    names.slice(carries, carries + xs).forEach((name, position) => {
      const size = count(name);
      const from = { start: operands[carries + position], stride: size * bytes };
      copyNumbers(emission, from, at(inner.inputs[name]), size, t);
    });
    code.call(inner.run);
    layout.ys.forEach(({ start, shape }, position) => {
      const size = elementCount(shape.slice(1));
      const to = { start: result + start * bytes, stride: size * bytes };
      copyNumbers(emission, at(inner.outputs[`y/${position}`]), to, size, t);
    });
    if (setAside)
      for (const [position, { output, size }] of carried.entries())
        copyNumbers(emission, at(output), at(aside[position]), size, t);
    for (const [position, { output, input, size }] of carried.entries())
      if (output !== input)
        copyNumbers(emission, at(setAside ? aside[position] : output), at(input), size, t);
  };
  if (length > 0) countingLoop(code, step, length, 1, advanceStep);
  for (const { input, final, size } of carried) copyNumbers(emission, at(input), at(final), size, t);
}

/** Vectors up to this many are copied without a loop. */
const mostUnrolled = 8;

export function copyNumbers(
  { code, format }: Emission,
  from: Moving,
  to: Moving,
  count: number,
  t: LocalIndex,
): void {
  const { bytes, lanes } = format;
  const vectors = Math.floor(count / lanes);
  const push = ({ stride }: Moving, counter: LocalIndex | undefined): void => {
    if (stride === 0) code.i32(0);
    else {
      code.get(t);
      code.i32(stride);
      code.op("i32.mul");
    }
    if (counter === undefined) return;
    code.get(counter);
    code.op("i32.add");
  };
  const copyVector = (offset: number, counter?: LocalIndex): void => {
    push(to, counter);
    push(from, counter);
    code.memory("v128.load", from.start + offset);
    code.memory("v128.store", to.start + offset);
  };
  if (vectors <= mostUnrolled) for (let vector = 0; vector < vectors; vector++) copyVector(16 * vector);
  else {
    const counter = code.local("i32");
    countingLoop(code, counter, 16 * vectors, 16, () => copyVector(0, counter));
  }
  for (let rest = vectors * lanes; rest < count; rest++) {
    push(to, undefined);
    push(from, undefined);
    loadSplat(code, format, from.start + rest * bytes);
    storeLane(code, format, to.start + rest * bytes, 0);
  }
}
