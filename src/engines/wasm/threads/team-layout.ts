/** The words through which the threads of a module meet. Each that is written often has cache lines of its own. */
export interface TeamLayout {
  /** i64: 0 at first; stretch · 2⁴⁸ + count of its chunks · 2³² + chunks that were taken, or more. */
  readonly offer: number;
  /** Counts offers, modulo 2³²; threads without work wait for it to change. */
  readonly turn: number;
  /** Threads that wait for the next turn asleep. */
  readonly sleepers: number;
  /** Chunks of the present stretch that are done. */
  readonly done: number;
  /** 1 while the thread that made the offer sleeps until all chunks are done. */
  readonly isAwaited: number;
  /** Not 0 once a thread has failed: nothing that was computed since can be trusted. */
  readonly failed: number;
  /** Not 0 once threads are to end. */
  readonly stopped: number;
  /** 1 where the thread that makes offers may sleep, as the main thread of a page may not. */
  readonly maySleep: number;
}

/** Two lines, since processors fetch lines in pairs. */
const spacing = 128;

export function planTeam(reserve: (bytes: number) => number): TeamLayout {
  const start = reserve(6 * spacing);
  return {
    offer: start,
    turn: start + spacing,
    sleepers: start + 2 * spacing,
    done: start + 3 * spacing,
    isAwaited: start + 4 * spacing,
    failed: start + 5 * spacing,
    stopped: start + 5 * spacing + 4,
    maySleep: start + 5 * spacing + 8,
  };
}

/** What `failed` says. */
export const failures = { thread: 1, silence: 2 } as const;
