/** What is deployed, as graphs that need nothing else: data and weights are constants of theirs. */
import type { Artifact } from "../../artifact/artifact.ts";
import { bindInputs } from "../../compiler/bind-inputs.ts";
import { createBuilder } from "../../compiler/builder.ts";
import type { Graph, NodeId } from "../../compiler/graph.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { copyInto, emitSame } from "../../compiler/rebuild.ts";
import { joinFlat } from "../../compiler/scan.ts";
import { referenceEngine } from "../../engines/reference/reference-engine.ts";
import { fixedInputs } from "../density/compiled-split.ts";
import { type DensityPlan, select } from "../density/density-plan.ts";
import type { AmortizedPlan } from "../training/amortized-plan.ts";

/**
 * Input `position`, the unconstrained coordinates. Outputs: `logDensity` with the Jacobian term, `gradient` of it, and the values of
 * the model's variables there, `variable/<name>` and `binding/<name>`.
 */
export function exportedDensity(plan: DensityPlan): Graph {
  const builder = createBuilder();
  const position = builder.input("position", { dtype: "float", shape: [plan.dimension] });
  const blocks = new Map(
    plan.blocks.map(({ input, offset, length, shape }) => {
      const part = builder.emit("slice", [position], { start: [offset], limit: [offset + length] });
      return [input, builder.emit("reshape", [part], { shape })];
    }),
  );
  const outputs: Record<string, NodeId> = {};
  const gradients = new Map<string, NodeId>();
  for (const split of [plan.density, plan.report]) {
    const graph = bindInputs(split.each, fixedInputs(split, plan.data, referenceEngine));
    const ids = copyInto(builder, graph, (target, node) => {
      const block = node.op === "input" ? blocks.get(node.params.name) : undefined;
      return block ?? emitSame(target, node);
    });
    for (const [name, id] of Object.entries(graph.outputs))
      if (name.startsWith("gradient/")) gradients.set(name, ids[id]);
      else outputs[name] = ids[id];
  }
  const parts = plan.blocks.flatMap(({ input }) => gradients.get(`gradient/${input}`) ?? []);
  const { logDensity, ...variables } = outputs;
  return optimize(builder.finish({ logDensity, gradient: joinFlat(builder, parts), ...variables }));
}

/**
 * Inputs `data/<name>`, a batch of items, and `noise`, standard normal numbers (batch × local dimension). Outputs: `mean` and `scale` of
 * the Gaussian that answers, on the unconstrained scale (`scale` batch × D standard deviations, or batch × D × D lower triangular; neither
 * where the guide was written by hand), and the draws that the noise makes of it, `variable/<name>`.
 */
export function exportedNetwork(plan: AmortizedPlan, artifact: Artifact): Graph {
  const { graph } = plan.lowered;
  const answers = (name: string): boolean =>
    name === "mean" || name === "scale" || name.startsWith("variable/");
  const answering = optimize(select(graph, Object.keys(graph.outputs).filter(answers)));
  const bound = bindInputs(answering, { ...plan.sharedData, ...artifact.tensors });
  const used = new Set(bound.nodes.flatMap((node) => (node.op === "input" ? [node.params.name] : [])));
  const inputs = Object.fromEntries(Object.entries(bound.inputs).filter(([name]) => used.has(name)));
  return optimize({ ...bound, inputs });
}
