/** Files of text to strings, with a problem that says why not. */
import { readBytes, unreadable } from "./read-bytes.ts";

/**
 * The text of a UTF-8 file, without a byte order mark. `ö` is one character, also where the file has it as `o` with a mark, so that
 * names in models and data match. `use` decides the size limit and what messages call it.
 * Throws `ProblemError` (`data-unreadable`, `model-unreadable`).
 */
export function readTextFile(path: string, use: "data" | "model"): string {
  const bytes = readBytes(path, use);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).normalize("NFC");
  } catch {
    throw unreadable(path, use, "encoding", describeEncoding(bytes));
  }
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
