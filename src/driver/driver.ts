/** The driver as one value, for doors that take it as an argument. What a command does not need is not loaded for it. */
import { decodeArtifact, encodeArtifact } from "../artifact/artifact.ts";
import { decodeTrained, encodeFittedMembers } from "../artifact/fitted-members.ts";
import { readGivenMembers } from "../data/given-members.ts";
import { membersText, parseMembers } from "../data/members-file.ts";
import { modelFiles } from "../data/model-files.ts";
import { readBytes } from "../data/read-bytes.ts";
import { readData } from "../data/read-data.ts";
import { readModule } from "../data/read-module.ts";
import { readTextFile } from "../data/read-text-file.ts";
import { writeDraws } from "../data/write-draws.ts";
import { checkWritable, writeFileAtomically } from "../data/write-file.ts";
import { writeSource } from "../data/write-source.ts";
import { modulePath } from "../lang/modules/module-path.ts";
import type { Driver } from "./api-types.ts";
import { stages } from "./explain/explain-stages.ts";
import { outline } from "./explain/outline.ts";
import { checkExport, writeExport } from "./export/write-export.ts";
import { nodeHost } from "./node-host.ts";
import { version } from "./version.ts";

export const driver: Driver = {
  version,
  compile: async (...args) => (await import("./compile.ts")).compile(...args),
  format: async (source) => (await import("../lang/format/format.ts")).format(source),
  outline,
  infer: async (...args) => (await import("./infer.ts")).infer(...args, nodeHost),
  sample: async (...args) => (await import("./answers/predict.ts")).sample(...args),
  checkLeaveOneOut: async (...args) =>
    (await import("./answers/log-likelihood.ts")).checkLeaveOneOut(...args),
  checkPredictable: async (...args) => (await import("./answers/predict-at.ts")).checkPredictable(...args),
  simulateMembers: async (...args) =>
    (await import("./members/simulate-members.ts")).simulateMembers(...args),
  train: async (...args) => (await import("./training/train.ts")).train(...args, nodeHost),
  learnsPerMember: async (program, model) =>
    (await import("./members/fit-members.ts")).learnsPerMember(program.model(model)),
  fitMembers: async (...args) => (await import("./members/fit-members.ts")).fitMembers(...args, nodeHost),
  drawMembers: async (...args) => (await import("./members/draw-members.ts")).drawMembers(...args),
  predictMember: async (...args) =>
    (await import("./members/predict-member.ts")).predictMember(...args, nodeHost),
  inferWithArtifact: async (...args) =>
    (await import("./training/infer-with-artifact.ts")).inferWithArtifact(...args, nodeHost),
  stages,
  explain: async (...args) => (await import("./explain/explain.ts")).explain(...args),
  doctor: async () => (await import("./doctor.ts")).doctor(),
  exportModel: async (...args) => (await import("./export/export.ts")).exportModel(...args),
  exportArtifact: async (...args) => (await import("./export/export.ts")).exportArtifact(...args),
  readModule: (path, from) => readModule(modulePath(from, path)),
  readSource: (path) => ({ name: path === "-" ? "stdin" : path, text: readTextFile(path, "model") }),
  writeSource,
  modelFiles,
  readData,
  readGivenMembers,
  readTrained: (path) => decodeTrained(readBytes(path, "artifact"), path),
  writeFittedMembers: (path, fitted) => writeFileAtomically(path, encodeFittedMembers(fitted)),
  readArtifact: (path) => decodeArtifact(readBytes(path, "artifact"), path),
  writeArtifact: (path, artifact) => writeFileAtomically(path, encodeArtifact(artifact)),
  writeDraws: (path, draws) => writeDraws(path, draws, version),
  writeExport,
  writeText: writeFileAtomically,
  checkExport,
  writeMembers: (path, members) => writeFileAtomically(path, membersText(members)),
  readMembers: (path) => parseMembers(readTextFile(path, "data"), path),
  checkWritable,
};
