/** Lowered graphs of many small programs, judged by a scalar interpreter of Core. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { definedPrograms } from "./defined-programs.ts";
import { discretePrograms } from "./discrete-programs.ts";
import { foundPrograms } from "./found-programs.ts";
import { gatheredPrograms } from "./gathered-programs.ts";
import { judgeDensity, judgeSimulation } from "./judge.ts";
import { mixturePrograms } from "./mixture-programs.ts";
import { samplePrograms } from "./programs.ts";
import { recordPrograms } from "./record-programs.ts";
import { seriesPrograms } from "./series-programs.ts";
import { transformedPrograms } from "./transformed-programs.ts";
import { truncatedPrograms } from "./truncated-programs.ts";

const programs = [
  ...transformedPrograms,
  ...truncatedPrograms,
  ...mixturePrograms,
  ...samplePrograms,
  ...discretePrograms,
  ...definedPrograms,
  ...gatheredPrograms,
  ...recordPrograms.flatMap(({ items, plain }) => [items, plain]),
  ...seriesPrograms,
  ...foundPrograms,
];

const simulated = programs.filter(({ text }) => !/factor|Flat|i\[n\]: Nat|Positive ~ Mixture/.test(text));

describe("draws from the prior agree with the interpreter", () => {
  test.each(simulated)("$name", (program) => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => judgeSimulation(program, seed)),
      { numRuns: 5 },
    );
  });
});

describe("log densities agree with the interpreter", () => {
  test.each(programs)("$name", (program) => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        judgeDensity(program, seed);
      }),
      { numRuns: 5 },
    );
  });
});
