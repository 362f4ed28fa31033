/**
 * The engine for processors: every graph becomes one WebAssembly module of fused vector loops, with a fixed memory plan. A run
 * allocates nothing: inputs are copied in (or written there by the caller, see `inputView`), outputs are views of memory.
 */
import { bug } from "../../base/bug.ts";
import { recentlyUsed } from "../../base/recently-used.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { orderNodes } from "../../compiler/order-nodes.ts";
import { hashGraph } from "../../compiler/print.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import type {
  CoordinateRun,
  Engine,
  Executable,
  NutsSampler,
  Precision,
  RunRows,
  Values,
} from "../engine.ts";
import { outOfMemory, refuseBeyondMachine } from "../out-of-memory.ts";
import { disassemble } from "./assembler/disassemble.ts";
import { detectFeatures } from "./features.ts";
import { type LaneFormat, laneFormat, vectorType } from "./lane-format.ts";
import { printMemory, printSchedule } from "./print-schedule.ts";
import { type RowsExport, rowsRunner } from "./run-rows.ts";
import { nutsSampler, type TransitionsExport } from "./sampler/wasm-sampler.ts";
import { type SpaceLimits, usualLimits } from "./space.ts";
import { createCrew } from "./threads/crew.ts";
import { type SplitLimits, usualSplitLimits } from "./threads/split-plan.ts";
import type { Threads } from "./threads/threads.ts";
import { type WasmMemory, type WasmModule, type WebAssemblyApi, webAssembly } from "./web-assembly.ts";
import { type Place, pageBytes, type Surroundings, type WrittenModule, writeModule } from "./write-module.ts";

export interface WasmEngineOptions {
  /** Of floats; f64 when absent. Integers are exact up to 2⁵³ under f64 and from −2³¹ to 2³¹ − 1 under f32. */
  readonly precision?: Precision;
  /** Whether relaxed SIMD is used where it is there: faster, but not the same bits on every machine. Default: true. */
  readonly relaxed?: boolean;
  /** What is unrolled; by default what usually runs fastest. */
  readonly limits?: SpaceLimits;
  /** Threads for graphs with enough work; without them nothing is split. */
  readonly threads?: Threads;
  /** What is enough work. */
  readonly splitLimits?: SplitLimits;
}

export type FloatArray = Float64Array | Float32Array;

export interface WasmExecutable extends Executable {
  /**
   * The module's own memory of a float or bool input (under f64 also int). Who writes there and passes this array to `run`
   * saves the copy.
   */
  inputView(name: string): FloatArray;
  /** Runs n times on the inputs that are in memory; for measuring without what a call costs. */
  runMany(times: number): void;
  /** As text: what was fused and in which order it runs, where arrays lie in memory, or the instructions. */
  explain(stage: "fused" | "memory" | "wasm"): string;
  /** What was compiled. */
  readonly written: WrittenModule;
}

export interface WasmEngine extends Engine {
  compile(graph: Graph): WasmExecutable;
  /** There under f64. */
  compileSampler?(graph: Graph, blocks: readonly CoordinateRun[]): SamplerExecutable;
  compileRows?(
    graph: Graph,
    blocks: readonly CoordinateRun[],
  ): WasmExecutable & { readonly runRows: RunRows };
}

/** A density's module with the sampler in it. */
export interface SamplerExecutable extends WasmExecutable {
  readonly nuts: NutsSampler;
}

/** Rejects where there is no WebAssembly with SIMD. */
export async function createWasmEngine(options: WasmEngineOptions = {}): Promise<WasmEngine> {
  const api = webAssembly();
  const detected = detectFeatures();
  const features = { ...detected, relaxed: detected.relaxed && options.relaxed !== false };
  if (api === undefined || !features.simd) throw new Error("this machine has no WebAssembly with SIMD");
  const precision = options.precision ?? "f64";
  const format = laneFormat(precision);
  const cache = recentlyUsed<{ written: WrittenModule; module: WasmModule }>(64);
  const make = (graph: Graph, around?: Surroundings): Instantiated => {
    verifyGraph(graph);
    const key = hashGraph(graph) + JSON.stringify(around ?? []);
    const { module, written } = cache.get(key, () => {
      const written = writeModule(
        graph,
        format,
        features,
        options.limits ?? usualLimits,
        around,
        options.threads && {
          threads: options.threads.count,
          limits: options.splitLimits ?? usualSplitLimits,
        },
      );
      return { written, module: new api.Module(written.bytes) };
    });
    return instantiate(api, module, written, format, options.threads);
  };
  return {
    name: "wasm",
    label: `wasm (${precision})`,
    precisions: [precision],
    compile: (graph) => make(graph).executable,
    // Both compute in double precision.
    ...(precision === "f64" && {
      compileSampler(graph: Graph, blocks: readonly CoordinateRun[]) {
        const { executable, buffer, transitions } = make(
          gradientFirst(graph, options.limits ?? usualLimits),
          { kind: "sampler", blocks },
        );
        const layout = executable.written.sampler ?? bug("a module without its sampler");
        return { ...executable, nuts: nutsSampler(layout, buffer, transitions) };
      },
      compileRows(graph: Graph, blocks: readonly CoordinateRun[]) {
        const { executable, buffer, runRows } = make(graph, { kind: "rows", blocks });
        const layout = executable.written.rows ?? bug("a module without its rows");
        return { ...executable, runRows: rowsRunner(layout, buffer, runRows) };
      },
    }),
  };
}

