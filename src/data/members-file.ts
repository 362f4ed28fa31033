/**
 * A file of members of a family: `{ "family", "seed", "sizes", "members": [{ "description", "data", "latents" }] }`, values by
 * name as in any JSON data. Members written by hand may also hold their values directly: `{ "members": [{ "y": [1, 2] }] }`.
 */
import { type Problem, ProblemError } from "../base/problem.ts";
import { explainData } from "./explain-data.ts";
import { flattenValue } from "./flatten-value.ts";
import { findJsonError } from "./json-text.ts";
import type { RawData } from "./raw-data.ts";

export interface RawMember {
  readonly description: RawData;
  readonly data: RawData;
  readonly latents: RawData;
}

export interface RawMembers {
  readonly kind: "raw-members";
  /** What a message calls it. */
  readonly name: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly members: readonly RawMember[];
}

interface WrittenMembers {
  readonly family: string;
  readonly seed: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly members: readonly object[];
}

/** A line per member. */
export function* membersText({ family, seed, sizes, members }: WrittenMembers): Generator<string> {
  yield `{\n"family": ${JSON.stringify(family)},\n"seed": ${seed},\n"sizes": ${JSON.stringify(sizes)},\n"members": [`;
  for (const [position, member] of members.entries())
    yield `${position === 0 ? "" : ","}\n${JSON.stringify(member)}`;
  yield "\n]\n}\n";
}

/** Throws `ProblemError` when the text is no list of members; defects of single values wait until a model wants them. */
export function parseMembers(source: string, path: string): RawMembers {
  const text = source.replace(/^\ufeff/, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ProblemError([explainData({ code: "data-syntax", file: path, ...findJsonError(text) })]);
  }
  return membersOf(parsed, path);
}

/** The same from values, as `simulateMembers` gives them. */
export function membersOf(parsed: unknown, file?: string): RawMembers {
  const name = file ?? "the members";
  const list = isObject(parsed) ? parsed.members : undefined;
  if (!isObject(parsed) || !Array.isArray(list) || list.length === 0 || !list.every(isObject))
    throw new ProblemError([notMembers(name)]);
  const sizes = isObject(parsed.sizes)
    ? Object.fromEntries(
        Object.entries(parsed.sizes).filter(
          (entry): entry is [string, number] => typeof entry[1] === "number",
        ),
      )
    : {};
  return {
    kind: "raw-members",
    name,
    sizes,
    members: list.map((member, position) => memberOf(member, name, position, file)),
  };
}

const parts = ["description", "data", "latents"] as const;

function memberOf(
  member: Readonly<Record<string, unknown>>,
  name: string,
  position: number,
  file: string | undefined,
): RawMember {
  const inParts =
    isObject(member.data) && Object.keys(member).every((key) => parts.some((part) => part === key));
  const here = `${name}, member ${position}`;
  const place = file === undefined ? {} : { file: here };
  const raw = (values: unknown): RawData => ({
    kind: "raw-data",
    name: here,
    values: new Map(
      Object.entries(isObject(values) ? values : {}).map(([key, value]) => [
        key,
        flattenValue(key, value, { kind: "key", ...place }),
      ]),
    ),
  });
  if (!inParts) return { description: raw({}), data: raw(member), latents: raw({}) };
  return { description: raw(member.description), data: raw(member.data), latents: raw(member.latents) };
}

function notMembers(place: string): Problem {
  return {
    code: "not-members",
    severity: "error",
    message: "this holds no members of a family",
    labels: [],
    place,
    expected: 'an object with a list `members`: { "members": [{ "y": [1, 2] }, …] }',
    help: "write one with `ppl sample FAMILY.ppl --members 100 --out members.json`",
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
