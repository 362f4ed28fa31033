/** The script of the page that `pages.test.ts` opens: runs of `ppl/web` by name, called from outside, with results as JSON carries them. */
import {
  check,
  compile,
  conditionOn,
  type DrawnVariable,
  decodeArtifact,
  edit,
  encodeArtifact,
  format,
  infer,
  inferWithArtifact,
  ProblemError,
  type Program,
  setPrior,
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

  /** The problems of each text, each checked after the one before it: codes and places. */
  check(texts: readonly string[]) {
    let checked = check("");
    return texts.map((text) => {
      checked = check(text, checked);
      return checked.problems.map(({ code, labels }) => [code, labels[0]?.span.start]);
    });
  },

  format: (text: string) => format({ name: "page.ppl", text }).text,

  /** The program with another prior and other observed variables: its text, and whether it is still the same when nothing changed. */
  async edit(text: string, variable: string, prior: string, observed: readonly string[], data: Data) {
    const program = await programOf(text);
    const edited = edit(program, (draft) => {
      setPrior(draft, variable, prior);
      conditionOn(draft, observed);
    });
    if (edited.program === undefined) throw new ProblemError(edited.problems);
    const { variables } = await infer(edited.program, data, { seed: 3, chains: 1, draws: 20, warmup: 20 });
    const untouched = edit(program, () => undefined);
    return {
      text: edited.source.text,
      draws: plain(variables),
      isSame: untouched.program?.core === program.core,
    };
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
