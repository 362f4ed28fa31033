/** Gradients by the score function: their mean against exact sums over all values, and their variance. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerGuidedDensity, lowerGuideInto } from "../../../src/compiler/lower/guide.ts";
import { lowerMeanFieldInto } from "../../../src/compiler/lower/mean-field.ts";
import { meanElbo } from "../../../src/compiler/lower/score-gradient.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import type { GivenData, Posterior } from "../../../src/driver/api-types.ts";
import { dataInputs, loweringInput, select } from "../../../src/driver/density/density-plan.ts";
import { exportModel } from "../../../src/driver/export/export.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { infer, inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { programOf } from "../programs.ts";

type Values = Readonly<Record<string, readonly number[]>>;

interface Estimate {
  /** Mean and variance of single estimates, by parameter. */
  readonly mean: number[];
  readonly variance: number[];
}

/** Many estimates of the ELBO, then of its gradient by these parameters, from so many draws side by side each. */
async function estimates(
  text: string,
  data: GivenData,
  parameters: Values,
  draws: number,
  repeats: number,
): Promise<Estimate> {
  const program = await programOf(text);
  const model = program.model();
  const bound = bindOrThrow(model, data, {});
  const input = { ...loweringInput(program.core, model, bound), draws };
  const builder = createBuilder();
  const guide =
    model.guide === undefined ? lowerMeanFieldInto(input, builder) : lowerGuideInto(input, builder, {});
  const density = "density" in guide ? guide.density : lowerGuidedDensity(input, guide, builder, {});
  const graph = builder.finish({ elbo: meanElbo(density, guide) });
  const wrt = Object.keys(parameters).map((name) => `guide/${name}`);
  const gradient = differentiate(select(graph, ["elbo"]), { of: "elbo", wrt, prefix: "gradient/" });
  const engine = await createWasmEngine();
  const executable = engine.compile(optimize(gradient));
  const fixed = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [`guide/${name}`, Float64Array.from(values)]),
  );
  const noise = new Float64Array(guide.noiseLength);
  const sums: number[] = [];
  const squares: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    randomSource({ seed: 3, stream: 1 }, repeat).fillNormal(noise);
    const outputs = executable.run({ ...dataInputs(bound), ...fixed, noise });
    const row = [outputs.elbo[0], ...wrt.flatMap((name) => [...outputs[`gradient/${name}`]])];
    row.forEach((value, at) => {
      sums[at] = (sums[at] ?? 0) + value;
      squares[at] = (squares[at] ?? 0) + value * value;
    });
  }
  executable.dispose();
  const mean = sums.map((sum) => sum / repeats);
  return { mean, variance: squares.map((square, at) => square / repeats - mean[at] ** 2) };
}

/** A function and its central differences by all numbers of the parameters, in order. */
function exactly(elbo: (parameters: Values) => number, parameters: Values): number[] {
  const step = 1e-5;
  const slopes = Object.entries(parameters).flatMap(([name, values]) =>
    values.map((_, at) => {
      const moved = (by: number): number =>
        elbo({ ...parameters, [name]: values.map((value, each) => (each === at ? value + by : value)) });
      return (moved(step) - moved(-step)) / (2 * step);
    }),
  );
  return [elbo(parameters), ...slopes];
}

function expectUnbiased({ mean, variance }: Estimate, exact: readonly number[], repeats: number): void {
  expect(mean.length).toBe(exact.length);
  exact.forEach((value, at) => {
    const error = Math.sqrt(variance[at] / repeats);
    expect(error).toBeLessThan(0.03);
    expect(Math.abs(mean[at] - value), `number ${at}: ${mean[at]} for ${value}`).toBeLessThan(
      4.5 * error + 1e-6,
    );
  });
}

