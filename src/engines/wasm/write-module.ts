/** Graph → bytes of a WebAssembly module and where its inputs and outputs lie in the module's memory. */
import { expandOps } from "../../compiler/expand.ts";
import { elementCount, type Graph, type NodeId } from "../../compiler/graph.ts";
import type { DType } from "../../compiler/ops.ts";
import type { CoordinateRun } from "../engine.ts";
import { outOfMemory } from "../out-of-memory.ts";
import type { FunctionBuilder, FunctionIndex } from "./assembler/function-builder.ts";
import { createModuleBuilder } from "./assembler/module-builder.ts";
import type { Emission, Program, WrittenGraph } from "./emission.ts";
import { emitLoop } from "./emit-loop.ts";
import { emitStraight } from "./emit-straight.ts";
import { emitWhole } from "./emit-whole.ts";
import type { WasmFeatures } from "./features.ts";
import type { LaneFormat } from "./lane-format.ts";
import { createMathFunctions } from "./math-functions.ts";
import { emitMatmul } from "./matmul/emit-matmul.ts";
import type { MatmulFunctions } from "./matmul/matmul-functions.ts";
import { alignment, type MemoryPlan, planMemory } from "./memory-plan.ts";
import { prepare } from "./prepare.ts";
import { findRowFusions, type RowFusion, takeAlong } from "./row-fusion.ts";
import { type RowsLayout, writeRows } from "./run-rows.ts";
import type { SamplerLayout } from "./sampler/sampler-layout.ts";
import { placeSampler, writeSampler } from "./sampler/wasm-sampler.ts";
import { type Schedule, schedule } from "./schedule.ts";
import type { SpaceLimits } from "./space.ts";
import { createStraightValues } from "./straight-values.ts";
import { loopTime, type SplitLimits } from "./threads/split-plan.ts";
import { createTeam } from "./threads/team.ts";
import type { TeamLayout } from "./threads/team-layout.ts";

/** An array in the module's memory. */
export interface Place {
  readonly name: string;
  readonly address: number;
  readonly length: number;
  readonly dtype: DType;
}

export interface Constant extends Place {
  readonly values: readonly number[];
}

/**
 * The module exports its memory as `memory`, `run()` which computes all outputs, and `runMany(n)` which does so n times (at
 * least once), for measuring.
 */
export interface WrittenModule {
  readonly bytes: Uint8Array;
  readonly pages: number;
  /** Where threads meet, if several run the module: then it imports shared memory as `env.memory` and exports `work(thread)` too. */
  readonly team: TeamLayout | undefined;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  /** Values that lie in memory from the start. */
  readonly constants: readonly Constant[];
  readonly schedule: Schedule;
  /** The graph itself and then those inside it. */
  readonly graphs: readonly WrittenGraph[];
  /** Where the sampler's numbers lie, if there is one: the export `transitions` runs it. */
  readonly sampler: SamplerLayout | undefined;
  /** Where rows lie, if the graph is to be run on many: the export `runRows` does. */
  readonly rows: RowsLayout | undefined;
}

/** What is written around a graph that reads these coordinates: the no-U-turn sampler, or a loop over rows of them. */
export interface Surroundings {
  readonly kind: "sampler" | "rows";
  readonly blocks: readonly CoordinateRun[];
}

export const pageBytes = 65536;
const mostPages = 65536;
/** The last array may be read beyond its end by less than this, because whole vectors are read. */
const margin = 64;

/**
 * With the sampler around it, the graph is a density. With `splitting`, what takes long is split into chunks that so many threads share.
 */
export function writeModule(
  graph: Graph,
  format: LaneFormat,
  features: WasmFeatures,
  limits: SpaceLimits,
  around?: Surroundings,
  splitting?: { readonly threads: number; readonly limits: SplitLimits },
): WrittenModule {
  const module = createModuleBuilder();
  const reserve = (bytes: number): number => {
    const address = end;
    end += alignment * Math.ceil(bytes / alignment);
    return address;
  };
  const constants: Constant[] = [];
  const graphs: WrittenGraph[] = [];
  const products = new Map<string, MatmulFunctions>();
  let begun = 0;
  let end = alignment;
  let scratch = { address: 0, bytes: 0 };
  const math = createMathFunctions(module, format, features, reserve);
  const team = splitting && createTeam(module, splitting.threads, reserve);

  const program: Program = {
    module,
    format,
    features,
    elementwise: { format, math: math.call },
    mathContext: math.context,
    reserve,
    scratch(bytes) {
      if (bytes > scratch.bytes) scratch = { address: reserve(bytes), bytes };
      return scratch.address;
    },
    writeGraph(name, given, addresses = {}) {
      // Those inside it come later.
      const place = begun++;
      const prepared = prepare(expandOps(given, ["argsort", "sort", "luSolve"]), limits);
      let fusions: ReadonlyMap<number, RowFusion> = new Map();
      const plan = schedule(prepared, limits, (whole) => {
        fusions = findRowFusions(whole);
        return new Set([...fusions.keys(), ...loopsWorthSplitting(whole, format, splitting?.limits)]);
      });
      takeAlong(plan, fusions);
      const memory = planMemory(plan, format.bytes, end, addresses);
      end = memory.end;
      constants.push(...placeConstants(plan, memory));
      const run = writeFunctions(program, name, plan, fusions, memory);
      const written = writtenGraph(name, run, plan, memory, format);
      graphs[place] = written;
      return written;
    },
    matmul(spec) {
      const key = JSON.stringify(spec);
      const known = products.get(key);
      if (known !== undefined) return known;
      const made = emitMatmul(module, `matmul ${products.size}`, spec);
      products.set(key, made);
      return made;
    },
    splitting: splitting && team && { team, limits: splitting.limits },
    alone: createTeam(module, 1, reserve),
  };

  const sampler = around?.kind === "sampler" ? placeSampler(program, around.blocks) : undefined;
  const main = program.writeGraph("run", graph, sampler?.inputs);
  // Nothing to share: the module as it is without threads.
  if (team?.isIdle) return writeModule(graph, format, features, limits, around);
  if (sampler !== undefined && around !== undefined)
    writeSampler(program, sampler.layout, main, around.blocks);
  const rows = around?.kind === "rows" ? writeRows(program, main, around.blocks) : undefined;
  module.exportFunction("run", main.run);
  module.exportFunction("runMany", addRepeat(module, main.run));
  const pages = Math.ceil((end + margin) / pageBytes);
  if (pages > mostPages) throw outOfMemory(end + margin, "addresses");
  const layout = team?.finish();
  if (layout === undefined) module.addMemory("memory", pages);
  else module.importSharedMemory("env", "memory", pages);
  const places = (
    ids: Readonly<Record<string, NodeId>>,
    addresses: Readonly<Record<string, number>>,
  ): Place[] =>
    Object.entries(ids).map(([name, id]) => {
      const { dtype, shape } = main.graph.nodes[id].type;
      return { name, address: addresses[name], length: elementCount(shape), dtype };
    });
  return {
    bytes: module.finish(),
    pages,
    team: layout,
    inputs: places(main.graph.inputs, main.inputs),
    outputs: places(main.graph.outputs, main.outputs),
    constants,
    schedule: main.schedule,
    graphs,
    sampler: sampler?.layout,
    rows,
  };
}

