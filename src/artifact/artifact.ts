/**
 * The trained file: everything needed to answer for new items, in one place. The model's source travels with its weights, so a
 * reader compiles it again and nothing can drift apart.
 */
import { type Problem, ProblemError } from "../base/problem.ts";
import { type Container, type ContainerFault, decodeContainer, encodeContainer } from "./container.ts";

export interface Artifact {
  readonly kind: "trained-model";
  /** Name of the model in the source. */
  readonly model: string;
  readonly source: { readonly name: string; readonly text: string };
  readonly pplVersion: string;
  /** Sizes of the training data, without the number of items. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly encoder: {
    readonly hidden: readonly number[];
    /** "written": the guide in the source. */
    readonly head: "meanField" | "fullCovariance" | "written";
  };
  readonly seed: number;
  readonly steps: number;
  readonly engine: string;
  /** Mean ELBO per item over the last steps, in nats. */
  readonly elbo: number;
  /** Of the training data, for judging how far a new item is from it. */
  readonly items: number;
  /** "learn/…", "guide/…" and "encoder/…" weights, "standard/mean" and "standard/scale" of the features. */
  readonly tensors: Readonly<Record<string, Float64Array>>;
}

/** The same bytes for the same training: nothing in them depends on time or place. */
export function encodeArtifact(artifact: Artifact): Uint8Array {
  const { kind, model, source, pplVersion, sizes, encoder, seed, steps, engine, elbo, items, tensors } =
    artifact;
  const header = { kind, model, source, pplVersion, sizes, encoder, seed, steps, engine, elbo, items };
  return encodeContainer({ header, tensors });
}

/** Throws `ProblemError`: not an artifact, damaged, or of a newer format. */
export function decodeArtifact(bytes: Uint8Array, path: string): Artifact {
  const { header, tensors } = readContainer(bytes, path, "trained-model");
  return { ...header, tensors } as unknown as Artifact;
}

export type ContainerKind = "trained-model" | "fitted-members" | "checkpoint";

/** A container of that kind, or of the other one, or a problem that names the file. */
export function readContainer(
  bytes: Uint8Array,
  path: string,
  kind: ContainerKind,
  other: ContainerKind = kind,
): Container {
  const decoded = decodeContainer(bytes);
  if (typeof decoded === "string") throw new ProblemError([explainFault(decoded, path, kind)]);
  const found = decoded.header.kind;
  if (found === "fitted-members" && kind === "trained-model" && other === kind)
    throw new ProblemError([holdsMembers(path)]);
  if (found !== kind && found !== other)
    throw new ProblemError([explainFault("not-an-artifact", path, kind)]);
  return decoded;
}

function holdsMembers(place: string): Problem {
  return {
    code: "members-are-fitted",
    severity: "error",
    message: "this file holds fitted members of a family, not a trained network",
    labels: [],
    place,
    help: `ppl infer ${place} --member NAME --predict FILE`,
  };
}

function explainFault(fault: ContainerFault, path: string, kind: ContainerKind): Problem {
  const checkpoint = kind === "checkpoint";
  const beginAnew = "begin anew with --restart";
  const common = { severity: "error", labels: [], place: path } as const;
  switch (fault) {
    case "not-an-artifact":
      return {
        ...common,
        code: "artifact-unreadable",
        message: checkpoint ? "this is not a checkpoint of training" : "this is not a trained model",
        expected: checkpoint ? "a checkpoint that `ppl train` left" : "a file written by `ppl train`",
        ...(checkpoint && { help: beginAnew }),
      };
    case "newer-format":
      return {
        ...common,
        code: "artifact-newer",
        message: "this file was written by a newer version of ppl",
        help: "install a newer version of ppl",
      };
    case "damaged":
      return {
        ...common,
        code: "artifact-damaged",
        message: "this file is damaged: its checksum does not match",
        help: checkpoint ? beginAnew : "copy it again, or train again",
      };
  }
}
