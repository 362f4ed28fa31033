/**
 * Builds graphs node by node. Equal nodes are made once (hash-consing), so that a lowering may ask for the same thing
 * twice without a thought. Types come from the op table; ill-typed nodes are bugs and throw at once.
 */
import { bug } from "../base/bug.ts";
import type { Graph, GraphNode, NodeId } from "./graph.ts";
import { inferType } from "./op-table.ts";
import type { DType, OpName, OpParams, Shape, TensorType } from "./ops.ts";

export interface Builder {
  emit<Op extends OpName>(op: Op, inputs: readonly NodeId[], params: OpParams[Op]): NodeId;
  typeOf(id: NodeId): TensorType;
  nodeOf(id: NodeId): GraphNode;
  /** The graph's input of that name; the same node when asked again with the same type. */
  input(name: string, type: TensorType): NodeId;
  /** A constant of one value everywhere: a rank-0 constant, broadcast. */
  fill(value: number, shape: Shape, dtype?: DType): NodeId;
  constant(values: readonly number[], shape: Shape, dtype?: DType): NodeId;
  finish(outputs: Readonly<Record<string, NodeId>>): Graph;
}

export function createBuilder(): Builder {
  const nodes: GraphNode[] = [];
  const known = new Map<string, NodeId>();
  const inputs: Record<string, NodeId> = {};

  const builder: Builder = {
    emit(op, operands, params) {
      const key = `${op}|${operands.join(",")}|${paramsKey(params)}`;
      const existing = known.get(key);
      if (existing !== undefined) return existing;
      const type = inferType(
        op,
        operands.map((id) => nodes[id].type),
        params,
      );
      const id = nodes.length;
      nodes.push({ op, inputs: operands, params, type } as GraphNode);
      known.set(key, id);
      return id;
    },
    typeOf: (id) => nodes[id].type,
    nodeOf: (id) => nodes[id],
    input(name, type) {
      const id = builder.emit("input", [], { name, type });
      if (Object.hasOwn(inputs, name) && inputs[name] !== id) bug(`input ${name} asked for with two types`);
      inputs[name] = id;
      return id;
    },
    fill(value, shape, dtype = "float") {
      const scalar = builder.emit("constant", [], { type: { dtype, shape: [] }, values: [value] });
      return shape.length === 0 ? scalar : builder.emit("broadcast", [scalar], { shape, axes: [] });
    },
    constant(values, shape, dtype = "float") {
      return builder.emit("constant", [], { type: { dtype, shape }, values });
    },
    finish: (outputs) => ({ nodes: [...nodes], inputs: { ...inputs }, outputs: { ...outputs } }),
  };
  return builder;
}

/**
 * Parameters as text, equal exactly if the parameters are: unlike plain JSON it tells NaN, ±∞ and −0 from null and 0,
 * and the order in which keys were written makes no difference.
 */
export function paramsKey(params: OpParams[OpName]): string {
  return valueKey(params);
}

function valueKey(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(valueKey).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length > 1) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${valueKey(each)}`).join(",")}}`;
}
