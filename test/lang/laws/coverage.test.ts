/** What of the language generated programs have: each feature in how many of them, as a table to be looked at when the generator changes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { golden } from "../../golden.ts";
import { flowProgram } from "./typed-flow.ts";
import { guidedProgram, typedProgram } from "./typed-program.ts";

const features: Readonly<Record<string, RegExp>> = {
  "`def`": /^def /m,
  "parameters with defaults": /= 0\.5\)/,
  "named arguments": /\(b: /,
  "functions as arguments": /g: Function/,
  pipes: /\|>/,
  "`fold` over sizes": /fold\(/,
  "`scan`": /scan\(/,
  "`ode` in fixed steps": /steps: /,
  "`ode` by tolerance": /rtol: /,
  "`net`": /^net /m,
  "learned nets": /learn net/,
  "recurrent nets": /gru\(|lstm\(/,
  "functions of sets": /deep_set|relation/,
  convolutions: /conv/,
  attention: /attention|multihead/,
  "imports of the library": /^import/m,
  "sizes and starting values as arguments": /widths: .*init: /,
  "learned parameters": /learn l\d/,
  "parameters of each member": /member learn/,
  "`dist`": /^dist /m,
  "`dist` of counts": /logpmf\(k\)/,
  "`dist` of vectors": /on Real\[S\]/,
  records: /\.first|\.centre/,
  tuples: /^ *\(\w+, \w+\) = /m,
  "records and tuples inside each other": /rest: \(|, \(first: /,
  "branches that give records and tuples": /= if .* then \((first: )?.*, .*\) else \(/,
  "`if` expressions": /\(if .* then /,
  "`match` expressions": /match /,
  "`if` statements": /^ *if .* \{$/m,
  "`plate` in `plate`": /plate \w+ in \w+ \{\n(?: {4}.*\n)*? {4}plate/,
  "`for` that looks back": /\[(?:\w+, )*t-1\]/,
  "`for` that looks back three steps": /\[(?:\w+, )*t-3\]/,
  "observed series that look back": /observe y\d+\[t\d?\].*y\d+\[t\d?-1\]/,
  "series of rows of any length": /if t < length\[n\]/,
  "coupled series": /h\d\[.*s\d\[|s\d\[.*h\d\[/,
  "discrete latents": /^ *z\d+\S* ~ /m,
  "hidden chains": /z\d\[t-1\]/,
  "hidden chains of categories": /m\d+\[z\d+\[t-1\]\]/,
  "declared types that cut down": /: (Unit|Positive|Real\(.*\)) ~ /,
  "ends that are inferred": /Real\(tanh|Real\(-infinity|TruncatedNormal|Pareto/,
  "ordered vectors": /Ordered\[/,
  simplexes: /Simplex|Dirichlet/,
  "correlation matrices": /LKJ/,
  "covariance matrices": /Wishart/,
  "`MultivariateNormal`": /MultivariateNormal\(/,
  "matrices of any kind": /solve\(|inverse\(|determinant\(|log_abs_det\(/,
  "linear algebra of covariances": /solve_|cholesky\(|logdet|inverse_spd|quad_form/,
  "transformed distributions": /~ (exp|log|sigmoid|softplus)\(|~ -|\) \^ \(-1/,
  "`Mixture`": /Mixture\(/,
  "`Censored`": /Censored\(/,
  "`Horseshoe`": /Horseshoe\(/,
  "`Flat`": /Flat\(/,
  "questions to distributions": /(logpdf|logpmf|cdf|logcdf|logsurvival)\([A-Z]/,
  "relaxed categories": /relaxed\(/,
  "missing values": /\? ~ /,
  "missing values that are inferred": /observe (y\d+)\b.*: \w+\? ~ [\s\S]*(?<!observe )\b\1\b/,
  "missing values that are summed out": /observe (d\d+)\b.*: \w+\? ~ [\s\S]*(?<!observe )\b\1\b/,
  "`via noncentered`": /via noncentered/,
  "`via bijector`": /via bijector/,
  "`marginal`": / marginal/,
  "`factor`": /^ *factor /m,
  families: /^family /m,
  "`vary` numbers": /vary \w+.* ~ /,
  "`vary` options": /vary shape/,
  "`vary` distributions": /vary prior/,
  guides: /^guide /m,
  "discrete draws of guides": /^ *z\d+.* score$/m,
};

test("generated programs have every feature", async () => {
  const counts = 300;
  const parts = [
    [typedProgram, 3 * counts],
    [guidedProgram, counts],
    [flowProgram, counts / 10],
  ] as const;
  const texts = parts.flatMap(([program, numRuns]) =>
    fc.sample<{ readonly text: string }>(program, { numRuns, seed: 20_240_501 }).map(({ text }) => text),
  );
  const table = Object.entries(features).map(([feature, pattern]) => {
    const share = texts.filter((text) => pattern.test(text)).length / texts.length;
    expect(share, feature).toBeGreaterThan(0);
    return `${feature.padEnd(34)} ${(100 * share).toFixed(1).padStart(5)} %`;
  });
  await golden("laws/coverage.txt", { [`of ${texts.length} programs`]: table.join("\n") });
});
