/** A running contender: a process that is asked line by line. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Launch } from "./contender.ts";

/** Answer to `run N`. Facts come beside the seconds. */
export interface Reply {
  readonly seconds: number;
  readonly [fact: string]: unknown;
}

export interface Child {
  /** What all contenders of the work must agree on. */
  readonly values: readonly number[];
  /** Seconds from starting the process to its being ready. */
  readonly startSeconds: number;
  run(times: number): Promise<Reply>;
  stop(): void;
}

/** Seconds that a contender may take to start, or for one run. */
const usualPatience = 300;

/** Rejects with what the process said when it cannot do the work. */
export async function startChild(
  launch: Launch & { readonly kind: "program" },
  patience = usualPatience,
): Promise<Child> {
  const started = performance.now();
  const [program, ...args] = launch.command;
  const child = spawn(program, args, { env: { ...process.env, ...launch.environment } });
  const ask = conversation(child, patience);
  const first = (await ask(launch.task)) as { readonly values?: readonly number[] };
  return {
    values: first.values ?? [],
    startSeconds: (performance.now() - started) / 1000,
    run: async (times) => (await ask(`run ${times}`)) as Reply,
    stop: () => {
      child.stdin.end();
      child.kill();
    },
  };
}

function conversation(
  child: ChildProcessWithoutNullStreams,
  patience: number,
): (line: string) => Promise<unknown> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4000);
  });
  child.on("error", (error) => {
    complaints += error.message;
  });
  child.stdin.on("error", () => {});
  return async (line) => {
    child.stdin.write(`${line}\n`);
    for (;;) {
      const next = await withPatience(lines.next(), child, patience);
      if (next.done) throw new Error(lastLine(complaints) ?? "the process ended without a word");
      // Libraries may print; answers are JSON objects.
      if (!next.value.startsWith("{")) continue;
      const reply: { readonly failed?: string } = JSON.parse(next.value);
      if (reply.failed !== undefined) throw new Error(reply.failed);
      return reply;
    }
  };
}

async function withPatience<Value>(
  promise: Promise<Value>,
  child: ChildProcessWithoutNullStreams,
  patience: number,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no answer within ${patience} s`));
    }, 1000 * patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1) || undefined;
}
