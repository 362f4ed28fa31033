/** Data sets for the members of one family, drawn from another one. */
import { rawDataFromValues } from "../../data/parse-json-data.ts";
import type { DrawnMembersOptions, GivenMember, Program } from "../api-types.ts";
import { simulateMembers } from "./simulate-members.ts";

/**
 * Members of `options.model` by number. Each gets what a member of the family `options.from` has under the names of its own inputs and
 * observed variables. Rejects with `ProblemError`.
 */
export async function drawMembers(
  program: Program,
  { from, model, sizes = {}, ...options }: DrawnMembersOptions,
): Promise<readonly GivenMember[]> {
  const family = program.model(model);
  const source = program.model(from);
  const own = new Set(source.sizes.map(({ name }) => name));
  const drawn = await simulateMembers(
    program,
    {},
    {
      ...options,
      model: from,
      sizes: Object.fromEntries(Object.entries(sizes).filter(([name]) => own.has(name))),
    },
  );
  const wanted = new Set([
    ...family.inputs.map(({ name }) => name),
    ...family.variables.filter(({ observed }) => observed).map(({ name }) => name),
  ]);
  return drawn.members.map(({ data, latents }, position) => {
    const known = Object.entries({ ...latents, ...data }).filter(([name]) => wanted.has(name));
    return { name: String(position), data: rawDataFromValues(Object.fromEntries(known)) };
  });
}
