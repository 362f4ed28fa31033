/** A data file by its name's extension. */
import { extname } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { explainData } from "./explain-data.ts";
import { parseCsvData } from "./parse-csv-data.ts";
import { parseJsonData } from "./parse-json-data.ts";
import type { RawData } from "./raw-data.ts";
import { readBytes } from "./read-bytes.ts";
import { readTextFile } from "./read-text-file.ts";

const parsers = { ".json": parseJsonData, ".csv": parseCsvData } as const;

/** Throws `ProblemError` when the file cannot be read as a whole; defects of single values wait until a model wants them. */
export function readData(path: string): RawData {
  const extension = extname(path).toLowerCase();
  if (extension !== ".json" && extension !== ".csv") {
    readBytes(path, "data"); // Or there is no such file, and perhaps one of nearly that name.
    throw new ProblemError([explainData({ code: "data-format", path, known: Object.keys(parsers) })]);
  }
  const { data, problems } = parsers[extension](readTextFile(path, "data"), path);
  if (data === undefined) throw new ProblemError(problems);
  return data;
}
