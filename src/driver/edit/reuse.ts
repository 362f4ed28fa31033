/**
 * What a program and those that edits make of it have in common: graphs of models that say the same, and engines, which keep the
 * modules that they compiled. So an edit that is undone is free, and other data of the same sizes are.
 */
import { type RecentlyUsed, recentlyUsed } from "../../base/recently-used.ts";
import type { LoweringInput } from "../../compiler/lower/lower-model.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Engine } from "../../engines/engine.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import type { EngineLabel } from "../choose-engine.ts";
import type { DensityGraphs } from "../density/density-plan.ts";

export interface Reuse {
  /** By `keyOf`. */
  readonly graphs: RecentlyUsed<DensityGraphs>;
  /** The wasm engine for so many threads, loaded once; others keep nothing, and are loaded each time. */
  engine(label: EngineLabel, threads: number, load: () => Promise<Engine>): Promise<Engine>;
  /**
   * Equal where lowering gives equal graphs: the model and the functions say the same, wherever that is written, and the data have
   * the same sizes, the same values where these decide what is computed, and miss values of the same variables; where these are
   * `imputed`, the same ones.
   */
  keyOf(program: CoreProgram, model: CoreModel, bound: BoundData, imputed?: LoweringInput["imputed"]): string;
}

export function createReuse(): Reuse {
  const engines = new Map<number, Engine>();
  // What edits leave alone are the same objects: what they say is written once.
  const texts = new WeakMap<object, string>();
  const textOf = (part: object): string => {
    const text = texts.get(part) ?? JSON.stringify(part, withoutPlaces);
    texts.set(part, text);
    return text;
  };
  return {
    graphs: recentlyUsed(16),
    async engine(label, threads, load) {
      if (label !== "wasm") return load();
      const engine = engines.get(threads) ?? (await load());
      engines.set(threads, engine);
      return engine;
    },
    keyOf({ functions }, model, { sizes, knowns, values }, imputed) {
      const missing = Object.entries(values).flatMap(([name, { present }]) => (present ? [name] : []));
      const parts = Object.entries(functions).map(([name, each]) => `${name}: ${textOf(each)}`);
      return [textOf(model), ...parts, JSON.stringify([sizes, knowns, missing, imputed])].join("\n");
    },
  };
}

/** Infinite bounds, which JSON does not have, are told apart. */
function withoutPlaces(key: string, value: unknown): unknown {
  if (key === "span" || key === "doc") return undefined;
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