/**
 * The next step waits for the gradient only: what the log density takes beyond it is computed meanwhile, if it comes later. In
 * straight-line code, that is: which nodes share a loop depends on their order.
 */
function gradientFirst(graph: Graph, { straight }: SpaceLimits): Graph {
  if (graph.nodes.some(({ op, type }) => op === "scan" || elementCount(type.shape) > straight)) return graph;
  return orderNodes(
    graph,
    Object.keys(graph.outputs).toSorted((a, b) => order(a) - order(b)),
  );
}

function order(output: string): number {
  return output === "logDensity" ? 1 : 0;
}

interface Instantiated {
  readonly executable: WasmExecutable;
  readonly buffer: ArrayBufferLike;
  /** The sampler's, where there is one. */
  readonly transitions: TransitionsExport;
  /** There where rows are. */
  readonly runRows: RowsExport;
}

function instantiate(
  api: WebAssemblyApi,
  module: WasmModule,
  written: WrittenModule,
  format: LaneFormat,
  threads: Threads | undefined,
): Instantiated {
  const { team, pages } = written;
  const { shared, exports } = allocate(pages, () => {
    const shared = team && new api.Memory({ initial: pages, maximum: pages, shared: true });
    const { exports } = new api.Instance(module, shared === undefined ? {} : { env: { memory: shared } });
    return { shared, exports };
  });
  const { buffer } = shared ?? (exports.memory as WasmMemory);
  for (const constant of written.constants) memoryArray(buffer, format, constant).set(constant.values);
  const inputs = written.inputs.map((place) => ({ ...place, memory: memoryArray(buffer, format, place) }));
  const views: Record<string, FloatArray> = {};
  /** Integers that lie in memory as such are handed out as floats. */
  const converted: { readonly from: Int32Array; readonly to: Float64Array }[] = [];
  for (const place of written.outputs) {
    const memory = memoryArray(buffer, format, place);
    if (memory instanceof Int32Array) {
      const to = new Float64Array(place.length);
      converted.push({ from: memory, to });
      views[place.name] = to;
    } else views[place.name] = memory;
  }
  const crew = team && shared && threads && createCrew(threads, module, shared, team);
  const guarded = <Args extends readonly unknown[]>(target: unknown): ((...args: Args) => void) => {
    const call = target as (...args: Args) => void;
    return crew === undefined ? call : (...args) => crew.guard(() => call(...args));
  };
  const run = guarded<[]>(exports.run);
  const executable: WasmExecutable = {
    run(values) {
      for (let i = 0; i < inputs.length; i++) {
        const { name, memory, length } = inputs[i];
        const given = values[name];
        if (given !== memory) copyInput(name, given, memory, length);
      }
      run();
      for (let i = 0; i < converted.length; i++) converted[i].to.set(converted[i].from);
      return views;
    },
    runMany: guarded<[number]>(exports.runMany),
    inputView(name) {
      const memory = inputs.find((input) => input.name === name)?.memory;
      if (memory === undefined) return bug(`no input ${name}`);
      return memory instanceof Int32Array ? bug(`input ${name} is of integers`) : memory;
    },
    explain: (stage) => explainModule(written, format, stage),
    dispose: () => crew?.dispose(),
    written,
  };
  return { executable, buffer, transitions: guarded(exports.transitions), runRows: guarded(exports.runRows) };
}

/** What runs out of memory there throws a `RangeError`. */
function allocate<T>(pages: number, make: () => T): T {
  refuseBeyondMachine(pages * pageBytes);
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw outOfMemory(pages * pageBytes, "machine");
    throw error;
  }
}

function explainModule(
  { bytes, graphs, pages }: WrittenModule,
  format: LaneFormat,
  stage: "fused" | "memory" | "wasm",
): string {
  switch (stage) {
    case "fused":
      return printSchedule(graphs);
    case "memory":
      return `${printMemory(graphs, format.bytes)}${pages} ${pages === 1 ? "page" : "pages"} of 64 KiB\n`;
    case "wasm":
      return disassemble(bytes)
        .map(({ name, lines }) => `${name}\n${lines.map((line) => `  ${line}\n`).join("")}`)
        .join("\n");
  }
}

function memoryArray(
  buffer: ArrayBufferLike,
  format: LaneFormat,
  { address, length, dtype }: Place,
): FloatArray | Int32Array {
  if (vectorType(format, dtype) === "i32x4") return new Int32Array(buffer, address, length);
  return format.precision === "f64"
    ? new Float64Array(buffer, address, length)
    : new Float32Array(buffer, address, length);
}

function copyInput(
  name: string,
  values: Values | undefined,
  memory: FloatArray | Int32Array,
  length: number,
): void {
  if (values === undefined) bug(`no values for input ${name}`);
  else if (values.length !== length) bug(`input ${name} takes ${length} values, given ${values.length}`);
  else if (length > mostCopiedSingly) memory.set(values);
  else for (let i = 0; i < length; i++) memory[i] = values[i];
}

/** Numbers up to which a loop is quicker than a call of `set`. */
const mostCopiedSingly = 32;
