/** `ppl export`: what a user deploys, as bytes: the log density of a model with data, or the network of a trained model. */
import type { Artifact } from "../../artifact/artifact.ts";
import { ProblemError } from "../../base/problem.ts";
import type { Graph } from "../../compiler/graph.ts";
import { findItemPlate } from "../../compiler/lower/item-plate.ts";
import type { TensorType } from "../../compiler/ops.ts";
import type { Precision } from "../../engines/engine.ts";
import { coordinateName } from "../answers/element-names.ts";
import type { ExportOptions, GivenData, Program } from "../api-types.ts";
import { compile } from "../compile.ts";
import { planDensity } from "../density/density-plan.ts";
import { bindOrThrow } from "../infer-options.ts";
import { planAmortized } from "../training/amortized-plan.ts";
import { refuseScored } from "../training/refuse-score.ts";
import type { Exported } from "./export-formats.ts";
import { exportedDensity, exportedNetwork } from "./export-graph.ts";

/** Rejects with `ProblemError` for what the user can mend. */
export async function exportModel(
  program: Program,
  data: GivenData,
  options: ExportOptions,
): Promise<Exported> {
  const model = program.model(options.model);
  refuseScored(model, "an exported density");
  const plan = planDensity(program.core, model, bindOrThrow(model, data, options));
  const graph = exportedDensity(plan);
  const coordinates = Array.from({ length: plan.dimension }, (_, at) => coordinateName(plan.blocks, at));
  return { model: model.name, what: "log density", coordinates, ...(await encode(graph, options, "f64")) };
}

/**
 * `data` may be left out where the model has no other inputs than items. Rejects with `ProblemError` for what the user can mend.
 */
export async function exportArtifact(
  artifact: Artifact,
  data: GivenData | undefined,
  options: ExportOptions,
): Promise<Exported> {
  const { program, problems } = await compile(artifact.source);
  if (program === undefined) throw new ProblemError(problems);
  const model = program.model(artifact.model);
  const { size } = findItemPlate(model);
  const batch = options.batch ?? 1;
  const sizes = data === undefined ? { [size]: batch } : undefined;
  const bound = bindOrThrow(model, data ?? {}, { ...options, sizes, trainedSizes: artifact.sizes }, false);
  const plan = planAmortized(program.core, model, bound, { batch, ...artifact.encoder });
  const graph = exportedNetwork(plan, artifact);
  return { model: model.name, what: "answering network", ...(await encode(graph, options, "f32")) };
}

type Encoded = Omit<Exported, "model" | "what" | "coordinates">;

async function encode(graph: Graph, options: ExportOptions, usual: Precision): Promise<Encoded> {
  const { format, precision } = options;
  const types = (ids: Graph["inputs"]): Record<string, TensorType> =>
    Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, graph.nodes[id].type]));
  const common = { format, inputs: types(graph.inputs), outputs: types(graph.outputs) };
  switch (format) {
    case "onnx": {
      const { exportOnnx } = await import("../../engines/onnx/export-onnx.ts");
      const bits = precision ?? usual;
      return { ...common, precision: bits, files: [{ content: exportOnnx(graph, { precision: bits }) }] };
    }
    case "graph-model": {
      if (precision === "f64") throw precisionProblem("graph-model", "tfjs computes in f32 only");
      const { graphModel } = await import("../../engines/tfjs/graph-model.ts");
      const { model, weights } = graphModel(graph);
      const files = weights.map(({ path, content }) => ({ name: path, content }));
      return {
        ...common,
        precision: "f32",
        files: [...files, { name: "model.json", content: utf8(JSON.stringify(model)) }],
      };
    }
    case "json":
      if (precision !== undefined) throw precisionProblem("json", "its numbers are as the compiler has them");
      return { ...common, files: [{ content: utf8(graphText(graph)) }] };
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A line per node. Numbers that JSON lacks are texts: "NaN", "Infinity", "-Infinity", "-0". */
export function graphText({ nodes, inputs, outputs }: Graph): string {
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value;
  const lines = nodes.map((node) => `    ${JSON.stringify(node, plain)}`);
  return `{\n  "inputs": ${JSON.stringify(inputs)},\n  "outputs": ${JSON.stringify(outputs)},\n  "nodes": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

function precisionProblem(format: string, reason: string): ProblemError {
  return new ProblemError([
    {
      code: "export-precision",
      severity: "error",
      message: `the format \`${format}\` has no choice of precision: ${reason}`,
      labels: [],
      help: "leave out --precision, or use --format onnx",
    },
  ]);
}
