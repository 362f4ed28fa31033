/** Members of a family from files: one file of several members, a folder with one file each, or the data of one member. */
import { readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { membersOf, parseMembers } from "./members-file.ts";
import type { RawData } from "./raw-data.ts";
import { readData } from "./read-data.ts";
import { readTextFile } from "./read-text-file.ts";

export interface NamedData {
  readonly name: string;
  readonly data: RawData;
}

/** Members of a file are called by their numbers, others by the names of their files. Throws `ProblemError`. */
export function readGivenMembers(path: string): readonly NamedData[] {
  if (isFolder(path)) return filesOf(path).map((file) => fileMember(join(path, file)));
  if (extname(path).toLowerCase() !== ".json" || !holdsMembers(path)) return [fileMember(path)];
  return parseMembers(readTextFile(path, "data"), path).members.map(({ data }, position) => ({
    name: String(position),
    data,
  }));
}

function fileMember(path: string): NamedData {
  return { name: basename(path, extname(path)), data: readData(path) };
}

function filesOf(folder: string): readonly string[] {
  const files = readdirSync(folder)
    .filter((file) => /\.(json|csv)$/i.test(file))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (files.length > 0) return files;
  throw new ProblemError([
    {
      code: "not-members",
      severity: "error",
      message: "this folder holds no data of members",
      labels: [],
      place: folder,
      expected: "a file .json or .csv for each member",
    },
  ]);
}

/** What does not parse is told by whoever reads it. */
function holdsMembers(path: string): boolean {
  try {
    membersOf(JSON.parse(readTextFile(path, "data").replace(/^\ufeff/, "")));
    return true;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
