/** From coordinates to values and back, by the graphs of a density and of a start. */
import { expect, test } from "vitest";
import { type RandomSource, randomSource } from "../../../src/base/random.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import type { LoweringInput } from "../../../src/compiler/lower/lower-model.ts";
import { lowerStartingPoint } from "../../../src/compiler/lower/starting-point.ts";
import { compile } from "../../../src/driver/compile.ts";
import { dataInputs, loweringInput, select } from "../../../src/driver/density/density-plan.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";

interface Case {
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly sizes?: Readonly<Record<string, number>>;
}

const cases: Readonly<Record<string, Case>> = {
  numbers: {
    text: `model M {
      a ~ Normal(0, 1)
      b ~ HalfCauchy(1)
      c ~ -HalfCauchy(b)
      d ~ Uniform(2, 5)
      e ~ Beta(2, 2)
    }`,
  },
  "bounds that others decide": {
    text: "model M { a ~ Beta(2, 2)\n b: Real(0, 1 - a) ~ Uniform(0, 1)\n c: Real(b, 10) ~ Normal(0, 3) }",
  },
  vectors: {
    text: `model M[K = 4, N = 3] {
      w ~ Dirichlet(ones(K))
      cuts: Ordered[K] ~ Normal(0, 1)
      plate n in N {
        v[n] ~ Dirichlet(ones(K))
        o[n]: Ordered[K] ~ Normal(0, 1)
        p[n]: Positive[2] ~ LogNormal(0, 1)
      }
    }`,
  },
  matrices: {
    text: `model M[K = 4, N = 2] {
      R: Corr[K] ~ LKJ(2)
      L: CholeskyCorr[K] ~ LKJCholesky(2)
      S: Covariance[K] ~ InverseWishart(K + 2, eye(K))
      plate n in N { Q[n]: Corr[3] ~ LKJ(1) }
    }`,
  },
  "without a centre": {
    text: `model M[J = 5, K = 3] {
      mu ~ Normal(0, 5)
      tau ~ HalfCauchy(5)
      R: CholeskyCorr[K] ~ LKJCholesky(2)
      m ~ MultivariateNormal(mu * ones(K), cholesky: tau * R) via noncentered
      plate j in J {
        theta[j] ~ Normal(mu, tau) via noncentered
        rate[j] ~ LogNormal(mu, tau) via noncentered
        t[j] ~ StudentT(4, mu, tau) via noncentered
        l[j] ~ Logistic(mu, tau) via noncentered
        pushed[j] ~ exp(Normal(mu, tau)) via noncentered
      }
    }`,
  },
  "beside what is computed step by step": {
    text: `model M[T = 6] {
      s ~ HalfNormal(1)
      h[0] = 1
      e[0] ~ Gamma(2, 1)
      for t in 1..T {
        e[t] ~ Gamma(2, 1)
        h[t] = 0.5 * h[t-1] + s * e[t]
      }
      x ~ Normal(h[T-1], 1)
    }`,
  },
  "around a recursion": {
    text: `model M[T = 6] {
      s ~ HalfNormal(1)
      h[0] = 1
      e[0] ~ Normal(0, s)
      for t in 1..T {
        e[t] ~ Normal(h[t-1], s) via noncentered
        h[t] = 0.5 * h[t-1] + e[t]
      }
    }`,
  },
  "along axes": {
    text: `model M[T = 6, N = 2] {
      s ~ HalfNormal(1)
      x[0] ~ Normal(0, 10)
      for t in 1..T { x[t] ~ Normal(x[t-1], s) via noncentered }
      z[0] ~ HalfNormal(1)
      for t in 1..T { z[t] ~ LogNormal(log(z[t-1]), s) }
      plate n in N { for t in 0..T { y[n, t] ~ Normal(s, x[t] ^ 2 + 1) } }
    }`,
  },
};

async function loweringOf({ text, data = {}, sizes }: Case): Promise<{
  readonly input: LoweringInput;
  readonly given: Readonly<Record<string, Float64Array>>;
}> {
  const { program, problems } = await compile(text);
  if (program === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const model = program.model();
  const bound = bindOrThrow(model, data, { sizes });
  return { input: loweringInput(program.core, model, bound), given: dataInputs(bound) };
}

function drawn(random: RandomSource, length: number): Float64Array {
  return Float64Array.from({ length }, () => 2 * (2 * random.uniform() - 1));
}

test.each(Object.keys(cases))("coordinates come back from values: %s", async (name) => {
  const { input, given } = await loweringOf(cases[name]);
  const density = lowerLogDensity(input, { scale: "unconstrained" });
  const variables = input.model.variables.map((each) => each.name);
  const run = (graph: typeof density.graph, inputs: Readonly<Record<string, Float64Array>>) => {
    const known = Object.entries(inputs).filter(([each]) => Object.hasOwn(graph.inputs, each));
    const executable = referenceEngine.compile(graph);
    const outputs = executable.run(Object.fromEntries(known));
    executable.dispose();
    return outputs;
  };
  const values = select(
    density.graph,
    variables.map((each) => `variable/${each}`),
  );
  const random = randomSource({ seed: 3, stream: 0 }, 0);
  // All, each alone, and all but each.
  const choices = [
    variables,
    ...variables.map((each) => [each]),
    ...variables.map((each) => variables.filter((other) => other !== each)),
  ];
  for (const names of choices) {
    const q = Object.fromEntries(
      density.coordinates.map((block) => [block.input, drawn(random, block.length)]),
    );
    const outputs = run(values, { ...given, ...q });
    const start = lowerStartingPoint(input, new Set(names));
    const found = run(start, {
      ...given,
      ...q,
      ...Object.fromEntries(
        names.map((each) => [`value/${each}`, Float64Array.from(outputs[`variable/${each}`])]),
      ),
    });
    const expected = density.coordinates.filter((block) => names.includes(block.variable));
    expect(Object.keys(found).sort()).toEqual(expected.map((block) => block.input).sort());
    for (const block of expected) {
      expect(found[block.input].length, block.input).toBe(block.length);
      for (let i = 0; i < block.length; i++)
        expect(found[block.input][i], `${block.input} of ${names}`).toBeCloseTo(q[block.input][i], 6);
    }
  }
});
