/** Inference in a page: compiles the program, samples in Web Workers and shows the summary. */
import { compile, infer, ProblemError, type Progress, renderProblem } from "ppl/web";

const source = {
  name: "eight-schools.ppl",
  text: `
model EightSchools[J](sigma: Positive[J]) {
  mu  ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}`,
};
const data = { y: [28, 8, -3, 7, -1, 1, 18, 12], sigma: [15, 10, 16, 11, 9, 11, 10, 18] };

try {
  const { program, problems } = await compile(source);
  if (program === undefined) throw new ProblemError(problems);
  const onProgress = ({ phase, done, total }: Progress) => show(`${phase}: ${done} of ${total}`);
  const { summary, quality } = await infer(program, data, { seed: 1, onProgress });
  const table = document.querySelector("table");
  for (const { name, mean, sd } of summary) {
    const row = table?.insertRow();
    for (const cell of [name, mean.toFixed(1), `± ${sd.toFixed(1)}`]) row?.insertCell().append(cell);
  }
  show(`quality: ${quality.verdict}`);
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  show(error.problems.map((problem) => renderProblem(problem, [source], { color: false })).join("\n"));
}

function show(text: string): void {
  document.querySelector("#state")?.replaceChildren(text);
}
