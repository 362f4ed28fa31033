import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import {
  addPathGradient,
  logGuideDensity,
  meanField,
  reparameterize,
} from "../../../src/inference/svi/mean-field.ts";
import { correlatedGaussian, diagonalGaussian } from "../targets.ts";

describe("the mean-field guide", () => {
  test("log q is the density of independent normals at the reparameterised point", () => {
    const guide = meanField(Float64Array.of(1, -2, Math.log(0.5), Math.log(3)));
    const noise = Float64Array.of(0.7, -1.1);
    const position = new Float64Array(2);
    reparameterize(guide, noise, position);
    const normal = (x: number, mean: number, sd: number): number =>
      -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI));
    expect(logGuideDensity(guide, noise)).toBeCloseTo(
      normal(position[0], 1, 0.5) + normal(position[1], -2, 3),
      12,
    );
  });

  test("its path gradient has no variance, and is zero, where the guide is the posterior", () => {
    const target = diagonalGaussian([1, -2], [0.5, 3]);
    const guide = meanField(Float64Array.of(1, -2, Math.log(0.5), Math.log(3)));
    const random = randomSource({ seed: 1, stream: 0 }, 0);
    const [noise, position, slope] = [0, 0, 0].map(() => new Float64Array(2));
    for (let draw = 0; draw < 20; draw++) {
      random.fillNormal(noise);
      reparameterize(guide, noise, position);
      target.logDensityAndGradient(position, slope);
      const gradient = new Float64Array(4);
      addPathGradient(guide, noise, slope, gradient);
      for (const value of gradient) expect(value).toBeCloseTo(0, 10);
    }
  });

  test("its mean is the gradient of the ELBO in closed form", () => {
    // ELBO = −½ Σ_ij P_ij (σ_i σ_j [i = j] + d_i d_j) + Σ log σ + const, d = μ − m and P the precision matrix.
    const [sds, rho] = [[1, 2], 0.6] as const;
    const target = correlatedGaussian([0, 0], [sds[0], sds[1]], rho);
    const [mu, sigma] = [
      [0.3, -0.8],
      [0.7, 0.4],
    ];
    const scale = 1 / (1 - rho * rho);
    const expected = [
      -scale * (mu[0] - (rho * mu[1]) / 2),
      -scale * (mu[1] / 4 - (rho * mu[0]) / 2),
      1 - scale * sigma[0] ** 2,
      1 - (scale * sigma[1] ** 2) / 4,
    ];
    const guide = meanField(Float64Array.of(...mu, ...sigma.map(Math.log)));
    const random = randomSource({ seed: 2, stream: 0 }, 0);
    const [noise, position, slope] = [0, 0, 0].map(() => new Float64Array(2));
    const count = 50_000;
    const sums = new Float64Array(4);
    const squares = new Float64Array(4);
    for (let draw = 0; draw < count; draw++) {
      random.fillNormal(noise);
      reparameterize(guide, noise, position);
      target.logDensityAndGradient(position, slope);
      const gradient = new Float64Array(4);
      addPathGradient(guide, noise, slope, gradient);
      for (let i = 0; i < 4; i++) {
        sums[i] += gradient[i];
        squares[i] += gradient[i] ** 2;
      }
    }
    for (let i = 0; i < 4; i++) {
      const mean = sums[i] / count;
      const error = Math.sqrt((squares[i] / count - mean * mean) / count);
      expect(Math.abs(mean - expected[i])).toBeLessThan(5 * error);
    }
  });
});
