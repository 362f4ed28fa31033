/** One system doing one piece of work: what a case declares and the harness runs. */

export interface Contender {
  /** As shown: "ppl wasm", "JAX jit". */
  readonly name: string;
  readonly ours: boolean;
  readonly launch: Launch;
}

/** How to start the program that does the work, or why that cannot be. */
export type Launch =
  | {
      readonly kind: "program";
      readonly command: readonly string[];
      readonly environment?: Readonly<Record<string, string>>;
      /** First line on its standard input. */
      readonly task: string;
    }
  | { readonly kind: "missing"; readonly reason: string };

/**
 * Our side of a contender, inside its own process: prepared work. `values` are what all contenders must agree on;
 * `run` does the work so many times and may return facts about it.
 */
export interface Measurable {
  readonly values: readonly number[];
  run(times: number): Promise<Facts | undefined> | Facts | undefined;
}

/** More numbers about a run than its time, by name. */
export type Facts = Readonly<Record<string, number | string>>;

/** A function of a case file, run in a process of its own: `serve.ts` finds it by module and name. */
export function ours(name: string, module: string, entry: string, task: object): Contender {
  const serve = new URL("./serve.ts", import.meta.url).pathname;
  return {
    name,
    ours: true,
    launch: {
      kind: "program",
      command: [process.execPath, "--expose-gc", serve, module, entry],
      task: JSON.stringify(task),
    },
  };
}

export function missing(name: string, reason: string): Contender {
  return { name, ours: false, launch: { kind: "missing", reason } };
}
