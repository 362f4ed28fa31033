/**
 * What every engine is: something that turns a graph into a function on arrays. Engines are loaded lazily, through
 * `load.ts`, and import the compiler and their one runtime library, nothing else.
 */
import type { Graph } from "../compiler/graph.ts";

export type EngineName = "reference" | "tfjs" | "wasm";
export type Precision = "f32" | "f64";

/** Row-major values of one tensor; whole numbers for int, 0 and 1 for bool. */
export type Values = Float64Array | Float32Array | readonly number[];

export interface Engine {
  readonly name: EngineName;
  /** As shown to people: "tfjs (wasm)". */
  readonly label: string;
  readonly precisions: readonly Precision[];
  /** Compiles once; the graph's shapes are fixed. Throws if the graph does not verify. */
  compile(graph: Graph): Executable;
}

export interface Executable {
  /**
   * Runs the graph. Takes every graph input by name; `Float64Array` and `Float32Array` are read without a copy where
   * the engine can. Returns every output by name. The returned arrays belong to the executable and are valid until its next
   * run: copy what must last.
   */
  run(inputs: Readonly<Record<string, Values>>): Readonly<Record<string, Float64Array | Float32Array>>;
  /** The engine's own memory of an input, if it has one: write values there and pass that array to `run` to save a copy. */
  inputView?(name: string): Float64Array | Float32Array;
  /** Releases what the engine holds. */
  dispose(): void;
}
