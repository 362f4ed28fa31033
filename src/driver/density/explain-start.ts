/** What can be wrong with values to start from, in words. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Label, Problem } from "../../base/problem.ts";
import { type DataFacts, explainData } from "../../data/explain-data.ts";
import { indexLabel } from "../../inference/summary.ts";
import type { TargetVariable } from "../../inference/target.ts";
import type { CoreModel } from "../../lang/core.ts";
import { formatType } from "../../lang/format-type.ts";

export function wrongCount(points: number, chains: number): Problem {
  return {
    code: "start-count",
    severity: "error",
    message: `there are ${points} points to start from, and ${chains} chains`,
    labels: [],
    expected: `one point for all chains, or ${chains}`,
    found: String(points),
    help: points === 0 ? "give one, or leave it out" : `--chains ${points}`,
  };
}

export function unreadableStart(defect: DataFacts): Problem {
  return explainData(defect);
}

export function unknownStart(
  name: string,
  place: string | undefined,
  model: CoreModel,
  variables: readonly TargetVariable[],
): Problem {
  const known = variables
    .filter((each) => each.kind === "latent" && each.elements === undefined)
    .map((each) => each.name);
  const [near] = nearMisses(name, known);
  const variable = model.variables.find((each) => each.name === name);
  const reason =
    variable?.observed === true
      ? "is observed"
      : variable !== undefined
        ? "is summed out"
        : model.inputs.some((each) => each.name === name)
          ? "is an input"
          : variables.some((each) => each.name === name)
            ? "is computed from others"
            : `is no variable of ${model.name}`;
  return {
    code: "start-unknown",
    severity: "error",
    message: `chains cannot start from a value of \`${name}\`, which ${reason}`,
    labels: labelOf(name, model, "declared here"),
    ...(place !== undefined && { place }),
    expected:
      known.length === 0
        ? "a continuous latent variable"
        : `some of ${known.map((each) => `\`${each}\``).join(", ")}`,
    help: near !== undefined ? `write ${near}` : `leave ${name} out`,
  };
}

export function shapeDiffers(
  name: string,
  place: string | undefined,
  found: readonly number[],
  { shape }: TargetVariable,
  model: CoreModel,
): Problem {
  return {
    code: "start-shape",
    severity: "error",
    message: `\`${name}\` to start from has another shape than in the model`,
    labels: labelOf(name, model, typeOf(name, model)),
    ...(place !== undefined && { place }),
    expected: shapeWords(shape),
    found: shapeWords(found),
    help: "give all its elements, or leave it out",
  };
}

/** The element at a position of a variable's values, or the whole where it is one that is wrong. */
export function outsideSupport(
  name: string,
  place: string | undefined,
  shape: readonly number[],
  at: number,
  value: number,
  model: CoreModel,
): Problem {
  const element = name + indexLabel(shape, at);
  return {
    code: "start-outside",
    severity: "error",
    message: `\`${element}\` cannot start from ${value}, which is not inside of its support`,
    labels: labelOf(name, model, typeOf(name, model)),
    ...(place !== undefined && { place }),
    expected: `\`${typeOf(name, model)}\`, not on its edge, within what its distribution allows`,
    found: String(value),
    help: `give another value, or leave ${name} out`,
  };
}

export function noDensity(attempts: number): Problem {
  return {
    code: "start-without-density",
    severity: "error",
    message: "there is no finite density where the chains are to start",
    labels: [],
    expected: "a finite log density and gradient",
    found:
      attempts === 1
        ? "none at the point that was given"
        : `none with ${attempts} choices of the other variables`,
    help: "start from other values, or let ppl choose",
  };
}

function labelOf(name: string, model: CoreModel, text: string): readonly Label[] {
  const declared =
    model.variables.find((each) => each.name === name) ?? model.inputs.find((each) => each.name === name);
  return declared === undefined ? [] : [{ span: declared.span, text }];
}

function typeOf(name: string, model: CoreModel): string {
  const variable = model.variables.find((each) => each.name === name);
  return variable === undefined ? "" : formatType(variable.type);
}

function shapeWords(shape: readonly number[]): string {
  if (shape.length === 0) return "a number";
  return shape.length === 1 ? `${shape[0]} numbers` : `an array of ${shape.join(" × ")}`;
}
