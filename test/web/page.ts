/** The script of the page that `pages.test.ts` opens: runs of `ppl/web` by name, called from outside, with results as JSON carries them. */
import {
  compile,
  type DrawnVariable,
  decodeArtifact,
  encodeArtifact,
  infer,
  inferWithArtifact,
  ProblemError,
  type Program,
  train,
  type WebInferOptions,
} from "ppl/web";

type Data = Readonly<Record<string, unknown>>;

async function programOf(text: string): Promise<Program> {
  const { program, problems } = await compile(text);
  if (program === undefined) throw new ProblemError(problems);
  return program;
}

const plain = (variables: readonly DrawnVariable[]) =>
  Object.fromEntries(variables.map(({ name, values }) => [name, [...values]]));

const runs = {
  async infer(text: string, data: Data, options: WebInferOptions) {
    const decisions: string[] = [];
    const onDecision = ({ what, choice }: { what: string; choice: string }) =>
      decisions.push(`${what}: ${choice}`);
    const posterior = await infer(await programOf(text), data, { ...options, onDecision });
    return { draws: plain(posterior.variables), verdict: posterior.quality.verdict, decisions };
  },

  /** Chains in workers that the page makes itself. */
  async inferInWorkersOf(address: string, text: string, data: Data, options: WebInferOptions) {
    let workers = 0;
    const worker = () => {
      workers += 1;
      return new Worker(address, { type: "module" });
    };
    return { ...(await runs.infer(text, data, { ...options, worker })), workers };
  },

  async train(text: string, data: Data, steps: number) {
    return [...encodeArtifact(await train(await programOf(text), data, { steps }))];
  },

  async answer(address: string, data: Data) {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    const posterior = await inferWithArtifact(decodeArtifact(bytes, address), data, { draws: 50 });
    return { draws: plain(posterior.variables), verdict: posterior.quality.verdict };
  },

  /** The codes of the problems that a run is refused with. */
  refusal: (run: Promise<unknown>) =>
    run.then(
      () => [],
      (error: unknown) => {
        if (error instanceof ProblemError) return error.problems.map(({ code }) => code);
        throw error;
      },
    ),

  /** Whether the content policy keeps text from becoming code. */
  textIsNoCode() {
    try {
      new Function("return 1");
      return false;
    } catch {
      return true;
    }
  },
};

Object.assign(globalThis, { runs });
