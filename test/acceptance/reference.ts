/** Reads a reference posterior and its data from the collection, which is not part of this repository. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Case } from "./posteriors.ts";

const root = resolve(process.env.PPL_DATA ?? resolve(import.meta.dirname, "../../../shared/data"));

export interface Reference {
  readonly params: Readonly<
    Record<string, { readonly mean: number; readonly sd: number; readonly mcse_mean?: number }>
  >;
  /** Joint log densities on the scale of the parameters, without Jacobians; known up to one constant. */
  readonly logdensity_check?: {
    readonly points: readonly {
      readonly params: Readonly<Record<string, number>>;
      readonly log_density: number;
    }[];
  };
}

/** Whether a collection is there. */
export function hasReferences(collection: Case["collection"]): boolean {
  return existsSync(resolve(root, collection, "reference"));
}

export function readReference({ collection, posterior }: Case): Reference {
  return JSON.parse(readFileSync(resolve(root, collection, "reference", `${posterior}.json`), "utf8"));
}

/** The data by our names. */
export function readData({ collection, data, dataNames }: Case): Readonly<Record<string, unknown>> {
  const text = readFileSync(resolve(root, collection, "data", `${data}.json`), "utf8");
  const values: Record<string, unknown> = JSON.parse(text);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [dataNames[name] ?? name, value]));
}

/** Our name of a parameter of the reference: indices count from 0 here and from 1 there. */
export function ourName(name: string, { names }: Case): string {
  return names[name] ?? name.replace(/\[([\d,]+)\]$/, (_, list: string) => `[${fromZero(list)}]`);
}

function fromZero(list: string): string {
  return list
    .split(",")
    .map((each) => Number(each) - 1)
    .join(",");
}
