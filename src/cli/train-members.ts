/** `ppl train` of a family with `member learn`: what each member learned, in one file. */
import { type Problem, ProblemError } from "../base/problem.ts";
import type { FittedMembers, GivenMember, Program } from "../driver/api-types.ts";
import type { ExitCode } from "./context.ts";
import { formatDuration } from "./format-number.ts";
import type { Session } from "./run-command.ts";
import { fittedMembersJson, formatFittedMembers } from "./show-fitted.ts";
import { formatDecision } from "./show-posterior.ts";
import type { TrainFlags } from "./train-flags.ts";

export async function trainMembers(program: Program, flags: TrainFlags, session: Session): Promise<ExitCode> {
  const { driver, now, stdout } = session.context;
  const started = now();
  const options = {
    model: flags.model,
    seed: flags.seed,
    member: flags.member?.described,
    allowExtra: flags.ignoreExtra,
    signal: session.signal,
  };
  const fitted: FittedMembers = await driver.fitMembers(
    program,
    await givenMembers(program, flags, session),
    {
      ...options,
      ...(flags.membersFrom === undefined && { sizes: flags.set }),
      steps: flags.steps,
      engine: flags.engine,
      onProgress: session.progress.update,
      onDecision: (decision) => (flags.verbose ? session.remark(formatDecision(decision)) : undefined),
    },
  );
  session.progress.finish();
  driver.writeFittedMembers(flags.out, fitted);
  const { family, engine, seed, members } = fitted;
  const seconds = (now() - started) / 1000;
  const count = `${members.length} ${members.length === 1 ? "member" : "members"}`;
  session.print(`${family}  ${engine} · seed ${seed} · ${count} · ${formatDuration(seconds)}\n`);
  session.print(formatFittedMembers(fitted, stdout.color).join("\n"));
  session.print(`\nwrote ${flags.out}`);
  session.printJson({ ...fittedMembersJson(fitted), seconds, out: flags.out });
  return 0;
}

async function givenMembers(
  program: Program,
  { data, membersFrom, members, model, seed, set }: TrainFlags,
  { context: { driver } }: Session,
): Promise<readonly GivenMember[]> {
  if (membersFrom !== undefined)
    return driver.drawMembers(program, { from: membersFrom, members, model, seed, sizes: set });
  if (data === undefined) throw new ProblemError([noData]);
  return driver.readGivenMembers(data);
}

export const noData: Problem = {
  code: "train-needs-data",
  severity: "error",
  message: "training needs data",
  labels: [],
  help: "add --data FILE; for members of a family also --data FOLDER, or --members-from FAMILY",
};