function loopsWorthSplitting(
  plan: Schedule,
  format: LaneFormat,
  limits: SplitLimits | undefined,
): readonly number[] {
  return plan.groups.flatMap((group, number) =>
    limits !== undefined && group.kind === "loop" && loopTime(plan, group, format) >= limits.worth
      ? [number]
      : [],
  );
}

/** One function, or one that calls several in turn. */
function writeFunctions(
  program: Program,
  name: string,
  plan: Schedule,
  fusions: ReadonlyMap<number, RowFusion>,
  memory: MemoryPlan,
): FunctionIndex {
  const { module } = program;
  const type = { params: [], results: [] };
  const taken = new Set(
    [...fusions.values()].flatMap(({ before, behind }) => [...before, ...behind].map(({ node }) => node)),
  );
  const numbersOf = plan.functions.map((numbers) =>
    numbers.filter((number) => plan.groups[number].jobs.some(({ node }) => !taken.has(node))),
  );
  const write = (code: FunctionBuilder, numbers: readonly number[]): void =>
    emitGroups(program, code, plan, fusions, memory, numbers);
  if (numbersOf.length === 1) return module.addFunction(name, type, (code) => write(code, numbersOf[0]));
  const parts = numbersOf.map((numbers, part) =>
    module.addFunction(`${name}, part ${part}`, type, (code) => write(code, numbers)),
  );
  return module.addFunction(name, type, (code) => {
    for (const part of parts) code.call(part);
  });
}

function emitGroups(
  program: Program,
  code: FunctionBuilder,
  plan: Schedule,
  fusions: ReadonlyMap<number, RowFusion>,
  memory: MemoryPlan,
  numbers: readonly number[],
): void {
  const { format, elementwise } = program;
  const straight = createStraightValues(code, format);
  const emission: Emission = {
    ...{ program, code, format, fusions, memory, elementwise, straight },
    schedule: plan,
  };
  for (const number of numbers) {
    const group = plan.groups[number];
    straight.forgetMemory();
    if (group.kind === "straight") emitStraight(emission, group);
    else if (group.kind === "loop") emitLoop(emission, group, number);
    else for (const { node } of group.jobs) emitWhole(emission, node);
  }
}

function writtenGraph(
  name: string,
  run: FunctionIndex,
  plan: Schedule,
  memory: MemoryPlan,
  format: LaneFormat,
): WrittenGraph {
  const addresses = (ids: Readonly<Record<string, NodeId>>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(ids).map(([name, id]) => {
        const { base, offset } = plan.accesses.view(id);
        return [name, memory.address(base) + offset * format.bytes];
      }),
    );
  const { graph } = plan;
  return {
    name,
    run,
    graph,
    schedule: plan,
    memory,
    inputs: addresses(graph.inputs),
    outputs: addresses(graph.outputs),
  };
}

function placeConstants({ graph, buffers }: Schedule, memory: MemoryPlan): Constant[] {
  return [...buffers.keys()].flatMap((id) => {
    const node = graph.nodes[id];
    if (node.op !== "constant") return [];
    const { values } = node.params;
    const { dtype } = node.type;
    return [{ name: `%${id}`, address: memory.address(id), length: values.length, dtype, values }];
  });
}

/** (n): calls the function n times, at least once. */
function addRepeat(module: Program["module"], target: FunctionIndex): FunctionIndex {
  return module.addFunction("runMany", { params: ["i32"], results: [] }, (code) => {
    const counter = code.local("i32");
    code.loop((again) => {
      code.call(target);
      code.get(counter);
      code.i32(1);
      code.op("i32.add");
      code.tee(counter);
      code.get(0);
      code.op("i32.lt_u");
      code.branchIf(again);
    });
  });
}
