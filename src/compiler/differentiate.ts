/**
 * Reverse-mode differentiation, graph → graph (Griewank and Walther 2008, chapter 3): adjoints are made by the op table's
 * gradients, from the output back to what it is differentiated by. The result is an ordinary graph and can be
 * differentiated again.
 */
import { bug } from "../base/bug.ts";
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
import { type Builder, createBuilder } from "./builder.ts";
import { condAdjoints } from "./cond-gradient.ts";
import type { Graph, GraphNode, NodeId, NodeOf } from "./graph.ts";
import { opRow } from "./op-table.ts";
import type { OpName } from "./ops.ts";
import { copyInto } from "./rebuild.ts";
import { mostSavedCarries, scanAdjoints, withCheckpoints } from "./scan-gradient.ts";

export interface Differentiation {
  /** Name of a float output. Where it is not a single number, the sum of its elements is differentiated. */
  readonly of: string;
  /** Names of float inputs. */
  readonly wrt: readonly string[];
  /** The output for input q is called `${prefix}q`. */
  readonly prefix: string;
  /** Loops whose carries are more numbers than this are computed twice, to keep fewer of them; default 2²⁰. */
  readonly mostSaved?: number;
}

/** The graph with its outputs and, for each input in `wrt`, the gradient in that input's shape. */
export function differentiate(
  graph: Graph,
  { of, wrt, prefix, mostSaved = mostSavedCarries }: Differentiation,
): Graph {
  const builder = createBuilder();
  const ids = copyInto(builder, graph, withCheckpoints(mostSaved));
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
  return pullBack(builder, [[output, arithmetic(builder).like(output, 1)]], wrt);
}

/** Adjoints of `wrt`, given those of other nodes as pairs of node and adjoint; a node may occur in several. */
function pullBack(
  builder: Builder,
  seeds: readonly (readonly [NodeId, NodeId])[],
  wrt: readonly NodeId[],
): NodeId[] {
  const math = arithmetic(builder);
  const adjoints = new Map<NodeId, NodeId>();
  const addShare = (id: NodeId, share: NodeId): void => {
    const sum = adjoints.get(id);
    adjoints.set(id, sum === undefined ? share : math.add(sum, share));
  };
  for (const [id, adjoint] of seeds) addShare(id, adjoint);
  const outputs = seeds.map(([id]) => id);
  const { active, depends } = activeNodes(builder, outputs, wrt);
  for (const id of active.reverse()) {
    const adjoint = adjoints.get(id);
    if (adjoint === undefined) continue;
    const node = builder.nodeOf(id);
    const shares = operandAdjoints(math, node as NodeOf<OpName>, id, adjoint);
    node.inputs.forEach((input, position) => {
      const share = shares[position];
      if (share === undefined || !depends.has(input)) return;
      addShare(input, share);
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
  if (gradient === "nested") return nestedAdjoints(math.builder, node as GraphNode, adjoint);
  return gradient === "none" ? [] : gradient(math, node, id, adjoint);
}

function nestedAdjoints(builder: Builder, node: GraphNode, adjoint: NodeId): readonly (NodeId | undefined)[] {
  switch (node.op) {
    case "scan":
      return scanAdjoints(builder, node, adjoint, pullBack);
    case "cond":
      return condAdjoints(builder, node, adjoint, pullBack);
    default:
      return bug(`${node.op} has no graph inside`);
  }
}

/**
 * `active`: the nodes through which a derivative may flow from `wrt` to `outputs`, in order. `depends`: those and `wrt`.
 */
function activeNodes(
  builder: Builder,
  outputs: readonly NodeId[],
  wrt: readonly NodeId[],
): { readonly active: NodeId[]; readonly depends: ReadonlySet<NodeId> } {
  const ancestors = new Set<NodeId>();
  const open = [...outputs];
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
