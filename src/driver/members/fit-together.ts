/** Members that share parameters beside their own: one climb for all, on the sum of their log densities. */
import { ProblemError } from "../../base/problem.ts";
import type { Objective } from "../../inference/maximize/lbfgs.ts";
import type { WeightBlock } from "../training/weight-blocks.ts";

/** A member's log density as a function of its flat vector, in which the blocks lie. */
export interface MemberObjective {
  readonly name: string;
  readonly blocks: readonly WeightBlock[];
  readonly objective: Objective;
  readonly start: Float64Array;
}

export interface JointObjective {
  /** Of the joint vector: what is shared once, then what is each member's own. */
  readonly objective: Objective;
  readonly start: Float64Array;
  /** The vector of the member at that position of the list. */
  memberVector(member: number, joint: Float64Array): Float64Array;
}

/** `isShared` says of graph inputs whether all members have the same. Throws `ProblemError` where their lengths differ. */
export function joinObjectives(
  members: readonly MemberObjective[],
  isShared: (input: string) => boolean,
): JointObjective {
  const shared = new Map<string, WeightBlock>();
  let dimension = 0;
  const place = (length: number): number => {
    dimension += length;
    return dimension - length;
  };
  for (const { name, blocks } of members)
    for (const { input, length } of blocks) {
      if (!isShared(input)) continue;
      const known = shared.get(input);
      if (known === undefined) shared.set(input, { input, length, offset: place(length) });
      else if (known.length !== length)
        throw new ProblemError([otherLength(input, members[0].name, known.length, name, length)]);
    }
  // Where each block of each member lies in the joint vector.
  const offsets = members.map(({ blocks }) =>
    blocks.map(({ input, length }) => shared.get(input)?.offset ?? place(length)),
  );
  const start = new Float64Array(dimension);
  members.forEach(({ blocks, start: own }, member) => {
    blocks.forEach(({ offset, length }, block) => {
      start.set(own.subarray(offset, offset + length), offsets[member][block]);
    });
  });
  const memberVector = (member: number, joint: Float64Array): Float64Array => {
    const { blocks, objective } = members[member];
    const own = new Float64Array(objective.dimension);
    blocks.forEach(({ offset, length }, block) => {
      const from = offsets[member][block];
      own.set(joint.subarray(from, from + length), offset);
    });
    return own;
  };
  return {
    start,
    memberVector,
    objective: {
      dimension,
      valueAndGradient(joint, gradient) {
        gradient.fill(0);
        let value = 0;
        for (const [member, { blocks, objective }] of members.entries()) {
          const slopes = new Float64Array(objective.dimension);
          value += objective.valueAndGradient(memberVector(member, joint), slopes);
          for (const [block, { offset, length }] of blocks.entries()) {
            const to = offsets[member][block];
            for (let i = 0; i < length; i++) gradient[to + i] += slopes[offset + i];
          }
        }
        return value;
      },
    },
  };
}

function otherLength(input: string, first: string, wanted: number, name: string, found: number) {
  const path = input.replace(/^learn\//, "").replaceAll("/", ".");
  return {
    code: "shared-sizes-differ",
    severity: "error",
    message: `members share \`${path}\`, and their data give it different sizes`,
    labels: [],
    expected: `${wanted} numbers, as for member ${first}`,
    found: `${found} for member ${name}`,
    help: "write `member learn` for what depends on the size of a member's data",
  } as const;
}
