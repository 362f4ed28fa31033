/** The options of `ppl infer`. */
import type { InferOptions } from "../driver/api-types.ts";
import type { DataFlags, ShowFlags } from "./options.ts";

export interface InferFlags extends DataFlags, ShowFlags {
  readonly verbose?: boolean;
  readonly strategy?: InferOptions["strategy"];
  readonly engine?: string;
  readonly chains?: number;
  readonly warmup?: number;
  readonly draws?: number;
  readonly parallel?: number;
  readonly targetAccept?: number;
  readonly maxDepth?: number;
  readonly metric?: InferOptions["metric"];
  readonly init?: string;
  readonly loo?: boolean;
  readonly predict?: string;
  readonly anew?: readonly string[];
  readonly out?: string;
}
