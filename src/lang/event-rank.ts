/** How many of a draw's last dimensions come from one distribution as a whole: 0 for numbers, 1 for vectors, and so on. */
import type { CoreDistribution } from "./core-distribution.ts";
import { distributions } from "./distributions.ts";

export function eventRankOf(distribution: CoreDistribution): number {
  switch (distribution.kind) {
    case "distribution":
      return distributions[distribution.name].eventRank;
    case "defined":
      return distribution.definition.event.dimensions.length;
    case "mixture":
      return distribution.rank;
    case "censored":
    case "transformed":
      return eventRankOf(distribution.base);
    case "if":
      return eventRankOf(distribution.then);
    case "match":
      return Math.max(...distribution.arms.map((arm) => eventRankOf(arm.value)));
  }
}
