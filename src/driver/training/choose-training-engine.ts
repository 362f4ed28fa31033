/** Which engine trains: the one asked for, or of those that are there the one whose steps cost least. */
import { ProblemError } from "../../base/problem.ts";
import type { Engine } from "../../engines/engine.ts";
import { askedTrainingEngine, type EngineChoice, type EngineLabel } from "../choose-engine.ts";
import type { Host } from "../host.ts";
import { secondsOfStep } from "./training-cost.ts";

/** Multiply-adds per batch, forwards, beyond which half the bits are worth their speed. */
const largestInDoubles = 2e5;

/** Another engine than ppl's own has to be so many times faster: it is one more thing that can differ between machines. */
const worthwhile = 1.25;

/** Loads what `asked` names, or for `auto` the best that loads. Rejects with `ProblemError` for an engine that is not there. */
export async function loadTrainingEngine(
  asked: string | undefined,
  multiplyAdds: number,
  host: Host,
): Promise<EngineChoice & { readonly engine: Engine }> {
  const given = askedTrainingEngine(asked);
  if (given !== undefined) return { ...given, engine: await host.loadEngine(given.label, host.cores()) };
  const ranked = rankedEngines(multiplyAdds, host.installedEngines?.() ?? []);
  for (const choice of ranked.slice(0, -1)) {
    const engine = await loaded(choice.label, host);
    if (engine !== undefined) return { ...choice, engine };
  }
  const own = ranked[ranked.length - 1];
  return { ...own, engine: await host.loadEngine(own.label, host.cores()) };
}

/** What `auto` takes for so many multiply-adds per batch: the first that loads. The last one is ppl's own. */
export function rankedEngines(
  multiplyAdds: number,
  installed: readonly EngineLabel[],
): readonly EngineChoice[] {
  if (multiplyAdds <= largestInDoubles)
    return [{ label: "wasm", reason: "compiled; small matrix products, so doubles cost little" }];
  const seconds = (label: EngineLabel): number => secondsOfStep(label, multiplyAdds);
  const own = {
    label: "wasm:f32",
    reason: "compiled; training with large matrix products needs no doubles",
  } as const;
  const faster = installed
    .filter((label) => worthwhile * seconds(label) < seconds(own.label))
    .sort((a, b) => seconds(a) - seconds(b))
    .map((label) => ({
      label,
      reason: `installed; about ${milliseconds(seconds(label))} a step, wasm:f32 about ${milliseconds(seconds(own.label))}`,
    }));
  return [...faster, own];
}

async function loaded(label: EngineLabel, host: Host): Promise<Engine | undefined> {
  try {
    return await host.loadEngine(label, host.cores());
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function milliseconds(seconds: number): string {
  return `${(1000 * seconds).toPrecision(2)} ms`;
}
