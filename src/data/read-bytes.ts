/** Files to bytes, with a problem that says why not. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearMisses } from "../base/near-miss.ts";
import { ProblemError } from "../base/problem.ts";
import { type DataFacts, explainData } from "./explain-data.ts";

const megabyte = 1024 * 1024;

/**
 * V8 holds strings of at most 2²⁹ − 24 code units, and arrays of bytes of 2³² at least; a model of 4 MB is not one that a person
 * wrote.
 */
const limits = { data: 500 * megabyte, model: 4 * megabyte, artifact: 4000 * megabyte } as const;

export type FileUse = keyof typeof limits;

/**
 * The bytes of a file, or of stdin where the path is `-`. `use` decides the size limit and what messages call it.
 * Throws `ProblemError` (`data-unreadable`, `model-unreadable`, `artifact-unreadable`).
 */
export function readBytes(path: string, use: FileUse): Uint8Array {
  const tooLarge = (): never => {
    throw unreadable(path, use, "too-large", `${limits[use] / megabyte} MB`);
  };
  try {
    const file = path === "-" ? 0 : openSync(path, "r");
    try {
      const status = fstatSync(file);
      if (status.isDirectory()) throw unreadable(path, use, "directory");
      if (status.size > limits[use]) tooLarge();
      const bytes = readFileSync(file);
      // Pipes tell no size beforehand.
      if (bytes.length > limits[use]) tooLarge();
      return bytes;
    } finally {
      if (file !== 0) closeSync(file);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw unreadable(path, use, ...reasonOf(error));
  }
}

type UnreadableReason = (DataFacts & { readonly code: "data-unreadable" })["reason"];

export function unreadable(path: string, use: FileUse, reason: UnreadableReason, detail = ""): ProblemError {
  const near = reason === "missing" ? fileNearly(path) : undefined;
  return new ProblemError([explainData({ code: `${use}-unreadable`, path, reason, detail, near })]);
}

/** A file in the same folder whose name is nearly the same. */
function fileNearly(path: string): string | undefined {
  try {
    const [near] = nearMisses(basename(path), readdirSync(dirname(path)));
    return near === undefined ? undefined : join(dirname(path), near);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): [UnreadableReason, string] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return ["missing", ""];
  if (code === "EISDIR") return ["directory", ""];
  if (code === "EACCES" || code === "EPERM") return ["denied", ""];
  return ["other", error instanceof Error ? error.message : String(error)];
}
