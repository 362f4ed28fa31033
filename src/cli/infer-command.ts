/** `ppl infer`: the posterior of a model, or of a trained artifact, given data. */
import { Command, Option } from "commander";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { InferOptions, Posterior } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import type { InferFlags } from "./infer-flags.ts";
import { inferMember } from "./infer-member.ts";
import { inputFiles, numberBetween, sharedOptions, wholeNumber } from "./options.ts";
import { readGiven } from "./read-given.ts";
import { runCommand, type Session } from "./run-command.ts";
import { formatLeaveOneOut, leaveOneOutJson } from "./show-leave-one-out.ts";
import { formatDecision, formatPosterior, posteriorSummaryJson } from "./show-posterior.ts";
import { formatPredictions, predictionsJson } from "./show-predictions.ts";

export function inferCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("infer")
    .summary("the posterior of a model given data")
    .description("Draws from the posterior of a model (.ppl), or of a trained model (.pplx), given data.")
    .argument("<file>", "a model, or what `ppl train` wrote")
    .addOption(sharedOptions.data())
    .addOption(
      new Option(
        "--strategy <name>",
        "how: nuts for small models, svi for large ones, auto to let ppl choose",
      )
        .choices(["auto", "nuts", "svi"])
        .default("auto"),
    )
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.seed())
    .addOption(new Option("--chains <n>", "independent chains (default: 4)").argParser(wholeNumber(1, 1000)))
    .addOption(
      new Option("--warmup <n>", "draws per chain to adapt with, not kept (default: 1000)").argParser(
        wholeNumber(0),
      ),
    )
    .addOption(new Option("--draws <n>", "draws per chain to keep (default: 1000)").argParser(wholeNumber(1)))
    .addOption(
      new Option("--target-accept <p>", "NUTS: higher for smaller steps, when transitions diverge").argParser(
        numberBetween(0, 1),
      ),
    )
    .addOption(new Option("--max-depth <n>", "NUTS: largest tree depth").argParser(wholeNumber(1, 20)))
    .addOption(
      new Option("--metric <name>", "NUTS: what is learned of the mass matrix").choices([
        "diagonal",
        "dense",
      ]),
    )
    .addOption(
      new Option(
        "--init <file>",
        "NUTS: values of variables to start from, an object by name; a list of objects is one per chain",
      ),
    )
    .addOption(sharedOptions.engine())
    .addOption(
      new Option("--parallel <n>", "worker threads (default: one per chain, at most one per core)").argParser(
        wholeNumber(1, 256),
      ),
    )
    .addOption(sharedOptions.set())
    .addOption(sharedOptions.member())
    .addOption(sharedOptions.ignoreExtra())
    .addOption(
      new Option("--loo", "how well each observation is predicted by the others (leave-one-out, PSIS)"),
    )
    .addOption(new Option("--predict <file>", "predict the observations of other data: inputs and sizes"))
    .addOption(
      new Option(
        "--anew <size>",
        "with --predict: plates of this size hold other items than the data; may be repeated",
      ).argParser<readonly string[]>((size, before = []) => [...before, size]),
    )
    .addOption(new Option("--out <file>", "write the draws: .json for ArviZ, .csv with a row per draw"))
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.verbose())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
Examples:
  ppl infer schools.ppl --data schools.json
  ppl infer schools.ppl --data schools.csv --seed 7 --out posterior.json
  ppl infer schools.ppl --data schools.json --loo
  ppl infer curve.ppl --data rows.csv --init start.json
  ppl infer regression.ppl --data rows.csv --predict new-rows.csv --out posterior.json
  ppl infer large.ppl --data rows.csv --strategy svi --json
  ppl infer vae.pplx --data digits.json
  ppl infer members.pplx --member 0 --predict inputs.json`,
    )
    .action(async (file: string, flags: InferFlags) => {
      finish(await runCommand(context, flags, (session) => infer(file, flags, session)));
    });
}

async function infer(file: string, flags: InferFlags, session: Session): Promise<ExitCode> {
  const { driver, stdout } = session.context;
  const others = [flags.predict, flags.init].filter((each) => each !== undefined);
  const inputs = [...inputFiles(file, flags), ...others];
  if (flags.out !== undefined) driver.checkWritable(flags.out, [".json", ".csv"], inputs);
  if (flags.anew !== undefined && flags.predict === undefined) throw new ProblemError([nothingToPredict]);
  const artifact = file.toLowerCase().endsWith(".pplx") ? driver.readTrained(file) : undefined;
  if (artifact !== undefined) session.addSource(artifact.source);
  if (artifact?.kind === "fitted-members") return inferMember(artifact, flags, session);
  const program = artifact === undefined ? await session.loadProgram(file) : undefined;
  const data = readGiven(driver, flags);
  const other = flags.predict === undefined ? undefined : driver.readData(flags.predict);
  const options = {
    ...inferOptions(flags, session),
    ...(flags.init !== undefined && { init: driver.readData(flags.init) }),
  };
  const wishes = { anew: flags.anew, allowExtra: flags.ignoreExtra };
  if (flags.loo) await driver.checkLeaveOneOut(program, data, options);
  if (other !== undefined) await driver.checkPredictable(program, data, options, other, wishes);

  const posterior =
    program !== undefined
      ? await driver.infer(program, data, options)
      : artifact !== undefined
        ? await driver.inferWithArtifact(artifact, data, options)
        : undefined;
  session.progress.finish();
  if (posterior === undefined) return 1;

  const loo = flags.loo && !posterior.interrupted ? await posterior.leaveOneOut() : undefined;
  const predictions =
    other && !posterior.interrupted
      ? await posterior.predictAt(other, {
          ...wishes,
          signal: session.signal,
          onProgress: session.progress.update,
        })
      : undefined;
  session.progress.finish();
  if (flags.out !== undefined) {
    const predicted = await withPredictions(posterior, flags.out, session);
    driver.writeDraws(flags.out, {
      ...predicted,
      ...(loo && { logLikelihood: loo.logLikelihood }),
      ...(predictions && { predictions }),
    });
    session.remark(
      `wrote ${flags.out}${posterior.interrupted ? " with the draws until the interruption" : ""}`,
    );
  }
  const draws = posterior.chains * posterior.draws;
  session.print(
    [
      formatPosterior(posterior, stdout.color),
      ...(loo ? ["", ...formatLeaveOneOut(loo)] : []),
      ...(predictions ? ["", ...formatPredictions(predictions, draws, stdout.color)] : []),
    ].join("\n"),
  );
  session.printJson({
    ...posteriorSummaryJson(posterior),
    ...(loo && { loo: leaveOneOutJson(loo) }),
    ...(predictions && { predictions: predictionsJson(predictions, draws) }),
  });
  return posterior.interrupted ? 130 : 0;
}

const nothingToPredict: Problem = {
  code: "nothing-to-predict",
  severity: "error",
  message: "--anew says which items of other data are others, and no other data are given",
  labels: [],
  help: "add --predict FILE",
};

function inferOptions(flags: InferFlags, session: Session): InferOptions {
  const { strategy, engine, chains, warmup, draws, parallel, targetAccept, maxDepth, metric, model, seed } =
    flags;
  return {
    strategy,
    engine,
    chains,
    warmup,
    draws,
    parallel,
    targetAccept,
    maxDepth,
    metric,
    model,
    seed,
    sizes: flags.set,
    member: flags.member?.described,
    allowExtra: flags.ignoreExtra,
    signal: session.signal,
    onProgress: session.progress.update,
    onDecision(decision) {
      if (flags.verbose) session.remark(formatDecision(decision));
      else if (decision.what === "missing values") session.remark(decision.choice);
      const idle = decision.what === "strategy" ? idleOptions(flags, decision.choice) : [];
      if (idle.length > 0)
        session.remark(
          `note: ${idle.join(", ")} ${idle.length === 1 ? "does" : "do"} not apply to ${decision.choice}`,
        );
    },
  };
}

/** Options that were given and mean nothing to the strategy: all but NUTS draw independently, without chains. */
function idleOptions(flags: InferFlags, strategy: string): string[] {
  const { chains, warmup, targetAccept, maxDepth, metric, init } = flags;
  const onlyNuts = {
    "--chains": chains,
    "--warmup": warmup,
    "--target-accept": targetAccept,
    "--max-depth": maxDepth,
    "--metric": metric,
    "--init": init,
  };
  const asked = flags.strategy === "auto" ? undefined : flags.strategy;
  const idle = {
    ...(strategy === "amortized" && { "--strategy": asked }),
    ...(strategy !== "nuts" && onlyNuts),
  };
  return Object.entries(idle).flatMap(([option, value]) => (value === undefined ? [] : [option]));
}

/** InferenceData holds replicated observations as well. Draws are never lost because these could not be made. */
async function withPredictions(posterior: Posterior, path: string, session: Session): Promise<Posterior> {
  if (posterior.interrupted || !path.toLowerCase().endsWith(".json")) return posterior;
  try {
    return await posterior.predict();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    session.remark(`no posterior predictive draws: ${error.problems[0]?.message ?? error.message}`);
    return posterior;
  }
}
