/**
 * The engine that judges the others: plain loops over doubles, one per node, nothing fused. All memory is allocated when
 * compiling; what does not depend on the inputs is computed then, once.
 */
import { bug } from "../../base/bug.ts";
import { elementCount, type Graph, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import type { Engine, Executable, Values } from "../engine.ts";
import { refuseBeyondMachine } from "../out-of-memory.ts";
import type { Buffers, Kernel, Program, Step } from "./kernel.ts";
import { kernels } from "./kernels.ts";

export const referenceEngine: Engine = {
  name: "reference",
  label: "reference",
  precisions: ["f64"],
  compile,
};

interface Prepared extends Program {
  /** For nodes whose buffer is that of an input: it may be another one in each run. */
  readonly aliasedInput: ReadonlyMap<NodeId, NodeId>;
}

function compile(graph: Graph): Executable {
  verifyGraph(graph);
  refuseBeyondMachine(8 * graph.nodes.reduce((sum, { type }) => sum + elementCount(type.shape), 0));
  const { buffers, steps, aliasedInput } = prepare(graph);
  const inputs = Object.entries(graph.inputs).map(([name, id]) => ({
    name,
    id,
    length: elementCount(graph.nodes[id].type.shape),
    own: buffers[id],
  }));
  const outputs = Object.entries(graph.outputs).map(([name, id]) => ({
    name,
    id,
    copy: aliasedInput.has(id) ? new Float64Array(elementCount(graph.nodes[id].type.shape)) : undefined,
  }));
  return {
    run(values) {
      for (const { name, id, length, own } of inputs)
        buffers[id] = inputBuffer(name, values[name], length, own);
      for (let i = 0; i < steps.length; i++) steps[i](buffers);
      const results: Record<string, Float64Array> = {};
      for (const { name, id, copy } of outputs) {
        copy?.set(buffers[id]);
        results[name] = copy ?? buffers[id];
      }
      return results;
    },
    dispose() {},
  };
}

/** Allocates all memory and computes the constants. */
function prepare(graph: Graph): Prepared {
  const buffers: Buffers = graph.nodes.map(() => new Float64Array(0));
  const steps: Step[] = [];
  const varying = new Set<NodeId>();
  const aliasedInput = new Map<NodeId, NodeId>();
  graph.nodes.forEach((node, id) => {
    const made = makeStep(graph, node as NodeOf<OpName>, id);
    const varies = node.op === "input" || node.inputs.some((input) => varying.has(input));
    if (varies) varying.add(id);
    if (made === "given") aliasedInput.set(id, id);
    if (made === "alias") {
      const [from] = node.inputs;
      const input = aliasedInput.get(from);
      if (input === undefined) {
        buffers[id] = buffers[from];
        return;
      }
      aliasedInput.set(id, input);
    } else buffers[id] = new Float64Array(elementCount(node.type.shape));
    if (made === "given") return;
    const step: Step = made === "alias" ? aliasStep(node.inputs[0], id) : made;
    if (varies) steps.push(step);
    else step(buffers);
  });
  return { buffers, steps, aliasedInput };
}

function makeStep<Op extends OpName>(graph: Graph, node: NodeOf<Op>, result: NodeId): ReturnType<Kernel<Op>> {
  const operandTypes = node.inputs.map((input) => graph.nodes[input].type);
  return kernels[node.op]({ node, result, operandTypes, prepare });
}

function aliasStep(from: NodeId, to: NodeId): Step {
  return (buffers) => {
    buffers[to] = buffers[from];
  };
}

/** The caller's own array if it is of doubles, else a copy in ours. */
function inputBuffer(
  name: string,
  values: Values | undefined,
  length: number,
  own: Float64Array,
): Float64Array {
  if (values === undefined) return bug(`no values for input ${name}`);
  if (values.length !== length) return bug(`input ${name} takes ${length} values, given ${values.length}`);
  if (values instanceof Float64Array) return values;
  own.set(values);
  return own;
}
