/** `ppl infer` of fitted members: what they learned, and what one of them predicts at other inputs. */
import { type Problem, ProblemError } from "../base/problem.ts";
import type { FittedMember, FittedMembers } from "../driver/api-types.ts";
import { findMember } from "../driver/members/find-member.ts";
import type { ExitCode } from "./context.ts";
import type { InferFlags } from "./infer-flags.ts";
import type { Session } from "./run-command.ts";
import {
  fittedMemberJson,
  fittedMembersJson,
  formatFittedMember,
  formatFittedMembers,
} from "./show-fitted.ts";
import { formatPredictions, predictionsJson } from "./show-predictions.ts";

const defaultDraws = 1000;

export async function inferMember(
  fitted: FittedMembers,
  flags: InferFlags,
  session: Session,
): Promise<ExitCode> {
  const { color } = session.context.stdout;
  refuseOthers(flags);
  const name = flags.member?.name;
  if (name !== undefined) return showMember(fitted, findMember(fitted, name), flags, session);
  if (flags.predict !== undefined) throw new ProblemError([whichMember(fitted)]);
  session.print([fitted.family, "", ...formatFittedMembers(fitted, color)].join("\n"));
  session.printJson(fittedMembersJson(fitted));
  return 0;
}

async function showMember(
  fitted: FittedMembers,
  member: FittedMember,
  { predict, draws = defaultDraws, seed, set, ignoreExtra }: InferFlags,
  session: Session,
): Promise<ExitCode> {
  const { driver, stdout } = session.context;
  const predictions =
    predict === undefined
      ? undefined
      : await driver.predictMember(fitted, member.name, driver.readData(predict), {
          draws,
          seed,
          sizes: set,
          allowExtra: ignoreExtra,
          signal: session.signal,
          onProgress: session.progress.update,
        });
  session.progress.finish();
  session.print(
    [
      ...formatFittedMember(member),
      ...(predictions ? ["", ...formatPredictions(predictions, draws, stdout.color)] : []),
    ].join("\n"),
  );
  session.printJson({
    ...fittedMemberJson(member),
    ...(predictions && { predictions: predictionsJson(predictions, draws) }),
  });
  return 0;
}

/** Members were fitted to their data: there is nothing left to infer from any. */
function refuseOthers({ data, loo, out, member, anew }: InferFlags): void {
  const described = Object.keys(member?.described ?? {});
  const asked = {
    "--data": data,
    "--loo": loo,
    "--out": out,
    "--anew": anew,
    ...(described.length > 0 && { [`--member ${described[0]}=…`]: true }),
  };
  const option = Object.entries(asked).find(([, value]) => value !== undefined)?.[0];
  if (option === undefined) return;
  throw new ProblemError([
    {
      code: "members-are-fitted",
      severity: "error",
      message: `fitted members cannot be asked with ${option}`,
      labels: [],
      notes: ["What they learned is in the file; other data can be predicted for."],
      help: "--member NAME --predict FILE, or train again with other data",
    },
  ]);
}

function whichMember({ members }: FittedMembers): Problem {
  return {
    code: "no-such-member",
    severity: "error",
    message: "which member is to predict?",
    labels: [],
    help: `--member ${members[0].name}`,
  };
}