const normal = (x: number, mean: number, scale: number): number =>
  -0.5 * ((x - mean) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bernoulli = (z: number, p: number): number => Math.log(z === 1 ? p : 1 - p);
const softmax = (logits: readonly number[]): number[] => {
  const weights = logits.map(Math.exp);
  return weights.map((weight) => weight / weights.reduce((sum, each) => sum + each, 0));
};

/** Σ q (log p − log q) over all vectors of `length` zeros and ones. */
function sumOverFlags(
  length: number,
  logs: (z: readonly number[]) => { readonly p: number; readonly q: number },
): number {
  let total = 0;
  for (let code = 0; code < 2 ** length; code++) {
    const { p, q } = logs(Array.from({ length }, (_, at) => (code >> at) & 1));
    total += Math.exp(q) * (p - q);
  }
  return total;
}

const y = [1.5, -0.8, 0.4];
const repeats = 6000;

const categories = `
  model M[N] {
    k ~ Categorical([0.2, 0.5, 0.3] as Simplex[3]) score
    plate n in N {
      z[n] ~ Bernoulli(logits: 0.8 * k - 0.5) score
      observe y[n] ~ Normal(if z[n] then 2 else -1, 1)
    }
  }
  guide for M {
    learn a: Real[3] = 0
    learn b: Real[N] = 0
    learn c = 0
    k ~ Categorical(logits: a)
    plate n in N { z[n] ~ Bernoulli(logits: b[n] + c * k) }
  }
`;
const categoryParameters = { a: [0.3, -0.2, 0.1], b: [0.5, -1, 0.2], c: [0.4] };

function categoriesElbo({ a, b, c }: Values): number {
  const q = softmax(a);
  const prior = [0.2, 0.5, 0.3];
  return q.reduce((sum, weight, k) => {
    const inner = sumOverFlags(y.length, (z) => ({
      p: z.reduce(
        (s, each, n) => s + bernoulli(each, sigmoid(0.8 * k - 0.5)) + normal(y[n], each ? 2 : -1, 1),
        0,
      ),
      q: z.reduce((s, each, n) => s + bernoulli(each, sigmoid(b[n] + c[0] * k)), 0),
    }));
    return sum + weight * (Math.log(prior[k]) - Math.log(weight) + inner);
  }, 0);
}

describe("the mean of the estimates is the exact gradient", () => {
  test("a category above flags in a plate", async () => {
    const found = await estimates(categories, { y }, categoryParameters, 8, repeats);
    expectUnbiased(found, exactly(categoriesElbo, categoryParameters), repeats);
  });

  test("without a baseline, from one draw", async () => {
    const found = await estimates(categories, { y }, categoryParameters, 1, 8 * repeats);
    expectUnbiased(found, exactly(categoriesElbo, categoryParameters), 8 * repeats);
  });

  test("a flag that depends on a smooth draw, and a smooth draw that depends on the flag", async () => {
    const text = `
      model M {
        w ~ Normal(0, 1)
        z ~ Bernoulli(0.3) score
        v ~ Normal(w, 1)
        observe y ~ Normal(if z then v + 2 else w, 0.7)
      }
      guide for M {
        learn m = 0
        learn s: Real = 0
        learn a = 0
        learn b = 0
        learn d = 0
        w ~ Normal(m, exp(s))
        z ~ Bernoulli(logits: a + b * w)
        v ~ Normal(w + (if z then d else 0), 0.5)
      }
    `;
    const parameters = { m: [0.2], s: [-0.3], a: [-0.5], b: [0.7], d: [0.4] };
    const data = 1.1;
    // Nodes and weights of the standard normal by the midpoint rule, which is exact to many digits for smooth functions.
    const nodes = Array.from({ length: 120 }, (_, i) => -6 + 0.1 * (i + 0.5));
    const weights = nodes.map((node) => 0.1 * Math.exp(normal(node, 0, 1)));
    const elbo = ({ m, s, a, b, d }: Values): number => {
      let total = 0;
      nodes.forEach((e, i) => {
        const w = m[0] + Math.exp(s[0]) * e;
        const p = sigmoid(a[0] + b[0] * w);
        for (const z of [0, 1])
          nodes.forEach((f, j) => {
            const centre = w + z * d[0];
            const v = centre + 0.5 * f;
            const logP =
              normal(w, 0, 1) + bernoulli(z, 0.3) + normal(v, w, 1) + normal(data, z ? v + 2 : w, 0.7);
            const logQ = normal(w, m[0], Math.exp(s[0])) + bernoulli(z, p) + normal(v, centre, 0.5);
            total += weights[i] * weights[j] * Math.exp(bernoulli(z, p)) * (logP - logQ);
          });
      });
      return total;
    };
    const found = await estimates(text, { y: data }, parameters, 8, repeats);
    expectUnbiased(found, exactly(elbo, parameters), repeats);
  });

  test("a chain along `for`", async () => {
    const text = `
      model M[T] {
        z[0] ~ Bernoulli(0.4) score
        for t in 1..T { z[t] ~ Bernoulli(if z[t - 1] then 0.8 else 0.3) score }
        plate t in T { observe y[t] ~ Normal(if z[t] then 1 else -1, 1) }
      }
      guide for M[T] {
        learn b: Real[T] = 0
        learn c = 0
        z[0] ~ Bernoulli(logits: b[0])
        for t in 1..T { z[t] ~ Bernoulli(logits: b[t] + (if z[t - 1] then c else 0)) }
      }
    `.replace("for M[T]", "for M");
    const parameters = { b: [0.3, -0.5, 0.2], c: [0.9] };
    const elbo = ({ b, c }: Values): number =>
      sumOverFlags(y.length, (z) => ({
        p: z.reduce((s, each, t) => {
          const prior = t === 0 ? 0.4 : z[t - 1] ? 0.8 : 0.3;
          return s + bernoulli(each, prior) + normal(y[t], each ? 1 : -1, 1);
        }, 0),
        q: z.reduce((s, each, t) => {
          return s + bernoulli(each, sigmoid(b[t] + (t > 0 && z[t - 1] ? c[0] : 0)));
        }, 0),
      }));
    const found = await estimates(text, { y }, parameters, 8, repeats);
    expectUnbiased(found, exactly(elbo, parameters), repeats);
  });

  test("beside a variable that is summed out", async () => {
    const text = `
      model M[N] {
        plate n in N {
          z[n] ~ Bernoulli(0.4) score
          u[n] ~ Bernoulli(if z[n] then 0.7 else 0.2)
          observe y[n] ~ Normal(if u[n] then 1 else -1, 1)
        }
      }
      guide for M { learn b: Real[N] = 0; plate n in N { z[n] ~ Bernoulli(logits: b[n]) } }
    `;
    const parameters = { b: [0.3, -0.5, 0.2] };
    const elbo = ({ b }: Values): number =>
      sumOverFlags(y.length, (z) => ({
        p: z.reduce((s, each, n) => {
          const on = each ? 0.7 : 0.2;
          const density = on * Math.exp(normal(y[n], 1, 1)) + (1 - on) * Math.exp(normal(y[n], -1, 1));
          return s + bernoulli(each, 0.4) + Math.log(density);
        }, 0),
        q: z.reduce((s, each, n) => s + bernoulli(each, sigmoid(b[n])), 0),
      }));
    const found = await estimates(text, { y }, parameters, 8, repeats);
    expectUnbiased(found, exactly(elbo, parameters), repeats);
  });

  test("the guide that is derived", async () => {
    const text = `
      model M[N] {
        w ~ Normal(0, 1)
        plate n in N {
          z[n]: Bool[2] ~ Bernoulli(0.4) score
          observe y[n] ~ Normal(w + (if z[n, 0] then 1 else 0) - (if z[n, 1] then 2 else 0), 1)
        }
      }
    `;
    const data = y.slice(0, 2);
    const parameters = {
      "w/mean": [0.3],
      "w/log_scale": [-0.4],
      "z/logits": [0, 0.4, 0.1, -0.5, 0.2, 0.2, -0.3, 0.3],
    };
    const nodes = Array.from({ length: 120 }, (_, i) => -6 + 0.1 * (i + 0.5));
    const elbo = (given: Values): number => {
      const [mean] = given["w/mean"];
      const scale = Math.exp(given["w/log_scale"][0]);
      const logits = given["z/logits"];
      return nodes.reduce((total, e) => {
        const w = mean + scale * e;
        const inner = sumOverFlags(4, (z) => ({
          p:
            normal(w, 0, 1) +
            z.reduce((s, each) => s + bernoulli(each, 0.4), 0) +
            data.reduce((s, value, n) => s + normal(value, w + z[2 * n] - 2 * z[2 * n + 1], 1), 0),
          q: z.reduce((s, each, at) => s + Math.log(softmax(logits.slice(2 * at, 2 * at + 2))[each]), 0),
        }));
        return total + 0.1 * Math.exp(normal(e, 0, 1)) * (inner - normal(w, mean, scale));
      }, 0);
    };
    const found = await estimates(text, { y: data }, parameters, 8, repeats);
    expectUnbiased(found, exactly(elbo, parameters), repeats);
  });
});

describe("variance", () => {
  test("the baseline lowers it, for the same number of draws", async () => {
    const one = await estimates(categories, { y }, categoryParameters, 1, 4000);
    const eight = await estimates(categories, { y }, categoryParameters, 8, 2000);
    for (let at = 1; at < one.variance.length; at++)
      expect(one.variance[at] / 8).toBeGreaterThan(1.5 * eight.variance[at]);
  });

  test("items of a plate do not disturb each other", async () => {
    const text = `
      model M[N] { plate n in N { z[n] ~ Bernoulli(0.4) score; observe y[n] ~ Normal(if z[n] then 1 else -1, 0.5) } }
      guide for M { learn b: Real[N] = 0; plate n in N { z[n] ~ Bernoulli(logits: b[n]) } }
    `;
    const few = await estimates(text, { y: [0.3, 1] }, { b: [0, 0] }, 8, 2000);
    const many = await estimates(text, { y: [0.3, ...Array(40).fill(1)] }, { b: Array(41).fill(0) }, 8, 2000);
    expect(many.variance[1] / few.variance[1]).toBeGreaterThan(0.8);
    expect(many.variance[1] / few.variance[1]).toBeLessThan(1.25);
  });
});

function meanOf({ summary }: Posterior, name: string): number[] {
  return summary.filter(({ name: at }) => at.replace(/\[.*/, "") === name).map(({ mean }) => mean);
}

describe("fitted", () => {
  test("counts without an end, with a guide of their own", async () => {
    const program = await programOf(`
      model M[N] {
        plate n in N {
          k[n] ~ Poisson(4) score
          observe y[n] ~ Normal(k[n], 0.3)
        }
      }
      guide for M { learn r: Real[N] = 1; plate n in N { k[n] ~ Poisson(exp(r[n])) } }
    `);
    const posterior = await infer(program, { y: [2.1, 5.9] }, {});
    const [first, second] = meanOf(posterior, "k");
    expect(first).toBeGreaterThan(1.2);
    expect(first).toBeLessThan(second);
  });

  test("SVI finds the posterior of flags, without a guide in the program", async () => {
    const program = await programOf(`
      model M[N] { plate n in N { z[n] ~ Bernoulli(0.3) score; observe y[n] ~ Normal(if z[n] then 1 else -1, 1) } }
    `);
    const posterior = await infer(program, { y }, {});
    meanOf(posterior, "z").forEach((found, n) => {
      const on = 0.3 * Math.exp(normal(y[n], 1, 1));
      expect(found).toBeCloseTo(on / (on + 0.7 * Math.exp(normal(y[n], -1, 1))), 1);
    });
    expect(posterior.strategy).toBe("svi");
  });

  test("a trained guide finds them from the data of an item", async () => {
    const program = await programOf(`
      model M[N] {
        learn c = 0.5
        plate n in N { z[n] ~ Bernoulli(0.3) score; observe y[n] ~ Normal(if z[n] then c else -c, 1) }
      }
      guide for M { learn a = 0; learn b = 0; plate n in N { z[n] ~ Bernoulli(logits: a + b * y[n]) } }
    `);
    const random = randomSource({ seed: 9, stream: 2 }, 0);
    const items = Array.from({ length: 2000 }, () => (random.uniform() < 0.3 ? 1.5 : -1.5) + random.normal());
    const trained = await train(program, { y: items }, { steps: 1500, learningRate: 0.02 });
    // log odds of the posterior: log 3/7 + 2 c y.
    const { tensors } = trained;
    expect(tensors["learn/c"][0]).toBeCloseTo(1.5, 0);
    expect(tensors["guide/a"][0]).toBeCloseTo(Math.log(3 / 7), 0);
    expect(Math.abs(tensors["guide/b"][0] - 2 * tensors["learn/c"][0])).toBeLessThan(0.35);
    const posterior = await inferWithArtifact(trained, { y: [2, -2] }, { draws: 400 });
    const [high, low] = meanOf(posterior, "z");
    expect(high).toBeGreaterThan(0.95);
    expect(low).toBeLessThan(0.05);
  });
});

describe("refused where nothing draws them", () => {
  const text =
    "model M { z ~ Bernoulli(0.3) score; w ~ Normal(0, 1); observe y ~ Normal(if z then w else 0, 1) }";
  const codes = async (run: () => Promise<unknown>): Promise<string[]> => {
    try {
      await run();
    } catch (error) {
      if (error instanceof ProblemError) return error.problems.map(({ code }) => code);
      throw error;
    }
    return [];
  };

  test("NUTS, exported densities", async () => {
    const program = await programOf(text);
    expect(await codes(() => infer(program, { y: 1 }, { strategy: "nuts" }))).toEqual(["score-needs-guide"]);
    expect(await codes(() => exportModel(program, { y: 1 }, { format: "onnx" }))).toEqual([
      "score-needs-guide",
    ]);
  });

  test("no guide is derived for numbers without an end", async () => {
    const program = await programOf("model M { k ~ Poisson(3) score; observe y ~ Normal(k, 1) }");
    expect(await codes(() => infer(program, { y: 1 }, {}))).toEqual(["not-supported-yet"]);
  });

  test("training wants a guide", async () => {
    const program = await programOf(
      "model M[N] { plate n in N { z[n] ~ Bernoulli(0.3) score; observe y[n] ~ Normal(if z[n] then 1 else 0, 1) } }",
    );
    expect(await codes(() => train(program, { y: [1, 2] }, {}))).toEqual(["not-supported-yet"]);
  });
});
