/** Programs and data of the driver's tests. */
import type { Program } from "../../src/driver/api-types.ts";
import { compile } from "../../src/driver/compile.ts";

export async function programOf(text: string): Promise<Program> {
  const { program, problems } = await compile(text);
  if (program === undefined) throw new Error(JSON.stringify(problems, null, 2));
  return program;
}

export const eightSchools = `
model EightSchools[J](sigma: Positive[J]) {
  mu ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}`;

export const eightSchoolsData = {
  y: [28, 8, -3, 7, -1, 1, 18, 12],
  sigma: [15, 10, 16, 11, 9, 11, 10, 18],
};

/** Normal mean with known variance: the posterior is Normal(Σy / (n + 1/4), 1 / √(n + 1/4)) with prior sd 2, noise 1. */
export const normalMean = `
model NormalMean[N] {
  mu ~ Normal(0, 2)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}`;

/** A latent number per row, trained with an encoder in a moment. */
export const line = `
model Line[N, D] {
  learn weight: Real[D] = normal(0.5)
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(z[n] * weight, 0.5)
  }
}`;
/** Its data. */
export const rows = Array.from({ length: 100 }, (_, n) => [Math.sin(n), -Math.sin(n), 0.5 * Math.cos(n)]);

export const factor = `
model Factor[N, D, Z = 2] {
  learn W: Real[D, Z] = normal(0.3)
  learn sigma: Positive = 1
  plate n in N {
    z[n]: Real[Z] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(W @ z[n], sigma)
  }
}`;
