/** Small posteriors with values that tell their own place. */
import type { NamedValues, PosteriorDraws } from "../../src/data/posterior-draws.ts";

export function named(
  name: string,
  shape: readonly number[],
  dimensions: readonly string[],
  length: number,
  base: NamedValues["base"] = "real",
): NamedValues {
  const modulus = base === "bool" ? 2 : 1e9;
  return { name, shape, dimensions, base, values: Float64Array.from({ length }, (_, i) => i % modulus) };
}

/** 2 chains of 3 draws: mu, theta[J = 2], a square cov[K, K], an integer z and a size without a name. */
export const smallPosterior: PosteriorDraws = {
  model: "EightSchools",
  strategy: "nuts",
  engine: "reference",
  seed: 1,
  seconds: 0.5,
  interrupted: false,
  chains: 2,
  draws: 3,
  variables: [
    named("mu", [], [], 6),
    named("theta", [2], ["J"], 12),
    named("cov", [2, 2], ["K", "K"], 24),
    named("z", [], [], 6, "int"),
    named("pair", [2], [""], 12),
  ],
  sampleStats: { lp: new Float64Array(6).fill(-1.5), diverging: Float64Array.of(0, 0, 1, 0, 0, 0) },
  predictive: [named("y", [2], ["J"], 12)],
  observedData: [named("y", [2], ["J"], 2)],
  constantData: [named("sigma", [2], ["J"], 2), named("flag", [], [], 1, "bool")],
};
