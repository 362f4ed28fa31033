/** The frame of every command: Ctrl-C, problems to where they belong, and an exit code; the body does the work. */
import { type Problem, ProblemError } from "../base/problem.ts";
import { renderProblems } from "../base/render-problem.ts";
import type { Source } from "../base/span.ts";
import type { Compilation, Program } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { watchInterrupt } from "./interrupt.ts";
import type { ShowFlags } from "./options.ts";
import { problemJson } from "./problem-json.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progress.ts";

/** What a command's body works with. */
export interface Session {
  readonly context: CliContext;
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
  /** The texts read so far. */
  readonly sources: readonly Source[];
  /** Reads a model file. Throws `ProblemError`. */
  loadSource(path: string): Source;
  /** Compiles a model file with what it imports. Throws `ProblemError` for a file that cannot be read. */
  compile(path: string): Promise<Compilation>;
  /** Compiles a model file; its warnings go to stderr. Throws `ProblemError`. */
  loadProgram(path: string): Promise<Program>;
  /** A text that problems may point into. */
  addSource(source: Source): void;
  /** Text for people on stdout; nothing with `--json`. */
  print(text: string): void;
  /** Problems as text on stderr; nothing with `--json`. */
  showProblems(problems: readonly Problem[]): void;
  /** A remark on stderr; nothing with `--json` or `--quiet`. */
  remark(text: string): void;
  /** The one object that `--json` prints; nothing without. */
  printJson(value: unknown): void;
}

export async function runCommand(
  context: CliContext,
  flags: ShowFlags,
  body: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { stdout, stderr } = context;
  const json = flags.json === true;
  const quiet = json || flags.quiet === true;
  const sources: Source[] = [];
  const interrupt = watchInterrupt(context);
  const progress = createProgressDisplay(stderr, context.now, quiet);
  const session: Session = {
    context,
    signal: interrupt.signal,
    progress,
    sources,
    loadSource(path) {
      if (/\.pplx$/i.test(path)) throw new ProblemError([trainedModel(path)]);
      if (/\.(json|csv)$/i.test(path)) throw new ProblemError([dataFile(path)]);
      const source = context.driver.readSource(path);
      sources.push(source);
      return source;
    },
    async compile(path) {
      const compilation = await context.driver.compile(session.loadSource(path), {
        resolve: (imported, from) => context.driver.readModule(imported, from),
      });
      sources.push(...compilation.sources.slice(1));
      return compilation;
    },
    async loadProgram(path) {
      const { program, problems } = await session.compile(path);
      if (program === undefined) throw new ProblemError(problems);
      session.showProblems(problems);
      return program;
    },
    showProblems: (problems) => (json ? undefined : writeProblems(context, problems, sources)),
    addSource: (source) => void sources.push(source),
    print: (text) => (json ? undefined : stdout.write(`${text}\n`)),
    remark: (text) => (quiet ? undefined : stderr.write(`${text}\n`)),
    printJson: (value) => (json ? stdout.write(`${JSON.stringify(value, null, 2)}\n`) : undefined),
  };
  try {
    return await body(session);
  } catch (error) {
    progress.finish();
    if (error instanceof ProblemError) {
      if (json)
        session.printJson({ problems: error.problems.map((problem) => problemJson(problem, sources)) });
      else writeProblems(context, error.problems, sources);
      return interrupt.signal.aborted ? 130 : 2;
    }
    if (interrupt.signal.aborted) return 130;
    stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  } finally {
    progress.finish();
    interrupt.dispose();
  }
}

function trainedModel(path: string): Problem {
  return {
    code: "model-unreadable",
    severity: "error",
    message: `\`${path}\` is a trained model, not the text of a model`,
    labels: [],
    expected: "a .ppl file",
    help: `ppl infer ${path} --data FILE`,
  };
}

function dataFile(path: string): Problem {
  return {
    code: "model-unreadable",
    severity: "error",
    message: `\`${path}\` is a data file by its name, not the text of a model`,
    labels: [],
    expected: "a .ppl file",
    help: `ppl infer MODEL.ppl --data ${path}`,
  };
}

function writeProblems(context: CliContext, problems: readonly Problem[], sources: readonly Source[]): void {
  if (problems.length === 0) return;
  const { color } = context.stderr;
  context.stderr.write(`${renderProblems(problems, sources, { color })}\n`);
}
