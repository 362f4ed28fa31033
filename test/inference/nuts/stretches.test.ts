import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bug } from "../../../src/base/bug.ts";
import { nuts } from "../../../src/inference/nuts/nuts.ts";
import type { NutsInfo, NutsState } from "../../../src/inference/nuts/nuts-state.ts";
import type { DensityTarget } from "../../../src/inference/target.ts";
import { eightSchools as program, programTarget, schools } from "../../engines/wasm/sampler/densities.ts";
import { runStrategy, startOf } from "../run-strategy.ts";
import { eightSchools } from "../targets.ts";

const config = { ...nuts.defaults, warmup: 120, draws: 80 };
const key = { seed: 21, stream: 1 };

function inStretches(
  target: DensityTarget,
  lengths: readonly number[],
  carry: (state: NutsState) => NutsState,
): { state: NutsState; infos: NutsInfo[] } {
  const run = nuts.prepare(target, config);
  const stretches = run.stretches ?? bug("nuts has stretches");
  let state = startOf(run, key);
  const infos: NutsInfo[] = [];
  for (let i = 0; !run.isDone(state); i++) {
    const next = stretches.run(carry(state), key, lengths[i % lengths.length]);
    state = next.state;
    infos.push(...stretches.read(structuredClone(next.rows)));
  }
  return { state, infos };
}

describe.each([
  { name: "the tree sampler", target: eightSchools("noncentered") },
  { name: "a sampler in the engine", target: await programTarget(program("via noncentered"), schools) },
])("with $name", ({ target }) => {
  test("stretches of any lengths, on states that went through JSON, are the steps one by one", () => {
    const { state, infos } = runStrategy(nuts, target, config, key);
    const lengths = fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lengths, (each) => {
        expect(inStretches(target, each, (state) => JSON.parse(JSON.stringify(state)))).toEqual({
          state,
          infos,
        });
      }),
      { numRuns: 20 },
    );
  });

  test("a chain is the same from its rows and from its infos", () => {
    const run = nuts.prepare(target, config);
    const { state, infos, result } = runStrategy(nuts, target, config, key);
    const stretches = run.stretches ?? bug("nuts has stretches");
    const all = stretches.run(startOf(run, key), key, 200);
    expect(stretches.rowLength * infos.length).toBe(all.rows.length);
    expect(stretches.finish(all.state, all.rows, key)).toEqual(result);
    expect(all.state).toEqual(state);
    const { logDensity, divergent } = result.statistics;
    expect([...logDensity]).toEqual(infos.slice(120).map((info) => info.logDensity));
    expect([...divergent]).toEqual(infos.slice(120).map((info) => Number(info.divergent)));
    const warmupDivergences = infos.slice(0, 120).filter((info) => info.divergent).length;
    expect(result.sampling).toMatchObject({ warmupSteps: [120], warmupDivergences: [warmupDivergences] });
  });

  test("the state goes with the last info, and warm-up ends where it is to end", () => {
    const { state, infos } = inStretches(target, [33], (state) => state);
    expect(infos.length).toBe(200);
    expect(infos.map((info) => info.warmup)).toEqual(infos.map((_, i) => i < 120));
    expect([...state.position]).toEqual(Array.from(infos[199].position));
    expect(state).toMatchObject({ step: 200, adaptation: null, logDensity: infos[199].logDensity });
    expect(new Set(infos.slice(120).map((info) => info.stepSize))).toEqual(new Set([state.stepSize]));
  });
});
