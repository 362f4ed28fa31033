/**
 * Models of posteriordb (github.com/stan-dev/posteriordb) written in the language, on the published data. Where published
 * draws come with log densities, these must agree up to one constant. Elsewhere the scalar interpreter judges.
 * Data are looked for under $PPL_DATA, or ../shared/data; without them the tests are skipped.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { bindData } from "../../../src/data/bind-data.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { interpret, nest } from "./interpret.ts";
import { loadModel } from "./load-model.ts";
import { normals } from "./sample-data.ts";

const root = process.env.PPL_DATA ?? join(import.meta.dirname, "../../../../shared/data");
const absent = !existsSync(join(root, "posteriordb"));

type Data = Readonly<Record<string, number & number[] & number[][]>>;
type Prepared = Readonly<Record<string, unknown>>;

interface Posterior {
  readonly model: string;
  readonly data: string;
  /** File name of the reference, where it has log densities. */
  readonly reference?: string;
  /** The data under the model's names; those with equal names are taken as they are. */
  readonly prepare?: (data: Data) => Prepared;
}

const log = (values: readonly number[]): number[] => values.map(Math.log);
const logEarnings = { data: "earnings", prepare: ({ earn }: Data): Prepared => ({ log_earn: log(earn) }) };

const published: readonly Posterior[] = [
  { model: "eight_schools_centered", data: "eight_schools" },
  { model: "eight_schools_noncentered", data: "eight_schools" },
  { model: "earn_height", data: "earnings" },
  { model: "logearn_height_male", ...logEarnings },
  { model: "logearn_interaction", ...logEarnings },
  { model: "logearn_logheight_male", ...logEarnings },
  { model: "kidscore_momhs", data: "kidiq" },
  { model: "kidscore_momiq", data: "kidiq" },
  { model: "kidscore_momhsiq", data: "kidiq" },
  { model: "kidscore_interaction_c", data: "kidiq_with_mom_work" },
  { model: "kidscore_interaction_c2", data: "kidiq_with_mom_work" },
  { model: "kidscore_mom_work", data: "kidiq_with_mom_work" },
  { model: "mesquite", data: "mesquite" },
  {
    model: "logmesquite_logvas",
    data: "mesquite",
    prepare: ({ weight }) => ({ log_weight: log(weight) }),
  },
  ...["1972", "1980", "2000"].map((year) => ({
    model: "nes",
    data: `nes${year}`,
    prepare: ({ age_discrete }: Data): Prepared => ({ age: age_discrete }),
  })),
  { model: "blr", data: "sblri" },
  { model: "kilpisjarvi", data: "kilpisjarvi_mod" },
  { model: "diamonds", data: "diamonds", prepare: ({ X }) => ({ K: 24, X: centred(X) }) },
  { model: "arK", data: "arK" },
  { model: "garch11", data: "garch" },
  { model: "low_dim_gauss_mix", data: "low_dim_gauss_mix" },
];

const unpublished: readonly Posterior[] = [
  { model: "wells_dist100", data: "wells_data", prepare: ({ dist }) => ({ distance: dist }) },
  { model: "GLM_Poisson", data: "GLM_Poisson_Data" },
  {
    model: "radon_hierarchical_intercept",
    data: "radon_mn",
    prepare: ({ county_idx }) => ({ county: county_idx.map((each) => each - 1) }),
  },
  { model: "dogs", data: "dogs", prepare: ({ y }) => countOutcomes(y) },
  {
    model: "rats",
    data: "rats_data",
    prepare: ({ N, Npts, rat }) => ({ N: Npts, R: N, rat: rat.map((each) => each - 1) }),
  },
  { model: "surgical", data: "surgical_data" },
  {
    model: "M0",
    data: "M0_data",
    prepare: ({ y }) => ({ captures: totals(y) }),
  },
];

function totals(rows: readonly (readonly number[])[]): number[] {
  return rows.map((row) => row.reduce((sum, each) => sum + each, 0));
}

/** Without the column of ones, each other column minus its mean. */
function centred(X: readonly number[][]): number[][] {
  const means = X[0].map((_, column) => X.reduce((sum, row) => sum + row[column], 0) / X.length);
  return X.map((row) => row.map((each, column) => each - means[column]).slice(1));
}

/** Earlier escapes (0) and shocks (1) of each dog. */
function countOutcomes(y: readonly number[][]): Prepared {
  const earlier = (outcome: number): number[][] =>
    y.map((row) => row.map((_, t) => row.slice(0, t).filter((each) => each === outcome).length));
  return { avoid: earlier(0), shock: earlier(1) };
}

