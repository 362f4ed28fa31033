/** The data that a call names: a file, or one member of a members file. */
import { type Problem, ProblemError } from "../base/problem.ts";
import type { Driver, GivenData } from "../driver/api-types.ts";
import type { DataFlags } from "./options.ts";

/** Throws `ProblemError`. */
export function readGiven(driver: Driver, { data, member }: DataFlags): GivenData {
  const position = member?.position;
  if (position === undefined && member?.name !== undefined) throw new ProblemError([notANumber(member.name)]);
  if (data === undefined) {
    if (position !== undefined) throw new ProblemError([noFile(position)]);
    return {};
  }
  if (position === undefined) return driver.readData(data);
  const { members } = driver.readMembers(data);
  const chosen = members[position];
  if (chosen === undefined) throw new ProblemError([noSuchMember(data, position, members.length)]);
  return chosen.data;
}

function notANumber(name: string): Problem {
  return {
    code: "no-such-member",
    severity: "error",
    message: `\`--member ${name}\` neither describes a member nor chooses one by its number`,
    labels: [],
    expected: "a description and its value, like kind=sine, or a member's number",
    help: `--member ${name}=…`,
  };
}

function noFile(position: number): Problem {
  return {
    code: "no-such-member",
    severity: "error",
    message: `--member ${position} chooses a member of a file, and no file is given`,
    labels: [],
    help: "add --data members.json",
  };
}

function noSuchMember(place: string, position: number, count: number): Problem {
  return {
    code: "no-such-member",
    severity: "error",
    message: `there is no member ${position}`,
    labels: [],
    place,
    expected: `a number from 0 to ${count - 1}`,
    found: String(position),
    help: `--member ${count - 1}`,
  };
}
