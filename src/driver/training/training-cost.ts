/** What a training step costs, about: enough to choose an engine and how many steps it makes in one call. */
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import { type EngineLabel, engines } from "../choose-engine.ts";
import type { AmortizedPlan } from "./amortized-plan.ts";

/** Multiply-adds of the matrix products and convolutions of one batch, forwards. The gradient takes twice as many more. */
export function multiplyAdds({ lowered: { graph } }: AmortizedPlan): number {
  return productsOf(graph);
}

function productsOf({ nodes }: Graph): number {
  return nodes.reduce((sum, node) => {
    if (node.op === "scan") return sum + node.params.length * productsOf(node.params.body);
    if (node.op === "cond") return sum + Math.max(productsOf(node.params.yes), productsOf(node.params.no));
    if (node.op === "conv2d") {
      const [height, width, channels] = nodes[node.inputs[1]].type.shape;
      return sum + elementCount(node.type.shape) * height * width * channels;
    }
    if (node.op !== "matmul") return sum;
    const [, inner] = lastTwo(nodes[node.inputs[0]].type.shape, node.params.transposeLeft);
    return sum + elementCount(node.type.shape) * inner;
  }, 0);
}

/** Between calls Ctrl-C is heard and progress shown. */
const secondsPerBlock = 0.25;
const mostSteps = 256;
/** Data and noise of all steps of a block are together at most so many numbers. */
const mostNumbers = 2 ** 22;

export function secondsOfStep(engine: EngineLabel, products: number): number {
  const { step, multiplyAdd } = engines[engine];
  return step + multiplyAdd * products;
}

/**
 * Steps that an engine makes in one call. All blocks of a run of `steps` have that many, but for the last one: as few steps as
 * possible are computed for nothing there.
 */
export function stepsPerBlock(plan: AmortizedPlan, steps: number, engine: EngineLabel): number {
  const seconds = secondsOfStep(engine, multiplyAdds(plan));
  const widths = Object.values(plan.itemData).reduce(
    (sum, { width }) => sum + width,
    plan.lowered.localDimension,
  );
  const fitting = Math.min(mostSteps, secondsPerBlock / seconds, mostNumbers / (plan.options.batch * widths));
  const blocks = Math.ceil(steps / Math.max(1, Math.floor(fitting)));
  return Math.ceil(steps / blocks);
}
