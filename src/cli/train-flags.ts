/** The options of `ppl train`. */
import type { DataFlags, ShowFlags } from "./options.ts";

export interface TrainFlags extends DataFlags, ShowFlags {
  readonly out: string;
  readonly membersFrom?: string;
  readonly members?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly engine?: string;
  readonly restart?: boolean;
  readonly verbose?: boolean;
}
