/** Files come into being whole or not at all: written beside their place under another name, then renamed. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { type DataFacts, explainData } from "./explain-data.ts";

const chunkLength = 1 << 20;

/**
 * Replaces or makes the file, with the permissions `mode`. What was there stays untouched until the new content is on disk.
 * Throws `ProblemError` (`output-unwritable`).
 */
export function writeFileAtomically(
  path: string,
  content: Iterable<string> | Uint8Array,
  mode = 0o666,
): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    if (isFolder(path)) throw refusal(path, "directory");
    const file = openSync(temporary, "w", mode);
    try {
      if (content instanceof Uint8Array) writeAll(file, content);
      else writePieces(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof ProblemError || !isSystemError(error) ? error : systemRefusal(path, error);
  }
}

/**
 * Throws `ProblemError` when `path` could not be written, so that nothing long runs in vain; `extensions` are those it
 * may have (".json"), any when empty; `inputs` are files that the same run reads and must not replace. Writes nothing.
 */
export function checkWritable(
  path: string,
  extensions: readonly string[],
  inputs: readonly string[] = [],
): void {
  if (extensions.length > 0 && !extensions.includes(extname(path).toLowerCase())) {
    throw refusal(path, "extension", extensions.join(" or "));
  }
  if (isFolder(path)) throw refusal(path, "directory");
  if (inputs.some((input) => isSameFile(path, input))) throw refusal(path, "input");
  const folder = dirname(path);
  if (!isFolder(folder)) throw refusal(path, "no-folder", folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw isSystemError(error) ? systemRefusal(path, error) : error;
  }
}

function writePieces(file: number, pieces: Iterable<string>): void {
  let pending = "";
  for (const piece of pieces) {
    pending += piece;
    if (pending.length < chunkLength) continue;
    writeAll(file, Buffer.from(pending));
    pending = "";
  }
  writeAll(file, Buffer.from(pending));
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

interface SystemError extends Error {
  readonly code: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}

type UnwritableReason = (DataFacts & { readonly code: "output-unwritable" })["reason"];

function refusal(path: string, reason: UnwritableReason, detail = ""): ProblemError {
  return new ProblemError([explainData({ code: "output-unwritable", path, reason, detail })]);
}

function systemRefusal(path: string, error: SystemError): ProblemError {
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return refusal(path, "no-folder", dirname(path));
    case "EISDIR":
      return refusal(path, "directory");
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return refusal(path, "denied");
    default:
      return refusal(path, "other", error.code === "ENOSPC" ? "the disk is full" : error.message);
  }
}