function load(folder: string, { model: name, data: file, prepare }: Posterior) {
  const loaded = loadModel(readFileSync(join(import.meta.dirname, `posteriordb/${name}.ppl`), "utf8"));
  const data = JSON.parse(readFileSync(join(root, folder, "data", `${file}.json`), "utf8")) as Data;
  const { bound, problems } = bindData(loaded.model, { ...data, ...prepare?.(data) }, { allowExtra: true });
  if (bound === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const inputs = Object.fromEntries(
    Object.entries(bound.values).map(([key, { values }]) => [`data/${key}`, values]),
  );
  return { loaded, bound, inputs, input: { ...loaded, sizes: bound.sizes, knowns: bound.knowns } };
}

describe.skipIf(absent)("log densities at published draws, up to one constant", () => {
  test.each(published)("$data-$model", (posterior) => {
    const { loaded, inputs, input } = load("posteriordb", posterior);
    const { graph } = lowerLogDensity(input, { scale: "constrained" });
    const executable = referenceEngine.compile(
      optimize({ ...graph, outputs: { logDensity: graph.outputs.logDensity } }),
    );
    const reference = join(root, "posteriordb/reference", `${posterior.data}-${posterior.model}.json`);
    const { logdensity_check } = JSON.parse(readFileSync(reference, "utf8"));
    const points: { params: Record<string, number>; log_density: number }[] = logdensity_check.points;
    const latents = loaded.model.variables.filter(({ observed }) => !observed).map(({ name }) => name);
    const differences = points.map(({ params, log_density }) => {
      // beta[1], beta[2], … in order.
      const values = latents.flatMap((name) => {
        const own = Object.keys(params).filter((key) => key === name || key.startsWith(`${name}[`));
        return own.length === 0 ? [] : [[`value/${name}`, own.map((key) => params[key])] as const];
      });
      const given = { ...inputs, ...Object.fromEntries(values) };
      const needed = Object.fromEntries(Object.keys(graph.inputs).map((key) => [key, given[key]]));
      return { difference: executable.run(needed).logDensity[0] - log_density, size: Math.abs(log_density) };
    });
    expect(points.length).toBeGreaterThan(3);
    for (const { difference, size } of differences)
      expect(Math.abs(difference - differences[0].difference) / size).toBeLessThan(1e-9);
  });
});

describe.skipIf(absent)("log densities and gradients on published data agree with the interpreter", () => {
  test.each(unpublished)("$data-$model", (posterior) => {
    const { loaded, bound, inputs, input } = load("posteriordb_extra", posterior);
    const lowered = lowerLogDensity(input, { scale: "unconstrained" });
    const position = normals(lowered.dimension, 3, 0.3);
    const latents = Object.fromEntries(
      lowered.coordinates.map(({ input: name, offset, length }) => [
        name,
        position.slice(offset, offset + length),
      ]),
    );
    const run = (graph: typeof lowered.graph) =>
      referenceEngine
        .compile(graph)
        .run(
          Object.fromEntries(Object.keys(graph.inputs).map((key) => [key, { ...inputs, ...latents }[key]])),
        );
    const outputs = run(lowered.graph);
    const variables = Object.keys(outputs).filter((key) => key.startsWith("variable/"));
    const values = Object.fromEntries([
      ...Object.entries(bound.values).map(([key, { shape, values: flat }]) => [key, nest(flat, shape)]),
      ...variables.map((key) => [
        key.slice(9),
        nest(outputs[key], lowered.graph.nodes[lowered.graph.outputs[key]].type.shape),
      ]),
    ]);
    const constrained = lowerLogDensity(input, { scale: "constrained" }).graph;
    const given: Record<string, ArrayLike<number>> = { ...inputs };
    for (const key of variables) given[`value/${key.slice(9)}`] = Float64Array.from(outputs[key]);
    const joint = referenceEngine
      .compile(constrained)
      .run(
        Object.fromEntries(Object.keys(constrained.inputs).map((key) => [key, given[key] as Float64Array])),
      );
    // Too many discrete variables to enumerate: a density that was judged on small plates is judged finite here.
    if (loaded.model.sites.some(({ observed, marginal }) => marginal && !observed))
      expect(joint.logDensity[0]).toSatisfy(Number.isFinite);
    else {
      const expected = interpret(loaded, bound.sizes, values).logDensity;
      expect(Math.abs(joint.logDensity[0] - expected) / Math.abs(expected)).toBeLessThan(1e-10);
    }
    const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
    const wrt = lowered.coordinates.map(({ input: name }) => name);
    const gradients = run(optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" })));
    for (const name of wrt) expect([...gradients[`gradient/${name}`]].every(Number.isFinite)).toBe(true);
  });
});
