/** Random discrete draws that are left to a guide, and what the guide draws them from. */
import { fresh, type Growing, type Part } from "./typed-draws.ts";
import { number, vector } from "./typed-expression.ts";
import { type Choose, type Entry, type Here, places } from "./typed-scope.ts";

export type Scored = "bool" | "category" | "count";

/** Only where a guide draws it. What depends on it may read it in any way. */
export function drawScored(growing: Growing, here: Here): Part | undefined {
  const { choose } = growing;
  if (!growing.guided) return undefined;
  const name = fresh(growing, "z");
  const size = choose(here.vectors);
  const unit = (): string => number(choose, here, "unit", 1);
  const [type, text, scored, event] = choose([
    () => ["", `Bernoulli(${unit()})`, "bool", []] as const,
    () => ["", `Bernoulli(logits: ${number(choose, here, "real", 1)})`, "bool", []] as const,
    () => [`: Bool[${size}]`, `Bernoulli(${unit()})`, "bool", [size]] as const,
    () => ["", `Categorical(logits: ${vector(choose, here, "K", "real", 1)})`, "category", []] as const,
    // The guide goes through 1024 values for each.
    ...(here.axes.length === 0
      ? [() => ["", `Poisson(${number(choose, here, "positive", 1)})`, "count", []] as const]
      : []),
  ])();
  const kind = scored === "bool" ? "bool" : "count";
  const entry: Entry = { name, kind, axes: here.axes, event, discrete: false, latent: true };
  return {
    lines: [`${name}${places(here)}${type} ~ ${text} score`],
    entries: [entry],
    latents: [{ entry, coordinates: scored }],
  };
}

/** Of the same support. */
export function scoredDraws(choose: Choose, here: Here, scored: Scored): string {
  const of: Readonly<Record<Scored, readonly (() => string)[]>> = {
    bool: [
      () => `Bernoulli(${number(choose, here, "unit", 1)})`,
      () => `Bernoulli(logits: ${number(choose, here, "real", 1)})`,
    ],
    category: [() => `Categorical(logits: ${vector(choose, { ...here, vectors: ["K"] }, "K", "real", 1)})`],
    count: [
      () => `Poisson(${number(choose, here, "positive", 1)})`,
      () => `Geometric(${number(choose, here, "unit", 0)})`,
    ],
  };
  return choose(of[scored])();
}
