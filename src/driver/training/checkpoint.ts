/** Checkpoints of training in files: a container with the state and a fingerprint of the run it belongs to. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { readContainer } from "../../artifact/artifact.ts";
import { encodeContainer } from "../../artifact/container.ts";
import { writeFileAtomically } from "../../data/write-file.ts";
import type { Checkpoint, TrainingRun } from "../host.ts";
import { version } from "../version.ts";

/** Without `resume` a checkpoint that is there is removed when it is asked for. */
export function openCheckpoint(path: string, resume: boolean, run: TrainingRun): Checkpoint {
  const fingerprint = fingerprintOf(run);
  return {
    read() {
      if (!existsSync(path)) return undefined;
      if (!resume) {
        rmSync(path);
        return undefined;
      }
      const { header, tensors } = readContainer(readFileSync(path), path, "checkpoint");
      if (header.fingerprint !== fingerprint) {
        const moved = `${path}.old`;
        renameSync(path, moved);
        return { moved };
      }
      const { parameters, first, second, objectives } = tensors;
      const moments = { count: Number(header.count), first, second };
      return { state: { step: Number(header.step), parameters, moments }, objectives };
    },
    write({ step, parameters, moments }, objectives) {
      const { count, first, second } = moments;
      writeFileAtomically(
        path,
        encodeContainer({
          header: { kind: "checkpoint", fingerprint, step, count },
          tensors: { parameters, first, second, objectives: Float64Array.from(objectives) },
        }),
      );
    },
  };
}

/** Of the tensors; another one when it changes, as numbers of the old one must not be continued. */
const meaning = "moments are sums";

/** Equal for runs that are the same run: same program, data, sizes and settings. */
function fingerprintOf({ program, model, bound, settings }: TrainingRun): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([version, meaning, program.source.text, model.name, bound.sizes, settings]));
  for (const [name, { values }] of Object.entries(bound.values)) {
    hash.update(name);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}
