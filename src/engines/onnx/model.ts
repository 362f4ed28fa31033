/** An ONNX model as plain data, as much of it as our graphs need. */
import type { Shape } from "../../compiler/ops.ts";

/** The numbers that ONNX gives to element types. */
export const elementTypes = { float: 1, int64: 7, bool: 9, double: 11 } as const;
export type ElementType = keyof typeof elementTypes;

export interface OnnxModel {
  readonly graph: OnnxGraph;
}

/** Names of values are unique in a graph and the graphs inside it, which may read the values around them. */
export interface OnnxGraph {
  readonly name: string;
  /** Each one after those whose results it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** Whole numbers, lists of them, words or a graph: no op used here has others. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | string | OnnxGraph>>;

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface OnnxTensor extends OnnxValueInfo {
  /** Row-major; 0 and 1 for bool. */
  readonly values: readonly number[];
}
