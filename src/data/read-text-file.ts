/** Files of text to strings, with a problem that says why not. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { ProblemError } from "../base/problem.ts";
import { type DataFacts, explainData } from "./explain-data.ts";

const megabyte = 1024 * 1024;

/** V8 holds strings of at most 2²⁹ − 24 code units; a model of 4 MB is not one that a person wrote. */
const limits = { data: 500 * megabyte, model: 4 * megabyte } as const;

/**
 * The text of a UTF-8 file, without a byte order mark. `use` decides the size limit and what messages call it.
 * Throws `ProblemError` (`data-unreadable`, `model-unreadable`).
 */
export function readTextFile(path: string, use: "data" | "model"): string {
  const refuse = (reason: UnreadableReason, detail = ""): never => {
    throw new ProblemError([explainData({ code: `${use}-unreadable`, path, reason, detail })]);
  };
  let bytes: Uint8Array;
  try {
    const file = openSync(path, "r");
    try {
      const status = fstatSync(file);
      if (status.isDirectory()) refuse("directory");
      if (status.size > limits[use]) refuse("too-large", `${limits[use] / megabyte} MB`);
      bytes = readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    return refuse(...reasonOf(error));
  }
  if (bytes.length > limits[use]) refuse("too-large", `${limits[use] / megabyte} MB`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("encoding", describeEncoding(bytes));
  }
}

type UnreadableReason = (DataFacts & { readonly code: "data-unreadable" | "model-unreadable" })["reason"];

function reasonOf(error: unknown): [UnreadableReason, string] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return ["missing", ""];
  if (code === "EISDIR") return ["directory", ""];
  if (code === "EACCES" || code === "EPERM") return ["denied", ""];
  return ["other", error instanceof Error ? error.message : String(error)];
}

function describeEncoding(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return "it looks like UTF-16";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return `line ${line} has bytes that are none`;
    }
    line++;
    start = end;
  }
  return "it has bytes that are none";
}
