/**
 * The programs of `examples/posteriordb` on the data of posteriordb (github.com/stan-dev/posteriordb). Where published draws come
 * with log densities, these must agree up to one constant. Elsewhere the scalar interpreter judges.
 * Data are looked for under $PPL_DATA, or ../shared/data; without them the tests are skipped.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { bindData } from "../../../src/data/bind-data.ts";
import { driver } from "../../../src/driver/driver.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { compareLogDensities, limits } from "../../acceptance/compare.ts";
import { type Case, posteriors } from "../../acceptance/posteriors.ts";
import { hasReferences, readData, readReference } from "../../acceptance/reference.ts";
import { interpret, nest } from "./interpret.ts";
import { loadModel } from "./load-model.ts";
import { normals } from "./sample-data.ts";

const repository = join(import.meta.dirname, "../../..");
/** References with log densities; the others have draws of another sampler, or summaries only. */
const hasDensities = (each: Case): boolean =>
  each.collection === "posteriordb" && each.posterior !== "mcycle_gp-accel_gp";
const withDensities = posteriors.filter(hasDensities);
const others = posteriors.filter((each) => !hasDensities(each));

test("every program of the folder is compared, and every reference has a program", () => {
  const programs = readdirSync(join(repository, "examples/posteriordb")).filter((each) =>
    each.endsWith(".ppl"),
  );
  expect(new Set(posteriors.map(({ model }) => model))).toEqual(
    new Set(programs.map((each) => `examples/posteriordb/${each}`)),
  );
  expect(posteriors).toHaveLength(51);
});

describe.skipIf(!hasReferences("posteriordb"))("log densities at published draws, up to one constant", () => {
  test.each(withDensities)("$posterior", async (each) => {
    const { program, problems } = await driver.compile(driver.readSource(join(repository, each.model)));
    if (program === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
    expect(compareLogDensities(program, each, readReference(each))).toBeLessThan(limits.logDensity);
  });
});

function load(each: Case) {
  const loaded = loadModel(readFileSync(join(repository, each.model), "utf8"));
  const { bound, problems } = bindData(loaded.model, readData(each), { allowExtra: true });
  if (bound === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const inputs = Object.fromEntries(
    Object.entries(bound.values).map(([key, { values }]) => [`data/${key}`, values]),
  );
  return { loaded, bound, inputs, input: { ...loaded, sizes: bound.sizes, knowns: bound.knowns } };
}

describe.skipIf(!hasReferences("posteriordb_extra"))("log densities and gradients by the interpreter", () => {
  test.each(others)("$posterior", (posterior) => {
    const { loaded, bound, inputs, input } = load(posterior);
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
