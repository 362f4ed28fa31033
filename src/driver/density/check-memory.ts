/** What cannot fit into memory is refused before anything runs, instead of ending in a crash. */
import { ProblemError } from "../../base/problem.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import type { SplitGraph } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";

const gigabyte = 2 ** 30;

/** V8 ends the process at a heap of about four gigabytes. */
const limit = 3 * gigabyte;

/** Ops that only say how others are read: engines write them out seldom, but for the judge, which asks by itself. */
const readings: ReadonlySet<OpName> = new Set(["iota", "broadcast", "reshape", "transpose"]);

/** Throws `ProblemError` where the values of all nodes together are too many. */
export function checkGraphMemory(graph: Graph, bound: BoundData): void {
  const stored = graph.nodes.filter(({ op }) => !readings.has(op));
  const numbers = stored.reduce((sum, node) => sum + elementCount(node.type.shape), 0);
  const [largest] = Object.entries(bound.sizes).sort(([, a], [, b]) => b - a);
  refuseBeyond(8 * numbers, {
    what: "the model",
    notes: sizeNotes(bound),
    help: largest === undefined ? "make its arrays smaller" : `make ${largest[0]} smaller`,
  });
}

/** Copies of the weights: those of Adam and their gradient in the engine, the ones before and after a block outside. */
const copiesOfWeights = 12;

/** Throws `ProblemError` where a training step, forwards and back, with the weights and their moments is too much. */
export function checkTrainingMemory(graph: Graph, weights: number, bound: BoundData): void {
  const numbers = graph.nodes.reduce((sum, node) => sum + elementCount(node.type.shape), 0);
  refuseBeyond(8 * (2 * numbers + copiesOfWeights * weights), {
    what: "training",
    notes: [`there are ${weights} weights, the inference network's among them`, ...sizeNotes(bound)],
    help: "make the sizes or --batch smaller",
  });
}

/** Threads that may each have a density of their own, beside that of the calling thread, at least one. */
export function threadsThatFit({ each }: SplitGraph): number {
  const numbers = each.nodes.reduce((sum, node) => sum + elementCount(node.type.shape), 0);
  return Math.max(1, Math.floor(limit / (8 * numbers)) - 1);
}

function sizeNotes({ sizes }: BoundData): string[] {
  const sorted = Object.entries(sizes).sort(([, a], [, b]) => b - a);
  return sorted.length === 0
    ? []
    : [`its sizes are ${sorted.map(([name, value]) => `${name} = ${value}`).join(", ")}`];
}

/** `perDraw` in bytes; `what` are the draws in words. Throws `ProblemError` where all draws together are too many. */
export function checkDrawsMemory(draws: number, perDraw: number, what = `${draws} draws`): void {
  const fit = Math.max(1, limit / perDraw);
  // Two digits are enough to go by.
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(fit)) - 1);
  const most = Math.floor(fit / unit) * unit;
  refuseBeyond(draws * perDraw, { what, notes: [], help: `ask for fewer; ${most} in all would fit` });
}

function refuseBeyond(
  bytes: number,
  { what, notes, help }: { readonly what: string; readonly notes: readonly string[]; readonly help: string },
): void {
  if (bytes <= limit) return;
  throw new ProblemError([
    {
      code: "out-of-memory",
      severity: "error",
      message: `${what} would take ${Math.ceil(bytes / gigabyte)} GB of memory`,
      labels: [],
      expected: `at most ${limit / gigabyte} GB`,
      ...(notes.length > 0 && { notes }),
      help,
    },
  ]);
}
