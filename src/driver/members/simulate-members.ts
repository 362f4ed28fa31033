/** Members drawn from a family: each with its description and a data set of its own. */

import { nestedValues } from "../answers/nested-values.ts";
import { drawPrior } from "../answers/predict.ts";
import type {
  GivenData,
  MembersOptions,
  PriorDraws,
  Program,
  SimulatedMember,
  SimulatedMembers,
} from "../api-types.ts";
import { bindOrThrow } from "../infer-options.ts";
import { chooseMember } from "./choose-member.ts";

const defaultMembers = 100;

/**
 * Draws members from the family's meta-distribution, and everything in them. Member i is the same whatever the number of
 * members. What `options.member` or the data say of the description holds for all of them. A model is a family whose members
 * differ in nothing but chance. Rejects with `ProblemError`.
 */
export async function simulateMembers(
  program: Program,
  data: GivenData,
  options: MembersOptions = {},
): Promise<SimulatedMembers> {
  const { members = defaultMembers } = options;
  const family = program.model(options.model);
  const chosen = chooseMember(family, data, options.member);
  const bound = bindOrThrow(chosen.model, chosen.data, options, false);
  const drawn = await drawPrior(program, chosen.model, bound, { ...options, draws: members });
  const isDescription = (name: string): boolean => family.varies.some((vary) => vary.name === name);
  const inputs = chosen.model.inputs.flatMap(({ name, type }) => {
    const value = bound.values[name];
    return value === undefined ? [] : [{ name, value: nestedValues(value.values, value.shape, type.base) }];
  });
  return {
    family: family.name,
    seed: drawn.seed,
    sizes: bound.sizes,
    variables: drawn.variables,
    members: Array.from({ length: members }, (_, member): SimulatedMember => {
      const own = drawn.variables.map((variable) => ({
        name: variable.name,
        observed: variable.observed,
        value: valueAt(family.varies, variable, member),
      }));
      return {
        description: {
          ...chosen.options,
          ...record([
            ...inputs.filter(({ name }) => isDescription(name)),
            ...own.filter(({ name }) => isDescription(name)),
          ]),
        },
        data: record([
          ...inputs.filter(({ name }) => !isDescription(name)),
          ...own.filter((each) => each.observed),
        ]),
        latents: record(own.filter(({ name, observed }) => !observed && !isDescription(name))),
      };
    }),
  };
}

interface Named {
  readonly name: string;
  readonly value: unknown;
}

function record(entries: readonly Named[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

function valueAt(
  varies: readonly { readonly name: string; readonly options?: readonly string[] }[],
  { name, shape, base, values }: PriorDraws["variables"][number],
  member: number,
): unknown {
  const length = shape.reduce((product, each) => product * each, 1);
  const options = varies.find((vary) => vary.name === name)?.options;
  if (options !== undefined) return options[values[member]];
  return nestedValues(values, shape, base, member * length);
}
