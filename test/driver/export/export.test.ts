import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { verifyGraph } from "../../../src/compiler/verify.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { exportArtifact, exportModel } from "../../../src/driver/export/export.ts";
import type { Exported } from "../../../src/driver/export/export-formats.ts";
import { writeExport } from "../../../src/driver/export/write-export.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { eightSchools, eightSchoolsData, factor, programOf } from "../programs.ts";

const folder = mkdtempSync(join(tmpdir(), "ppl-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sizes that only data give, integers, and something that data alone decide. */
const regression = `
model Regression[N, G, K](x: Real[N, K], group: Int[N]) {
  beta: Real[K] ~ Normal(0, 1)
  sigma ~ HalfNormal(2)
  rate: Positive[G] ~ Exponential(1)
  plate n in N {
    observe y[n] ~ Normal(dot(x[n], beta) * rate[group[n]], sigma)
  }
  total = sum(beta)
}`;
const rows = 40;
const regressionData = {
  x: Array.from({ length: rows }, (_, n) => [1, Math.sin(n), Math.cos(n)]),
  group: Array.from({ length: rows }, (_, n) => n % 4),
  y: Array.from({ length: rows }, (_, n) => 0.1 * n),
  G: 4,
};

const position = (length: number, step: number): Float64Array => {
  const values = new Float64Array(length);
  randomSource({ seed: 1, stream: 0 }, step).fillNormal(values);
  return values;
};

/** Runs one of the files as its own library does. */
type Run = (
  exported: Exported,
  path: string,
  inputs: Readonly<Record<string, Float64Array>>,
) => Promise<Readonly<Record<string, ArrayLike<number>>>>;

interface OrtTensor {
  readonly data: ArrayLike<number>;
}

interface Ort {
  readonly InferenceSession: {
    create(path: string): Promise<{ run(feeds: object): Promise<Readonly<Record<string, OrtTensor>>> }>;
  };
  readonly Tensor: new (type: string, values: ArrayLike<number>, dims: readonly number[]) => OrtTensor;
}

function ortRun(ort: Ort): Run {
  return async ({ inputs: types, precision }, path, inputs) => {
    const session = await ort.InferenceSession.create(path);
    const feeds = Object.entries(types).map(([name, { shape }]) => {
      const values = precision === "f64" ? inputs[name] : Float32Array.from(inputs[name]);
      return [name, new ort.Tensor(precision === "f64" ? "float64" : "float32", values, shape)];
    });
    const found = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data]));
  };
}

interface Tfjs {
  readonly core: {
    setBackend(name: string): Promise<boolean>;
    tensor(values: Float32Array, shape: readonly number[]): unknown;
    readonly io: { fromMemory(artifacts: object): object };
  };
  readonly converter: {
    loadGraphModel(handler: object): Promise<{
      predict(inputs: object): Readonly<Record<string, { dataSync(): Float32Array }>>;
    }>;
  };
}

function tfjsRun({ core, converter }: Tfjs): Run {
  return async ({ inputs: types }, path, inputs) => {
    await core.setBackend("cpu");
    const { weightsManifest, ...model } = JSON.parse(readFileSync(join(path, "model.json"), "utf8"));
    const [{ paths, weights: weightSpecs }] = weightsManifest;
    const bytes = Buffer.concat(paths.map((name: string) => readFileSync(join(path, name))));
    const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const loaded = await converter.loadGraphModel(core.io.fromMemory({ ...model, weightSpecs, weightData }));
    const tensors = Object.entries(types).map(([name, { shape }]) => [
      name,
      core.tensor(Float32Array.from(inputs[name]), shape),
    ]);
    const found = loaded.predict(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(found).map(([name, tensor]) => [name, tensor.dataSync()]));
  };
}

const jsonRun: Run = async (_, path, inputs) => {
  const special: Readonly<Record<string, number>> = {
    "-0": -0,
    NaN: Number.NaN,
    Infinity,
    "-Infinity": -Infinity,
  };
  const text = readFileSync(path, "utf8");
  const graph = JSON.parse(text, (key, value) =>
    /^\d+$/.test(key) && typeof value === "string" ? special[value] : value,
  ) as Graph;
  verifyGraph(graph);
  return referenceEngine.compile(graph).run(inputs);
};

/** Undefined where it is not installed. */
function installed<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

const here = createRequire(import.meta.url);
const ort = installed(() => {
  const { PPL_ONNXRUNTIME: place } = process.env;
  const from = place === undefined ? here : createRequire(join(place, "package.json"));
  return from("onnxruntime-node") as Ort;
});
const tfjs = installed(() => {
  const place = createRequire(here.resolve("@tensorflow/tfjs-converter"));
  place("@tensorflow/tfjs-backend-cpu");
  return { core: place("@tensorflow/tfjs-core"), converter: here("@tensorflow/tfjs-converter") } as Tfjs;
});

