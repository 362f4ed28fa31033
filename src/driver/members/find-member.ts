/** One of the fitted members, by name. */
import type { FittedMember, FittedMembers } from "../../artifact/fitted-members.ts";
import { nearMisses } from "../../base/near-miss.ts";
import { type Problem, ProblemError } from "../../base/problem.ts";

/** Throws `ProblemError` where there is none of that name. */
export function findMember({ members }: FittedMembers, name: string): FittedMember {
  const found = members.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = members.map((each) => each.name);
  const [near] = nearMisses(name, names);
  const problem: Problem = {
    code: "no-such-member",
    severity: "error",
    message: `there is no member \`${name}\` in this file`,
    labels: [],
    expected:
      names.length > 8
        ? `one of ${names.length} members: ${names.slice(0, 7).join(", ")}, …`
        : `one of ${names.join(", ")}`,
    help: `--member ${near ?? names[0]}`,
  };
  throw new ProblemError([problem]);
}
