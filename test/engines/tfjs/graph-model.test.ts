import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { elementCount, type Graph } from "../../../src/compiler/graph.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { type GraphModel, graphModel } from "../../../src/engines/tfjs/graph-model.ts";
import { expectClose } from "../conformance.ts";
import { allCases } from "../op-cases.ts";

const bytesPerElement = { float32: 4, int32: 4, bool: 1 };

describe("the format", () => {
  test.each(allCases())("is whole: $label", ({ graph }) => {
    const { model, weights } = graphModel(graph);
    const { node, library } = model.modelTopology;
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);

    // Nodes read nodes of their graph or function, or arguments; only constants have weights, and all of them.
    const constants: string[] = [];
    const scopes = [
      { nodes: node, known: new Set<string>() },
      ...library.function.map(({ nodeDef, signature }) => ({
        nodes: nodeDef,
        known: new Set(signature.inputArg.map(({ name }) => name)),
      })),
    ];
    for (const { nodes, known } of scopes)
      for (const { name, op, input } of nodes) {
        for (const source of input) expect(known).toContain(source.split(":")[0]);
        expect(known).not.toContain(name);
        known.add(name);
        if (op === "Const") constants.push(name);
      }
    const [{ paths, weights: specs }] = model.weightsManifest;
    expect(specs.map(({ name }) => name)).toEqual(constants);
    expect(paths).toEqual(weights.map(({ path }) => path));
    const bytes = specs.reduce(
      (sum, { shape, dtype }) => sum + elementCount(shape) * bytesPerElement[dtype],
      0,
    );
    expect(weights.reduce((sum, { content }) => sum + content.length, 0)).toBe(bytes);
    for (const { name } of [
      ...Object.values(model.signature.inputs),
      ...Object.values(model.signature.outputs),
    ])
      expect(scopes[0].known).toContain(name.replace(":0", ""));
  });

  test("cuts large weights into files and keeps repeated values as one", () => {
    const builder = createBuilder();
    const count = 3_000_000;
    const table = builder.constant(
      Array.from({ length: count }, (_, at) => at),
      [count],
    );
    const sum = builder.emit("add", [table, builder.fill(2, [count])], {});
    const { weights } = graphModel(builder.finish({ y: sum }));
    expect(weights.map(({ path }) => path)).toEqual([
      "group1-shard1of3.bin",
      "group1-shard2of3.bin",
      "group1-shard3of3.bin",
    ]);
    const total = weights.reduce((all, { content }) => all + content.length, 0);
    expect(total).toBeLessThan(4 * count + 100);
  });
});

const tfjs = loadConverter();
if (tfjs === undefined)
  test.skip("is not loaded into tfjs: the package @tensorflow/tfjs-converter is not installed", () => {});
else
  describe("loaded into tfjs", () => {
    test.each(allCases())("agrees with the reference: $label", async ({ graph, sample }) => {
      const inputs = sample(1);
      const expected = referenceEngine.compile(graph).run(inputs);
      const found = await runInTfjs(tfjs, graph, inputs);
      for (const name of Object.keys(graph.outputs))
        expectClose(found[name], expected[name], { relative: 64 * 2 ** -24, absolute: 32 * 2 ** -24 }, name);
    });

    test("releases all it makes", async () => {
      for (const { graph, sample } of allCases().filter(({ label }) => label.startsWith("scan"))) {
        const before = tfjs.core.memory().numTensors;
        await runInTfjs(tfjs, graph, sample(1));
        expect(tfjs.core.memory().numTensors).toBe(before);
      }
    });
  });

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** The converter and the tfjs-core that it uses itself. */
interface Tfjs {
  readonly core: {
    setBackend(name: string): Promise<boolean>;
    tensor(values: ArrayLike<number>, shape: readonly number[], dtype: string): Tensor;
    memory(): { readonly numTensors: number };
    readonly io: { fromMemory(artifacts: object): object };
  };
  readonly converter: {
    loadGraphModel(handler: object): Promise<{
      predict(inputs: object): Readonly<Record<string, Tensor>>;
      executeAsync(inputs: object, outputs: readonly string[]): Promise<Tensor | readonly Tensor[]>;
      dispose(): void;
    }>;
  };
}

function loadConverter(): Tfjs | undefined {
  const here = createRequire(import.meta.url);
  try {
    const place = createRequire(here.resolve("@tensorflow/tfjs-converter"));
    place("@tensorflow/tfjs-backend-cpu");
    return { core: place("@tensorflow/tfjs-core"), converter: here("@tensorflow/tfjs-converter") };
  } catch {
    return undefined;
  }
}

async function runInTfjs(
  { core, converter }: Tfjs,
  graph: Graph,
  inputs: Readonly<Record<string, Float64Array>>,
): Promise<Record<string, Float64Array>> {
  await core.setBackend("cpu");
  const exported = graphModel(graph);
  const loaded = await converter.loadGraphModel(core.io.fromMemory(artifacts(exported)));
  const dtypes = { float: "float32", int: "int32", bool: "bool" };
  const tensors = Object.fromEntries(
    Object.entries(graph.inputs).map(([name, id]) => {
      const { dtype, shape } = graph.nodes[id].type;
      const values = dtype === "float" ? Float32Array.from(inputs[name]) : Int32Array.from(inputs[name]);
      return [name, core.tensor(values, shape, dtypes[dtype])];
    }),
  );
  const names = Object.keys(graph.outputs);
  const nodes = Object.values(exported.model.signature.outputs).map(({ name }) => name);
  const found = exported.isAsync
    ? [await loaded.executeAsync(tensors, nodes)].flat()
    : names.map((name) => loaded.predict(tensors)[name]);
  const results = Object.fromEntries(
    names.map((name, at) => [name, Float64Array.from(found[at].dataSync())]),
  );
  for (const tensor of [...Object.values(tensors), ...found]) tensor.dispose();
  loaded.dispose();
  return results;
}

/** What tfjs makes of the files when it has read them. */
function artifacts({ model, weights }: GraphModel): object {
  const content = weights.flatMap((file) => [...file.content]);
  return {
    ...JSON.parse(JSON.stringify(model)),
    weightSpecs: model.weightsManifest[0].weights,
    weightData: Uint8Array.from(content).buffer,
  };
}
