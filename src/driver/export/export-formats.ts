/** The forms in which graphs leave ppl; types and names only, so that the command line knows them without the compiler. */
import type { TensorType } from "../../compiler/ops.ts";
import type { Precision } from "../../engines/engine.ts";

/** Format → what it is, for help. */
export const exportFormats = {
  onnx: "a file .onnx for ONNX Runtime and other tools",
  "graph-model": "a folder with model.json and weights, for `tf.loadGraphModel` of tfjs",
  json: "a file .json with the nodes of the graph",
} as const;

export type ExportFormat = keyof typeof exportFormats;

export interface Exported {
  readonly model: string;
  readonly what: "log density" | "answering network";
  readonly format: ExportFormat;
  /** Of floats; "json" has none. */
  readonly precision?: Precision;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** What the numbers of `position` are, of a log density. */
  readonly coordinates?: readonly string[];
  /** One file without a name, or the files of a folder; what the others are named in comes last. */
  readonly files: readonly { readonly name?: string; readonly content: Uint8Array }[];
}
