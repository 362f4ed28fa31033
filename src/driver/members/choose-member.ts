/** What is said of a member of a family: descriptions from the options, or else from the data. The rest is inferred. */
import { nearMisses } from "../../base/near-miss.ts";
import { type Problem, ProblemError } from "../../base/problem.ts";
import { giveMember } from "../../compiler/family/give-member.ts";
import { flattenValue } from "../../data/flatten-value.ts";
import { isRawData, rawDataFromValues } from "../../data/parse-json-data.ts";
import { placeOf, type RawData, type RawValue } from "../../data/raw-data.ts";
import type { CoreModel, CoreVary } from "../../lang/core.ts";
import type { GivenData } from "../api-types.ts";

export interface ChosenMember {
  /** With what is given as inputs, and options decided. */
  readonly model: CoreModel;
  /** With descriptions from the options, and without options by name. */
  readonly data: RawData;
  /** The chosen options by description. */
  readonly options: Readonly<Record<string, string>>;
}

/** Throws `ProblemError` for a description that the family does not have, or an option that it does not know. */
export function chooseMember(
  model: CoreModel,
  data: GivenData,
  member: Readonly<Record<string, unknown>> = {},
): ChosenMember {
  const raw = isRawData(data) ? data : rawDataFromValues(data);
  const problems: Problem[] = Object.keys(member)
    .filter((name) => model.varies.every((each) => each.name !== name))
    .map((name) => unknownDescription(model, name));
  const given = new Map<string, "input" | number>();
  const values = new Map(raw.values);
  const chosen: Record<string, string> = {};
  for (const vary of model.varies) {
    const { name, options } = vary;
    const value = Object.hasOwn(member, name)
      ? flattenValue(name, member[name], { kind: "key" })
      : raw.values.get(name);
    if (value === undefined) continue;
    if (options === undefined) {
      given.set(name, "input");
      values.set(name, value);
      continue;
    }
    values.delete(name);
    const position = value.text === undefined ? -1 : options.indexOf(value.text);
    if (position < 0) problems.push(unknownOption(vary, options, value));
    else {
      given.set(name, position);
      chosen[name] = options[position];
    }
  }
  if (problems.length > 0) throw new ProblemError(problems);
  return { model: giveMember(model, given), data: { ...raw, values }, options: chosen };
}

function unknownDescription(model: CoreModel, name: string): Problem {
  const known = model.varies.map((each) => each.name);
  const [near] = nearMisses(name, known);
  const common = { code: "unknown-description", severity: "error", labels: [] } as const;
  if (known.length === 0)
    return {
      ...common,
      message: `\`${model.name}\` has no descriptions: it has no \`vary\``,
      place: `--member ${name}`,
      help: "leave it out, or give the value in the data if it is an input",
    };
  return {
    ...common,
    message: `members of \`${model.name}\` have no description \`${name}\``,
    place: `--member ${name}`,
    expected: `one of ${known.map((each) => `\`${each}\``).join(", ")}`,
    help: near === undefined ? `--member ${known[0]}=…` : `did you mean \`${near}\`?`,
  };
}

function unknownOption({ name, span }: CoreVary, options: readonly string[], value: RawValue): Problem {
  const found = value.text ?? (value.shape.length === 0 ? String(value.values[0]) : "an array");
  const [near] = nearMisses(found, options);
  const place = placeOf(name, value.origin) ?? `--member ${name}`;
  return {
    code: "unknown-option",
    severity: "error",
    message: `\`${found}\` is no value of \`${name}\``,
    labels: [{ span, text: "its values are named here" }],
    place,
    expected: `one of ${options.map((each) => `\`${each}\``).join(", ")}`,
    found: `\`${found}\``,
    help: near === undefined ? `--member ${name}=${options[0]}` : `did you mean \`${near}\`?`,
  };
}
