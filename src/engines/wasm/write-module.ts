/** Graph → bytes of a WebAssembly module and where its inputs and outputs lie in the module's memory. */
import { elementCount, type Graph, type NodeId } from "../../compiler/graph.ts";
import type { DType } from "../../compiler/ops.ts";
import { createModuleBuilder } from "./assembler/module-builder.ts";
import type { Emission } from "./emission.ts";
import { emitLoop } from "./emit-loop.ts";
import { emitStraight } from "./emit-straight.ts";
import { emitWhole } from "./emit-whole.ts";
import type { WasmFeatures } from "./features.ts";
import type { LaneFormat } from "./lane-format.ts";
import { createMathFunctions } from "./math-functions.ts";
import { planMemory } from "./memory-plan.ts";
import { prepare } from "./prepare.ts";
import { type Schedule, schedule } from "./schedule.ts";
import type { SpaceLimits } from "./space.ts";
import { createStraightValues } from "./straight-values.ts";

export interface Place {
  readonly name: string;
  readonly address: number;
  readonly length: number;
  readonly dtype: DType;
}

/**
 * The module exports its memory as `memory`, `run()` which computes all outputs, and `runMany(n)` which does so n times (at
 * least once), for measuring.
 */
export interface WrittenModule {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  /** Values that lie in memory from the start. */
  readonly constants: readonly (Place & { readonly values: readonly number[] })[];
  readonly schedule: Schedule;
}

const pageBytes = 65536;

export function writeModule(
  graph: Graph,
  format: LaneFormat,
  features: WasmFeatures,
  limits: SpaceLimits,
): WrittenModule {
  const prepared = prepare(graph, limits);
  const plan = schedule(prepared, limits);
  const memory = planMemory(plan, format.bytes);
  const module = createModuleBuilder();
  const math = createMathFunctions(module, format, features);
  const pages = Math.ceil(memory.bytes / pageBytes);
  module.addMemory("memory", pages);
  const run = module.declare("run", { params: [], results: [] });
  module.define(run, (code) => {
    const emission: Emission = {
      code,
      format,
      schedule: plan,
      memory,
      elementwise: { format, math: (into, name, order) => math.call(into, name, order) },
      straight: createStraightValues(code, format),
    };
    plan.groups.forEach((group, number) => {
      if (group.jobs.length === 0) return;
      if (group.kind === "straight") emitStraight(emission, group);
      else if (group.kind === "loop") emitLoop(emission, group, number);
      else for (const { node } of group.jobs) emitWhole(emission, node);
    });
  });
  module.exportFunction("run", run);
  const runMany = module.addFunction("runMany", { params: ["i32"], results: [] }, (code) => {
    const counter = code.local("i32");
    code.i32(0);
    code.set(counter);
    code.loop((again) => {
      code.call(run);
      code.get(counter);
      code.i32(1);
      code.op("i32.add");
      code.tee(counter);
      code.get(0);
      code.op("i32.lt_u");
      code.branchIf(again);
    });
  });
  module.exportFunction("runMany", runMany);
  const place = (name: string, id: NodeId, offset = 0): Place => ({
    name,
    address: memory.address(plan.accesses.view(id).base) + offset * format.bytes,
    length: elementCount(prepared.nodes[id].type.shape),
    dtype: prepared.nodes[id].type.dtype,
  });
  const constants = placeConstants(plan, place);
  return {
    bytes: module.finish(),
    pages,
    inputs: Object.entries(prepared.inputs).map(([name, id]) => place(name, id)),
    outputs: Object.entries(prepared.outputs).map(([name, id]) =>
      place(name, id, plan.accesses.view(id).offset),
    ),
    constants,
    schedule: plan,
  };
}

function placeConstants(
  { graph, buffers }: Schedule,
  place: (name: string, id: NodeId) => Place,
): WrittenModule["constants"] {
  return [...buffers.keys()].flatMap((id) => {
    const node = graph.nodes[id];
    return node.op === "constant" ? [{ ...place(`%${id}`, id), values: node.params.values }] : [];
  });
}
