/** A hand-written guide of a target, as what is optimised. */
import { explainInference } from "../explain.ts";
import type { WrittenGuide } from "../target.ts";
import type { Guide } from "./guide.ts";

/** Draws from the guide as it starts, of which one must have a finite density. */
const maxAttempts = 100;

/** It starts where the program says. */
export function writtenGuide(guide: WrittenGuide): Guide {
  const gradient = new Float64Array(guide.parameterCount);
  const addGradient: Guide["addGradient"] = (parameters, noise, into) => {
    const elbo = guide.elboAndGradient(parameters, noise, gradient);
    if (!Number.isFinite(elbo) || !gradient.every(Number.isFinite)) return Number.NaN;
    for (let i = 0; i < gradient.length; i++) into[i] += gradient[i];
    return elbo;
  };
  return {
    parameterCount: guide.parameterCount,
    noiseLength: guide.noiseLength,
    samples: guide.samples,
    start(random) {
      const parameters = guide.initialParameters.slice();
      const noise = new Float64Array(guide.samples * guide.noiseLength);
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        random.fillNormal(noise);
        if (!Number.isNaN(addGradient(parameters, noise, new Float64Array(guide.parameterCount))))
          return { kind: "found", parameters };
      }
      return {
        kind: "failed",
        problem: explainInference({ code: "guide-start-failed", attempts: maxAttempts }),
      };
    },
    addGradient,
    draw: (parameters, noise) => guide.draw(parameters, noise),
  };
}
