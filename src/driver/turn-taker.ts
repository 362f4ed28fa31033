/**
 * Long loops give way now and then: Ctrl-C is heard, progress is drawn, and memory stays flat. V8 posts a task with every scavenge,
 * also when one is no longer needed, and Node keeps some hundred bytes for it until the event loop turns.
 */

const turnMilliseconds = 50;

/** Call and await what is returned once per round of a loop: it lets the event loop turn when so much time has gone by. */
export function turnTaker(milliseconds = turnMilliseconds): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < milliseconds) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0),
    );
  };
}
