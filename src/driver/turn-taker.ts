/** Long loops in this thread give way now and then, so that Ctrl-C is heard and progress is drawn. */

const turnMilliseconds = 50;

/** Call and await what is returned once per round of a loop: it lets the event loop turn when that is due. */
export function turnTaker(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < turnMilliseconds) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0),
    );
  };
}
