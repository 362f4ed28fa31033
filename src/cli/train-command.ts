/** `ppl train`: fits networks and learned parameters to data and writes one artifact. */
import { Command, Option } from "commander";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { formatDuration } from "./format-number.ts";
import { numberBetween, sharedOptions, wholeNumber } from "./options.ts";
import { runCommand, type Session } from "./run-command.ts";
import { formatDecision } from "./show-posterior.ts";
import type { TrainFlags } from "./train-flags.ts";
import { noData, trainMembers } from "./train-members.ts";

export function trainCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("train")
    .summary("train a model's networks and its inference network")
    .description(
      "Trains what the model learns, together with a network that infers its latents; writes one file.",
    )
    .argument("<file>", "a model")
    .addOption(sharedOptions.data())
    .addOption(new Option("--out <file>", "the artifact to write, .pplx").makeOptionMandatory())
    .addOption(sharedOptions.model())
    .addOption(new Option("--steps <n>", "optimizer steps").argParser(wholeNumber(1)))
    .addOption(new Option("--batch <n>", "items per step").argParser(wholeNumber(1)))
    .addOption(new Option("--learning-rate <x>", "of the optimizer").argParser(numberBetween(0, Infinity)))
    .addOption(sharedOptions.seed())
    .addOption(sharedOptions.engine())
    .addOption(sharedOptions.set())
    .addOption(sharedOptions.member())
    .addOption(
      new Option("--members-from <family>", "data of members, drawn from another family of the file"),
    )
    .addOption(
      new Option("--members <n>", "with --members-from: how many (default: 100)").argParser(wholeNumber(1)),
    )
    .addOption(sharedOptions.ignoreExtra())
    .addOption(new Option("--restart", "begin anew, also when there is a checkpoint"))
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.verbose())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
While it trains, FILE.pplx.checkpoint keeps the state: after Ctrl-C or a crash, the same command goes on from there.

Examples:
  ppl train vae.ppl --data digits.json --out vae.pplx
  ppl train vae.ppl --data digits.json --out vae.pplx --steps 20000 --learning-rate 0.001
  ppl infer vae.pplx --data digits.json
  ppl train regressor.ppl --data members.json --out members.pplx
  ppl infer members.pplx --member 0 --predict inputs.json`,
    )
    .action(async (file: string, flags: TrainFlags) => {
      finish(await runCommand(context, flags, (session) => train(file, flags, session)));
    });
}

async function train(file: string, flags: TrainFlags, session: Session): Promise<ExitCode> {
  const { driver, removeFile } = session.context;
  driver.checkWritable(flags.out, [".pplx"]);
  const checkpoint = `${flags.out}.checkpoint`;
  const program = await session.loadProgram(file);
  if (await driver.learnsPerMember(program, flags.model)) return trainMembers(program, flags, session);
  if (flags.data === undefined) throw new ProblemError([noData]);
  if (flags.membersFrom !== undefined || flags.member !== undefined)
    throw new ProblemError([noMembers(flags.membersFrom === undefined ? "--member" : "--members-from")]);
  const trained = await driver.train(program, driver.readData(flags.data), {
    checkpoint,
    resume: flags.restart !== true,
    model: flags.model,
    steps: flags.steps,
    batchSize: flags.batch,
    learningRate: flags.learningRate,
    seed: flags.seed,
    engine: flags.engine,
    sizes: flags.set,
    allowExtra: flags.ignoreExtra,
    signal: session.signal,
    onProgress: session.progress.update,
    onRemark: session.remark,
    onDecision: (decision) => (flags.verbose ? session.remark(formatDecision(decision)) : undefined),
  });
  session.progress.finish();
  const { model, seed, steps, seconds, engine, interrupted, elbo } = trained;
  const { remarks } = trained;
  const facts = { model, engine, seed, steps, seconds, elbo, interrupted, remarks };
  if (interrupted) {
    session.remark(`stopped after ${steps} steps; the same command goes on from ${checkpoint}`);
    session.printJson(facts);
    return 130;
  }
  driver.writeArtifact(flags.out, trained);
  removeFile(checkpoint);
  session.print(`${model}  ${engine} · seed ${seed} · ${steps} steps · ${formatDuration(seconds)}`);
  session.print(`ELBO ${elbo.toFixed(3)} nats per item`);
  for (const remark of trained.remarks) session.print(`caution: ${remark}`);
  session.print(`wrote ${flags.out}`);
  session.printJson({ ...facts, out: flags.out });
  return 0;
}

function noMembers(option: string): Problem {
  return {
    code: "no-member-parameters",
    severity: "error",
    message: `${option} is for families whose members learn for themselves`,
    labels: [],
    help: "write `member learn` in the family, or leave the option out",
  };
}
