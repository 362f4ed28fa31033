/** A graph as a function of rows of numbers inside its module: many rows are read and answered without returning to JavaScript. */
import { elementCount } from "../../compiler/graph.ts";
import type { CoordinateRun, RunRows } from "../engine.ts";
import type { FunctionIndex } from "./assembler/function-builder.ts";
import type { Program, WrittenGraph } from "./emission.ts";
import { copyNumbers, pointer } from "./sampler/vector-passes.ts";

/** Where rows and answers lie in the module's memory. */
export interface RowsLayout {
  /** Numbers of a row that are read. */
  readonly dimension: number;
  readonly rows: number;
  /** Numbers that there is room for. */
  readonly length: number;
  /** Answers that there is room for. */
  readonly capacity: number;
  readonly outputs: readonly RowOutput[];
}

/** One output of the graph and the place of its values for all rows. */
interface RowOutput {
  readonly name: string;
  readonly length: number;
  readonly source: number;
  readonly address: number;
}

const usualBytes = 65536;

/** Exports `runRows(count ≥ 1, bytes from one row to the next)`. The graph computes in f64. */
export function writeRows(
  { module, reserve }: Program,
  written: WrittenGraph,
  runs: readonly CoordinateRun[],
): RowsLayout {
  const { graph } = written;
  const lengths = Object.entries(graph.outputs).map(
    ([name, id]) => [name, elementCount(graph.nodes[id].type.shape)] as const,
  );
  const dimension = runs.reduce((most, { offset, length }) => Math.max(most, offset + length), 0);
  const answer = lengths.reduce((sum, [, length]) => sum + length, 0);
  const capacity = Math.max(1, Math.floor(usualBytes / (8 * (answer + 1))));
  const length = Math.max(dimension, usualBytes / 8);
  const layout = {
    dimension,
    rows: reserve(8 * length),
    length,
    capacity,
    outputs: lengths.map(([name, each]) => ({
      name,
      length: each,
      source: written.outputs[name],
      address: reserve(8 * each * capacity),
    })),
  };
  module.exportFunction("runRows", emitRows(module, written, layout, runs));
  return layout;
}

function emitRows(
  module: Program["module"],
  graph: WrittenGraph,
  layout: RowsLayout,
  runs: readonly CoordinateRun[],
): FunctionIndex {
  return module.addFunction("run rows", { params: ["i32", "i32"], results: [] }, (code) => {
    const [count, stride] = [0, 1];
    const row = code.local("i32");
    const answers = layout.outputs.map((output) => ({ output, at: code.local("i32") }));
    const addTo = (local: number, push: () => void): void => {
      code.get(local);
      push();
      code.op("i32.add");
      code.set(local);
    };
    code.loop((again) => {
      for (const { input, offset, length } of runs)
        if (Object.hasOwn(graph.inputs, input))
          copyNumbers(code, length, pointer(row, layout.rows + 8 * offset), graph.inputs[input]);
      code.call(graph.run);
      for (const { output, at } of answers) {
        copyNumbers(code, output.length, output.source, pointer(at, output.address));
        addTo(at, () => code.i32(8 * output.length));
      }
      addTo(row, () => code.get(stride));
      addTo(count, () => code.i32(-1));
      code.get(count);
      code.branchIf(again);
    });
  });
}

export type RowsExport = (count: number, stride: number) => void;

/** The exported function with its memory. */
export function rowsRunner(layout: RowsLayout, buffer: ArrayBufferLike, runRows: RowsExport): RunRows {
  const { dimension, capacity } = layout;
  const table = new Float64Array(buffer, layout.rows, layout.length);
  const answers = layout.outputs.map(({ name, length, address }) => ({
    ...{ name, length },
    values: new Float64Array(buffer, address, length * capacity),
  }));
  return ({ values, count, start, length }, into) => {
    // The last row ends with its last number that is read.
    const room = Math.min(capacity, 1 + Math.max(0, Math.floor((layout.length - dimension) / length)));
    for (let done = 0; done < count; done += room) {
      const now = Math.min(room, count - done);
      const first = start + done * length;
      table.set(values.subarray(first, first + (now - 1) * length + dimension));
      runRows(now, 8 * length);
      for (const { name, length: each, values: answer } of answers)
        into[name].set(answer.subarray(0, now * each), done * each);
    }
  };
}
