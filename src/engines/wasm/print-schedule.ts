/** Schedules and memory plans as text: what runs together, what is stored, and where. */
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import { showType } from "../../compiler/type-rules.ts";
import type { WrittenGraph } from "./emission.ts";
import type { Group, Schedule } from "./schedule.ts";

/**
 *     loop 3020
 *       %5 = mul %0 %4 : float[3020]
 *       %14 = reduceSum %12 : float, a value from here on
 *
 * Graphs inside, under their names, come after the one they are in.
 */
export function printSchedule(graphs: readonly WrittenGraph[]): string {
  return titled(graphs, ({ schedule }) =>
    schedule.groups
      .filter(({ jobs }) => jobs.length > 0)
      .flatMap((group) => [headOf(schedule, group), ...linesOf(schedule, group).map((line) => `  ${line}`)]),
  );
}

function titled(
  graphs: readonly WrittenGraph[],
  linesOfOne: (graph: WrittenGraph) => readonly string[],
): string {
  return graphs
    .map((graph, at) => {
      const lines = at === 0 ? linesOfOne(graph) : linesOfOne(graph).map((line) => `  ${line}`);
      return [...(at === 0 ? [] : [`${graph.name}:`]), ...lines].map((line) => `${line}\n`).join("");
    })
    .join("\n");
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

/** One line per array: address, bytes, what it is, and in which groups it is written and read for the last time. */
export function printMemory(graphs: readonly WrittenGraph[], bytesPerNumber: number): string {
  return titled(graphs, ({ schedule, memory }) => {
    const { graph, buffers } = schedule;
    const named = (names: Readonly<Record<string, NodeId>>, kind: string): ReadonlyMap<NodeId, string> =>
      new Map(
        Object.entries(names).map(([name, id]) => [schedule.accesses.view(id).base, `${kind} ${name}`]),
      );
    const [inputs, outputs] = [named(graph.inputs, "input"), named(graph.outputs, "output")];
    const roleOf = (id: NodeId): string => {
      const { op } = graph.nodes[id];
      const role = inputs.get(id) ?? outputs.get(id);
      return role ?? (op === "constant" ? "constant" : op);
    };
    const whenOf = (id: NodeId): string => {
      const lifetime = buffers.get(id);
      const isLasting = lifetime === undefined || inputs.has(id) || graph.nodes[id].op === "constant";
      return isLasting ? "" : `, groups ${lifetime.first} to ${lifetime.last}`;
    };
    return [...new Set([...inputs.keys(), ...buffers.keys()])]
      .map((id) => ({ id, address: memory.address(id) }))
      .sort((a, b) => a.address - b.address || a.id - b.id)
      .map(({ id, address }) => {
        const { type } = graph.nodes[id];
        const bytes = elementCount(type.shape) * bytesPerNumber;
        const place = `${String(address).padStart(9)} + ${String(bytes).padEnd(7)}`;
        return `${place} ${roleOf(id)} : ${showType(type)}${whenOf(id)}`;
      });
  });
}
