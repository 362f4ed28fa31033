/** All benchmarks, in the order of the report. */
import type { Case } from "../harness/section.ts";
import { checking } from "./checking.ts";
import { gradients } from "./gradients.ts";
import { growth } from "./growth.ts";
import { matmul } from "./matmul.ts";
import { memory } from "./memory.ts";
import { nuts } from "./nuts.ts";
import { source } from "./source.ts";
import { training } from "./training.ts";
import { vae } from "./vae.ts";

export const cases: readonly Case[] = [
  gradients,
  nuts,
  source,
  checking,
  vae,
  training,
  matmul,
  growth,
  memory,
];
