/** Transitions one after the other by the tree sampler, for densities whose engine has no sampler of its own. */
import { randomSource } from "../../base/random.ts";
import type { DensityTarget, NutsTransitions } from "../target.ts";
import { updateDualAveraging } from "./dual-averaging.ts";
import { phasePoint } from "./leapfrog.ts";
import { rowLength, rowPlaces } from "./rows.ts";
import { drawMomentum } from "./step-size.ts";
import { createTreeSampler, type TreeLimits } from "./tree.ts";

/** For these limits: those that `run` is given must be the same. */
export function treeTransitions(target: DensityTarget, limits: TreeLimits): NutsTransitions {
  const sampler = createTreeSampler(target, limits);
  const here = phasePoint(target.dimension);
  const length = rowLength(target.dimension);
  return {
    deepestTree: limits.maxTreeDepth,
    run(point, { inverseMass, ...settings }, key, step, rows, first, count, averaging) {
      const { drawn, report } = sampler;
      let { stepSize } = settings;
      for (let done = 0; done < count; done++) {
        const random = randomSource(key, step + done);
        // Adding 0 makes −0 the 0 that a state keeps of it.
        for (let i = 0; i < target.dimension; i++) {
          here.position[i] = point.position[i] + 0;
          here.gradient[i] = point.gradient[i] + 0;
        }
        here.logDensity = point.logDensity;
        drawMomentum(here.momentum, inverseMass, random);
        sampler.transition(here, inverseMass, stepSize, random);
        point.position.set(drawn.position);
        point.gradient.set(drawn.gradient);
        point.logDensity = drawn.logDensity;
        const start = (first + done) * length;
        rows[start + rowPlaces.step] = step + done - 1;
        rows[start + rowPlaces.stepSize] = stepSize;
        rows[start + rowPlaces.treeDepth] = report.treeDepth;
        rows[start + rowPlaces.leapfrogs] = report.leapfrogs;
        rows[start + rowPlaces.divergent] = report.divergent ? 1 : 0;
        rows[start + rowPlaces.acceptStat] = report.acceptStat;
        rows[start + rowPlaces.energy] = drawn.energy;
        rows[start + rowPlaces.logDensity] = drawn.logDensity;
        rows.set(drawn.position, start + rowPlaces.position);
        if (averaging === undefined) continue;
        updateDualAveraging(averaging, report.acceptStat);
        stepSize = averaging.stepSize;
      }
    },
  };
}
