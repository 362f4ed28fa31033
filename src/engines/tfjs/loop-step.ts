/**
 * A loop as a step of a program: its body's steps again and again. Every value has one owner, who releases it: the body those of
 * its own nodes and the inputs it is handed in each step, the loop the carries and y from one step to the next.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { elementCount } from "../../compiler/graph.ts";
import { scanInputName } from "../../compiler/type-rules.ts";
import type { LoopNode } from "./kernel-program.ts";
import type { LoadedBackend } from "./load-backend.ts";
import type { PreparedProgram } from "./program-steps.ts";

type DataId = TensorInfo["dataId"];

export function prepareLoop(
  node: LoopNode,
  tensors: readonly TensorInfo[],
  body: PreparedProgram,
  { backend, kernel }: LoadedBackend,
): { call(): DataId; dispose(): void } {
  const { length, reverse, carries, xs } = node;
  const slice = kernel("Slice");
  const concat = kernel("Concat");
  const operands = node.operands.map((operand) => tensors[operand]);
  const inputs = operands.map((operand, at) => inputSlot(node, body, operand, at));
  const outputs = Object.entries(node.body.outputs).map(([name, id]) => ({ name, tensor: body.tensors[id] }));
  const outputOf = (name: string): TensorInfo[] =>
    outputs.flatMap((output) => (output.name === name ? [output.tensor] : []));
  const carried = operands.slice(0, carries).flatMap((_, at) => outputOf(`carry/${at}`));
  const stacked = outputs.slice(carries).flatMap((_, at) => outputOf(`y/${at}`));
  const owned = [...new Set(Object.values(node.body.outputs))].filter((id) => body.varying[id]);

  const rowAt = (x: TensorInfo, t: number, shape: readonly number[]): DataId => {
    const attrs = { begin: [t, ...shape.map(() => 0)], size: [1, ...shape] };
    return (slice({ inputs: { x }, attrs, backend }) as TensorInfo).dataId;
  };
  const keep = ({ dataId }: TensorInfo): DataId => {
    backend.incRef(dataId);
    return dataId;
  };
  const release = (ids: readonly DataId[]): void => {
    for (const id of ids) backend.disposeData(id);
  };

  return {
    call() {
      let state = operands.slice(0, carries).map(keep);
      const rows = stacked.map((): DataId[] => new Array<DataId>(length));
      for (let step = 0; step < length; step++) {
        const t = reverse ? length - 1 - step : step;
        for (const { at, tensor, operand } of inputs) {
          if (tensor === undefined) continue;
          if (at < carries) tensor.dataId = keep({ ...tensor, dataId: state[at] });
          else tensor.dataId = at < carries + xs ? rowAt(operand, t, tensor.shape) : keep(operand);
        }
        for (const { result, releases, call } of body.steps) {
          result.dataId = call();
          for (let i = 0; i < releases.length; i++) backend.disposeData(releases[i].dataId);
        }
        const next = carried.map(keep);
        stacked.forEach((tensor, at) => {
          rows[at][t] = keep(tensor);
        });
        release(owned.map((id) => body.tensors[id].dataId));
        release(state);
        state = next;
      }
      const finals = state.map((dataId, at) => flat(operands[at], dataId));
      const ys = rows.flatMap((ids, at) => ids.map((dataId) => flat(stacked[at], dataId)));
      const parts = [...finals, ...ys].filter(({ shape }) => shape[0] > 0);
      const joined = concat({ inputs: parts as never, attrs: { axis: 0 }, backend }) as TensorInfo;
      release(state);
      for (const ids of rows) release(ids);
      return joined.dataId;
    },
    dispose: body.dispose,
  };
}

/** The body's tensor for an operand, where the body needs it. */
function inputSlot(
  { body, ...counts }: LoopNode,
  { tensors }: PreparedProgram,
  operand: TensorInfo,
  at: number,
) {
  const name = scanInputName(at, counts);
  const id = body.nodes.findIndex((inner) => inner.kind === "input" && inner.name === name);
  return { at, operand, tensor: id < 0 ? undefined : tensors[id] };
}

/** The same data as a tensor of one axis. */
function flat({ shape, dtype }: TensorInfo, dataId: DataId): TensorInfo {
  return { dataId, shape: [elementCount(shape)], dtype };
}
