/** Schedules and memory plans as text: what runs together, what is stored, and where. */
import { elementCount } from "../../compiler/graph.ts";
import { showType } from "../../compiler/type-rules.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import type { Group, Schedule } from "./schedule.ts";

/**
 *     loop 3020
 *       %5 = mul %0 %4 : float[3020]
 *       %14 = reduceSum %12 : float, a value from here on
 */
export function printSchedule(schedule: Schedule): string {
  return schedule.groups
    .filter(({ jobs }) => jobs.length > 0)
    .map((group) => [headOf(schedule, group), ...linesOf(schedule, group)].join("\n  "))
    .join("\n")
    .concat("\n");
}

function headOf({ graph }: Schedule, { kind, loops, jobs }: Group): string {
  if (kind === "loop") return `loop ${loops.join(" × ")}`;
  return kind === "straight" ? "straight-line code" : graph.nodes[jobs[0].node].op;
}

function linesOf({ graph, buffers }: Schedule, { members, jobs }: Group): string[] {
  const lines = new Map<number, string>();
  const describe = (id: number, end: string): void => {
    const { op, inputs, type } = graph.nodes[id];
    const words = [op, ...inputs.map((input) => `%${input}`), ":", showType(type)];
    lines.set(id, `%${id} = ${words.join(" ")}${end}`);
  };
  for (const id of members) describe(id, "");
  for (const { kind, node, part } of jobs) {
    const stored = buffers.has(node) ? ", stored" : ", a value from here on";
    describe(node, kind === "part" ? `, operand ${part} stored` : stored);
  }
  return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line);
}

/** One line per array: address, bytes, node, and in which groups it is written and read for the last time. */
export function printMemory(
  { graph, buffers }: Schedule,
  memory: MemoryPlan,
  bytesPerNumber: number,
): string {
  const inputs = Object.entries(graph.inputs).map(([name, id]) => ({ id, when: `input ${name}` }));
  const inputIds = new Set(inputs.map(({ id }) => id));
  const others = [...buffers]
    .filter(([id]) => !inputIds.has(id))
    .map(([id, { first, last }]) => ({
      id,
      when: graph.nodes[id].op === "constant" ? "constant" : `groups ${first} to ${last}`,
    }));
  return [...inputs, ...others]
    .map(({ id, when }) => ({ id, when, address: memory.address(id) }))
    .sort((a, b) => a.address - b.address || a.id - b.id)
    .map(({ id, when, address }) => {
      const { op, type } = graph.nodes[id];
      const bytes = elementCount(type.shape) * bytesPerNumber;
      return `${address} + ${bytes}: %${id} ${op} : ${showType(type)}, ${when}\n`;
    })
    .join("");
}
