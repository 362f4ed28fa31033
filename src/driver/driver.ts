/** The driver as one value, for doors that take it as an argument. */
import { decodeArtifact, encodeArtifact } from "../artifact/artifact.ts";
import { readBytes } from "../data/read-bytes.ts";
import { readData } from "../data/read-data.ts";
import { readTextFile } from "../data/read-text-file.ts";
import { writeDraws } from "../data/write-draws.ts";
import { checkWritable, writeFileAtomically } from "../data/write-file.ts";
import type { Driver } from "./api-types.ts";
import { compile } from "./compile.ts";
import { doctor } from "./doctor.ts";
import { infer } from "./infer.ts";
import { inferWithArtifact } from "./infer-with-artifact.ts";
import { sample } from "./predict.ts";
import { train } from "./train.ts";
import { version } from "./version.ts";

export const driver: Driver = {
  version,
  compile,
  infer,
  sample,
  train,
  inferWithArtifact,
  doctor,
  readSource: (path) => ({ name: path, text: readTextFile(path, "model") }),
  readData,
  readArtifact: (path) => decodeArtifact(readBytes(path, "artifact"), path),
  writeArtifact: (path, artifact) => writeFileAtomically(path, encodeArtifact(artifact)),
  writeDraws: (path, draws) => writeDraws(path, draws, version),
  checkWritable,
};
