/** Builtin distributions as the pages show them: ways to write them, arguments, what draws are. */
import {
  type DistributionName,
  type DistributionParameter,
  type DistributionSignature,
  distributions,
} from "../../src/lang/distributions.ts";
import { formatType } from "../../src/lang/format-type.ts";
import { numberType } from "../../src/lang/type.ts";

export const builtinNames = Object.keys(distributions) as DistributionName[];

/** `Bernoulli(p)`, `Bernoulli(logits: x)`: a parameter that the first form does not have at that place is given by name. */
export function usesOf(name: DistributionName): string[] {
  const { forms }: DistributionSignature = distributions[name];
  return forms.map((form) => {
    const isNamed = (at: number): boolean => form !== forms[0] && forms[0][at]?.name !== form[at].name;
    const list = form.map((parameter, at) => (isNamed(at) ? `${parameter.name}: x` : parameter.name));
    return `${name}(${list.join(", ")})`;
  });
}

/** Each parameter of any form with its type. */
export function argumentsOf(name: DistributionName): [string, string][] {
  const { forms }: DistributionSignature = distributions[name];
  return [...new Map(forms.flat().map((parameter) => [parameter.name, describe(parameter)]))];
}

function describe({ base, range, rank, structure, orNumber }: DistributionParameter): string {
  const element = formatType(numberType(base, range, [], structure));
  return `\`${element}${rank === 0 ? "" : "[K]"}\`${orNumber ? ` or \`${element}\`` : ""}`;
}

export function drawsOf(name: DistributionName): string {
  const { support, eventRank }: DistributionSignature = distributions[name];
  switch (support) {
    case "real":
      return eventRank === 1 ? "`Real[K]`" : "`Real`";
    case "positive":
      return "`Positive`";
    case "unit":
      return "`Unit`";
    case "corr":
      return "`Corr[K]`";
    case "choleskyCorr":
      return "`CholeskyCorr[K]`";
    case "covariance":
      return "`Covariance[K]`";
    case "simplex":
      return eventRank === 1 ? "`Simplex[K]`" : "`Simplex`";
    case "interval":
      return "`Real(low, high)`";
    case "bool":
      return "`Bool`";
    case "category":
      return "`Int`, 0 … K−1";
  }
}
