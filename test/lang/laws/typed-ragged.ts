/** Series of rows of which each has a length of its own: what lies beyond counts a constant, or stays as it was. */
import { fresh, type Growing, type Part, realDistribution } from "./typed-draws.ts";
import { number } from "./typed-expression.ts";
import { type Axis, braced, type Entry, freshIndex, type Here } from "./typed-scope.ts";

export function ragged(growing: Growing, here: Here): Part | undefined {
  if (here.axes.length > 0) return undefined;
  const { choose } = growing;
  const row: Axis = { index: "n", size: "N" };
  const step: Axis = { index: freshIndex(here, "T"), size: "T" };
  const axes = [row, step];
  const place = `[n, ${step.index}]`;
  const before = `[n, ${step.index}-1]`;
  const isThere = `${step.index} < length[n]`;
  const entry = (stem: string): Entry => ({
    name: fresh(growing, stem),
    kind: "real",
    axes,
    event: [],
    discrete: false,
    latent: true,
  });
  const state = entry(choose(["s", "h"]));
  const last: Entry = { ...state, as: `${state.name}${before}` };
  // A recursion may not build on a discrete variable.
  const calm: Here = { ...here, axes, discrete: false, entries: [...here.entries, last] };
  const next = `0.5 * ${last.as} + ${number(choose, calm, "real", 2)}`;
  const computed = choose([false, true]);
  const statements = computed
    ? [`${state.name}${place} = if ${isThere} then tanh(${next}) else ${choose(["0", String(last.as)])}`]
    : [
        `${state.name}${place} ~ if ${isThere} then Normal(${next}, ${number(choose, calm, "positive", 1)} + 0.1) else Normal(0, 1)`,
      ];
  const initial = number(choose, { ...here, axes: [row], discrete: false }, "real", 1);
  const inside: Here = { ...here, axes, entries: [...here.entries, state, state] };
  const seen: Entry = { ...entry("y"), latent: false };
  const seeing = choose([
    () =>
      `observe ${seen.name}${place} ~ if ${isThere} then ${realDistribution(growing, inside)} else Normal(0, 1)`,
    () => `factor if ${isThere} then ${number(choose, inside, "real", 2)} else 0`,
  ])();
  return {
    lines: braced("plate n in N", [
      computed
        ? `${state.name}[n, 0] = tanh(${initial})`
        : `${state.name}[n, 0] ~ Normal(tanh(${initial}), 1)`,
      ...braced(`for ${step.index} in 1..T`, statements),
      ...braced(`${choose(["for", "plate"])} ${step.index} in T`, [seeing]),
    ]),
    entries: seeing.startsWith("observe") ? [state, seen] : [state],
    ...(!computed && { latents: [{ entry: state, coordinates: "scalar" as const }] }),
  };
}
