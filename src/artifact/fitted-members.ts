/** The file of a family's fitted members: the program and, for each member, what it learned. */
import type { Source } from "../base/span.ts";
import { type Artifact, decodeArtifact, readContainer } from "./artifact.ts";
import { encodeContainer } from "./container.ts";

export interface FittedMembers {
  readonly kind: "fitted-members";
  /** Name of the family in the source. */
  readonly family: string;
  readonly source: Source;
  readonly pplVersion: string;
  readonly seed: number;
  readonly engine: string;
  readonly members: readonly FittedMember[];
}

export interface FittedMember {
  readonly name: string;
  /** What was given of its description. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Of its data. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Of its data, at what was fitted; in nats. */
  readonly logDensity: number;
  readonly steps: number;
  /** Whether the maximum was reached in these steps. */
  readonly converged: boolean;
  /** Learned weights on the unconstrained scale, by graph input: "learn/f/dense0/W". */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  /** Modes of its latents, its bindings, and learned numbers and arrays, on the model's own scale. */
  readonly values: readonly FittedValue[];
}

export interface FittedValue {
  readonly name: string;
  readonly kind: "latent" | "binding" | "learned";
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export function encodeFittedMembers({ members, ...rest }: FittedMembers): Uint8Array {
  const tensors: Record<string, Float64Array> = {};
  const described = members.map(({ parameters, values, ...member }, position) => {
    for (const [input, weights] of Object.entries(parameters)) tensors[`${position}/${input}`] = weights;
    for (const each of values) tensors[`${position}/value/${each.name}`] = each.values;
    return {
      ...member,
      parameters: Object.keys(parameters),
      values: values.map(({ name, kind, shape }) => ({ name, kind, shape })),
    };
  });
  return encodeContainer({ header: { ...rest, members: described }, tensors });
}

interface StoredMember extends Omit<FittedMember, "parameters" | "values"> {
  readonly parameters: readonly string[];
  readonly values: readonly Omit<FittedValue, "values">[];
}

/** What `ppl train` wrote, of either kind. Throws `ProblemError`: not a trained file, damaged, or of a newer format. */
export function decodeTrained(bytes: Uint8Array, path: string): Artifact | FittedMembers {
  const { header, tensors } = readContainer(bytes, path, "trained-model", "fitted-members");
  if (header.kind !== "fitted-members") return decodeArtifact(bytes, path);
  const { members, ...rest } = header as unknown as Omit<FittedMembers, "members"> & {
    readonly members: readonly StoredMember[];
  };
  return {
    ...rest,
    members: members.map(({ parameters, values, ...member }, position) => ({
      ...member,
      parameters: Object.fromEntries(parameters.map((input) => [input, tensors[`${position}/${input}`]])),
      values: values.map((each) => ({ ...each, values: tensors[`${position}/value/${each.name}`] })),
    })),
  };
}
