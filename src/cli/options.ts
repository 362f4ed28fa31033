/** What options' texts mean. A wrong one is a usage error of the command line parser. */
import { InvalidArgumentError, Option } from "commander";

/** A whole number, `least` or more. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Wanted a whole number, ${range}.`);
    }
    return value;
  };
}

/** A number above `low` and below `high`. */
export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value > low && value < high)) {
      throw new InvalidArgumentError(
        high === Infinity ? `Wanted a number above ${low}.` : `Wanted a number between ${low} and ${high}.`,
      );
    }
    return value;
  };
}

/** `--set J=8`, repeatable: collects sizes by name. */
export function sizeAssignment(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const match = /^\s*([A-Za-z_]\w*)\s*=\s*(\d+)\s*$/.exec(text);
  if (match === null || Number(match[2]) < 1) {
    throw new InvalidArgumentError("Wanted a size and a whole number, like J=8.");
  }
  const [, name, value] = match;
  if (Object.hasOwn(before, name) && before[name] !== Number(value)) {
    throw new InvalidArgumentError(`${name} is already ${before[name]}.`);
  }
  return { ...before, [name]: Number(value) };
}

export interface MemberChoice {
  /** Of a members file. */
  readonly position?: number;
  /** Of fitted members: "3", "alice". */
  readonly name?: string;
  readonly described: Readonly<Record<string, unknown>>;
}

/** `--member kind=sine`, `--member centre=[[0, 1], [2, 3]]`, `--member 3`, `--member alice`; repeatable. */
export function memberChoice(text: string, before: MemberChoice = { described: {} }): MemberChoice {
  if (/^\s*\d+\s*$/.test(text)) {
    if (before.position !== undefined && before.position !== Number(text))
      throw new InvalidArgumentError(`The member is already ${before.position}.`);
    return { ...before, position: Number(text), name: text.trim() };
  }
  if (!text.includes("=") && text.trim() !== "") return { ...before, name: text.trim() };
  const match = /^\s*([\p{L}_][\p{L}\p{N}\p{M}_]*)\s*=\s*(\S.*?)\s*$/u.exec(text);
  if (match === null)
    throw new InvalidArgumentError(
      "Wanted a description and its value, like kind=sine, or a member's number.",
    );
  const [, name, value] = match;
  return { ...before, described: { ...before.described, [name]: memberValue(value) } };
}

function memberValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Options that several commands share, in the same words. */
export const sharedOptions = {
  data: () => new Option("--data <file>", "data: .json (values by name) or .csv (a column per name)"),
  model: () => new Option("--model <name>", "which model, when the file has several"),
  seed: () =>
    new Option("--seed <n>", "the same seed gives the same numbers").argParser(wholeNumber(0, 2 ** 32 - 1)),
  set: () =>
    new Option("--set <size=n>", "give a size by hand; may be repeated").argParser<Record<string, number>>(
      sizeAssignment,
    ),
  member: () =>
    new Option(
      "--member <name=value>",
      "of a family: describe the member; may be repeated; a number chooses one of a members file",
    ).argParser<MemberChoice>(memberChoice),
  engine: () =>
    new Option(
      "--engine <name>",
      "what computes: auto, wasm, reference, tfjs:wasm, … (`ppl doctor` lists them)",
    ).default("auto"),
  ignoreExtra: () => new Option("--ignore-extra", "ignore names in the data that the model does not know"),
  json: () => new Option("--json", "print one JSON object; problems too"),
  verbose: () => new Option("--verbose", "say what was chosen and why"),
  quiet: () => new Option("--quiet", "show no progress"),
} as const;

/** The part of every command's options that concerns sizes and data. */
export interface DataFlags {
  readonly data?: string;
  readonly model?: string;
  readonly seed?: number;
  readonly set?: Readonly<Record<string, number>>;
  readonly ignoreExtra?: boolean;
  readonly member?: MemberChoice;
}

/** The files that a call reads. */
export function inputFiles(file: string, { data }: DataFlags): string[] {
  return data === undefined ? [file] : [file, data];
}

export interface ShowFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}
