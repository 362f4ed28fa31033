/** How long a program of a thousand lines takes to check, and to check again after a keystroke. */
import { check } from "../../src/driver/check.ts";
import type { CheckedText } from "../../src/lang/check/check-text.ts";
import { type Case, type Measurement, threeDigits } from "../harness/section.ts";
import { spreadOf } from "../harness/statistics.ts";

const model = (number: number): string => `model Pooled${number}[N, J](x: Real[N], group: Nat[N]) {
  mu ~ Normal(0, 5)
  tau ~ HalfNormal(1)
  slope: Positive ~ Normal(0, 2)
  sigma ~ HalfNormal(1)
  plate j in J { effect[j] ~ Normal(mu, tau) via noncentered }
  z = standard(x)
  plate n in N {
    eta[n] = effect[group[n]] + slope * z[n]
    observe y[n] ~ Normal(eta[n], sigma)
  }
}
`;

const text = `def standard[N](x: Real[N]): Real[N] {
  centre = mean(x)
  (x - centre) / sqrt(mean(square(x - centre)))
}

${Array.from({ length: 77 }, (_, number) => model(number)).join("\n")}`;

/** What somebody types over the first `5`. */
const typed = ["", "t", "ta", "tau", "tau ", "tau *", "tau * ", "tau * 2", "(", "6", "7"];

export const checking: Case = {
  name: "checking",
  title: "Checking a program of a thousand lines",
  async run({ quick, progress }) {
    const lines = text.split("\n").length;
    progress(`${lines} lines`);
    const rounds = quick ? 20 : 60;
    const timed = (work: () => void): number => {
      const start = performance.now();
      work();
      return performance.now() - start;
    };
    for (let warm = 0; warm < 20; warm++) check(text);
    const whole = Array.from({ length: rounds }, () => timed(() => check(text)));
    let state: CheckedText = check(text);
    const again = Array.from({ length: rounds + 20 }, (_, count) => {
      const next = text.replace("Normal(0, 5)", `Normal(0, ${typed[count % typed.length]})`);
      return timed(() => {
        state = check(next, state);
      });
    }).slice(20);
    const works = [
      ["from the start", spreadOf(whole)],
      ["after a keystroke", spreadOf(again)],
    ] as const;
    return {
      about: `${lines} lines in ${text.split("model ").length} declarations, most of which use one function; parser and checker, in a warm process.`,
      tables: [
        {
          columns: ["check", "median", "most"],
          rows: works.map(([work, { median, most }]) => [
            work,
            `${threeDigits(median)} ms`,
            `${threeDigits(most)} ms`,
          ]),
        },
      ],
      notes: [],
      measurements: works.map(
        ([work, value]): Measurement => ({ work, system: "ppl", ours: true, unit: "ms", value }),
      ),
    };
  },
};
