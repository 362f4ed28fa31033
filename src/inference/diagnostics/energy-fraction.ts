/** E-BFMI: how well momentum resampling explores the energies of one chain (Betancourt 2016, "Diagnosing suboptimal cotangent disintegrations"). */
import { mean } from "./moments.ts";

/** Σ (E_n − E_{n−1})² / Σ (E_n − Ē)²; below 0.3 the tails are explored slowly. NaN for a constant energy. */
export function energyFraction(energies: Float64Array): number {
  const centre = mean(energies);
  let changes = 0;
  let spread = 0;
  for (let i = 0; i < energies.length; i++) {
    if (i > 0) changes += (energies[i] - energies[i - 1]) ** 2;
    spread += (energies[i] - centre) ** 2;
  }
  return changes / spread;
}
