/** Ctrl-C once asks a run to stop and keep what it has; twice ends the process. */
import type { CliContext } from "./context.ts";

export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function watchInterrupt(context: CliContext): Interrupt {
  const controller = new AbortController();
  const dispose = context.onInterrupt(() => {
    if (controller.signal.aborted) {
      context.kill(130);
      return;
    }
    context.stderr.write("\nstopping; Ctrl-C again quits at once\n");
    controller.abort();
  });
  return { signal: controller.signal, dispose };
}
