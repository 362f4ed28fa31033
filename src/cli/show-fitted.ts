/** Fitted members of a family on the terminal and as JSON. */
import { createColors } from "picocolors";
import { nestedValues } from "../driver/answers/nested-values.ts";
import type { FittedMember, FittedMembers } from "../driver/api-types.ts";
import { formatNumber } from "./format-number.ts";
import { formatTable } from "./table.ts";

const mostMembers = 40;

/** A line per member. */
export function formatFittedMembers({ members }: FittedMembers, color: boolean): string[] {
  const { dim } = createColors(color);
  const rows = members
    .slice(0, mostMembers)
    .map(({ name, logDensity, steps, converged }) => [
      name,
      logDensity.toFixed(3),
      String(steps),
      converged ? "" : "not converged",
    ]);
  const lines = formatTable(
    [["member", "log density", "steps", ""], ...rows],
    ["left", "right", "right", "left"],
  );
  const more = members.length - rows.length;
  const unfinished = members.filter(({ converged }) => !converged).length;
  return [
    ...lines,
    ...(more > 0 ? [dim(`… ${more} more; --json has all`)] : []),
    ...(unfinished > 0
      ? [`caution: ${unfinished} of ${members.length} did not reach a maximum; more --steps may help`]
      : []),
  ];
}

/** What one member learned: numbers, and how many weights its nets have. */
export function formatFittedMember(member: FittedMember): string[] {
  const values = member.values.flatMap(({ name, shape, values: all }) =>
    Array.from(all.slice(0, mostMembers), (value, i) => [
      elementName(name, shape, i),
      formatNumber(value, 4),
    ]),
  );
  const nets = new Map<string, number>();
  const learned = new Set(member.values.filter(({ kind }) => kind === "learned").map(({ name }) => name));
  for (const [input, weights] of Object.entries(member.parameters)) {
    const [, net] = input.split("/");
    if (!learned.has(net)) nets.set(net, (nets.get(net) ?? 0) + weights.length);
  }
  const rows = [...values, ...[...nets].map(([net, count]) => [net, `${count} weights`])];
  return [
    `member ${member.name} · log density ${member.logDensity.toFixed(3)} · ${member.steps} steps${member.converged ? "" : " · not converged"}`,
    ...(rows.length > 0 ? ["", ...formatTable(rows, ["left", "right"])] : []),
  ];
}

export function fittedMembersJson({ family, seed, engine, members }: FittedMembers): Record<string, unknown> {
  return { family, seed, engine, members: members.map(fittedMemberJson) };
}

export function fittedMemberJson({
  name,
  description,
  logDensity,
  steps,
  converged,
  values,
}: FittedMember): Record<string, unknown> {
  const record = values.map((each) => [each.name, nestedValues(each.values, each.shape, "real")]);
  return { name, description, logDensity, steps, converged, values: Object.fromEntries(record) };
}

/** "beta[2]", "W[0,1]" */
function elementName(name: string, shape: readonly number[], position: number): string {
  const indices: number[] = [];
  let rest = position;
  for (const length of shape.toReversed()) {
    indices.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return indices.length === 0 ? name : `${name}[${indices.join(",")}]`;
}
