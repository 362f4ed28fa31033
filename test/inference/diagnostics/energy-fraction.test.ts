import { expect, test } from "vitest";
import { energyFraction } from "../../../src/inference/diagnostics/energy-fraction.ts";
import { autoregressive } from "./chains.ts";

test("E-BFMI of energies with autocorrelation φ is 2 (1 − φ)", () => {
  for (const phi of [0, 0.5, 0.9]) {
    const [energies] = autoregressive(phi, 1, 50_000);
    expect(energyFraction(energies)).toBeCloseTo(2 * (1 - phi), 1);
  }
  expect(energyFraction(new Float64Array(5))).toBeNaN();
});
