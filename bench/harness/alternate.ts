/**
 * Measures contenders of one piece of work against each other: all are started, their values compared, then they take turns
 * (A B C A B C …), so that what the machine does meanwhile hits all alike. Only one runs at any moment.
 */
import { type Child, type Reply, startChild } from "./child.ts";
import type { Contender } from "./contender.ts";
import type { BackgroundMeter } from "./machine.ts";
import { type Spread, spreadOf } from "./statistics.ts";

export interface TurnPlan {
  /** Turns of each contender. */
  readonly rounds: number;
  /** Seconds that one turn takes at least, by repeating the work; 0: once. */
  readonly turnSeconds: number;
  /** Difference of values relative to the largest of them, beyond which contenders disagree. */
  readonly tolerance: number;
  /** A contender that has taken so many seconds sits out once it has had three turns. */
  readonly mostSeconds: number;
  readonly meter: BackgroundMeter;
  /** Called after each turn that counts. */
  readonly afterTurn?: (contender: Contender, reply: Reply) => void;
}

export type Outcome =
  | {
      readonly kind: "measured";
      readonly contender: Contender;
      /** Seconds of the work done once. */
      readonly seconds: Spread;
      readonly startSeconds: number;
      readonly replies: readonly Reply[];
      readonly times: number;
    }
  | { readonly kind: "disagrees"; readonly contender: Contender; readonly difference: number }
  | { readonly kind: "failed"; readonly contender: Contender; readonly reason: string };

interface Runner {
  readonly contender: Contender;
  readonly child: Child;
  times: number;
  failure?: string;
  readonly replies: Reply[];
}

/** Between turns: threads of the last contender that still spin come to rest, then we look at what others do. */
const restMilliseconds = 10;
const lookMilliseconds = 20;
const fewestTurns = 3;

/** One outcome per contender, in order. The first that starts sets the values that the others have to reach. */
export async function alternate(
  contenders: readonly Contender[],
  plan: TurnPlan,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Contender, Outcome>();
  const runners: Runner[] = [];
  try {
    for (const contender of contenders) {
      const { launch } = contender;
      if (launch.kind === "missing") {
        outcomes.set(contender, { kind: "failed", contender, reason: launch.reason });
        continue;
      }
      try {
        const child = await startChild(launch);
        const expected = runners[0]?.child.values ?? child.values;
        const difference = differenceOf(expected, child.values);
        if (difference <= plan.tolerance) runners.push({ contender, child, times: 1, replies: [] });
        else {
          outcomes.set(contender, { kind: "disagrees", contender, difference });
          child.stop();
        }
      } catch (error) {
        outcomes.set(contender, { kind: "failed", contender, reason: messageOf(error) });
      }
    }
    for (const runner of runners) await guarded(runner, () => calibrate(runner, plan.turnSeconds));
    for (let round = 0; round < plan.rounds; round++)
      for (const runner of runners) {
        const taken = runner.replies.reduce((sum, reply) => sum + reply.seconds, 0);
        if (runner.replies.length >= fewestTurns && taken > plan.mostSeconds) continue;
        await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
        await plan.meter.rest(lookMilliseconds);
        await guarded(runner, async () => {
          const reply = await runner.child.run(runner.times);
          runner.replies.push(reply);
          plan.afterTurn?.(runner.contender, reply);
        });
      }
  } finally {
    for (const { child } of runners) child.stop();
  }
  for (const runner of runners) outcomes.set(runner.contender, outcomeOf(runner));
  return contenders.flatMap((contender) => outcomes.get(contender) ?? []);
}

function outcomeOf({ contender, child, times, replies, failure }: Runner): Outcome {
  if (failure !== undefined) return { kind: "failed", contender, reason: failure };
  const seconds = spreadOf(replies.map((reply) => reply.seconds / times));
  return { kind: "measured", contender, seconds, startSeconds: child.startSeconds, replies, times };
}

async function guarded(runner: Runner, work: () => Promise<void>): Promise<void> {
  if (runner.failure !== undefined) return;
  try {
    await work();
  } catch (error) {
    runner.failure = messageOf(error);
  }
}

/** Repeats the work until a turn lasts long enough; what comes once, such as compiling, happens before that. */
async function calibrate(runner: Runner, turnSeconds: number): Promise<void> {
  await runner.child.run(1);
  if (turnSeconds === 0) return;
  for (let attempt = 0; attempt < 40; attempt++) {
    const { seconds } = await runner.child.run(runner.times);
    if (seconds >= turnSeconds) return;
    const wanted =
      seconds > 0.002 ? Math.ceil((1.2 * runner.times * turnSeconds) / seconds) : 4 * runner.times;
    runner.times = Math.max(runner.times + 1, Math.min(wanted, 8 * runner.times));
  }
}

/** Largest difference, relative to the largest value; infinite where lengths differ or something is not finite. */
function differenceOf(expected: readonly number[], values: readonly number[]): number {
  if (expected.length !== values.length) return Number.POSITIVE_INFINITY;
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = Math.abs(values[i] - expected[i]) / scale;
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most;
}

function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.slice(0, 90);
}
