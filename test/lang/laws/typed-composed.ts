/** Random draws from distributions made of others: mixtures, what is censored or cut down by ends that are inferred, and ends of their own. */
import { drawn, fresh, type Growing, type Part, realDistribution } from "./typed-draws.ts";
import { moderate, number, vector } from "./typed-expression.ts";
import { type Entry, type Here, places } from "./typed-scope.ts";

export function drawMixture(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const one = (): string => realDistribution(growing, here);
  const positive = (): string => number(choose, here, "positive", 1);
  const two = (): string => {
    const share = number(choose, here, "unit", 1);
    return `[${share}, 1 - ${share}] as Simplex[2]`;
  };
  const size = choose(here.vectors);
  const reals = (): string => vector(choose, here, size, "real", 1);
  const positives = (): string => `${vector(choose, here, size, "positive", 1)} + 0.2`;
  const real = { kind: "real", event: [] } as const;
  return choose([
    () => drawn(growing, here, "Real", `Mixture(${two()}, ${one()}, ${one()})`, real, "real"),
    () =>
      drawn(
        growing,
        here,
        "Real",
        `Mixture(softmax(tanh(${reals()})), Normal(${reals()}, ${positives()}))`,
        real,
        "real",
      ),
    () =>
      drawn(
        growing,
        here,
        "Real",
        `Mixture(logits: ${reals()}, Logistic(0.5, ${positives()}))`,
        real,
        "real",
      ),
    () =>
      drawn(
        growing,
        here,
        "Positive",
        `Mixture(${two()}, LogNormal(${number(choose, here, "real", 1)}, ${positive()} + 0.2), Exponential(${positive()}))`,
        { kind: "positive", event: [] },
        "positive",
      ),
  ])();
}

/** Recorded as an end where it lies beyond. */
export function observeCensored(growing: Growing, here: Here): Part {
  const { choose } = growing;
  const name = fresh(growing, "y");
  // Ends that depend on a discrete variable cannot be summed out.
  const end = (): string => `tanh(${number(choose, { ...here, discrete: false }, "real", 1)})`;
  const ends = choose([
    () => `low: ${end()}`,
    () => `high: ${end()}`,
    () => `low: ${end()} - 1, high: ${end()} + 1.5`,
  ])();
  const missing = choose([false, false, true]);
  const entry: Entry = { name, kind: "real", axes: here.axes, event: [], discrete: false, latent: false };
  return {
    lines: [
      `observe ${name}${places(here)}${missing ? ": Real?" : ""} ~ Censored(${moderate(choose, here)}, ${ends})`,
    ],
    entries: missing ? [] : [entry],
  };
}

/** Between ends that may be inferred: by a declared type, or of the distribution itself. */
export function drawCut(growing: Growing, here: Here): Part {
  const { choose } = growing;
  // Ends that depend on a discrete variable cannot be summed out.
  const calm = { ...here, discrete: false };
  const name = fresh(growing, "u");
  const real = (): string => `tanh(${number(choose, calm, "real", 1)})`;
  const positive = (): string => number(choose, calm, "positive", 1);
  const low = real();
  const [type, text, kind] = choose([
    () => [`: Real(${low}, infinity)`, moderate(choose, calm), "real"] as const,
    () => [`: Real(-infinity, ${low})`, moderate(choose, calm), "real"] as const,
    () => [`: Real(${low}, ${low} + ${positive()} + 0.5)`, moderate(choose, calm), "real"] as const,
    () => [": Positive", moderate(choose, calm), "positive"] as const,
    () => ["", `Pareto(${positive()} + 0.1, ${positive()} + 0.5)`, "positive"] as const,
    () => ["", `TruncatedNormal(${real()}, 1, ${low}, ${low} + 1)`, "real"] as const,
    () => ["", `VonMises(${real()}, ${positive()})`, "real"] as const,
  ])();
  const entry: Entry = { name, kind, axes: here.axes, event: [], discrete: false, latent: true };
  const isFixed = type === ": Positive" || text.startsWith("VonMises");
  return {
    lines: [`${name}${places(here)}${type} ~ ${text}`],
    entries: [entry],
    latents: [{ entry, coordinates: isFixed ? "scalar" : undefined }],
  };
}

/** Without a prior: there is nothing to draw it from. */
export function drawFlat(growing: Growing, here: Here): Part {
  const name = fresh(growing, "b");
  const [type, kind] = growing.choose([
    ["Positive", "positive"],
    ["Unit", "unit"],
    ["Real(-1, 2)", "real"],
  ] as const);
  const entry: Entry = { name, kind, axes: here.axes, event: [], discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)}: ${type} ~ Flat()`],
    entries: [entry],
    latents: [{ entry, coordinates: "scalar" }],
  };
}