const formats = [
  { format: "json", run: jsonRun, tolerance: 1e-12 },
  { format: "onnx", run: ort && ortRun(ort), tolerance: 1e-12 },
  { format: "graph-model", run: tfjs && tfjsRun(tfjs), tolerance: 1e-4 },
] as const;

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(found[i] - expected[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i])));
}

for (const { format, run, tolerance } of formats) {
  const label = run === undefined ? `(skipped: nothing installed runs it) ${format}` : format;
  const path = join(folder, format);

  test.skipIf(run === undefined).each([
    ["eight schools", eightSchools, eightSchoolsData],
    ["a regression", regression, regressionData],
  ])(`${label}: the log density of %s`, async (_, text, data) => {
    if (run === undefined) return;
    const program = await programOf(text);
    const exported = await exportModel(program, data, { format });
    rmSync(path, { recursive: true, force: true });
    writeExport(path, exported);
    const plan = planDensity(program.core, program.model(), bindOrThrow(program.model(), data, {}));
    const target = densityTarget(plan, referenceEngine);
    expect(exported.coordinates).toEqual(
      Array.from({ length: target.dimension }, (_, i) => target.coordinateName(i)),
    );
    for (let step = 0; step < 3; step++) {
      const at = position(target.dimension, step);
      const gradient = new Float64Array(target.dimension);
      const found = await run(exported, path, { position: at });
      expectNear(found.logDensity, [target.logDensityAndGradient(at, gradient)], tolerance);
      expectNear(found.gradient, gradient, tolerance);
      const values = target.constrain(at);
      for (const { name, kind, offset, shape } of target.variables) {
        const length = shape.reduce((product, each) => product * each, 1);
        const output = found[`${kind === "latent" ? "variable" : "binding"}/${name}`];
        expectNear(output, values.subarray(offset, offset + length), tolerance);
      }
    }
  });

  test.skipIf(run === undefined)(`${label}: the network of a trained model answers as ppl does`, async () => {
    if (run === undefined) return;
    const program = await programOf(factor);
    const items = (count: number, shift: number) =>
      Array.from({ length: count }, (_, n) => [Math.sin(n + shift), Math.cos(n + shift)]);
    const artifact = await train(program, { x: items(50, 0) }, { steps: 200 });
    const exported = await exportArtifact(artifact, undefined, { format, batch: 3 });
    rmSync(path, { recursive: true, force: true });
    writeExport(path, exported);
    const x = items(3, 100);
    const inputs = { "data/x": Float64Array.from(x.flat()), noise: new Float64Array(6) };
    const center = await run(exported, path, inputs);
    expectNear(center["variable/z"], center.mean, 1e-6);
    // Draws of ppl with its own noise, which is that of stream 0 and the draw's step, in blocks of 64 items.
    const posterior = await inferWithArtifact(artifact, { x }, { draws: 2, seed: 9 });
    for (const draw of [0, 1]) {
      const noise = new Float64Array(64 * 2);
      randomSource({ seed: 9, stream: 0 }, draw).fillNormal(noise);
      const found = await run(exported, path, { ...inputs, noise: noise.slice(0, 6) });
      const expected = posterior.variables[0].values.subarray(6 * draw, 6 * draw + 6);
      expectNear(found["variable/z"], expected, 1e-4);
    }
  });
}

describe("files", () => {
  test("a folder comes into being whole, is replaced, and nothing is left beside it", async () => {
    const program = await programOf(eightSchools);
    const exported = await exportModel(program, eightSchoolsData, { format: "graph-model" });
    const path = join(folder, "web");
    writeExport(path, exported);
    writeFileSync(join(path, "model.json"), "{}");
    writeExport(path, exported);
    expect(readdirSync(path).sort()).toEqual(exported.files.map(({ name }) => name).sort());
    expect(readFileSync(join(path, "model.json"), "utf8").length).toBeGreaterThan(100);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each(["graph-model", "json"] as const)("%s takes no doubles", async (format) => {
    const program = await programOf(eightSchools);
    const options = { format, precision: "f64" } as const;
    await expect(exportModel(program, eightSchoolsData, options)).rejects.toThrow("export-precision");
  });

  test("data that all items share have to be given", async () => {
    const program = await programOf(`
model Scaled[N, D](scale: Positive[D]) {
  learn w: Real[D] = zeros()
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(z[n] * w, scale)
  }
}`);
    const data = {
      x: [
        [1, 2],
        [0, 1],
        [2, 2],
      ],
      scale: [1, 3],
    };
    const artifact = await train(program, data, { steps: 2 });
    await expect(exportArtifact(artifact, undefined, { format: "json" })).rejects.toThrow("data-missing");
    const exported = await exportArtifact(artifact, data, { format: "json", batch: 5 });
    expect(exported.inputs["data/x"].shape).toEqual([5, 2]);
    expect(exported.inputs["data/scale"]).toBeUndefined();
  });
});
