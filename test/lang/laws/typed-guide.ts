/** Random guides: every latent of a model that is not summed out, drawn in plates of its own. */

import type { Latent } from "./typed-draws.ts";
import { number, vector } from "./typed-expression.ts";
import { type Axis, braced, bracketed, type Choose, type Entry, type Here } from "./typed-scope.ts";
import { scoredDraws } from "./typed-scored.ts";

/** One guide or none. `given` is how the model's inputs are declared. */
export function growGuide(
  choose: Choose,
  here: Here,
  latents: readonly Latent[],
  given: readonly string[],
): readonly string[] {
  if (latents.length === 0 || latents.some(({ coordinates }) => coordinates === undefined)) return [];
  const learned: Entry[] = [
    { name: "gm", kind: "real", axes: [], event: [], discrete: false, latent: true },
    { name: "gs", kind: "positive", axes: [], event: [], discrete: false, latent: true },
  ];
  const inputs = here.entries.filter(({ name }) => given.some((each) => each.startsWith(`${name}: `)));
  const entries = [...inputs, ...learned];
  const lines = ["learn gm = 0.1", "learn gs: Positive = 0.8"];
  for (const latent of latents) {
    const { entry } = latent;
    const axes = entry.axes.map((axis, at): Axis => ({ ...axis, index: `${axis.size.toLowerCase()}g${at}` }));
    const inside: Here = {
      ...here,
      entries,
      axes,
      callables: [],
      distributions: [],
      ranges: [],
      vectors: [],
    };
    const place = bracketed(
      "[",
      axes.map(({ index }) => index),
      "]",
    );
    const type = latent.coordinates === "bool" && entry.event.length > 0 ? `: Bool[${entry.event}]` : "";
    const draw = `${entry.name}${place}${type} ~ ${draws(choose, inside, latent)}`;
    lines.push(
      ...axes.reduceRight((body, { index, size }) => braced(`plate ${index} in ${size}`, body), [draw]),
    );
    entries.push({ ...entry, axes });
  }
  return [`guide for M {\n  ${lines.join("\n  ")}\n}`];
}

function draws(choose: Choose, here: Here, { entry, coordinates }: Latent): string {
  if (coordinates === "bool" || coordinates === "category" || coordinates === "count")
    return scoredDraws(choose, here, coordinates);
  const loc = number(choose, here, "real", 1);
  const scale = `${number(choose, here, "positive", 0)} + 0.1`;
  const [size] = entry.event;
  if (coordinates === "real" && choose([true, false])) return `Normal(${loc}, ${scale})`;
  if (coordinates === "positive" && choose([true, false])) return `LogNormal(${loc}, ${scale})`;
  if (coordinates === "simplex") return `Normal(${loc} * ones(${size} - 1), ${scale}) via bijector`;
  if (coordinates === "vector")
    return `Normal(${vector(choose, { ...here, vectors: [size] }, size, "real", 1)}, ${scale}) via bijector`;
  return `Normal(${loc}, ${scale}) via bijector`;
}
