/** Inference inside a TypeScript program: simulate from the prior, infer, and check the model against what it was given. */
import { readFileSync } from "node:fs";
import { compile, type DrawnVariable, infer, ProblemError, renderProblem, sample } from "ppl";

const data = { y: [28, 8, -3, 7, -1, 1, 18, 12], sigma: [15, 10, 16, 11, 9, 11, 10, 18] };

const path = new URL("../eight-schools/eight-schools.ppl", import.meta.url);
const source = { name: "eight-schools.ppl", text: readFileSync(path, "utf8") };

try {
  const { program, problems } = await compile(source);
  if (program === undefined) throw new ProblemError(problems);

  const prior = await sample(program, { sigma: data.sigma }, { draws: 1000, seed: 1 });
  const before = largestValues(find(prior.variables, "y"));
  print(`prior: the largest effect is above 28 in ${share(before, 28)} of simulated data sets`);

  const posterior = await infer(program, data, { chains: 4, draws: 1000, seed: 1 });
  for (const { name, mean, sd } of posterior.summary)
    print(`${name.padEnd(8)} ${mean.toFixed(1)} ± ${sd.toFixed(1)}`);
  print(`quality: ${posterior.quality.verdict}`);

  const { predictive } = await posterior.predict();
  const replicated = largestValues(find(predictive, "y"));
  print(`posterior: the largest effect is above 28 in ${share(replicated, 28)} of replicated data sets`);
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  for (const problem of error.problems) console.error(renderProblem(problem, [source], { color: false }));
  process.exitCode = 2;
}

function find(variables: readonly DrawnVariable[], name: string): DrawnVariable {
  const variable = variables.find((each) => each.name === name);
  if (variable === undefined) throw new Error(`nothing is called ${name}`);
  return variable;
}

/** Of a vector: its largest element in every draw. */
function largestValues({ values, shape: [length] }: DrawnVariable): number[] {
  return Array.from({ length: values.length / length }, (_, draw) =>
    Math.max(...values.subarray(draw * length, (draw + 1) * length)),
  );
}

function share(values: readonly number[], limit: number): string {
  return `${Math.round((100 * values.filter((value) => value > limit).length) / values.length)} %`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
