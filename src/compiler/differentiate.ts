/**
 * Reverse-mode differentiation, graph → graph (Griewank and Walther 2008, chapter 3): adjoints are made by the op table's
 * gradients, from the output back to what it is differentiated by. The result is an ordinary graph and can be
 * differentiated again.
 */
import { bug } from "../base/bug.ts";
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
import { type Builder, createBuilder } from "./builder.ts";
import type { Graph, NodeId, NodeOf } from "./graph.ts";
import { opRow } from "./op-table.ts";
import type { OpName } from "./ops.ts";
import { copyInto } from "./rebuild.ts";

export interface Differentiation {
  /** Name of a float output. Where it is not a single number, the sum of its elements is differentiated. */
  readonly of: string;
  /** Names of float inputs. */
  readonly wrt: readonly string[];
  /** The output for input q is called `${prefix}q`. */
  readonly prefix: string;
}

/** The graph with its outputs and, for each input in `wrt`, the gradient in that input's shape. */
export function differentiate(graph: Graph, { of, wrt, prefix }: Differentiation): Graph {
  const builder = createBuilder();
  const ids = copyInto(builder, graph);
  const outputs: Record<string, NodeId> = {};
  for (const [name, id] of Object.entries(graph.outputs)) outputs[name] = ids[id];
  if (!Object.hasOwn(outputs, of)) bug(`cannot differentiate: no output ${of}`);
  const variables = wrt.map((name) =>
    Object.hasOwn(graph.inputs, name)
      ? ids[graph.inputs[name]]
      : bug(`cannot differentiate by ${name}: no such input`),
  );
  const gradients = gradientsOf(builder, outputs[of], variables);
  wrt.forEach((name, position) => {
    if (Object.hasOwn(outputs, prefix + name)) bug(`output ${prefix}${name} exists already`);
    outputs[prefix + name] = gradients[position];
  });
  return builder.finish(outputs);
}

/**
 * The derivatives of the sum of `output`'s elements by each node of `wrt`, in that node's shape; zeros where the output does
 * not depend on it. A node of `wrt` may lie between another one and the output: each derivative is a total one.
 */
export function gradientsOf(builder: Builder, output: NodeId, wrt: readonly NodeId[]): NodeId[] {
  for (const id of [output, ...wrt])
    if (builder.typeOf(id).dtype !== "float") bug(`${builder.nodeOf(id).op} is not float: no derivative`);
  const math = arithmetic(builder);
  const adjoints = new Map<NodeId, NodeId>([[output, math.like(output, 1)]]);
  const { active, depends } = activeNodes(builder, output, wrt);
  for (const id of active.reverse()) {
    const adjoint = adjoints.get(id);
    if (adjoint === undefined) continue;
    const node = builder.nodeOf(id);
    const shares = operandAdjoints(math, node as NodeOf<OpName>, id, adjoint);
    node.inputs.forEach((input, position) => {
      const share = shares[position];
      if (share === undefined || !depends.has(input)) return;
      const sum = adjoints.get(input);
      adjoints.set(input, sum === undefined ? share : math.add(sum, share));
    });
  }
  return wrt.map((id) => adjoints.get(id) ?? math.like(id, 0));
}

function operandAdjoints<Op extends OpName>(
  math: Arithmetic,
  node: NodeOf<Op>,
  id: NodeId,
  adjoint: NodeId,
): readonly (NodeId | undefined)[] {
  const { gradient } = opRow(node.op);
  if (gradient === "nested") return bug(`no gradient of ${node.op}`);
  return gradient === "none" ? [] : gradient(math, node, id, adjoint);
}

/**
 * `active`: the nodes through which a derivative may flow from `wrt` to `output`, in order. `depends`: those and `wrt`.
 */
function activeNodes(
  builder: Builder,
  output: NodeId,
  wrt: readonly NodeId[],
): { readonly active: NodeId[]; readonly depends: ReadonlySet<NodeId> } {
  const ancestors = new Set<NodeId>();
  const open = [output];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ancestors.has(id)) continue;
    ancestors.add(id);
    open.push(...builder.nodeOf(id).inputs);
  }
  const active: NodeId[] = [];
  const depends = new Set(wrt);
  for (const id of [...ancestors].sort((a, b) => a - b)) {
    const node = builder.nodeOf(id);
    if (node.type.dtype !== "float" || opRow(node.op).gradient === "none") continue;
    if (!node.inputs.some((input) => depends.has(input))) continue;
    depends.add(id);
    active.push(id);
  }
  return { active, depends };
}
